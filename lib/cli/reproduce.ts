/**
 * The command `reproduce`: trains a published row with its seeds, and puts ours beside the published numbers.
 *
 * @module
 */

import { configure, type Settings } from "../experiment/config.ts";
import { openRunStore } from "../experiment/run_store.ts";
import { methods as kitMethods } from "../method/methods.ts";
import { table } from "../plot/table.ts";
import { counted } from "../settings/count.ts";
import { printResult, tell } from "../process/streams.ts";
import { unpublishedLists, withFiles } from "../study/given_files.ts";
import { parseSeeds } from "../study/grid.ts";
import { findPreset, type Reading, readings } from "../study/presets.ts";
import { publishedFor } from "../study/published.ts";
import {
  largeRows,
  reproduced,
  reproducibleRows,
  type Reproduction,
  reproductionOf,
} from "../study/reproduction.ts";
import { reproductionTable } from "../study/reproduction_table.ts";
import { executorOf } from "./executor_flags.ts";
import { fittedTable } from "./fit_table.ts";
import { type Flag, type FlagValues, parseFlags } from "./flags.ts";
import type { HelpScreen } from "./help_screen.ts";
import { chooseMethod } from "./method_flag.ts";
import { runSweep } from "./run_sweep.ts";
import { asUsage, asUsageLater, UsageError } from "./shell.ts";
import { machineArguments, sweepFlags } from "./sweep_flags.ts";
import { type ExpectedRun, expectedText, expectStudy, printDryRun } from "./sweep_plan.ts";
import { machineFlags } from "./run_flags.ts";
import { usablePlan } from "./usable_plan.ts";
import { type ConfigFlag, configFlags, settingsIn } from "./train_flags.ts";

const allRows = [...reproducibleRows, ...largeRows];

const ownFlags: readonly Flag[] = [
  {
    names: ["reading"],
    kind: "choice",
    choices: readings,
    help: "how a row of GLMC is read",
    default: "official-code",
  },
  {
    names: ["seeds"],
    kind: "text",
    value: "list",
    help: "seeds: 1,2,3 or 1-5",
    defaultText: "those of the row",
  },
  {
    names: ["root_model"],
    kind: "path",
    help: "folder of the runs",
    defaultText: "data/runs, or GLMC_RUNS",
  },
];

/** What `--help` shows. */
export const help: HelpScreen = {
  summary:
    "Trains a published row with its seeds and its second stage, and ends with our numbers beside " +
    "all published ones: within the spread of our seeds or not.",
  examples: [
    { command: "deno task reproduce ?", does: "all rows, those of the baselines too" },
    {
      command: "deno task reproduce cifar10-lt-100 --dry-run",
      does: "what the row will take on this machine",
    },
    { command: "deno task reproduce cifar10-lt-100 --seeds 1", does: "a row with one seed" },
    {
      command:
        "deno task reproduce inat18 --root inat2018 --dir_train_txt iNaturalist18_train.txt " +
        "--dir_test_txt iNaturalist18_val.txt",
      does: "a row of a large set, whose images and lists are your own copies",
    },
  ],
  usage: ["deno task reproduce <row> [flags]", "deno task reproduce ?"],
  notes: [
    "It says before it starts what it will take on this machine; the same command again goes on where it " +
    "was. One run gives both numbers of a row of GLMC, with MaxNorm and without; --second_stage none " +
    "leaves MaxNorm out. By lists that are not the published ones there is no verdict.",
    "All other flags are those of train (deno task train --help). With one of them that decides the " +
    "result, such as --epochs 2 --width 16, ours is another setting, of which there is no verdict.",
  ],
  sections: [
    {
      title: "The rows of GLMC, as deno task train --preset <row> trains them",
      rows: rowsOf(allRows.filter((row) => findPreset(row).settings.method === "glmc"))
        .map(({ row, title, top1, source }) => [row, `${title}: ${top1} % (${source})`]),
    },
    { title: "Flags", flags: [...ownFlags, ...sweepFlags] },
    { title: "The machine", flags: machineFlags },
  ],
};

/** Rows with the number that each is measured against. */
function rowsOf(rows: readonly string[]) {
  return rows.map((row) => {
    const { title, settings, target } = findPreset(row);
    const number = publishedFor(configure(settings)).find(({ source }) => source === target);
    return {
      row,
      title: title.replace(" (official-code)", ""),
      top1: number?.top1,
      source: number?.title,
    };
  });
}

function rowList(rows: readonly string[]): string {
  const lines = rowsOf(rows).map(({ row, title, top1, source }) => [row, title, top1, source]);
  return fittedTable(table(["row", "what it is", "top-1 (%)", "published by"], lines));
}

