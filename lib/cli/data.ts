/**
 * The command `data`: looks at the images of a list before anything is trained on them.
 *
 * @module
 */

import { type ImageList, parseImageList } from "../data/image_list.ts";
import { recogniseList } from "../data/known_list.ts";
import { largeSets } from "../data/large_sets.ts";
import { findLayout } from "../data/list_layout.ts";
import { examineList } from "../data/list_report.ts";
import { readError } from "../disk/errors.ts";
import { writeJson } from "../disk/json_file.ts";
import { configure, type Settings } from "../experiment/config.ts";
import { dataFields } from "../experiment/data_fields.ts";
import { checkImages, type CheckImagesOptions, type ImagesReport } from "../images/check_images.ts";
import { fileDatasets } from "../data/file_datasets.ts";
import { type SharedFile, sharedFiles } from "../images/shared_files.ts";
import { printResult } from "../process/streams.ts";
import { startEngine } from "../tensor/start.ts";
import { checkPackFlags, packDataset, packFlags } from "./data_pack.ts";
import { checkReport, listLines, sharedLines } from "./data_report.ts";
import { type Flag, flagOf, type FlagValues, parseFlags, wholeNumbers } from "./flags.ts";
import type { HelpScreen } from "./help_screen.ts";
import { openFiles } from "./machine.ts";
import { UsageError, withProgressLine } from "./shell.ts";

const setFlags: readonly Flag[] = [
  {
    names: ["dataset"],
    kind: "choice",
    choices: Object.keys(fileDatasets),
    help: "both parts of a data set, as deno task train takes it; folder: class folders",
    ...(dataFields.dataset.spellings && { spellings: dataFields.dataset.spellings }),
  },
  {
    names: ["root"],
    kind: "path",
    help: "the folder that its paths lie below",
    defaultText: "no file of a list is looked at",
  },
  flagOf(dataFields.trainList),
  flagOf(dataFields.testList),
];

