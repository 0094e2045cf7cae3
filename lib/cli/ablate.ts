/**
 * The command `ablate`: compares variants of a training over seeds, in as many runs as that takes.
 *
 * @module
 */

import type { Settings } from "../experiment/config.ts";
import { openRunStore } from "../experiment/run_store.ts";
import { methods as kitMethods } from "../method/methods.ts";
import { counted } from "../settings/count.ts";
import { printResult, tell } from "../process/streams.ts";
import { suggestion } from "../settings/check.ts";
import { ablations, findAblation } from "../study/ablations.ts";
import { withFiles } from "../study/given_files.ts";
import { gridVariants, parseAxis, parseSeeds } from "../study/grid.ts";
import { presets, resolvePreset, settingsOver } from "../study/presets.ts";
import { planStudy, type Study, type Variant } from "../study/study.ts";
import { executorOf } from "./executor_flags.ts";
import { type Flag, type FlagValues, parseFlags } from "./flags.ts";
import type { HelpRow, HelpScreen } from "./help_screen.ts";
import { idleFlags, withoutNames, wordsOnIdleFlags } from "./idle_flags.ts";
import { chooseMethod, type ChosenMethod, flagText } from "./method_flag.ts";
import { printComparison, runSweep } from "./run_sweep.ts";
import { asUsage, UsageError } from "./shell.ts";
import { machineArguments, sweepFlags } from "./sweep_flags.ts";
import { printDryRun } from "./sweep_plan.ts";
import { machineFlags } from "./run_flags.ts";
import { configFlags, settingsIn } from "./train_flags.ts";
import { userPath } from "./user_path.ts";

const gridFlag: Flag = {
  names: ["grid"],
  kind: "text",
  value: "flag=values",
  help: "a flag of train by any of its names, and its values; several grids multiply",
};

