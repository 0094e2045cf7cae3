/**
 * What `evaluate` prints: accuracy over all, by shot group and by class, in lines.
 *
 * @module
 */

import type { Evaluation } from "../evaluate/metrics.ts";
import { projectRoot } from "../setup/project.ts";

/** So many classes have a line each. */
const mostListed = 400;

/** What a report says besides the evaluation. */
export interface EvaluationTextOptions {
  /** Name of each class; its number where there is none. */
  readonly classNames: readonly string[];
  /** What was evaluated. */
  readonly title: string;
  /** Further figures in percent, by name. */
  readonly further?: Readonly<Record<string, number>> | undefined;
}

/**
 * An evaluation as lines.
 *
 * @param evaluation The evaluation.
 * @param options Names, and further figures.
 * @returns Lines, without a closing line break.
 * @example One image of one class
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { evaluateLogits } from "glmc";
 * import { evaluationText } from "glmc/cli/evaluate_report.ts";
 *
 * const options = { classes: 1, trainingCounts: [5] };
 * const evaluation = evaluateLogits(Float32Array.of(0), Int32Array.of(0), options);
 *
 * assertStringIncludes(evaluationText(evaluation, { classNames: ["cat"], title: "a" }), "100.00 %");
 * ```
 */
export function evaluationText(
  evaluation: Evaluation,
  { classNames, title, further = {} }: EvaluationTextOptions,
): string {
  const percent = (value: number | null): string =>
    value === null ? "–  " : `${value.toFixed(2)} %`;
  const { many, medium, few } = evaluation.shots;
  const weights = title.replace(`${projectRoot}/`, "");
  const rows: (readonly [string, string])[] = [
    ["top-1", percent(evaluation.top1)],
    ["top-5", percent(evaluation.top5)],
    ["many (> 100 images)", percent(many)],
    ["medium (21-100)", percent(medium)],
    ["few (<= 20)", percent(few)],
    ["calibration error", percent(100 * evaluation.calibrationError)],
    ...Object.entries(further).map(([name, value]) => [name, percent(value)] as const),
    ...(evaluation.classAccuracy.length > mostListed
      ? [[
        "classes",
        `${evaluation.classAccuracy.length}: --json has the accuracy of each`,
      ]] as const
      : evaluation.classAccuracy.map((value, i) =>
        [classNames[i] ?? `${i}`, percent(value)] as const
      )),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const digits = Math.max(...rows.map(([, value]) => value.length));
  return [
    `${"weights".padEnd(width)}  ${weights}`,
    ...rows.map(([name, value]) => `${name.padEnd(width)}  ${value.padStart(digits)}`.trimEnd()),
  ].join("\n");
}
