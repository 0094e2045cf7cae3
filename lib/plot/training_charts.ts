/**
 * Figures of a training: losses and accuracy over its epochs.
 *
 * @module
 */
import { counted } from "../settings/count.ts";
import type { Figure } from "./figure.ts";
import { lineFigure, type LineSeries, type Mark, type Reference } from "./line.ts";
import { panelFigure } from "./panels.ts";
import { seriesColors, shotColors } from "./theme.ts";

/** What is drawn of an epoch; the `EpochRecord` of a training is one. */
export interface CurvePoint {
  /** Epoch of the whole training, from 0. */
  readonly epoch: number;
  /** Name of its stage; where it changes a thin line is drawn. */
  readonly stage?: string;
  /** Mean of each loss term, under the names that the method gives them. */
  readonly losses: Readonly<Record<string, number>>;
  /** Accuracy on the test set in percent. */
  readonly evaluation: {
    readonly top1: number;
    readonly shots: {
      readonly many: number | null;
      readonly medium: number | null;
      readonly few: number | null;
    };
  };
  /** Mean accuracy of the classes on held-out images, which then chooses the best epoch. */
  readonly validation?: { readonly balanced: number };
}

/** Settings of {@linkcode trainingCurvesFigure}. */
export interface TrainingCurvesOptions {
  /** Title. */
  readonly title?: string;
  /** Epochs of the whole training, where it is not done; the axis then spans them. */
  readonly epochs?: number;
  /** Accuracies to compare with, such as published ones. */
  readonly references?: readonly Reference[];
  /** Losses within the epoch that is not finished yet; positions count epochs, such as 2.5. */
  readonly running?: readonly {
    readonly position: number;
    readonly losses: Readonly<Record<string, number>>;
  }[];
}

const shotGroups = ["many", "medium", "few"] as const;

/**
 * Loss terms and accuracy of a training over its epochs, side by side.
 *
 * @param history Evaluated epochs.
 * @param options Title and length of the training.
 * @returns The figure; a term that some epochs do not have leaves a gap there.
 * @example One epoch
 * ```ts
 * import { trainingCurvesFigure } from "glmc/plot/training_charts.ts";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const evaluation = { top1: 31.5, shots: { many: 40, medium: 23, few: null } };
 * const { description } = trainingCurvesFigure([{ epoch: 0, losses: { total: 2 }, evaluation }]);
 *
 * assertStringIncludes(description, "31.5 %");
 * ```
 */
export function trainingCurvesFigure(
  history: readonly CurvePoint[],
  options: TrainingCurvesOptions = {},
): Figure {
  const epochs = history.map(({ epoch }) => epoch + 1);
  const span = Math.max(options.epochs ?? 0, ...epochs, 1);
  const x = {
    title: "Epoch",
    // One epoch is a point, with room to both sides and no second one.
    range: span === 1 && !options.running
      ? [0.5, 1.5] as const
      : [options.running ? 0 : 1 - 0.02 * span, span] as const,
    ...(span <= 10 && { step: 1 }),
  };
  const points = [
    ...history.map(({ epoch, losses }) => ({ position: epoch + 1, losses })),
    ...options.running ?? [],
  ];
  const positions = points.map(({ position }) => position);
  const terms = new Set(points.flatMap(({ losses }) => Object.keys(losses)));
  const marks = stageStarts(history);
  const losses = lineFigure(
    Array.from(terms, (name) => ({
      name,
      x: positions,
      y: points.map(({ losses }) => losses[name] ?? null),
      markers: epochs.length <= 12 && !options.running,
    })),
    {
      title: "Mean loss of each term",
      description: "",
      x,
      y: "Mean loss of an image",
      marks,
      names: "ends",
    },
  );
  const accuracy = lineFigure(accuracyLines(history, epochs), {
    title: "Accuracy on the test set",
    description: "",
    x,
    y: { title: "Accuracy (%)", range: [0, 100], step: 20 },
    references: options.references,
    marks,
    names: "ends",
  });
  return panelFigure([losses, accuracy], {
    title: options.title ?? "Training",
    description: summary(history),
    height: 400,
  });
}

