/**
 * What a report says first: what a run is, how it did, and what to try next.
 *
 * @module
 */

import { type DatasetName, datasets } from "../data/datasets.ts";
import { fileDatasetEntry } from "../data/file_datasets.ts";
import { configure, type DataConfig, type RunConfig, settingsOf } from "../experiment/config.ts";
import type { ConfiguredDataset } from "../experiment/data_fields.ts";
import { groupHash, resultHash } from "../experiment/config_name.ts";
import { runArgument } from "../experiment/place.ts";
import type { RecordedRun } from "../experiment/read_run.ts";
import { methods as kitMethods } from "../method/methods.ts";
import type { SummaryLine } from "../plot/page.ts";
import { counted } from "../settings/count.ts";
import { spreadText } from "../study/comparison_table.ts";
import { type Preset, presets } from "../study/presets.ts";
import { publishedFor } from "../study/published.ts";
import { isFinished } from "../study/read_results.ts";
import type { RunResult } from "../study/result.ts";
import { spreadOf } from "../study/statistics.ts";
import { totalEpochs } from "../train/stage.ts";

/** Settings that say where images are or what chance does, and nothing of what is trained. */
export const undecided: readonly string[] = [
  ...["dataFolder", "trainList", "testList", "trainListHash", "testListHash"],
  ...["source", "seed", "splitHash"],
];

/** Points of accuracy below which a difference is no reason to do anything. */
const worthwhile = 1;

/**
 * The preset that a configuration is of, whatever its seed.
 *
 * @param config The configuration.
 * @returns The preset; `undefined` where it is of none.
 * @example A row of the paper's table with another seed
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { presetOfRun } from "glmc/cli/report_summary.ts";
 * import { configure } from "glmc/experiment/config.ts";
 * import { findPreset } from "glmc/study/presets.ts";
 *
 * const config = configure({ ...findPreset("cifar10-lt-100").settings, seed: 7 });
 *
 * assertEquals(presetOfRun(config)?.name, "cifar10-lt-100");
 * ```
 */
export function presetOfRun(config: RunConfig): Preset | undefined {
  const decided = (settings: ReturnType<typeof settingsOf>): string =>
    JSON.stringify(
      Object.entries(settings).filter(([name]) => !undecided.includes(name)).sort(),
    );
  const wanted = decided(settingsOf(config));
  return presets.find(({ settings }) => {
    // Whatever else differs, these are cheap to compare.
    if (settings.epochs !== config.stages[0].epochs) return false;
    return decided(settingsOf(configure(settings, { methods: kitMethods }))) === wanted;
  });
}

/**
 * Three lines about a run.
 *
 * @param run What it has measured.
 * @param known Results that are known, for those of the same setting with other seeds.
 * @returns What it is, how it did against what is published or known, and what to try next.
 */
export function runSummary(run: RecordedRun, known: readonly RunResult[]): SummaryLine[] {
  return [
    ["This run", whatItIs(run)],
    ["How it did", howItDid(run, known)],
    ["What next", whatNext(run)],
  ];
}

function whatItIs({ best, last, description: { config } }: RecordedRun): string {
  const { data, network, stages, seed } = config;
  const preset = presetOfRun(config);
  const titles = stages.map(({ method }) =>
    kitMethods.find(({ name }) => name === method)?.title ?? method
  );
  return `${titles.join(", then ")} on ${datasetTitle(data.dataset)} with ` +
    subsetText(data) +
    `, ${network.architecture} of width ${network.width}, seed ${seed}` +
    `${preset === undefined ? "" : ` (preset ${preset.name})`}: ${last.epoch + 1} of ` +
    `${counted(totalEpochs(stages), "epoch")}, top-1 accuracy ${
      last.top1.toFixed(2)
    } % in the last ` +
    `and ${best.top1.toFixed(2)} % in the best one.`;
}

/** The title of a data set, wherever its images stay. */
function datasetTitle(name: ConfiguredDataset): string {
  const inMemory = Object.hasOwn(datasets, name) ? datasets[name as DatasetName] : undefined;
  return (inMemory ?? fileDatasetEntry(name))?.title ?? "own images";
}

/** Which images were trained on. */
function subsetText({ splitFile, profile, imbalanceRate }: DataConfig): string {
  if (splitFile !== null) return "given rows";
  return profile === "given" ? "all images" : `imbalance rate ${imbalanceRate}`;
}

