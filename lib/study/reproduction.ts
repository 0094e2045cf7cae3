/**
 * Reproductions: what a published row asks for, and how our numbers stand against it.
 *
 * @module
 */

import { configure, type Settings, settingsOf } from "../experiment/config.ts";
import type { Method } from "../method/method.ts";
import { methods as kitMethods } from "../method/methods.ts";
import { suggestion } from "../settings/check.ts";
import { compareVariants } from "./compare.ts";
import {
  findPreset,
  maxNormStage,
  type Preset,
  presets,
  type Reading,
  readings,
  rowPresetName,
  settingsOver,
  tailedDatasets,
} from "./presets.ts";
import { largeRowNames } from "./presets/large_rows.ts";
import { type Published, publishedFor } from "./published.ts";
import type { RunResult } from "./result.ts";
import { type Difference, differenceOf, type Spread, spreadOf } from "./statistics.ts";
import type { Study } from "./study.ts";
import { evaluatedEpochs } from "../train/stage.ts";

/** A row of a published table, as runs of ours. */
export interface Reproduction {
  /** The preset that it is of. */
  readonly preset: Preset;
  /** Its runs, all stages in each. */
  readonly study: Study;
  /** Settings that are not those of the row, if any: what comes out is no reproduction of it then. */
  readonly altered: readonly string[];
}

/** What is asked of a row. */
export interface ReproductionOptions {
  /** How a row of GLMC's table is read; as the official code does by default. */
  readonly reading?: Reading;
  /** Seeds; those of the preset by default. */
  readonly seeds?: readonly number[];
  /** Settings over those of the row, such as fewer epochs; none by default. */
  readonly given?: Settings;
  /** The methods there are; those of the kit by default. */
  readonly methods?: readonly Method[];
}

const glmcRows: readonly string[] = [...tailedDatasets.map(({ name }) => name), ...largeRowNames];

/**
 * Names of the rows whose images the kit can fetch: those of GLMC, then baselines with a number of their own.
 * Those whose images and lists must be brought are {@linkcode largeRows}.
 */
export const reproducibleRows: readonly string[] = [
  ...tailedDatasets.map(({ name }) => name),
  ...presets.filter(({ name, target, settings }) =>
    target !== undefined && settings.method !== "glmc" && !glmcRows.includes(name)
  ).map(({ name }) => name),
];

/** Names of GLMC's rows on large sets; folder and lists of the images are given as settings over them. */
export const largeRows: readonly string[] = largeRowNames;

/**
 * The runs that reproduce a row.
 *
 * A row of GLMC's table is trained with its second stage behind it, where there is a number of that, so that
 * one run gives both numbers of the row: with MaxNorm and, before it, without.
 *
 * @param row Name of the row; see {@linkcode reproducibleRows} and {@linkcode largeRows}.
 * @param options Reading, seeds and settings over those of the row.
 * @returns Preset, study, and what has been altered.
 * @throws {RangeError} If there is no such row, it has no such reading, or a setting does not fit.
 * @example As it stands, and in small
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { reproductionOf } from "glmc/study/reproduction.ts";
 *
 * assertEquals(reproductionOf("cifar10-lt-100").study.seeds, [3407, 1, 2]);
 * assertEquals(reproductionOf("cifar10-lt-100", { given: { epochs: 2 } }).altered, ["epochs 2"]);
 * ```
 */