const studyFlags: readonly Flag[] = [
  {
    names: ["seeds"],
    kind: "text",
    value: "list",
    help: "seeds of each variant: 1,2,3 or 1-5",
    defaultText: "1,2,3",
  },
  {
    names: ["preset"],
    kind: "text",
    value: "name",
    help: "the preset that all variants start from, or none",
    defaultText: "quick, where there is one",
  },
  {
    names: ["baseline"],
    kind: "text",
    value: "variant",
    help: 'the variant that the others are compared with, such as "contrast_weight 0"',
    defaultText: "that of the ablation, if it has one",
  },
  {
    names: ["name"],
    kind: "text",
    value: "name",
    help: "name of the study",
    defaultText: "it says what is varied",
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
    { title: "Variants and seeds", flags: [gridFlag, ...studyFlags] },
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

/** What a command line asks for. */
export interface AblateArguments {
  /** Names of ablations. */
  readonly names: readonly string[];
  /** Grids, as they were typed. */
  readonly grids: readonly string[];
  /** What is not an ablation or a grid. */
  readonly others: readonly string[];
  /** The method. */
  readonly chosen: ChosenMethod;
  /** Values of the flags. */
  readonly values: FlagValues;
  /** Flags that were given and mean nothing here. */
  readonly idle: readonly Flag[];
}

/**
 * Reads the command line; nothing is planned.
 *
 * @param args The name of an ablation, grids and flags.
 * @returns Its parts.
 * @throws {UsageError} If a flag is unknown or its value does not fit.
 */
export async function read(args: readonly string[]): Promise<AblateArguments> {
  const parts = splitArguments(args);
  const named = flagText(parts.others, "preset");
  const { method } = asUsage(() => presetOf(named)) ?? {};
  const chosen = await chooseMethod(parts.others, {
    methods: kitMethods,
    ...(method !== undefined && { usual: `${method}` }),
  });
  const own = [...studyFlags, ...sweepFlags, ...machineFlags, ...configFlags(chosen)];
  const idle = withoutNames(idleFlags, own);
  return { ...parts, chosen, values: parseFlags(chosen.args, [...own, ...idle]), idle };
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
  const { names, grids, chosen, values, idle } = await read(args);
  for (const line of wordsOnIdleFlags(values, idle)) tell(line);
  refuseOwnMethod(chosen);
  const planned = asUsage(() =>
    studyOf({ names, grids, values, chosen, base: baseOf(values, chosen) })
  );
  const study = {
    ...planned,
    base: await withFiles(planned.base),
    variants: await Promise.all(
      planned.variants.map(async ({ name, settings }) => ({
        name,
        settings: await withFiles(settings),
      })),
    ),
  };
  const { root_model } = values;
  const store = openRunStore(root_model === undefined ? undefined : `${root_model}`, chosen);
  // Before anything is written or started.
  asUsage(() => planStudy(study, store));
  const machine = machineArguments(values);
  const executor = executorOf(values, machine);
  if (values["dry-run"] === true) return await printDryRun(study, { store, machine });
  const { results } = await runSweep(study, {
    store,
    executor,
    failFast: values["fail-fast"] === true,
    onlyFailed: values.only === "failed",
  });
  printComparison(study, results, store);
}

/** The name of an ablation, the grids, and what remains to be parsed. */
function splitArguments(args: readonly string[]): {
  readonly names: readonly string[];
  readonly grids: readonly string[];
  readonly others: readonly string[];
} {
  const [names, grids, others]: [string[], string[], string[]] = [[], [], []];
  for (let index = 0; index < args.length; index++) {
    const word = args[index]!;
    const [, glued] = word.match(/^--grid(?:=(.*))?$/s) ?? [];
    if (glued !== undefined) grids.push(glued);
    else if (word === "--grid") grids.push(args[++index] ?? "");
    // What does not follow a flag at once is no value of it.
    else if (index === 0 && !word.startsWith("-")) names.push(word);
    else others.push(word);
  }
  return { names, grids, others };
}

function refuseOwnMethod({ methods }: ChosenMethod): void {
  const [own] = methods.filter((method) => !kitMethods.includes(method));
  if (own === undefined) return;
  throw new UsageError(
    `Cannot compare the method ${own.name}: it comes from a file, which the processes of the runs do ` +
      "not know: add it to lib/method/methods.ts",
  );
}

/** Settings of all variants: the preset, and the flags over it. */
function baseOf(values: FlagValues, chosen: ChosenMethod): Settings {
  const { seed, ...given } = settingsIn(values, configFlags(chosen));
  if (seed !== undefined) {
    throw new UsageError(
      `Cannot use --seed ${seed}: variants have several: give them with --seeds`,
    );
  }
  const preset = presetOf(values.preset);
  return preset === undefined ? given : settingsOver(preset, given, chosen.methods);
}

/** Settings of the preset that is named, or meant where none is. */
function presetOf(named: FlagValues[string] | undefined): Settings | undefined {
  if (named === "none") return undefined;
  if (named !== undefined) return resolvePreset(`${named}`);
  return presets.find(({ name }) => name === "quick")?.settings;
}

function studyOf({ names, grids, values, chosen, base }: {
  readonly names: readonly string[];
  readonly grids: readonly string[];
  readonly values: FlagValues;
  readonly chosen: ChosenMethod;
  readonly base: Settings;
}): Study {
  const [name] = names;
  if (name === undefined && grids.length === 0) {
    throw new UsageError(
      "Cannot compare nothing: name an ablation or a grid: deno task ablate ? lists the ablations",
    );
  }
  const ablation = name === undefined ? undefined : findAblation(name);
  // Where two methods have one flag, that of the chosen one is meant.
  const methods = [chosen.method, ...chosen.methods];
  const axes = grids.map((text) => parseAxis(text, { methods, pathOf: (path) => userPath(path) }));
  const grid = gridVariants(axes);
  const variants = ablation === undefined
    ? grid
    : ablation.variants.flatMap((variant) =>
      grid.map(({ name, settings }) => ({
        name: name === "" ? variant.name : `${variant.name}, ${name}`,
        settings: { ...variant.settings, ...settings },
      }))
    );
  const varied = axes.map(({ flag }) => flag);
  const baseline = baselineOf(variants, values.baseline) ??
    variants.find(({ name }) => name === ablation?.baseline)?.name;
  return {
    name: nameOf(`${values.name ?? [...names, ...varied].join("-")}`, values.name !== undefined),
    title: [...(ablation ? [ablation.title] : []), ...varied].join(", "),
    base,
    variants,
    seeds: parseSeeds(`${values.seeds ?? "1,2,3"}`),
    ...(baseline !== undefined && { baseline }),
  };
}

/** The variant that is named as the baseline, if one is. */
function baselineOf(
  variants: readonly Variant[],
  wanted: FlagValues[string] | undefined,
): string | undefined {
  if (wanted === undefined) return undefined;
  const names = variants.map(({ name }) => name);
  if (names.includes(`${wanted}`)) return `${wanted}`;
  throw new UsageError(
    `Cannot use --baseline ${wanted}: it is no variant: ${suggestion(`${wanted}`, names)}`,
  );
}

/** A name for the folder of the study. */
function nameOf(text: string, isGiven: boolean): string {
  const name = text.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-+|-+$/g, "");
  if (isGiven && name !== text) {
    throw new UsageError(
      `Cannot name the study "${text}": use small letters, digits and dashes` +
        (name === "" ? "" : `: write --name ${name}`),
    );
  }
  return name.slice(0, 100);
}