function howItDid(
  { last, description: { config } }: RecordedRun,
  known: readonly RunResult[],
): string {
  if (last.epoch + 1 < totalEpochs(config.stages)) {
    return "It is not finished: there is nothing to compare it with yet.";
  }
  const preset = presetOfRun(config);
  // What its authors took back is nothing to be measured against.
  const published = publishedFor(config).filter(({ note }) => !note.includes("withdrawn"));
  const target = published.find(({ source }) => source === preset?.target);
  const others = otherSeeds(config, known);
  const sentences = target !== undefined
    ? [
      `Its preset aims at ${target.top1.toFixed(2)} % (${target.title}): ${
        apart(last.top1, target.top1)
      }.`,
    ]
    : published.length > 0
    ? [
      `Published for this method and data: ${
        published.slice(0, 2).map(({ top1, title, network }) =>
          `${top1.toFixed(2)} % (${title}: ${network})`
        ).join(" and ")
      }; this run has ${network(config)} and ${counted(totalEpochs(config.stages), "epoch")}.`,
    ]
    : ["No published number is known for this setting."];
  return [...sentences, ...others].join(" ");
}

function network({ network: { architecture, width } }: RunConfig): string {
  return `${architecture} of width ${width}`;
}

function apart(ours: number, theirs: number): string {
  const difference = ours - theirs;
  const side = difference < 0 ? "below" : "above";
  return `this run is ${Math.abs(difference).toFixed(2)} points ${side} it, by one seed`;
}

/** What runs of the same setting with other seeds have come to, if any has. */
function otherSeeds(config: RunConfig, known: readonly RunResult[]): string[] {
  const group = groupHash(config);
  const others = known.filter((result) =>
    result.group === group && result.hash !== resultHash(config) && isFinished(result)
  );
  const spread = spreadOf(others.flatMap(({ last }) => last === undefined ? [] : [last.top1]));
  if (spread === undefined) return [];
  return [`${counted(others.length, "other seed")} of this setting: ${spreadText(spread)} %.`];
}

/** The first things that the numbers ask for. */
function whatNext(
  { folder, history, last, best, description: { config } }: RecordedRun,
): string {
  const epochs = totalEpochs(config.stages);
  const run = runArgument(folder);
  if (last.epoch + 1 < epochs) {
    return `Go on where it stands: \`deno task train --resume ${run}\`.`;
  }
  const adjusted = history.at(-1)?.adjusted;
  const { many, medium, few } = last.shots;
  const rare = few ?? medium;
  const advice: string[] = [];
  if (adjusted !== undefined && adjusted.top1 > last.top1 + worthwhile) {
    advice.push(
      `Logit adjustment without training gives ${adjusted.top1.toFixed(2)} %: ` +
        `\`deno task stage2 --run ${run} --method la --tau 1\`.`,
    );
  }
  if (
    many !== null && rare !== null && many - rare > 10 * worthwhile && config.stages.length === 1
  ) {
    advice.push(
      `Rare classes are ${(many - rare).toFixed(1)} points behind the common ones: train the ` +
        `classifier again on balanced classes: \`deno task stage2 --run ${run} --method crt\`.`,
    );
  }
  if (best.top1 > last.top1 + worthwhile) {
    advice.push(
      `Epoch ${best.epoch + 1} was ${
        (best.top1 - last.top1).toFixed(2)
      } points better than the last: ` +
        "hold images out by `--validation 0.1`, so that the choice is not made on the test set.",
    );
  }
  const longer = presetOfTable(config);
  if (longer !== undefined && epochs < Number(longer.settings.epochs) / 2) {
    advice.push(
      `What is published is of ${longer.settings.epochs} epochs at width ${longer.settings.width}: ` +
        `\`deno task train --preset ${longer.name}\`.`,
    );
  }
  return advice.slice(0, 2).join(" ") ||
    "Another seed says how much is chance: train the same with another `--seed`, and " +
      "`deno task results` gives mean and deviation.";
}

/** The preset of a published table with the method and the data of a run. */
function presetOfTable(config: RunConfig): Preset | undefined {
  const { method, dataset, imbalanceRate } = settingsOf(config);
  return presets.find(({ settings, target }) =>
    target !== undefined && settings.method === method && settings.dataset === dataset &&
    settings.imbalanceRate === imbalanceRate
  );
}
