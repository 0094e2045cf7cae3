/**
 * What `ablate` compares: from arguments to a study, before anything is looked up or started.
 *
 * @module
 */

import type { Settings } from "../experiment/config.ts";
import { methodFields, partFields } from "../experiment/config_fields.ts";
import { methods as kitMethods } from "../method/methods.ts";
import { dashed, suggestion } from "../settings/check.ts";
import { type Ablation, findAblation } from "../study/ablations.ts";
import { type GridAxis, gridVariants, parseAxis, parseSeeds } from "../study/grid.ts";
import { findPreset, type Preset, presets, settingsOver } from "../study/presets.ts";
import type { Study, Variant } from "../study/study.ts";
import { type Flag, type FlagValues, parseFlags } from "./flags.ts";
import { idleFlags, withoutNames } from "./idle_flags.ts";
import { chooseMethod, type ChosenMethod, flagText } from "./method_flag.ts";
import { machineFlags } from "./run_flags.ts";
import { asUsage, UsageError } from "./shell.ts";
import { sweepFlags } from "./sweep_flags.ts";
import { type ConfigFlag, configFlags, settingsIn } from "./train_flags.ts";
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

/** Flags that say what is compared, beside those of `train`. */
export const variantFlags: readonly Flag[] = [gridFlag, ...studyFlags];

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
  /** Name of the preset that all variants start from, if there is one. */
  readonly preset: string | undefined;
}

/**
 * Reads the command line of `ablate`; nothing is planned.
 *
 * @param args The name of an ablation, grids and flags.
 * @returns Its parts.
 * @throws {UsageError} If a flag is unknown or its value does not fit.
 * @example A grid
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { readArguments } from "glmc/cli/ablate_study.ts";
 *
 * const { grids, values } = await readArguments(["--grid", "lr=0.1,0.01", "--epochs", "3"]);
 *
 * assertEquals([grids, values.epochs], [["lr=0.1,0.01"], 3]);
 * ```
 */
export async function readArguments(args: readonly string[]): Promise<AblateArguments> {
  const parts = splitArguments(args);
  const named = flagText(parts.others, "preset");
  const preset = asUsage(() => presetOf(named));
  const { method } = preset?.settings ?? {};
  const chosen = await chooseMethod(parts.others, {
    methods: kitMethods,
    ...(method !== undefined && { usual: `${method}` }),
  });
  const own = [...studyFlags, ...sweepFlags, ...machineFlags, ...configFlags(chosen)];
  const idle = withoutNames(idleFlags, own);
  const values = parseFlags(chosen.args, [...own, ...idle]);
  return { ...parts, chosen, values, idle, preset: preset?.name };
}

/**
 * The study that `deno task ablate` runs with some arguments.
 *
 * @param args The arguments, as they are typed.
 * @returns The study; files that its settings name are not looked at.
 * @throws {UsageError} If ablation, grid, seeds or flags do not fit.
 * @example An ablation with other settings for all its variants
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { studyFromArguments } from "glmc/cli/ablate_study.ts";
 *
 * const study = await studyFromArguments(["gamma", "--epochs", "5", "--seeds", "1-5"]);
 *
 * assertEquals([study.base.epochs, study.seeds.length, study.variants.length], [5, 5, 9]);
 * ```
 */
export async function studyFromArguments(args: readonly string[]): Promise<Study> {
  return studyOf(await readArguments(args));
}

/**
 * The study that arguments ask for.
 *
 * @param args The arguments.
 * @returns The study; files that its settings name are not looked at.
 * @throws {UsageError} If ablation, grid or seeds do not fit.
 */
export function studyOf(args: AblateArguments): Study {
  return asUsage(() => compared(args));
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

/** Settings of all variants: the preset, and the flags over it. */
function baseOf(values: FlagValues, chosen: ChosenMethod): Settings {
  const { seed, ...given } = settingsIn(values, configFlags(chosen));
  if (seed !== undefined) {
    throw new UsageError(
      `Cannot use --seed ${seed}: variants have several: give them with --seeds`,
    );
  }
  const preset = presetOf(values.preset);
  return preset === undefined ? given : settingsOver(preset.settings, given, chosen.methods);
}

/** Settings of the preset that is named, or meant where none is. */
function presetOf(named: FlagValues[string] | undefined): Preset | undefined {
  if (named === "none") return undefined;
  if (named !== undefined) return findPreset(`${named}`);
  return presets.find(({ name }) => name === "quick");
}

function compared({ names, grids, values, chosen }: AblateArguments): Study {
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
  const given = configFlags(chosen).filter(({ names: [first] }) => values[first] !== undefined);
  refuseClashes({ axes, ablation, grid, given });
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
    base: baseOf(values, chosen),
    variants,
    seeds: parseSeeds(`${values.seeds ?? "1,2,3"}`),
    ...(baseline !== undefined && { baseline }),
  };
}

/** Refuses what would be overruled without a word: a grid over an ablation, variants over a flag. */
function refuseClashes({ axes, ablation, grid, given }: {
  readonly axes: readonly GridAxis[];
  readonly ablation: Ablation | undefined;
  readonly grid: readonly Variant[];
  readonly given: readonly ConfigFlag[];
}): void {
  for (const { setting, flag } of axes) {
    const variant = ablation?.variants.find((variant) => decides(variant, setting));
    if (variant === undefined) continue;
    throw new UsageError(
      `Cannot use --grid ${flag} with the ablation ${
        ablation!.name
      }: its variant "${variant.name}" ` +
        "has a value of its own: leave one of them out",
    );
  }
  const lists = [ablation?.variants ?? [], axes.length === 0 ? [] : grid];
  const overruled = given.find(({ setting }) =>
    lists.some((list) => list.length > 0 && list.every((variant) => decides(variant, setting)))
  );
  if (overruled === undefined) return;
  const flag = dashed(overruled.names.at(-1)!);
  throw new UsageError(
    `Cannot use ${flag} for all variants: each of them has a value of its own: leave ${flag} out`,
  );
}

/** Whether a variant says what a setting is; a method is chosen by its name, its views or its loss. */
function decides({ settings }: Variant, setting: string): boolean {
  const choosing = Object.keys({ ...methodFields, ...partFields });
  return setting in settings ||
    choosing.includes(setting) && choosing.some((name) => name in settings);
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
