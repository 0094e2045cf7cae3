/**
 * Reads the records of finished epochs back, and makes sure that they are those of a training.
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
import type { AdjustedAccuracy } from "../evaluate/adjusted.ts";
import { balancedAccuracy } from "../evaluate/balanced.ts";
import { shotAccuracy } from "../evaluate/shots.ts";
import type { Method } from "../method/method.ts";
import type { EpochRecord } from "./events.ts";
import { learningRateAt } from "./schedule.ts";
import { leavesClassesOut } from "./kept_accuracy.ts";
import { evaluatedEpochs, type Stage, stageAt } from "./stage.ts";

/** A stage of which records are read; its method may be one that is not there any more. */
export type RecordedStage = Omit<Stage, "method"> & { readonly method: Method | undefined };

/** What a record must agree with. */
export interface RecordContext {
  /** Stages of the training. */
  readonly stages: readonly RecordedStage[];
  /** Training images of each class `[classes]`. */
  readonly counts: readonly number[];
}

const percent = numeric({ least: 0, most: 100 });
const seconds = numeric({ least: 0 });

/** Accuracies as they stand in records and evaluations. */
export const accuracyFields = {
  top1: percent,
  top5: percent,
  shots: object({ many: nullable(percent), medium: nullable(percent), few: nullable(percent) }),
  classAccuracy: listOf(nullable(percent)),
  calibrationError: numeric({ least: 0, most: 1 }),
};

const { top1, shots, classAccuracy } = accuracyFields;
const adjustedFields = { top1, shots, classAccuracy };

const recordFields = {
  stage: textual(),
  epoch: numeric({ least: 0, whole: true }),
  learningRate: numeric({ least: 0 }),
  schedule: recordOf(numeric()),
  losses: recordOf(numeric()),
  evaluation: object(accuracyFields),
  trainSeconds: seconds,
  evaluateSeconds: seconds,
};
/** What a record has beside these, where the run asks for it or is of today. */
const furtherFields = {
  adjusted: object(adjustedFields),
  averaged: object(accuracyFields),
  validation: object({ ...accuracyFields, balanced: percent }),
};

const recordSchema: Schema<EpochRecord> = (value, name) => {
  const further = Object.entries(furtherFields)
    .filter(([key]) => isRecord(value) && Object.hasOwn(value, key));
  return object({ ...recordFields, ...Object.fromEntries(further) })(value, name);
};

/**
 * Reads the records of the first evaluated epochs.
 *
 * Records of runs that had neither stages nor schedules are read as those of the first stage.
 *
 * @param values The records as JSON holds them.
 * @param context What they must agree with.
 * @returns The records.
 * @throws {TypeError} If one is damaged, or they are not those of the training; says which.
 * @example None yet
 * ```ts
 * import { readHistory } from "glmc/train/record.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(readHistory([], { stages: [], counts: [] }), []);
 * ```
 */
export function readHistory(values: unknown, context: RecordContext): readonly EpochRecord[] {
  const { stages } = context;
  const history = listOf((value, name) => recordSchema(upgraded(value, stages), name))(
    values,
    "history",
  );
  const planned = evaluatedEpochs(stages);
  if (history.length > planned.length) {
    throw new TypeError(
      `there are records of ${history.length} epochs where ${planned.length} are planned`,
    );
  }
  const validated = history.filter(({ validation }) => validation !== undefined).length;
  if (validated > 0 && validated < history.length) {
    throw new TypeError(`${validated} of ${history.length} records tell of a validation split`);
  }
  history.forEach((record, index) => checkRecord(record, { ...context, epoch: planned[index]! }));
  return history;
}

function upgraded(value: unknown, [first]: readonly RecordedStage[]): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (!("plainWeight" in value)) return value;
  const { plainWeight, ...record } = value;
  return { stage: first?.name, schedule: { plainWeight }, ...record };
}