/**
 * Reads the command line; nothing is planned.
 *
 * @param args The name of a row, and flags.
 * @returns The row, the values of the flags, and what may set something.
 * @throws {UsageError} If row or flags do not fit.
 */
export async function read([row = "", ...others]: readonly string[]): Promise<{
  readonly row: string;
  readonly values: FlagValues;
  readonly config: readonly ConfigFlag[];
}> {
  if (isQuestion([row])) return { row, values: {}, config: [] };
  if (row === "" || row.startsWith("-")) {
    throw new UsageError("Cannot reproduce nothing: name a row: deno task reproduce ? lists them");
  }
  // What is wrong with the row is said before what is wrong with a flag.
  const { preset } = asUsage(() => reproductionOf(row));
  const chosen = await chooseMethod(others, {
    methods: kitMethods,
    usual: `${preset.settings.method}`,
  });
  const config = configFlags(chosen);
  const values = parseFlags(chosen.args, [...ownFlags, ...sweepFlags, ...machineFlags, ...config]);
  return { row, values, config };
}

/**
 * Runs the command.
 *
 * @param args The name of a row, and flags.
 * @throws {UsageError} If row, reading, seeds or flags do not fit.
 * @throws {Error} If the study cannot be written down, or a result cannot be read.
 */
export async function run(args: string[]): Promise<void> {
  if (isQuestion(args)) return printResult(rowList(allRows));
  const { row, values, config } = await read(args);
  const reproduction = asUsage(() => asked(row, values, settingsIn(values, config)));
  const { base } = reproduction.study;
  const otherLists = await asUsageLater(unpublishedLists(base));
  const told = await withFiles(base, { onNotice: tell });
  const otherImages = told.imagesHash === base.imagesHash ? [] : ["other images"];
  await reproduce({
    ...reproduction,
    altered: [...reproduction.altered, ...otherLists, ...otherImages],
    study: { ...reproduction.study, base: told },
  }, values);
}

function isQuestion([word]: readonly string[]): boolean {
  return word === "?" || word === "list";
}

function asked(row: string, values: FlagValues, { seed, ...given }: Settings): Reproduction {
  if (seed !== undefined) {
    throw new UsageError(`Cannot use --seed ${seed}: a row has several: give them with --seeds`);
  }
  const { reading, seeds } = values;
  return reproductionOf(row, {
    given,
    ...(reading !== undefined && { reading: reading as Reading }),
    ...(seeds !== undefined && { seeds: parseSeeds(`${seeds}`) }),
  });
}

async function reproduce(reproduction: Reproduction, values: FlagValues): Promise<void> {
  const { study } = reproduction;
  const { root_model, only, "fail-fast": failFast } = values;
  const store = openRunStore(root_model === undefined ? undefined : `${root_model}`, {
    methods: kitMethods,
  });
  await usablePlan(study, store);
  const machine = machineArguments(values);
  const executor = executorOf(values, machine);
  if (values["dry-run"] === true) return await printDryRun(study, { store, machine });
  // Jobs of a cluster run on other machines than this one.
  if (values.executor !== "slurm") {
    tell(beforehand(reproduction, await expectStudy(study, { store, machine })));
  }
  const { results } = await runSweep(study, {
    store,
    executor,
    preset: reproduction.preset.name,
    failFast: failFast === true,
    onlyFailed: only === "failed",
  });
  printResult(fittedTable(reproductionTable(reproduction, reproduced(reproduction, results))));
}

/**
 * What a reproduction takes, said before it begins.
 *
 * @param reproduction The row.
 * @param runs Its runs, and how long each takes.
 * @returns A line.
 * @example Nothing to do
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { beforehand } from "glmc/cli/reproduce.ts";
 * import { reproductionOf } from "glmc/study/reproduction.ts";
 *
 * assertStringIncludes(beforehand(reproductionOf("cifar10-lt-100"), []), "200 + 10 epochs");
 * ```
 */
export function beforehand({ study }: Reproduction, runs: readonly ExpectedRun[]): string {
  const lengths = configure(study.base).stages.map(({ epochs }) => epochs);
  const epochs = lengths.length === 1
    ? counted(lengths[0]!, "epoch")
    : `${lengths.join(" + ")} epochs`;
  const seeds = study.seeds.length;
  const isKnown = runs.length > 0 && runs.every(({ known }) => known !== undefined);
  return `${study.title}: ${counted(seeds, "run")} of ${epochs}. ` +
    `${expectedText(runs)}${isKnown ? "" : " on this machine; Ctrl-C keeps what is done"}`;
}
