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
import { configure } from "../experiment/config.ts";
import { dataFields } from "../experiment/data_fields.ts";
import { checkImages, type ImagesReport } from "../images/check_images.ts";
import { fileDatasets } from "../data/file_datasets.ts";
import { printResult } from "../process/streams.ts";
import { startEngine } from "../tensor/start.ts";
import { checkReport, listLines } from "./data_report.ts";
import { type Flag, flagOf, flagsHelp, type FlagValues, parseFlags } from "./flags.ts";
import { openFiles } from "./machine.ts";
import { UsageError, withProgressLine } from "./shell.ts";

const flags: readonly Flag[] = [
  {
    names: ["list"],
    kind: "path",
    help: 'the list: lines of a path, a space and a label, or a .csv table with "path" and "label"',
  },
  { names: ["root"], kind: "path", help: "the folder that its paths lie below" },
  {
    names: ["dataset"],
    kind: "choice",
    choices: Object.keys(fileDatasets),
    help: "both parts of a data set instead, as deno task train takes it; folder: class folders",
    ...(dataFields.dataset.spellings && { spellings: dataFields.dataset.spellings }),
  },
  flagOf(dataFields.trainList),
  flagOf(dataFields.testList),
  {
    names: ["classes", "num_classes"],
    kind: "number",
    help: "number of classes; of a published list its own, else as many as it has",
    wanted: "a whole number from 1",
    accepts: (value) => Number.isSafeInteger(value) && Number(value) >= 1,
  },
  {
    names: ["least_side"],
    kind: "number",
    help: "sides below this many pixels are too small; 32 by default",
    wanted: "a whole number from 1",
    accepts: (value) => Number.isSafeInteger(value) && Number(value) >= 1,
  },
  { names: ["headers_only"], kind: "switch", help: "decode no pixels" },
  { names: ["write"], kind: "path", help: "file for the whole report, as JSON" },
];

/** The text that `--help` prints. */
export const help = `
Usage: deno task data check --list <file> [--root <folder>] [flags]
       deno task data check --dataset <name> --root <folder> [--dir_train_txt <file> ...] [flags]

Tells what a list of images holds, and which of the published lists it is by its checksum. With --root
every file is looked at too: missing, unreadable, damaged, too small, of another format than its name
says, there twice. Nothing is changed. Ends with code 1 if a file cannot be trained on.

${flagsHelp(flags)}
`;

/**
 * Runs the command.
 *
 * @param args What to do, and flags.
 * @throws {UsageError} If a flag is unknown or missing, or its value does not fit.
 * @throws {Error} If the list cannot be read, or none of its images is below the folder.
 */
export async function run(args: string[]): Promise<void> {
  const [action, ...rest] = args;
  if (action !== "check") {
    throw new UsageError(
      `Cannot do ${
        action === undefined ? "nothing" : `"${action}"`
      } with data: it is no action: write deno task data check --list <file>`,
    );
  }
  const values = parseFlags(rest, flags);
  if (values.dataset !== undefined) return await checkDataset(values);
  if (values.list === undefined) {
    throw new UsageError(
      "Cannot check images without a list: --list is missing: name the file of the list, or a " +
        "--dataset",
    );
  }
  const list = await readList(String(values.list), values);
  if (values.root === undefined) return printResult(listLines(list.list, list).join("\n"));
  const root = String(values.root);
  const { place, name: layout } = await findLayout(list.list, root);
  const report = await checked(list.list, { root, place }, values);
  printResult(
    [...listLines(list.list, list), ...checkReport(list.list, { report, layout })].join("\n"),
  );
  if (values.write !== undefined) await writeJson(String(values.write), report);
}

/** Both parts of a data set, as a training would open it. */
async function checkDataset(values: FlagValues): Promise<void> {
  const { dataset, root, dir_train_txt, dir_test_txt, classes } = values;
  const settings = {
    dataset: `${dataset}`,
    ...(root !== undefined && { dataFolder: `${root}` }),
    ...(dir_train_txt !== undefined && { trainList: `${dir_train_txt}` }),
    ...(dir_test_txt !== undefined && { testList: `${dir_test_txt}` }),
  };
  const { data } = configure(settings);
  const files =
    (await openFiles(data, { ...(classes !== undefined && { classes: Number(classes) }) }))!;
  const reports: Record<string, ImagesReport> = {};
  for (const part of ["train", "test"] as const) {
    const { list, place, layout } = files[part];
    const report = reports[part] = await checked(list, { root: files.folder, place }, values);
    const title = part === "train" ? "Training images" : "Test images";
    const lines = [...listLines(list, files[part]), ...checkReport(list, { report, layout })];
    printResult(`${part === "train" ? "" : "\n"}${title}\n\n${lines.join("\n")}`);
  }
  if (values.write !== undefined) await writeJson(String(values.write), reports);
}

/** Looks at the files of a list; a fault ends the command with code 1. */
async function checked(
  list: ImageList,
  place: { readonly root: string; readonly place: (path: string) => string },
  values: FlagValues,
): Promise<ImagesReport> {
  const pixels = values.headers_only !== true;
  if (pixels) await startEngine({ device: "cpu" });
  const report = await withProgressLine((line) =>
    checkImages(list, {
      ...place,
      pixels,
      ...(values.least_side !== undefined && { leastSide: Number(values.least_side) }),
      onProgress: ({ label, done, total }) =>
        line.update(`${label}: ${done} of ${total}`, done / total),
    })
  );
  if (report.faults.length > 0) Deno.exitCode = 1;
  return report;
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
