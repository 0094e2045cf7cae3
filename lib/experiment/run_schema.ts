/**
 * What the JSON files of a run must hold.
 *
 * @module
 */

import {
  isRecord,
  listOf,
  nullable,
  numeric,
  object,
  recordOf,
  type Schema,
  textual,
} from "../disk/schema.ts";
import type { Split } from "../data/long_tail.ts";
import type { Evaluation } from "../evaluate/metrics.ts";
import { accuracyFields } from "../train/record.ts";
import type { RunDescription } from "./run_folder.ts";

const whole = numeric({ least: 0, whole: true });
const share = numeric({ least: 0, most: 1 });
const hash = textual(/^[0-9a-f]{64}$/);
const texts = recordOf(textual());

const change = object({ before: textual(), now: textual() });

/** A time such as `2026-03-01T10:15:00.000Z`. */
const time = textual(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);

const resumeRecord = object({ when: time, epoch: whole, step: whole, changes: recordOf(change) });

const commonDescription = {
  config: (value: unknown) => value,
  splitHash: hash,
  classCounts: listOf(whole),
  parameters: whole,
  environment: texts,
};

/** What `config.json` held before ids and digests; its configuration is read by itself. */
export type FormerDescription =
  & Omit<
    RunDescription,
    "id" | "dataHash" | "classNames" | "resumed" | "config"
  >
  & { readonly config: unknown };

/** What `config.json` holds; its configuration is read by itself. */
export type StoredDescription = Omit<RunDescription, "config"> & { readonly config: unknown };

/** `config.json` as it is written today. */
export const descriptionSchema: Schema<StoredDescription> = object({
  id: nullable(textual(/^[0-9a-f]{32}$/)),
  ...commonDescription,
  dataHash: nullable(hash),
  classNames: nullable(listOf(textual())),
  resumed: listOf(resumeRecord),
});

/** `config.json` of the time before ids and digests. */
export const formerDescriptionSchema: Schema<FormerDescription> = object(commonDescription);

/** What a split file holds. */
export interface StoredSplit extends Omit<Split, "indices"> {
  /** Position in the image set of each row. */
  readonly indices: readonly number[];
}

const drawn = {
  hash,
  replace: ((value, name) => {
    if (typeof value !== "boolean") throw new TypeError(`${name} is ${value}, not true or false`);
    return value;
  }) as Schema<boolean>,
  counts: listOf(whole),
  indices: listOf(whole),
};

/** `split.json`, without the id of its run. */
export const splitSchema: Schema<StoredSplit> = object({
  ...drawn,
  generator: textual(/^(kit|numpy|file)$/) as Schema<StoredSplit["generator"]>,
  seed: nullable(whole),
});

/** `split.json` of the time before there were other generators than that of the kit. */
export const formerSplitSchema: Schema<Omit<StoredSplit, "generator">> = object({
  ...drawn,
  seed: whole,
});

/** What an evaluation file holds. */
export interface StoredEvaluation extends Omit<Evaluation, "confusion"> {
  /** Epoch, from 0. */
  readonly epoch: number;
  /** How often true class r was taken for class c, at `[r · C + c]`. */
  readonly confusion: readonly number[];
}

const evaluationFields = {
  epoch: whole,
  ...accuracyFields,
  confusion: listOf(whole),
  reliability: listOf(object({ count: whole, confidence: share, accuracy: share })),
};

/** What the evaluation of many classes has instead of a matrix. */
const confusionCells = object({
  truths: listOf(whole),
  decisions: listOf(whole),
  counts: listOf(whole),
});

/** `evaluation-best.json` and `evaluation-last.json`, without the id of their run. */
export const evaluationSchema: Schema<StoredEvaluation> = byField("confusionCells", {
  present: object({ ...evaluationFields, confusionCells }),
  absent: object(evaluationFields),
});

/** One of two forms, told apart by a field. */
function byField<Value>(
  field: string,
  { present, absent }: { readonly present: Schema<Value>; readonly absent: Schema<Value> },
): Schema<Value> {
  return (value, name) =>
    (isRecord(value) && Object.hasOwn(value, field) ? present : absent)(value, name);
}
