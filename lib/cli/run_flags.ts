/**
 * The flags of `train` that do not change what is computed: the machine, and the run's place and report.
 *
 * @module
 */

import { type Flag, wholeNumbers } from "./flags.ts";

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
    default: "auto",
  },
  {
    names: ["intra_op_threads"],
    help: "threads within an operation",
    defaultText: "as many as suit the steps",
    ...wholeNumbers({ most: 1024 }),
  },
  {
    names: ["inter_op_threads"],
    help: "operations at a time",
    defaultText: "as TensorFlow likes",
    ...wholeNumbers({ most: 1024 }),
  },
  {
    names: ["gpu", "gpus"],
    kind: "text",
    value: "numbers",
    help:
      "GPUs that may be used, counted from 0, such as 1 or 0,1; the CPU where there is no such one",
    defaultText: "all there are",
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
  { names: ["xla"], kind: "switch", help: "let XLA compile the step; meant for GPUs" },
  { names: ["eager"], kind: "switch", help: "run op by op instead of as one compiled function" },
];

/** Flags of the run's place and report. */
export const runFlags: readonly Flag[] = [
  {
    names: ["preset"],
    kind: "text",
    value: "name",
    help: "settings that have a name, which other flags change: --preset list shows all, --help " +
      "--preset <name> one",
    defaultText: "first-look, where no flag says what to train",
  },
  {
    names: ["name"],
    kind: "text",
    value: "name",
    help: "name of the run in data/runs",
    defaultText: "made of its settings",
  },
  {
    names: ["store_name"],
    kind: "text",
    value: "name",
    help: "the same, as the official code calls it; what no name may hold becomes _",
  },
  {
    names: ["root_model"],
    kind: "path",
    help: "folder of the runs",
    defaultText: "data/runs, or GLMC_RUNS",
  },
  {
    names: ["resume"],
    kind: "text",
    value: "run",
    help: "continue a run: its name, its folder or its checkpoint",
    defaultText: "a new run",
  },
  {
    names: ["p", "print_freq"],
    unit: "steps",
    help: "steps between two lines where the output is no terminal",
    defaultText: "a line every 10 seconds",
    ...wholeNumbers({ most: 1_000_000_000 }),
  },
  {
    names: ["no_tensorboard"],
    kind: "switch",
    help: "leave out the event files that TensorBoard reads",
  },
];