function checkRecord(
  record: EpochRecord,
  { stages, counts, epoch }: RecordContext & { readonly epoch: number },
): void {
  const name = `the record of epoch ${epoch + 1}`;
  const wrong = (what: string): never => {
    throw new TypeError(`${name} ${what}`);
  };
  if (record.epoch !== epoch) wrong(`says that it is of epoch ${record.epoch + 1}`);
  const { stage, first } = stageAt(stages, epoch);
  if (record.stage !== stage.name) wrong(`is of stage ${record.stage}, not ${stage.name}`);
  const { method } = stage;
  if (method !== undefined) checkTerms(record.losses, method, `the losses in ${name}`);
  const numbers: Record<string, number> = {
    ...(method === undefined ? {} : scheduleOf({ ...stage, method }, {
      counts,
      epoch: epoch - first,
    })),
    "learning rate": learningRateAt(epoch - first, stage),
  };
  const given: Record<string, number> = {
    ...(method === undefined ? {} : record.schedule),
    "learning rate": record.learningRate,
  };
  for (const key of new Set([...Object.keys(numbers), ...Object.keys(given)])) {
    const [expected, found] = [numbers[key], given[key]];
    // Other processors round cosines otherwise in the last digit.
    const isSame = expected !== undefined && found !== undefined &&
      Math.abs(expected - found) <= 1e-9 * Math.abs(expected);
    if (!isSame) wrong(`has ${key} ${found}, but the configuration gives ${expected}`);
  }
  checkAccuracies(record.evaluation, { counts, name });
  const { adjusted, averaged, validation } = record;
  if (adjusted !== undefined) checkAccuracies(adjusted, { counts, name: `${name}, adjusted,` });
  const hasAverages = (stage.averageDecay ?? 0) > 0;
  if (hasAverages !== (averaged !== undefined)) {
    wrong(hasAverages ? "lacks what moving averages reach" : "has averages of no weights");
  }
  if (averaged !== undefined) checkAccuracies(averaged, { counts, name: `${name}, averaged,` });
  if (validation === undefined) return;
  checkAccuracies(validation, { counts, name: `the validation in ${name}` });
  if (leavesClassesOut(validation, counts)) return;
  const mean = balancedAccuracy(validation.classAccuracy);
  // The sum of the same numbers in the same order: equal to the last bit.
  if (validation.balanced !== mean) {
    wrong(`has a balanced accuracy of ${validation.balanced}, its classes give ${mean}`);
  }
}

function scheduleOf(
  { method, options, epochs }: Stage,
  { counts, epoch }: { readonly counts: readonly number[]; readonly epoch: number },
): Readonly<Record<string, number>> {
  return method.schedule?.({ options, counts, epoch, epochs }) ?? {};
}

/**
 * Makes sure that losses have the names of a method's terms.
 *
 * @param losses Losses by name.
 * @param method The method.
 * @param name What the losses are, for the message.
 * @throws {TypeError} If they have not.
 * @example Another method's losses
 * ```ts
 * import { checkTerms } from "glmc/train/record.ts";
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(() => checkTerms({ sum: 1 }, { terms: ["total"] }, "losses"), TypeError, "not total");
 * ```
 */
export function checkTerms(
  losses: Readonly<Record<string, number>>,
  { terms }: Pick<Method, "terms">,
  name: string,
): void {
  recordOf(numeric(), terms)(losses, name);
}

/**
 * Makes sure that accuracies by group follow from those by class.
 *
 * @param evaluation Accuracies in percent.
 * @param context Training images of each class, and what the accuracies are of, for the message.
 * @throws {TypeError} If they do not.
 * @example A class too few
 * ```ts
 * import { checkAccuracies } from "glmc/train/record.ts";
 * import { assertThrows } from "@std/assert";
 *
 * const evaluation = { top1: 50, top5: 100, classAccuracy: [50], calibrationError: 0 };
 * const shots = { many: 50, medium: null, few: null };
 *
 * assertThrows(
 *   () => checkAccuracies({ ...evaluation, shots }, { counts: [500, 30], name: "it" }),
 *   TypeError,
 *   "it has accuracies of 1 classes, not 2",
 * );
 * ```
 */
export function checkAccuracies(
  evaluation: AdjustedAccuracy & { readonly top5?: number },
  { counts, name }: { readonly counts: readonly number[]; readonly name: string },
): void {
  const { top1, top5 = 100, shots, classAccuracy } = evaluation;
  if (top1 > top5) throw new TypeError(`${name} has a top-1 accuracy above the top-5 accuracy`);
  if (leavesClassesOut(evaluation, counts)) return;
  if (classAccuracy.length !== counts.length) {
    throw new TypeError(
      `${name} has accuracies of ${classAccuracy.length} classes, not ${counts.length}`,
    );
  }
  const [low, high] = bounds(classAccuracy);
  if (top1 < low - 1e-9 || top1 > high + 1e-9) {
    throw new TypeError(`${name} has a top-1 accuracy outside the accuracies of its classes`);
  }
  const expected = shotAccuracy(classAccuracy, counts);
  for (const [group, value] of Object.entries(expected)) {
    const found = shots[group as keyof typeof shots];
    // Sums of the same numbers in the same order: equal to the last bit.
    if (found !== value) {
      throw new TypeError(`${name} has accuracy ${found} for ${group}, its classes give ${value}`);
    }
  }
}

function bounds(values: readonly (number | null)[]): [low: number, high: number] {
  const known = values.filter((value) => value !== null);
  return [Math.min(...known), Math.max(...known)];
}
