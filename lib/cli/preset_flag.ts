/**
 * The flag `--preset`: settings that have a name, and what they are.
 *
 * @module
 */

import { configure, type Settings, settingsOf } from "../experiment/config.ts";
import { type ConfiguredDataset, isInFiles, knownDatasets } from "../experiment/data_fields.ts";
import { findPreset, type Preset, presets, tailedDatasets } from "../study/presets.ts";
import type { FlagValues } from "./flags.ts";
import { type HelpRow, rowLines } from "./help_screen.ts";
import { flagText } from "./method_flag.ts";
import { terminalColumns, usableColumns } from "./progress_line.ts";
import { asUsage, UsageError } from "./shell.ts";
import { type ConfigFlag, configFlags, type TrainFlagsOptions } from "./train_flags.ts";
import { wrapped } from "./wrap.ts";

/** The preset of a training that is told nothing. */
const firstLook = "first-look";

/** Settings that say where images are or what chance does, and nothing of what is trained. */
const undecided = ["dataFolder", "source", "seed"];

/**
 * The preset that a command line names.
 *
 * @param args Arguments after the command's name.
 * @returns The preset; `undefined` where none is named.
 * @throws {UsageError} If there is none of that name; says the nearest one.
 * @example Named
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { namedPreset } from "glmc/cli/preset_flag.ts";
 *
 * assertEquals(namedPreset(["--preset", "cifar10-lt-100", "--epochs", "3"])?.settings.epochs, 200);
 * ```
 */
export function namedPreset(args: readonly string[]): Preset | undefined {
  const name = flagText(args, "preset");
  if (name === undefined) return undefined;
  return asUsage(() => findPreset(name));
}

/**
 * The preset of a training that is told nothing that decides its result: `first-look`, if it is there.
 *
 * @param values Parsed flags.
 * @param flags Flags that decide a result.
 * @returns The preset; `undefined` where a flag decides.
 * @example A flag that decides
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { usualPreset } from "glmc/cli/preset_flag.ts";
 * import { configFlags } from "glmc/cli/train_flags.ts";
 *
 * assertEquals(usualPreset({ epochs: 3 }, configFlags({ methods: [] })), undefined);
 * ```
 */
export function usualPreset(
  values: FlagValues,
  flags: readonly ConfigFlag[],
): Preset | undefined {
  const isTold = flags.some(({ setting, names: [first] }) =>
    values[first] !== undefined && !undecided.includes(setting)
  );
  if (isTold || values.resume !== undefined) return undefined;
  return presets.find(({ name }) => name === firstLook);
}

/**
 * What a training does that is told nothing.
 *
 * @returns A few words, for the help screen.
 * @example GLMC, with or without a preset
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { usualText } from "glmc/cli/preset_flag.ts";
 *
 * assertStringIncludes(usualText(), "GLMC");
 * ```
 */
export function usualText(): string {
  const preset = presets.find(({ name }) => name === firstLook);
  return preset === undefined
    ? "GLMC on CIFAR-10-LT at imbalance rate 0.02, ResNet-32 of width 16, two epochs"
    : `${preset.summary}, the preset ${preset.name}`;
}

/**
 * The answer to a command line that asks what presets there are (`--preset list`, `--preset ?`) or what
 * one of them is (`--preset <name> ?`).
 *
 * @param args Arguments after the command's name.
 * @param options The methods.
 * @returns A text; `undefined` where nothing is asked.
 * @throws {UsageError} If there is no preset of that name.
 * @example What one is
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { presetAnswer } from "glmc/cli/preset_flag.ts";
 * import { methods } from "glmc";
 *
 * const answer = presetAnswer(["--preset", "cifar10-lt-100", "?"], { methods });
 *
 * assertStringIncludes(answer!, "--width 64");
 * ```
 */
export function presetAnswer(
  args: readonly string[],
  options: TrainFlagsOptions,
): string | undefined {
  const name = flagText(args, "preset");
  const columns = usableColumns(terminalColumns());
  if (name === "?" || name === "list") return presetList(columns);
  if (!args.includes("?")) return undefined;
  const preset = namedPreset(args);
  if (preset === undefined) {
    throw new UsageError(
      'Unexpected argument "?": write --preset ? for the presets, --help for the flags',
    );
  }
  return presetText(preset, { ...options, columns });
}

/**
 * The presets in few rows: those that differ in their data or their schedule alone share one, under a pattern of names.
 *
 * @returns Names, or patterns of them, and what they are.
 * @example The rows of the paper's table are one
 * ```ts
 * import { assert } from "@std/assert";
 * import { presetRows } from "glmc/cli/preset_flag.ts";
 *
 * assert(presetRows().some(([name]) => name === "<data>-corrected"));
 * ```
 */
