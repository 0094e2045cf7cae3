/**
 * What TensorBoard is told of a run, from its records and its description.
 *
 * @module
 */

import { histogram, scalar, type SummaryValue, text } from "../tensorboard/summary.ts";
import type { EpochRecord, StepEvent } from "../train/events.ts";
import { settingsOf } from "./config.ts";
import type { RunDescription } from "./run_folder.ts";

/** So many classes have a curve each; of more, one cannot be told from another. */
const mostCurves = 20;

/** So many classes fit a table that is still looked at. */
const mostRows = 1000;

/** What is known of the classes of a run. */
export type KnownClasses = Pick<RunDescription, "classNames" | "classCounts">;

/**
 * An epoch: its losses, schedule, accuracies, and how these spread over the classes.
 *
 * Tags are the names of `metrics.jsonl`: `loss/total`, `test/top1`, `test/few`, `validation/balanced`.
 *
 * @param record Record of the epoch.
 * @param classes Names and training images of the classes.
 * @returns Every number of the record as a scalar, in float32; the accuracies of the classes as a
 * histogram, with a scalar each where they are 20 or fewer, else with a table.
 * @example A table from 21 classes on
 * ```ts
 * import { epochSummaries } from "glmc/experiment/run_summaries.ts";
 * import type { EpochRecord } from "glmc";
 * import { assertEquals } from "@std/assert";
 *
 * const countOf = (classes: number) => {
 *   const classAccuracy = Array(classes).fill(50);
 *   const record = { losses: {}, schedule: {}, evaluation: { classAccuracy } };
 *   const known = { classNames: null, classCounts: Array(classes).fill(9) };
 *   return epochSummaries(record as unknown as EpochRecord, known).length;
 * };
 *
 * assertEquals(countOf(20) - countOf(21), 19);
 * ```
 */
export function epochSummaries(record: EpochRecord, classes: KnownClasses): SummaryValue[] {
  const { evaluation, averaged, validation, losses, schedule } = record;
  const { learningRate, trainSeconds, evaluateSeconds } = record;
  const numbers = {
    loss: losses,
    schedule: { learningRate, ...schedule },
    test: evaluation,
    averaged,
    validation,
    seconds: { train: trainSeconds, evaluate: evaluateSeconds },
  };
  return [...scalarsIn(numbers), ...classSummaries(evaluation.classAccuracy, classes)];
}

/**
 * Some steps: the mean losses of the epoch so far, and the speed.
 *
 * @param event The event.
 * @returns A scalar each.
 * @example One loss term
 * ```ts
 * import { stepSummaries } from "glmc/experiment/run_summaries.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const event = { losses: { total: 1 }, examplesPerSecond: 9, unit: "pairs" };
 *
 * assertEquals(stepSummaries(event).length, 2);
 * ```
 */
export function stepSummaries(
  { losses, examplesPerSecond, unit }: Pick<StepEvent, "losses" | "examplesPerSecond" | "unit">,
): SummaryValue[] {
  return scalarsIn({ loss_so_far: losses, speed: { [`${unit}_per_second`]: examplesPerSecond } });
}

/**
 * What a run is: its configuration, its machine, its classes.
 *
 * @param description The description of the run.
 * @returns Texts with Markdown tables.
 */
export function descriptionSummaries(description: RunDescription): SummaryValue[] {
  const { config, environment, classCounts, parameters } = description;
  const data = {
    "training images": classCounts.reduce((sum, count) => sum + count, 0),
    "images of the classes": classCounts.length > mostRows ? undefined : classCounts.join(", "),
    parameters,
  };
  const rows = (values: object): string[][] =>
    Object.entries(values).filter(([, value]) => value !== undefined && value !== null)
      .map(([name, value]) => [name, `${value}`]);
  return [
    text("configuration", table(["setting", "value"], rows(settingsOf(config)))),
    text("run", table(["what", "value"], rows({ ...data, ...environment }))),
  ];
}

/** Every number of nested records; lists, which are those of classes, are left out. */
function scalarsIn(value: object, path = ""): SummaryValue[] {
  return Object.entries(value).flatMap(([name, entry]) => {
    // `test/few` is found sooner than `test/shots/few`.
    const tag = name === "shots" ? path : path === "" ? name : `${path}/${name}`;
    if (typeof entry === "number") return [scalar(tag, entry)];
    const isRecord = typeof entry === "object" && entry !== null && !Array.isArray(entry);
    return isRecord ? scalarsIn(entry, tag) : [];
  });
}

function classSummaries(
  accuracies: readonly (number | null)[],
  { classNames, classCounts }: KnownClasses,
): SummaryValue[] {
  const tested = accuracies.flatMap((accuracy, index) =>
    accuracy === null
      ? []
      : [{ name: classNames?.[index] ?? `${index}`, images: classCounts[index]!, accuracy }]
  );
  if (tested.length === 0) return [];
  const tag = "class_accuracy";
  const rows = tested.map(({ name, images, accuracy }) => [name, `${images}`, accuracy.toFixed(2)]);
  return [
    histogram(tag, tested.map(({ accuracy }) => accuracy)),
    ...(accuracies.length <= mostCurves
      ? tested.map(({ name, accuracy }) => scalar(`${tag}/${name}`, accuracy))
      : accuracies.length <= mostRows
      ? [text(`${tag}/table`, table(["class", "training images", "accuracy in %"], rows))]
      : []),
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${
      cells.map((cell) => cell.replaceAll(/[\\|`*_<\[]/g, "\\$&").replaceAll("\n", " ")).join(" | ")
    } |`;
  return [line(head), `|${" --- |".repeat(head.length)}`, ...rows.map(line)].join("\n");
}