const checkFlags: readonly Flag[] = [
  {
    names: ["list"],
    kind: "path",
    help:
      'a list alone: lines of a path, a space and a label, or a .csv table with "path" and "label"',
    defaultText: "both parts of --dataset",
  },
  {
    names: ["classes", "num_classes"],
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
    "check tells what a list of images holds, which of the published lists it is by its checksum, and " +
    "with --root what is wrong with its files. pack writes the images of a data set once more, small.",
  examples: [
    { command: "deno task data check --list ImageNet_LT_train.txt", does: "the list alone" },
    {
      command: "deno task data check --list train.txt --root images --write report.json",
      does:
        "every file of it too, with a report as JSON; --headers_only takes a fraction of the time",
    },
    {
      command: "deno task data check --dataset folder --root images",
      does: "both parts of a data set, here of class folders",
    },
    {
      command: "deno task data pack --dataset folder --root images --out packed",
      does: "the same data set for deno task train --dataset folder --root packed",
    },
  ],
  usage: [
    "deno task data check --list <file> [--root <folder>] [flags]",
    "deno task data check --dataset <name> --root <folder> [flags]",
    "deno task data pack --dataset <name> --root <folder> --out <folder> [flags]",
  ],
  notes: [
    "check finds files that are missing, unreadable, damaged, too small, of another format than their " +
    "names say, or there twice, and of a data set test images that are trained on. It changes nothing, and ends with code 1 if a file cannot be trained on.",
    "pack scales images to a shorter side of 256 pixels and writes 2,000 to a file; small ones stay as " +
    "they are. Stopped, it goes on with the same command. A run knows a pack from the images that it was " +
    "made of: results are of the one or of the other.",
  ],
  sections: [
    { title: "The images", flags: setFlags },
    { title: "check", flags: checkFlags },
    { title: "pack", flags: packFlags },
  ],
};

/** What a command line asks for. */
export interface DataArguments {
  /** What is done. */
  readonly action: "check" | "pack";
  /** Values of the flags. */
  readonly values: FlagValues;
}

/**
 * Reads the command line; nothing is looked at.
 *
 * @param args What to do, and flags.
 * @returns Both.
 * @throws {UsageError} If a flag is unknown or missing, or its value does not fit.
 */
export function read([action, ...rest]: readonly string[]): DataArguments {
  if (action !== "check" && action !== "pack") {
    throw new UsageError(
      `Cannot do ${
        action === undefined ? "nothing" : `"${action}"`
      } with data: it is no action: write deno task data check --list <file>, or deno task data pack`,
    );
  }
  const values = parseFlags(rest, [...setFlags, ...(action === "pack" ? packFlags : checkFlags)]);
  if (action === "pack") checkPackFlags(values);
  else requireOneSet(values);
  return { action, values };
}

/** A list alone, or a data set with both of its parts. */
function requireOneSet(values: FlagValues): void {
  if (values.list === undefined && values.dataset === undefined) {
    throw new UsageError(
      "Cannot check images without a list: --list is missing: name the file of the list, or a " +
        "--dataset",
    );
  }
  const other = ["dataset", "dir_train_txt", "dir_test_txt"]
    .find((name) => values[name] !== undefined);
  if (values.list === undefined || other === undefined) return;
  throw new UsageError(
    `Cannot check --list beside --${other}: it is a list alone: leave one of them out`,
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
  const { action, values } = read(args);
  if (action === "pack") return await packDataset(values, settingsOf(values));
  if (values.dataset !== undefined) return await checkDataset(values);
  const list = await readList(String(values.list), values);
  if (values.root === undefined) {
    printResult(listLines(list.list, list).join("\n"));
    return await writeReport(values, examineList(list.list));
  }
  const root = String(values.root);
  const { place, name: layout } = await findLayout(list.list, root);
  const report = await checked(list.list, { root, place }, values);
  printResult(
    [...listLines(list.list, list), ...checkReport(list.list, { report, layout })].join("\n"),
  );
  await writeReport(values, report);
}

async function writeReport({ write }: FlagValues, report: unknown): Promise<void> {
  if (write !== undefined) await writeJson(String(write), report);
}

/** Both parts of a data set, as a training would open it. */
async function checkDataset(values: FlagValues): Promise<void> {
  const { classes } = values;
  const { data } = configure(settingsOf(values));
  const files =
    (await openFiles(data, { ...(classes !== undefined && { classes: Number(classes) }) }))!;
  if (files.train.partOf !== undefined) {
    throw new UsageError(
      `Cannot check "${files.folder}": it is a pack, whose images were checked when it was made: ` +
        "check the images that it was made of",
    );
  }
  const reports: Record<string, ImagesReport | readonly SharedFile[]> = {};
  const [train, test] = [files.train.list, files.test.list];
  const { put, found } = sharedFiles({ train: train.count, test: test.count });
  for (const part of ["train", "test"] as const) {
    const { list, place, layout } = files[part];
    const onContent = (row: number, digest: Uint8Array): void => put(part, row, digest);
    const where = { root: files.folder, place, onContent };
    const report = reports[part] = await checked(list, where, values);
    const title = part === "train" ? "Training images" : "Test images";
    const lines = [...listLines(list, files[part]), ...checkReport(list, { report, layout })];
    printResult(`${part === "train" ? "" : "\n"}${title}\n\n${lines.join("\n")}`);
  }
  const shared = reports.shared = found();
  printResult(sharedLines(shared, { train, test }).join("\n"));
  await writeReport(values, reports);
}

/** The data set that flags name, and where it lies. */
function settingsOf({ dataset, root, dir_train_txt, dir_test_txt }: FlagValues): Settings {
  return {
    ...(dataset !== undefined && { dataset }),
    ...(root !== undefined && { dataFolder: root }),
    ...(dir_train_txt !== undefined && { trainList: dir_train_txt }),
    ...(dir_test_txt !== undefined && { testList: dir_test_txt }),
  };
}

/** Looks at the files of a list; a fault ends the command with code 1. */
async function checked(
  list: ImageList,
  where: Pick<CheckImagesOptions, "root" | "place" | "onContent">,
  values: FlagValues,
): Promise<ImagesReport> {
  const pixels = values.headers_only !== true;
  if (pixels) await startEngine({ device: "cpu" });
  const report = await withProgressLine((line) =>
    checkImages(list, {
      ...where,
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
