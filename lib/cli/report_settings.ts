/**
 * What a report says of the settings of a run: first those that are other than usual, then the others.
 *
 * @module
 */

import { configure, type RunConfig, type Settings, settingsOf } from "../experiment/config.ts";
import type { RunDescription } from "../experiment/run_folder.ts";
import { secondStages } from "../experiment/second_stage.ts";
import { methods as kitMethods } from "../method/methods.ts";
import { type Cell, type Table, table } from "../plot/table.ts";
import { counted } from "../settings/count.ts";
import { type Preset, presets } from "../study/presets.ts";
import { presetOfRun, undecided } from "./report_summary.ts";

/** Written down by a run that begins; nobody chose them. */
const written = ["trainListHash", "testListHash", "imagesHash", "splitHash", "pretrainedHash"];

/** Settings that say what kind of run it is; the others have their defaults by these. */
const kinds = ["dataset", "method", "secondStage"];

/** The settings of a run that is told only its data set, its method and its second stage. */
function usualSettings({ data, stages: [{ method }, second] }: RunConfig): Settings {
  const isKnown = kitMethods.some(({ name }) => name === method);
  const isUsual = secondStages.some((name) => name === second?.name);
  const usual = settingsOf(configure({
    dataset: data.dataset,
    ...(isKnown && { method }),
    ...(isUsual && { secondStage: second!.name }),
  }));
  const plain = settingsOf(configure());
  return { ...usual, ...Object.fromEntries(kinds.map((name) => [name, plain[name]!])) };
}

/**
 * The preset that a run began from, or that it has all settings of.
 *
 * @param description What the run is.
 * @returns The preset; `undefined` where there is none, or this version of the kit has it no more.
 */
function presetOf({ config, environment }: SettledRun): Preset | undefined {
  return presets.find(({ name }) => name === environment.preset) ?? presetOfRun(config);
}

/** What is told of a run's settings. */
export type SettledRun = Pick<RunDescription, "config" | "environment">;

/**
 * The settings of a run, those first that differ from the defaults or from its preset.
 *
 * @param run What the run is.
 * @returns A sentence, a table of what differs, and tables of what does not, a group each.
 * @example Another rate
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { settingItems } from "glmc/cli/report_settings.ts";
 * import { configure } from "glmc/experiment/config.ts";
 *
 * const [words, changed] = settingItems({
 *   config: configure({ learningRate: 0.05 }),
 *   environment: {},
 * });
 *
 * assertEquals(words, "1 setting differs from the defaults:");
 * assertEquals(typeof changed === "object" && changed.rows, [["learningRate", "0.05", "0.01"]]);
 * ```
 */
export function settingItems(run: SettledRun): (string | Table)[] {
  const { config } = run;
  const settings = settingsOf(config);
  const usual = usualSettings(config);
  const preset = presetOf(run);
  const told = preset && settingsOf(configure(preset.settings, { methods: kitMethods }));
  const names = Object.keys(settings).filter((name) => !written.includes(name));
  const fromDefaults = names.filter((name) => settings[name] !== usual[name]);
  const fromPreset = told === undefined
    ? []
    : names.filter((name) => !undecided.includes(name) && settings[name] !== told[name]);
  const changed = names.filter((name) => fromDefaults.includes(name) || fromPreset.includes(name));
  const words = `${differ(fromDefaults.length)} from the defaults` +
    (preset ? `, ${fromPreset.length || "none"} from preset ${preset.name}` : "");
  if (changed.length === 0) return [`${words}.`, ...restTables(config, [])];
  const other = (names: readonly string[], values: Settings) => (name: string): Cell =>
    names.includes(name) ? settingText(values[name]) ?? "not given" : "the same";
  const [byDefault, byPreset] = [other(fromDefaults, usual), other(fromPreset, told ?? {})];
  return [
    `${words}:`,
    table(
      ["what differs", "value", "default", ...(preset ? [`preset ${preset.name}`] : [])],
      changed.map((name) => [
        ...[name, settingText(settings[name]) ?? "not given", byDefault(name)],
        ...(preset ? [byPreset(name)] : []),
      ]),
    ),
    "The others are as usual:",
    ...restTables(config, changed),
  ];
}

function differ(count: number): string {
  return count === 0 ? "No setting differs" : counted(count, "setting differs", "settings differ");
}

/** Every group without what is told already; a second stage as it stands. */
function restTables({ data, network, stages, seed }: RunConfig, told: readonly string[]): Table[] {
  const rest = (values: object): object =>
    Object.fromEntries(Object.entries(values).filter(([name]) => !told.includes(name)));
  return [
    pairTable("setting", rest({ ...data, ...network, seed })),
    ...stages.map(({ name, options, ...stage }, place) =>
      pairTable(
        `stage ${name}`,
        place === 0 ? rest({ ...stage, ...options }) : { ...stage, ...options },
      )
    ),
  ];
}

/**
 * Values by name as a table of two columns.
 *
 * @param what What the names are of.
 * @param values The values.
 * @returns The table.
 * @example On and off
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { pairTable } from "glmc/cli/report_settings.ts";
 *
 * assertEquals(pairTable("setting", { nesterov: true }).rows, [["nesterov", "on"]]);
 * ```
 */
export function pairTable(what: string, values: object): Table {
  return table(
    [what, "value"],
    Object.entries(values).map(([key, value]): Cell[] => [key, settingText(value)]),
  );
}

function settingText(value: unknown): Cell {
  if (value === null) return null;
  if (typeof value === "boolean") return value ? "on" : "off";
  return typeof value === "object"
    ? Object.entries(value).map(([name, part]) => `${name} ${part}`).join(", ")
    : String(value);
}