export function reproductionOf(row: string, options: ReproductionOptions = {}): Reproduction {
  const { reading = readings[0], given = {}, methods = kitMethods } = options;
  const rows = [...reproducibleRows, ...largeRows];
  if (!rows.includes(row)) {
    throw new RangeError(
      `Cannot reproduce ${row}: there is no published row of that name: ${suggestion(row, rows)}`,
    );
  }
  const isGlmc = glmcRows.includes(row);
  if (!isGlmc && reading !== readings[0]) {
    throw new RangeError(
      `Cannot reproduce ${row} by --reading ${reading}: readings are of the rows of GLMC: leave it out`,
    );
  }
  const preset = findPreset(isGlmc ? rowPresetName(row, reading) : row);
  const whole = { ...preset.settings, ...(isGlmc && secondStageOf(preset, reading)) };
  const { seed: _, ...base } = settingsOver(whole, given, methods);
  const { secondStage = "none" } = base;
  const stage = secondStage === "none" ? undefined : `${secondStage}`;
  const study: Study = {
    name: `reproduce-${preset.name}`,
    title: preset.title,
    base,
    variants: [{ name: stagesTitle(base, { methods, stage }), settings: {} }],
    seeds: options.seeds ?? preset.seeds,
  };
  return { preset, study, altered: alterations(whole, base, methods) };
}

/** MaxNorm behind a row of GLMC, where there is a published number of it. */
function secondStageOf({ settings }: Preset, reading: Reading): Settings {
  const stage = maxNormStage(reading);
  return publishedFor(configure({ ...settings, ...stage })).length > 0 ? stage : {};
}

/** Names of second stages in tables. */
const secondTitles: Readonly<Record<string, string>> = {
  maxnorm: "MaxNorm",
  crt: "cRT",
  lws: "LWS",
  classifier: "classifier",
};

/** What is trained, as tables call it. */
function stagesTitle(
  { method }: Settings,
  { methods, stage }: { readonly methods: readonly Method[]; readonly stage?: string | undefined },
): string {
  const title = methods.find(({ name }) => name === method)?.title ?? `${method}`;
  return stage === undefined ? title : `${title} + ${secondTitles[stage] ?? stage}`;
}

/** What tells of images where they are, and of their lists what these hold. */
const places = "dataFolder source trainList testList trainListHash testListHash".split(" ");

/** Settings that are not those of a row; where images are and which second stage is left out are none. */
function alterations(row: Settings, base: Settings, methods: readonly Method[]): string[] {
  const before = settingsOf(configure(row, { methods }));
  const after = settingsOf(configure(base, { methods }));
  const isLeftOut = after.secondStage === "none";
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.filter((name) =>
    before[name] !== after[name] && ![...places, "seed"].includes(name) &&
    !(isLeftOut && (name.startsWith("second") || name.startsWith("maxNorm")))
  ).map((name) => `${name} ${after[name] ?? "none"}`);
}

/**
 * How a published number lies to ours: `within` the interval of our mean; `above` or `below` it, of ours;
 * `few`: fewer than three seeds, whose interval says nothing; `missing`: no run is finished; `altered`: our
 * runs have other settings than the row; `withdrawn`: its authors have taken it back.
 */
export type Verdict = "within" | "above" | "below" | "few" | "missing" | "altered" | "withdrawn";

/** Our numbers of one stage beside a published one. Accuracies are in percent. */
export interface Reproduced {
  /** What was trained. */
  readonly name: string;
  /** Finished seeds. */
  readonly seeds: readonly number[];
  /** Top-1 accuracy after its last epoch, with the interval of the mean; absent where none is finished. */
  readonly last?: Difference | undefined;
  /** Top-1 accuracy of its best epoch. */
  readonly best?: Spread | undefined;
  /** The published number; absent where none was found. */
  readonly published?: Published;
  /** Whether it is the one that the preset is measured against. */
  readonly isTarget: boolean;
  /** How they lie to each other; absent where there is no number. */
  readonly verdict?: Verdict;
}

/** Fewest seeds that an interval is worth something of: that of two is nine deviations to either side. */
const fewestSeeds = 3;

/**
 * How a published number lies to the values of our seeds.
 *
 * @param ours Top-1 accuracy of each seed in percent.
 * @param published The published one.
 * @returns The verdict.
 * @example Three seeds
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { verdictOn } from "glmc/study/reproduction.ts";
 *
 * assertEquals(verdictOn([88, 88.5, 89], 88.6), "within");
 * assertEquals(verdictOn([80, 80.1, 80.2], 88.6), "below");
 * assertEquals(verdictOn([88, 89], 88.5), "few");
 * ```
 */
