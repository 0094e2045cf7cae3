/**
 * The command `data`: looks at the images of a list before anything is trained on them.
 *
 * @module
 */

import { type ImageList, parseImageList } from "../data/image_list.ts";
import { recogniseList } from "../data/known_list.ts";
import { largeSets } from "../data/large_sets.ts";
import { findLayout } from "../data/list_layout.ts";
import { readError } from "../disk/errors.ts";
import { writeJson } from "../disk/json_file.ts";
import { checkImages } from "../images/check_images.ts";
import { printResult } from "../process/streams.ts";
import { startEngine } from "../tensor/start.ts";
import { checkReport, listLines } from "./data_report.ts";
import { type Flag, type FlagValues, parseFlags, wholeNumbers } from "./flags.ts";
import type { HelpScreen } from "./help_screen.ts";
import { UsageError, withProgressLine } from "./shell.ts";

const flags: readonly Flag[] = [
  {
    names: ["list"],
    kind: "path",
    help: 'the list: lines of a path, a space and a label, or a .csv table with "path" and "label"',
    required: true,
  },
  {
    names: ["root"],
    kind: "path",
    help: "the folder that its paths lie below",
    defaultText: "no file is looked at",
  },
  {
    names: ["classes"],
    help: "number of classes",
    defaultText: "those of a published list, else as many as it has",
    ...wholeNumbers(),
  },
  {
    names: ["least_side"],
    help: "shorter sides are too small",
    default: 32,
    unit: "pixels",
    ...wholeNumbers(),
  },
  { names: ["headers_only"], kind: "switch", help: "decode no pixels" },
  {
    names: ["write"],
    kind: "path",
    help: "file for the whole report, as JSON",
    defaultText: "none is written",
  },
];

/** What `--help` shows. */
export const help: HelpScreen = {
  summary:
    "Tells what a list of images holds, and which of the published lists it is by its checksum. " +
    "With --root every file is looked at too: missing, unreadable, damaged, too small, of another " +
    "format than its name says, there twice. Nothing is changed; ends with code 1 if a file cannot be " +
    "trained on.",
  examples: [
    { command: "deno task data check --list ImageNet_LT_train.txt", does: "the list alone" },
    {
      command: "deno task data check --list train.txt --root images --write report.json",
      does: "every file of it too, with a report as JSON",
    },
    {
      command: "deno task data check --list train.txt --root images --headers_only",
      does: "the same in a fraction of the time",
    },
  ],
  usage: ["deno task data check --list <file> [--root <folder>] [flags]"],
  sections: [{ title: "Flags", flags }],
};

/**
 * Reads the command line; nothing is looked at.
 *
 * @param args What to do, and flags.
 * @returns Values of the flags.
 * @throws {UsageError} If a flag is unknown or missing, or its value does not fit.
 */
export function read([action, ...rest]: readonly string[]): FlagValues {
  if (action !== "check") {
    throw new UsageError(
      `Cannot do ${
        action === undefined ? "nothing" : `"${action}"`
      } with data: it is no action: write deno task data check --list <file>`,
    );
  }
  const values = parseFlags(rest, flags);
  if (values.list !== undefined) return values;
  throw new UsageError(
    "Cannot check images without a list: --list is missing: name the file of the list",
  );
}

/**
 * Runs the command.
 *
 * @param args What to do, and flags.
 * @throws {UsageError} If a flag is unknown or missing, or its value does not fit.
 * @throws {Error} If the list cannot be read, or none of its images is below the folder.
 */
export async function run(args: string[]): Promise<void> {
  const values = read(args);
  const list = await readList(String(values.list), values);
  if (values.root === undefined) return printResult(listLines(list.list, list).join("\n"));
  const { place, name } = await findLayout(list.list, String(values.root));
  const pixels = values.headers_only !== true;
  if (pixels) await startEngine({ device: "cpu" });
  const report = await withProgressLine((line) =>
    checkImages(list.list, {
      root: String(values.root),
      place,
      pixels,
      ...(values.least_side !== undefined && { leastSide: Number(values.least_side) }),
      onProgress: ({ label, done, total }) =>
        line.update(`${label}: ${done} of ${total}`, done / total),
    })
  );
  if (values.write !== undefined) await writeJson(String(values.write), report);
  printResult(
    [...listLines(list.list, list), ...checkReport(list.list, { report, layout: name })].join("\n"),
  );
  if (report.faults.length > 0) Deno.exitCode = 1;
}

interface ReadList {
  readonly list: ImageList;
  readonly known: ReturnType<typeof recogniseList>;
}

async function readList(path: string, { classes }: FlagValues): Promise<ReadList> {
  const bytes = await Deno.readFile(path).catch((error) => {
    throw readError(path, error);
  });
  const known = recogniseList(bytes);
  const wanted = classes === undefined ? known && largeSets[known.set].classes : Number(classes);
  return { list: parseImageList(bytes, { name: path, ...(wanted && { classes: wanted }) }), known };
}
