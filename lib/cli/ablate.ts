/**
 * The command `ablate`: compares variants of a training over seeds, in as many runs as that takes.
 *
 * @module
 */

import { openRunStore } from "../experiment/run_store.ts";
import { methods as kitMethods } from "../method/methods.ts";
import { printResult, tell } from "../process/streams.ts";
import { counted } from "../settings/count.ts";
import { ablations } from "../study/ablations.ts";
import { studyWithFiles } from "../study/given_files.ts";
import { type PlannedRun, planStudy } from "../study/study.ts";
import { readArguments, studyOf, variantFlags } from "./ablate_study.ts";
import { executorOf } from "./executor_flags.ts";
import type { HelpRow, HelpScreen } from "./help_screen.ts";
import { wordsOnIdleFlags } from "./idle_flags.ts";
import type { ChosenMethod } from "./method_flag.ts";
import { machineFlags } from "./run_flags.ts";
import { printComparison, runSweep } from "./run_sweep.ts";
import { asUsageLater, UsageError } from "./shell.ts";
import { machineArguments, sweepFlags } from "./sweep_flags.ts";
import { printDryRun } from "./sweep_plan.ts";
import { usablePlan } from "./usable_plan.ts";

export { readArguments as read } from "./ablate_study.ts";

/** What `--help` shows. */
export const help: HelpScreen = {
  summary:
    "Trains every variant with every seed and compares them: mean and deviation over seeds, and the " +
    "paired difference to a baseline with its interval.",
  examples: [
    { command: "deno task ablate components --dry-run", does: "what an ablation would take here" },
    {
      command: "deno task ablate components --epochs 5 --imbalance_rate 0.01",
      does: "an ablation with other settings for all its variants",
    },
    {
      command: "deno task ablate --grid lr=0.01,0.1 --grid method=glmc,cross_entropy --seeds 1-5",
      does: "a grid of your own: four variants, five seeds each",
    },
    { command: "deno task ablate ?", does: "the ablations there are" },
  ],
  usage: [
    "deno task ablate <ablation> [flags]",
    "deno task ablate --grid <flag>=<value>,<value> [--grid ...] [flags]",
    "deno task ablate ?",
  ],
  notes: [
    "The same command again goes on where it was: finished runs are known by what they ask for, wherever " +
    "they were made. Ctrl-C leaves a checkpoint of each run at work.",
    "All other flags are those of train (deno task train --help) and hold for all variants.",
  ],
  sections: [
    { title: "Ablations", rows: ablationRows() },
    { title: "Variants and seeds", flags: variantFlags },
    { title: "The runs", flags: sweepFlags },
    { title: "The machine", flags: machineFlags },
  ],
};

function ablationRows(): HelpRow[] {
  return ablations.map(({ name, summary, variants }) => [
    name,
    `${summary} (${counted(variants.length, "variant")})`,
  ]);
}

function listAblations(): string {
  const rows = ablationRows();
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, summary]) => `  ${name.padEnd(width)}  ${summary}`).join("\n");
}

/**
 * Runs the command.
 *
 * @param args The name of an ablation, grids and flags.
 * @throws {UsageError} If ablation, grid, seeds or flags do not fit.
 * @throws {Error} If the study cannot be written down, or a result cannot be read.
 */
export async function run(args: string[]): Promise<void> {
  if (args[0] === "?") return printResult(listAblations());
  const given = await readArguments(args);
  const { chosen, values, idle, preset } = given;
  for (const line of wordsOnIdleFlags(values, idle)) tell(line);
  refuseOwnMethod(chosen);
  const asked = studyOf(given);
  const { root_model } = values;
  const store = openRunStore(root_model === undefined ? undefined : `${root_model}`, chosen);
  // Before a file is read, and anything is written or started.
  await usablePlan(asked, store);
  const study = await asUsageLater(studyWithFiles(asked, { onNotice: tell }));
  for (const line of wordsOnAlike(planStudy(study, store))) tell(line);
  const machine = machineArguments(values);
  const executor = executorOf(values, machine);
  if (values["dry-run"] === true) return await printDryRun(study, { store, machine });
  const { results } = await runSweep(study, {
    store,
    executor,
    preset,
    failFast: values["fail-fast"] === true,
    onlyFailed: values.only === "failed",
  });
  printComparison(study, results, store);
}

/** A word on variants that are told apart by their names alone, such as by the place of the same images. */
function wordsOnAlike(planned: readonly PlannedRun[]): string[] {
  const alike = Map.groupBy(planned, ({ hash }) => hash).values()
    .map((runs) => runs.map(({ variant }) => `"${variant}"`).join(" and "))
    .filter((names) => names.includes('" and "'));
  return [...new Set(alike)].map((names) => `${names} ask for the same: their runs are done once`);
}

function refuseOwnMethod({ methods }: ChosenMethod): void {
  const [own] = methods.filter((method) => !kitMethods.includes(method));
  if (own === undefined) return;
  throw new UsageError(
    `Cannot compare the method ${own.name}: it comes from a file, which the processes of the runs do ` +
      "not know: add it to lib/method/methods.ts",
  );
}
