/**
 * Published numbers, as data: which of them a run may be compared with.
 *
 * @module
 */

import { type RunConfig, settingsOf } from "../experiment/config.ts";
import type { Settings } from "../settings/field.ts";
import { type PublishedRow, publishedRows } from "./published/rows.ts";
import { type Source, type SourceName, sources } from "./published/sources.ts";

export type { Source, SourceName };

/** A published accuracy. */
export interface Published extends Source {
  /** Name of its source. */
  readonly source: SourceName;
  /** Name of the method here. */
  readonly method: string;
  /** Top-1 accuracy in percent. */
  readonly top1: number;
}

/** Settings of {@linkcode publishedFor}. */
export interface PublishedOptions {
  /** What was done to the classifier without training; nothing by default. */
  readonly postHoc?: NonNullable<PublishedRow["postHoc"]>;
}

/**
 * What makes runs of one method different rows of a table, and its usual value; the class weights of a
 * method are in its name.
 */
const apart: Settings = { secondStage: "none", samplingExponent: 0 };

/**
 * Published numbers of the data set, imbalance factor, method and second stage of a run.
 *
 * A run that is no run of the method any more has none: GLMC without its consistency, its rebalancing, its
 * law of α or one of its mixtures, a subset of a smaller largest class, other class weights than those that the method is named after.
 * Network and schedule may be others; the numbers say which network they are of.
 *
 * @param config The configuration of the run.
 * @param options What was done to its classifier.
 * @returns The numbers, in the order of their table.
 * @example The official command
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { configure } from "glmc/experiment/config.ts";
 * import { publishedFor } from "glmc/study/published.ts";
 *
 * const found = publishedFor(configure({ imbalanceRate: 0.01 }));
 *
 * assertEquals(found.map(({ generation, top1 }) => `${generation} ${top1}`), [
 *   "g0 92.34",
 *   "g1 87.75",
 *   "g2 88.5",
 * ]);
 * ```
 */
export function publishedFor(config: RunConfig, { postHoc }: PublishedOptions = {}): Published[] {
  const settings = settingsOf(config);
  if (!isItself(settings)) return [];
  return publishedRows.flatMap((row) => {
    const { method, source, settings: own } = row;
    const top1 = numberFor(config, row);
    const isSame = method === settings.method && row.postHoc === postHoc &&
      Object.entries(apart).every(([name, usual]) =>
        (settings[name] ?? usual) === (own?.[name] ?? usual)
      );
    if (!isSame || top1 === null) return [];
    const known: Source = sources[source];
    const note = [known.note, row.note].filter(Boolean).join("; ");
    return [{ ...known, note, source, method, top1 }];
  });
}

/** The number of a row for the subset that a run is trained on; null if it has none. */
function numberFor({ data }: RunConfig, row: PublishedRow): number | null {
  const { dataset, imbalanceRate, profile, largestClass, splitFile } = data;
  if (largestClass !== null || splitFile !== null) return null;
  if (dataset === "imagenet_lt" || dataset === "inat18") {
    return profile === "given" ? row[dataset] ?? null : null;
  }
  if (dataset !== "cifar10" && dataset !== "cifar100") return null;
  const factor = [100, 50, 10].findIndex((factor) => 1 / factor === imbalanceRate);
  return profile === "exponential" && factor >= 0 ? row[dataset]?.[factor] ?? null : null;
}

/** Class weights that a method has by its name. */
const namedWeights: Readonly<Record<string, string>> = {
  ce_drw: "deferred",
  ldam_drw: "deferred",
  mixup_drw: "deferred",
  cmo_ldam_drw: "deferred",
  cb_focal: "always",
};

/** What GLMC is not without. */
const glmcItself: Settings = {
  cumulative: "parabolic",
  pairViews: "both",
  testedClassifier: "rebalanced",
};

/** Whether a run still is what its method is known for. */
function isItself(settings: Settings): boolean {
  const { method, classWeights, consistencyWeight, labelWeightExponent } = settings;
  if (method === "glmc") {
    return consistencyWeight !== 0 && labelWeightExponent !== 0 &&
      Object.entries(glmcItself).every(([name, value]) => settings[name] === value);
  }
  return (classWeights ?? "none") === (namedWeights[`${method}`] ?? "none");
}