export function verdictOn(ours: readonly number[], published: number): Verdict {
  const mean = differenceOf(ours);
  if (mean === undefined) return "missing";
  if (mean.interval === null || ours.length < fewestSeeds) return "few";
  const [low, high] = mean.interval;
  return published < low ? "above" : published > high ? "below" : "within";
}

/**
 * Our numbers of a row beside all published ones: first of the first stage, then of the second one, then
 * after logit adjustment where there is a published number of that.
 *
 * @param reproduction The row.
 * @param results Results, of which those of the row are taken by their hash.
 * @param methods The methods there are; those of the kit by default.
 * @returns A line for each stage and published number; one for a stage without any.
 * @example Before anything has run
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { reproduced, reproductionOf } from "glmc/study/reproduction.ts";
 *
 * const lines = reproduced(reproductionOf("cifar10-lt-100"), []);
 *
 * assertEquals(lines.filter(({ isTarget }) => isTarget).map(({ name, published, verdict }) =>
 *   `${name}: ${published?.top1}, ${verdict}`
 * ), ["GLMC: 88.5, missing", "GLMC + MaxNorm: 89.58, missing"]);
 * ```
 */
export function reproduced(
  { preset, study, altered }: Reproduction,
  results: readonly RunResult[],
  methods: readonly Method[] = kitMethods,
): Reproduced[] {
  const [row] = compareVariants(study, results, { methods }).rows;
  const { stages } = configure(study.base, { methods });
  const boundary = evaluatedEpochs([stages[0]]).length;
  return stages.flatMap(({ name: stage }, index) => {
    const curves = row!.results.map(({ curve }) =>
      index === 0 ? curve.slice(0, boundary) : curve.slice(boundary)
    );
    const ours = curves.map((curve) => curve.at(-1)!);
    const common = {
      name: stagesTitle(study.base, { methods, stage: index === 0 ? undefined : stage }),
      seeds: row!.seeds,
      last: differenceOf(ours),
      best: spreadOf(curves.map((curve) => Math.max(...curve))),
    };
    // The numbers of the row that is meant, also where ours are made smaller.
    const secondStage = index === 0 ? "none" : stage;
    const meant = configure(settingsOver(preset.settings, { secondStage }, methods), { methods });
    const beside = (
      number: Published,
      ours: readonly number[],
    ): Pick<Reproduced, "published" | "verdict"> => ({
      published: number,
      verdict: isWithdrawn(number, meant.data.dataset)
        ? "withdrawn"
        : altered.length > 0
        ? "altered"
        : verdictOn(ours, number.top1),
    });
    const plain = publishedFor(meant).map((number): Reproduced => ({
      ...common,
      ...beside(number, ours),
      isTarget: number.source === preset.target,
    }));
    // Runs of old have not measured it.
    const measured = row!.results.filter(({ last }) => last?.adjusted !== undefined);
    const adjusted = measured.map(({ last }) => last!.adjusted!.top1);
    // What is measured of it are the outputs of the last stage.
    const postHoc = index < stages.length - 1
      ? []
      : publishedFor(meant, { postHoc: "logit_adjustment" });
    return [
      ...(plain.length === 0 ? [{ ...common, isTarget: false }] : plain),
      ...postHoc.map((number): Reproduced => ({
        name: `${common.name}, logits adjusted`,
        seeds: measured.map(({ config }) => config.seed),
        last: differenceOf(adjusted),
        ...beside(number, adjusted),
        isTarget: false,
      })),
    ];
  });
}

/** The authors of GLMC have taken back the first generation of its CIFAR-10 numbers. */
function isWithdrawn({ source }: Published, dataset: string): boolean {
  return source === "glmc-g0" && dataset === "cifar10";
}
