/**
 * The list of commands: a new one is a file in this folder and its line here.
 *
 * Nothing here needs a package, so that it is there before the set-up.
 *
 * @module
 */
import type { CommandEntry } from "./shell.ts";

/** All commands by name; each is the file of that name in this folder. */
export const commands: Readonly<Record<string, CommandEntry>> = {
  setup: { summary: "Install what is missing", needsSetup: false },
  doctor: { summary: "Show what is installed, and what mends what is not", needsSetup: false },
  train: { summary: "Train a network and evaluate it after each epoch", needsSetup: true },
  ablate: { summary: "Compare variants of a training over seeds, in many runs", needsSetup: true },
  reproduce: { summary: "Train a published row, and put ours beside it", needsSetup: true },
  rank: { summary: "Be one process of a training", needsSetup: true, isInternal: true },
  planned: { summary: "Do one run of a study", needsSetup: true, isInternal: true },
  data: { summary: "Look at the images of a list before a training", needsSetup: true },
  split: { summary: "Draw a long-tailed subset and write its rows to a file", needsSetup: true },
  stage2: { summary: "Go on with the classifier of a finished run", needsSetup: true },
  evaluate: { summary: "Evaluate a checkpoint or a safetensors file", needsSetup: true },
  tensorboard: { summary: "Open TensorBoard on the runs", needsSetup: true },
  bench: { summary: "Time the training step in every mode, beside PyTorch", needsSetup: true },
  "gpu-check": { summary: "Check a GPU: numbers, speed and memory, in minutes", needsSetup: true },
  lab: { summary: "Open JupyterLab on the notebooks", needsSetup: true },
  notebooks: { summary: "Run the notebooks without a window", needsSetup: true },
  results: { summary: "List runs, or compare them over seeds", needsSetup: true },
  new: { summary: "Write the folder of a study of your own", needsSetup: false },
  docs: { summary: "Build the pages of the API, to read offline", needsSetup: true },
  readme: { summary: "Write the tables of README.md that follow from code", needsSetup: true },
  report: { summary: "Write a run as one page to look at", needsSetup: true },
};
