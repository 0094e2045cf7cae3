/**
 * The flags of `bench`, and its help screen.
 *
 * @module
 */

import { type Flag, wholeNumbers } from "./flags.ts";
import type { HelpScreen } from "./help_screen.ts";
import { machineFlags } from "./run_flags.ts";

const settingFlags: readonly Flag[] = [
  {
    names: ["width"],
    help: "channels of the first stage",
    default: 16,
    unit: "channels",
    ...wholeNumbers(),
  },
  {
    names: ["b", "batch_size"],
    help: "examples of a step: images, or pairs of them",
    default: 64,
    unit: "examples",
    ...wholeNumbers(),
  },
  {
    names: ["method"],
    kind: "text",
    value: "name",
    help: "whose step is timed; PyTorch has glmc and cross_entropy",
    defaultText: "glmc",
  },
  { names: ["rounds"], help: "turns of each contender", default: 7, ...wholeNumbers() },
  { names: ["steps"], help: "steps in a turn", default: 3, unit: "steps", ...wholeNumbers() },
  { names: ["peer"], kind: "switch", help: "time PyTorch too; installs it if it is missing" },
  { names: ["xla"], kind: "switch", help: "time the step compiled by XLA too; meant for GPUs" },
];

const kindFlags: readonly Flag[] = [
  {
    names: ["sweep"],
    kind: "switch",
    help: "batch sizes 32 to 512 instead of one; the fastest modes only, one after another",
  },
  {
    names: ["memory"],
    kind: "switch",
    help: "only watch the native memory over 1,000 compiled steps",
  },
  {
    names: ["devices"],
    kind: "switch",
    help: "only compare one process with two that share out each step, and time their all-reduce",
  },
  {
    names: ["methods"],
    kind: "text",
    value: "names",
    help: "only compare the compiled steps of these methods in turns, such as glmc,cross_entropy",
  },
  {
    names: ["images"],
    kind: "switch",
    help: "only make views of image files, on the CPU; with --peer beside torchvision's DataLoader",
  },
];

const placeFlags: readonly Flag[] = [
  {
    names: ["device"],
    kind: "text",
    choices: ["auto", "cpu", "gpu"],
    help: "where to run; auto takes the GPU when TensorFlow lists one",
    default: "auto",
  },
  ...machineFlags.filter(({ names: [name] }) => name === "gpu"),
  {
    names: ["intra_op_threads"],
    help: "threads within an operation of ours",
    defaultText: "as many as suit the steps",
    ...wholeNumbers(),
  },
  {
    names: ["inter_op_threads"],
    help: "operations of ours at a time",
    defaultText: "as TensorFlow likes",
    ...wholeNumbers(),
  },
  {
    names: ["out"],
    kind: "text",
    value: "path",
    help: "where to write the numbers, and the page beside them",
    defaultText: "data/bench/<time>.json",
  },
  {
    names: ["export"],
    kind: "path",
    help: "file of speed cards to add the medians to, such as data/results/speed.json",
  },
];

/** All flags of `bench`. */
export const benchFlags: readonly Flag[] = [...settingFlags, ...kindFlags, ...placeFlags];

/** What `--help` shows of `bench`. */
export const benchHelp: HelpScreen = {
  summary:
    "Times a training step of ResNet-32 on random images in every mode, and with --peer PyTorch's: " +
    "op by op, compiled, compiled in bfloat16. The contenders are processes that take turns, so that " +
    "what disturbs the machine disturbs all; ratios are medians over the rounds.",
  examples: [
    {
      command: "deno task bench",
      does: "GLMC's step; numbers as JSON, and a page with plots beside it",
    },
    {
      command: "deno task bench --peer --width 64 -b 32",
      does: "beside PyTorch, at the official width",
    },
    {
      command: "deno task bench --methods glmc,cross_entropy,mixup",
      does: "compiled steps of several methods",
    },
    {
      command: "deno task bench --images --peer",
      does: "views of image files a second, beside torchvision",
    },
  ],
  usage: ["deno task bench [flags]"],
  sections: [
    { title: "What is timed", flags: settingFlags },
    { title: "Other measurements", flags: kindFlags },
    { title: "The machine and the result", flags: placeFlags },
  ],
};