function summary(history: readonly CurvePoint[]): string {
  const last = history.at(-1);
  if (last === undefined) return "No epoch is finished yet.";
  const deciding = ({ validation, evaluation }: CurvePoint) =>
    validation?.balanced ?? evaluation.top1;
  const best = history.reduce((a, b) => deciding(b) > deciding(a) ? b : a);
  const choice = best.validation === undefined ? "at best" : "in the best one by validation";
  const stages = stageStarts(history).map(({ name, position }) =>
    `; stage ${name} begins with epoch ${position + 1}`
  );
  return `Losses and test accuracy over ${counted(last.epoch + 1, "epoch")}: top-1 ${
    last.evaluation.top1.toFixed(1)
  } % in the last epoch, ${choice} ${best.evaluation.top1.toFixed(1)} % in epoch ${best.epoch + 1}${
    stages.join("")
  }.`;
}

/** Where a stage follows another one: at the end of the epoch before. */
function stageStarts(history: readonly CurvePoint[]): Mark[] {
  return history.slice(1).flatMap(({ stage }, i) =>
    stage === undefined || stage === history[i]?.stage
      ? []
      : [{ name: stage, position: history[i]!.epoch + 1 }]
  );
}

/** Settings of {@linkcode comparedRunsFigure}. */
export interface ComparedRunsOptions {
  /** Title. */
  readonly title?: string;
  /** Accuracies to compare with, such as published ones. */
  readonly references?: readonly Reference[];
}

/**
 * Top-1 accuracy of several runs over their epochs.
 *
 * @param runs Name and finished epochs of each run.
 * @param options Title.
 * @returns The figure.
 * @example Two runs
 * ```ts
 * import { comparedRunsFigure } from "glmc/plot/training_charts.ts";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const run = (name: string, top1: number) => ({
 *   name,
 *   history: [{ epoch: 0, losses: {}, evaluation: { top1, shots: { many: 1, medium: 1, few: 1 } } }],
 * });
 * const figure = comparedRunsFigure([run("cross-entropy", 62), run("GLMC", 70)]);
 *
 * assertStringIncludes(figure.description, "GLMC 70.0 %");
 * ```
 */
export function comparedRunsFigure(
  runs: readonly { readonly name: string; readonly history: readonly CurvePoint[] }[],
  options: ComparedRunsOptions = {},
): Figure {
  const ends = runs.map(({ name, history }) =>
    `${name} ${history.at(-1)?.evaluation.top1.toFixed(1) ?? "–"} %`
  );
  return lineFigure(
    runs.map(({ name, history }) => ({
      name,
      x: history.map(({ epoch }) => epoch + 1),
      y: history.map(({ evaluation }) => evaluation.top1),
    })),
    {
      title: options.title ?? "Top-1 accuracy on the test set",
      description: `Top-1 accuracy after the last epoch: ${ends.join(", ")}.`,
      x: "Epoch",
      y: "Accuracy (%)",
      references: options.references,
    },
  );
}

function accuracyLines(history: readonly CurvePoint[], epochs: readonly number[]): LineSeries[] {
  const present = shotGroups.filter((group) =>
    history.some(({ evaluation }) => evaluation.shots[group] !== null)
  );
  const validated = history.some(({ validation }) => validation !== undefined);
  return [
    {
      name: "all",
      x: epochs,
      y: history.map(({ evaluation }) => evaluation.top1),
      color: seriesColors[6],
      dash: "dash",
    },
    ...(validated
      ? [{
        name: "validation",
        x: epochs,
        y: history.map(({ validation }) => validation?.balanced ?? null),
        color: seriesColors[6],
        dash: "dot" as const,
      }]
      : []),
    ...present.map((group) => ({
      name: group,
      x: epochs,
      y: history.map(({ evaluation }) => evaluation.shots[group]),
      color: shotColors[group],
    })),
  ];
}
