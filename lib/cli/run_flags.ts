/**
 * The flags of `train` that do not change what is computed: the machine, and the run's place and report.
 *
 * @module
 */

import type { Flag } from "./flags.ts";

const whole = (least: number, most: number): Pick<Flag, "wanted" | "accepts"> => ({
  wanted: `a whole number in [${least}, ${most}]`,
  accepts: (value) =>
    Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most,
});

/**
 * The GPUs that `--gpus` names.
 *
 * @param text Such as `1` or `0,1`.
 * @returns Their numbers in that order; `undefined` if these are no numbers of GPUs, or one comes twice.
 * @example Two, and one that comes twice
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { gpuNumbers } from "glmc/cli/run_flags.ts";
 *
 * assertEquals([gpuNumbers("2,0"), gpuNumbers("1,1")], [[2, 0], undefined]);
 * ```
 */
export function gpuNumbers(text: string): readonly number[] | undefined {
  const numbers = text.split(",").map((word) => /^\s*\d{1,4}\s*$/.test(word) ? Number(word) : NaN);
  const isSound = numbers.every((number) => number <= 1023) &&
    new Set(numbers).size === numbers.length;
  return isSound ? numbers : undefined;
}

/** Flags of the machine: they do not change what is computed. */
export const machineFlags: readonly Flag[] = [
  {
    names: ["device"],
    kind: "choice",
    choices: ["auto", "cpu", "gpu"],
    help: "where to run; auto takes the GPU when TensorFlow lists one",
  },
  {
    names: ["intra_op_threads"],
    kind: "number",
    help: "threads within an operation",
    ...whole(1, 1024),
  },
  {
    names: ["gpu", "gpus"],
    kind: "text",
    help:
      "which GPUs may be used, counted from 0, such as 1 or 0,1; the CPU where there is no such one",
    wanted: "a whole number in [0, 1023], or several different ones with commas between them",
    accepts: (value) => gpuNumbers(`${value}`) !== undefined,
  },
  {
    names: ["deterministic"],
    kind: "switch",
    help:
      "on GPUs: only algorithms that give the same bits every time, some of which are slower; " +
      "results on the CPU are the same every time without it",
  },
  { names: ["inter_op_threads"], kind: "number", help: "operations at a time", ...whole(1, 1024) },
  { names: ["xla"], kind: "switch", help: "let XLA compile the step; meant for GPUs" },
  { names: ["eager"], kind: "switch", help: "run op by op instead of as one compiled function" },
];

/** Flags of the run's place and report. */
export const runFlags: readonly Flag[] = [
  {
    names: ["preset"],
    kind: "text",
    help: "settings that have a name, which other flags change: list shows all, --help --preset " +
      "<name> one",
  },
  { names: ["name"], kind: "text", help: "name of the run in data/runs" },
  {
    names: ["store_name"],
    kind: "text",
    help: "the same, as the official code calls it; what no name may hold becomes _",
  },
  { names: ["root_model"], kind: "path", help: "folder of the runs instead of data/runs" },
  {
    names: ["resume"],
    kind: "text",
    help: "continue a run: its name, its folder or its checkpoint",
  },
  {
    names: ["p", "print_freq"],
    kind: "number",
    help: "print a line every so many steps where the output is no terminal",
    ...whole(1, 1_000_000_000),
  },
  {
    names: ["no_tensorboard"],
    kind: "switch",
    help: "leave out the event files that TensorBoard reads",
  },
];
