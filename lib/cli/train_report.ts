/**
 * What `train` says while it runs.
 *
 * @module
 */

import { format as formatDuration } from "@std/fmt/duration";
import type { ConvolutionRates } from "../bench/convolution_rate.ts";
import { formatSize } from "../setup/machine.ts";
import { bestRecord } from "../experiment/best_record.ts";
import type { EpochRecord, LossMeans, StepEvent } from "../train/events.ts";

/**
 * Seconds left by the speed since the start, which takes over from the estimate within an epoch.
 *
 * @param options Epochs of the run, and the seconds of one by estimate.
 * @returns A function from a step to the seconds left after it.
 */
export function remainingTime(
  { epochs, perEpoch }: { readonly epochs: number; readonly perEpoch: number },
): (event: StepEvent) => number {
  let start: { readonly time: number; readonly done: number } | undefined;
  return ({ epoch, step, steps }) => {
    const done = epoch + step / steps;
    start ??= { time: performance.now(), done };
    const measured = done - start.done;
    const seconds = (performance.now() - start.time) / 1000;
    const trust = Math.min(1, measured);
    const pace = measured === 0 ? perEpoch : trust * seconds / measured + (1 - trust) * perEpoch;
    return (epochs - done) * pace;
  };
}

/**
 * Says so where bfloat16 is the slower type.
 *
 * @param rates Measured rates of convolutions.
 * @returns One line; `undefined` where it is not.
 */
export function precisionAdvice({ float32, bfloat16 }: ConvolutionRates): string | undefined {
  // Between the convolutions bfloat16 is the faster one, which makes up for a tenth.
  if (bfloat16 > 0.9 * float32) return undefined;
  const times = (float32 / bfloat16).toFixed(1);
  return `Convolutions in bfloat16 take ${times} times as long as in float32 on this processor: ` +
    "--precision float32 is faster here";
}

/**
 * Says so where memory is short once the first steps have run.
 *
 * @param left Bytes that may still be taken, in a container those that it has left.
 * @returns One line; `undefined` where there is enough.
 * @example A container that is nearly full
 * ```ts
 * import { memoryAdvice } from "glmc/cli/train_report.ts";
 * import { assertEquals, assertStringIncludes } from "@std/assert";
 *
 * assertStringIncludes(memoryAdvice(200_000_000)!, "200 MB");
 * assertEquals(memoryAdvice(8e9), undefined);
 * ```
 */
export function memoryAdvice(left: number): string | undefined {
  if (left > 5e8) return undefined;
  return `Memory is short: ${
    formatSize(left)
  } are left after the first steps: a smaller batch (-b) ` +
    "takes less, or have more allowed to this container or session";
}

/**
 * The live line: position, time left, speed, loss terms.
 *
 * @param event Some steps.
 * @param options Epochs of the run, and the seconds left.
 * @returns The text.
 */
export function stepText(
  { epoch, step, steps, losses, examplesPerSecond, unit }: StepEvent,
  { epochs, left }: { readonly epochs: number; readonly left: number },
): string {
  // What a narrow terminal cuts off is at the end.
  return `epoch ${epoch + 1}/${epochs} step ${step}/${steps}  ${duration(left)} left` +
    `  ${examplesPerSecond.toFixed(0)} ${unit}/s  ${lossText(losses)}`;
}

/** The first term leads; the others, under their method's names, stand behind it. */
function lossText(losses: LossMeans): string {
  const [total, ...others] = Object.entries(losses);
  const texts = others.map(([name, value]) => `${name} ${value.toFixed(3)}`);
  const listed = texts.length === 0 ? "" : ` (${texts.join(", ")})`;
  return `loss ${total?.[1].toFixed(3)}${listed}`;
}

/**
 * The line that stays of an epoch: accuracies, loss, time of training and evaluation. Its numbers stand below
 * those of the epoch before, and it fits 80 columns.
 *
 * @param record The epoch.
 * @param epochs Epochs of the run.
 * @returns The text.
 */
export function epochText(record: EpochRecord, epochs: number): string {
  const { epoch, evaluation, validation, averaged, losses } = record;
  const { trainSeconds, evaluateSeconds } = record;
  const { many, medium, few } = evaluation.shots;
  const percent = (value: number, digits = 2): string => value.toFixed(digits).padStart(3 + digits);
  const group = (name: string, value: number | null): string[] =>
    value === null ? [] : [`${name} ${percent(value, 1)}`];
  const number = `${epoch + 1}`.padStart(`${epochs}`.length);
  return [
    `epoch ${number}/${epochs}`,
    `top-1 ${percent(evaluation.top1)} %`,
    [...group("many", many), ...group("medium", medium), ...group("few", few)].join(" "),
    ...(averaged ? [`averaged weights ${percent(averaged.top1)} %`] : []),
    ...(validation ? [`validation ${percent(validation.balanced)} %`] : []),
    `loss ${Object.values(losses)[0]?.toFixed(2).padStart(5)}`,
    duration(trainSeconds + evaluateSeconds),
  ].join("  ");
}

/**
 * Best and last accuracy of a run.
 *
 * @param history Its finished epochs.
 * @returns The text.
 */
export function summary(history: readonly EpochRecord[]): string {
  const [best, last] = [bestRecord(history), history.at(-1)];
  if (best === undefined || last === undefined) return "no epoch was evaluated";
  const text = ({ epoch, evaluation }: EpochRecord): string =>
    `top-1 ${evaluation.top1.toFixed(2)} % in epoch ${epoch + 1}`;
  return `best ${text(best)}, last ${text(last)}`;
}

/**
 * A number with its thousands apart.
 *
 * @param count The number.
 * @returns The text.
 */
export function format(count: number): string {
  return count.toLocaleString("en");
}

/**
 * Seconds as people say them, at least one.
 *
 * @param seconds How many.
 * @returns The text.
 */
export function duration(seconds: number): string {
  return formatDuration(Math.max(1, Math.round(seconds)) * 1000, { ignoreZero: true });
}