export function presetRows(): HelpRow[] {
  const byData = new RegExp(tailedDatasets.map(({ name }) => name).join("|"));
  const pattern = ({ name }: Preset): string =>
    name.replace(byData, "<data>").replace(/-[lc]-<data>$/, "-<l|c>-<data>");
  return [...Map.groupBy(presets, pattern)].map(([name, those]) => {
    const [first, ...others] = those.map(({ summary }) => summary.split(", "));
    const shared = first!.filter((part) => others.every((parts) => parts.includes(part)));
    return [name, shared.join(", ")];
  });
}

/**
 * What `--preset list` shows: every preset, by patterns of their names.
 *
 * @param columns Columns of the terminal.
 * @returns Lines, without a closing line break.
 * @example Within its columns
 * ```ts
 * import { assert } from "@std/assert";
 * import { presetList } from "glmc/cli/preset_flag.ts";
 *
 * assert(presetList(60).split("\n").every((line) => line.length <= 60));
 * ```
 */
export function presetList(columns: number): string {
  const data = tailedDatasets.map(({ name }) => name).join(", ");
  const notes = [
    `${presets.length} presets. <data> is one of ${data}. A baseline of the field, such as ` +
    "ldam-drw-l-cifar10-lt-100, is trained under the schedule of LDAM-DRW (l) or that of CMO (c).",
    "deno task train --help --preset <name> says what one of them sets.",
  ];
  return [
    ...rowLines(presetRows(), columns),
    ...notes.flatMap((note) => ["", ...wrapped(note, { columns })]),
  ].join("\n");
}

/**
 * What a preset is: the settings that differ from the defaults, and the command that means the same.
 *
 * @param preset The preset.
 * @param options The methods, and the columns of the terminal, 80 by default.
 * @returns Lines, without a closing line break.
 * @example Its flags
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { presetText } from "glmc/cli/preset_flag.ts";
 * import { methods } from "glmc";
 * import { findPreset } from "glmc/study/presets.ts";
 *
 * assertStringIncludes(presetText(findPreset("cifar10-lt-100"), { methods }), "--split_seed 3407");
 * ```
 */
export function presetText(
  { name, title, summary, settings, seeds }: Preset,
  options: TrainFlagsOptions & { readonly columns?: number },
): string {
  const { columns = 80 } = options;
  const { dataset } = settings;
  const changes = changesOf(settings, options);
  const width = Math.max(...changes.map(([setting]) => setting.length));
  return [
    title,
    "",
    ...wrapped(`${summary}; seeds ${seeds.join(", ")}.`, { columns }),
    "",
    "What differs from the defaults:",
    "",
    ...changes.map(([setting, value]) => `  ${setting.padEnd(width)}  ${value}`),
    "",
    `deno task train --preset ${name} means the same as`,
    "",
    commandLine(settings, options),
    ...(dataset !== undefined && isInFiles({ dataset: dataset as ConfiguredDataset })
      ? [
        "",
        ...wrapped(
          "with --root for the folder of the images, --dir_train_txt and --dir_test_txt for the lists",
          { columns },
        ),
      ]
      : []),
  ].join("\n");
}

/** The settings that differ from those of a run that is told only its data set, method and second stage. */
function changesOf(
  settings: Settings,
  { methods }: TrainFlagsOptions,
): [string, Settings[string]][] {
  const resolved = settingsOf(configure(settings, { methods }));
  const { dataset, method, secondStage = "none" } = settings;
  const kind = { ...(method && { method }), secondStage };
  const [first] = knownDatasets;
  const usual = settingsOf(configure({ ...(dataset && { dataset }), ...kind }, { methods }));
  return Object.keys(settings).filter((name) => {
    const isKind = name === "dataset" ? dataset !== first!.name : name in kind;
    return isKind ? isKindNamed(name, settings) : resolved[name] !== usual[name];
  }).map((name) => [name, resolved[name]!]);
}

/** Method and second stage are named where they are not the usual ones. */
function isKindNamed(name: string, settings: Settings): boolean {
  return settings[name] !== settingsOf(configure())[name];
}

/**
 * The command that trains with settings, one flag after another.
 *
 * @param settings What differs from the default.
 * @param options The methods, and the columns of the terminal, 80 by default.
 * @returns The command, in lines that a shell takes for one.
 * @example Two flags
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { commandLine } from "glmc/cli/preset_flag.ts";
 * import { methods } from "glmc";
 *
 * assertEquals(
 *   commandLine({ epochs: 3, width: 8 }, { methods }),
 *   "deno task train --epochs 3 --width 8",
 * );
 * ```
 */
export function commandLine(
  settings: Settings,
  options: TrainFlagsOptions & { readonly columns?: number },
): string {
  const flags = configFlags(options);
  const words = changesOf(settings, options).map(([setting, value]) => {
    const { names, kind } = flags.find((flag) => flag.setting === setting)!;
    const name = `--${names.at(-1)}`;
    return kind === "switch" && value === true ? name : `${name} ${value}`;
  });
  const { columns = 80 } = options;
  return wrapped(["deno task train", ...words].join(" "), {
    columns,
    hanging: "  ",
    continued: " \\",
  }).join("\n");
}
