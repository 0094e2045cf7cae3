/**
 * Entry of the command line: `deno run -A lib/cli/main.ts <command> [flags]`.
 *
 * It imports nothing that needs a package, and loads a command by a computed address, so that Deno
 * fetches nothing before the set-up has said what it installs and why.
 *
 * @module
 */
import { guardConsole } from "../process/streams.ts";
import { prepare } from "./setup.ts";
import { type Command, type CommandEntry, reportError, runCommand } from "./shell.ts";

const commands: Record<string, CommandEntry> = {
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
  lab: { summary: "Open JupyterLab on the notebooks", needsSetup: true },
  notebooks: { summary: "Run the notebooks without a window", needsSetup: true },
  results: { summary: "List runs, or compare them over seeds", needsSetup: true },
  report: { summary: "Write a run as one page to look at", needsSetup: true },
};

function load(name: string): Promise<Command> {
  return import(new URL(`./${name}.ts`, import.meta.url).href);
}

guardConsole();
for (const event of ["error", "unhandledrejection"] as const) {
  globalThis.addEventListener(event, (problem) => {
    problem.preventDefault();
    Deno.exit(reportError("reason" in problem ? problem.reason : problem.error));
  });
}

const code = await runCommand(Deno.args, { commands, load, prepare });
// Ending at once: libtensorflow does not survive being unloaded at a normal end.
Deno.exit(code || Deno.exitCode);
