/**
 * What the JSON files of a run must hold.
 *
 * @module
 */

import {
  type Checked,
  listOf,
  nullable,
  numeric,
  object,
  recordOf,
  type Schema,
  textual,
} from "../disk/schema.ts";
import { accuracyFields } from "../train/record.ts";

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

/** `config.json` as it is written today; its configuration is read by itself. */
export const descriptionSchema = object({
  id: nullable(textual(/^[0-9a-f]{32}$/)),
  ...commonDescription,
  dataHash: nullable(hash),
  classNames: nullable(listOf(textual())),
  resumed: listOf(resumeRecord),
});

/** `config.json` of the time before ids and digests. */
export const formerDescriptionSchema = object(commonDescription);

/** `split.json`, without the id of its run. */
export const splitSchema = object({
  hash,
  seed: whole,
  replace: ((value, name) => {
    if (typeof value !== "boolean") throw new TypeError(`${name} is ${value}, not true or false`);
    return value;
  }) as Schema<boolean>,
  counts: listOf(whole),
  indices: listOf(whole),
});

/** `evaluation-best.json` and `evaluation-last.json`, without the id of their run. */
export const evaluationSchema = object({
  epoch: whole,
  ...accuracyFields,
  confusion: listOf(whole),
  reliability: listOf(object({ count: whole, confidence: share, accuracy: share })),
});

/** What an evaluation file holds. */
export type StoredEvaluation = Checked<typeof evaluationSchema>;

/** What a split file holds. */
export type StoredSplit = Checked<typeof splitSchema>;
