/**
 * The command `split`: draws the subset that a training would train on, and writes its rows.
 *
 * @module
 */

import { writeRows } from "../data/split_file.ts";
import { configuredSplit } from "../experiment/configured.ts";
import { methods } from "../method/methods.ts";
import { printResult } from "../process/streams.ts";
import { type Flag, type FlagValues, parseFlags } from "./flags.ts";
import type { HelpScreen } from "./help_screen.ts";
import { settledConfig, settledImages } from "./settled_config.ts";
import { subsetFlags } from "./train_flags.ts";
import { format } from "./train_report.ts";

const splitFlags: readonly Flag[] = [
  {
    names: ["write"],
    kind: "path",
    help: "file to write: JSON where its name ends with .json, else one row a line",
    defaultText: "nothing is written",
  },
];

/** What `--help` shows. */
export const help: HelpScreen = {
  summary:
    "Draws the long-tailed subset that deno task train would train on with the same flags, tells " +
    "its size and hash, and writes its rows: positions in the training set from 0, class after class.",
  examples: [
    {
      command: "deno task split --imbalance_rate 0.01",
      does: "images of each class, first and last rows, hash",
    },
    {
      command: "deno task split --dataset cifar100 --split_generator numpy --write rows.json",
      does: "a file for deno task train --split_file, or for other code",
    },
  ],
  usage: ["deno task split [flags]"],
  sections: [
    { title: "The result", flags: splitFlags },
    { title: "The subset", flags: subsetFlags },
  ],
};

/**
 * Reads the command line; nothing is drawn.
 *
 * @param args Flags.
 * @returns Their values.
 * @throws {UsageError} If a flag is unknown or its value does not fit.
 */
export function read(args: readonly string[]): FlagValues {
  return parseFlags(args, [...splitFlags, ...subsetFlags]);
}

/**
 * Runs the command.
 *
 * @param args Flags.
 * @throws {UsageError} If a flag is unknown or its value does not fit.
 * @throws {Error} If the images, the rows that are given, or the file to write are not to be had.
 */
export async function run(args: string[]): Promise<void> {
  const values = read(args);
  const settled = await settledConfig(values, { methods });
  const split = await configuredSplit(settled.config, await settledImages(settled));
  const { indices, counts, hash } = split;
  if (values.write !== undefined) await writeRows(String(values.write), split);
  const lines = {
    Images: format(indices.length),
    "By class": counts.map(format).join(" "),
    "First rows": indices.subarray(0, 5).join(" "),
    "Last rows": indices.subarray(-5).join(" "),
    "SHA-256": hash,
    ...(values.write !== undefined && { Written: String(values.write) }),
  };
  const rows = Object.entries(lines).map(([name, text]) => `${name.padEnd(12)}${text}`);
  printResult(rows.join("\n"));
}
