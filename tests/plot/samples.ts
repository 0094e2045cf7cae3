/**
 * One small figure of every kind.
 *
 * @module
 */
import { barFigure } from "../../lib/plot/bar.ts";
import { confusionFigure, reliabilityFigure } from "../../lib/plot/evaluation_charts.ts";
import type { Figure } from "../../lib/plot/figure.ts";
import { heatmapFigure } from "../../lib/plot/heatmap.ts";
import { imageGridFigure } from "../../lib/plot/image_grid.ts";
import { lineFigure, scatterFigure } from "../../lib/plot/line.ts";
import {
  classAccuracyFigure,
  classCountsFigure,
  samplerMassFigure,
} from "../../lib/plot/long_tail_charts.ts";
import { batchSizeFigure, stepTimeFigure } from "../../lib/plot/bench_charts.ts";
import {
  againstPublishedFigure,
  resultBarsFigure,
  resultCurvesFigure,
} from "../../lib/plot/results_charts.ts";
import { comparedRunsFigure, trainingCurvesFigure } from "../../lib/plot/training_charts.ts";

const groups = ["many", "many", "medium", "few"] as const;
const classNames = ["airplane", "car", "bird", "truck"];
const description = "A sample.";
const contenders = (speed: number) =>
  ["compiled", "PyTorch eager"].map((name, i) => ({
    name,
    milliseconds: { median: 300 + 100 * i },
    examplesPerSecond: speed / (1 + i),
  }));

/** Epochs of a pretended training. */
export const sampleHistory = Array.from({ length: 20 }, (_, epoch) => ({
  epoch,
  losses: { total: 3 / (epoch + 1), balanced: 2 / (epoch + 1), consistency: -epoch / 20 },
  evaluation: {
    top1: 30 + 2 * epoch,
    shots: { many: 40 + 2 * epoch, medium: 10 + epoch, few: null },
  },
}));

/** The figures by what they are. */
export const sampleFigures = {
  lines: lineFigure(
    [{ name: "total", y: [3, 2, 1.5, 1.2] }, {
      name: "plain",
      y: [2, null, 1.3, 1.1],
      dash: "dot",
    }],
    {
      title: "Loss",
      description,
      x: "Epoch",
      y: "Loss",
      references: [{ name: "paper", value: 1 }],
    },
  ),
  manyLines: lineFigure(
    [1, 2, 3, 4].map((k) => ({ name: `run ${k}`, y: [3 * k, 2 * k, 1] })),
    { title: "Runs", description, x: "Epoch", y: { title: "Loss", log: true, range: [1, 100] } },
  ),
  points: scatterFigure(
    [{ name: "cat", x: [1, 2], y: [3, 1] }, { name: "dog", x: [1.5], y: [2], labels: ["a dog"] }],
    { title: "Points", description, x: "First", y: "Second" },
  ),
  bars: barFigure(
    [{ name: "before", values: [1, 2, 3] }, { name: "after", values: [2, 1, null] }],
    {
      title: "Bars",
      description,
      categories: ["x", "y", "z"],
      x: "Place",
      y: "Count",
      digits: 1,
      references: [{ name: "aim", value: 2.5 }],
    },
  ),
  lyingBars: barFigure([{ name: "seconds", values: [1, 3], color: ["#111111", "#777777"] }], {
    title: "Lying bars",
    description,
    categories: ["a long name", "another"],
    x: "Layer",
    y: "Time (s)",
    lying: true,
    digits: 0,
  }),
  matrix: heatmapFigure([[1, null], [2, 3]], {
    title: "Matrix",
    description,
    x: "Column",
    y: "Row",
    columnNames: ["a", "b"],
    rowNames: ["c", "d"],
    colors: "Value",
    digits: 1,
  }),
  images: imageGridFigure(Uint8Array.from({ length: 6 * 3072 }, (_, i) => (i * 7) % 256), {
    title: "Images",
    description,
    columns: 3,
    captions: ["a", "b", "c", "d", "e", "f<br>λ = 0.5"],
    rowTitles: ["view 1", "view 2"],
  }),
  counts: classCountsFigure([500, 120, 50, 5], { groups, classNames }),
  countsOnLogarithmicAxis: classCountsFigure([500, 120, 50, 5], { groups, classNames, log: true }),
  accuracy: classAccuracyFigure([90, 80, 50, null], { groups, classNames, method: "GLMC" }),
  mass: samplerMassFigure([
    { name: "q = 0", mass: [0.7, 0.2, 0.07, 0.03] },
    { name: "q = 1", mass: [0.25, 0.25, 0.25, 0.25] },
  ], { classNames }),
  confusion: confusionFigure([9, 1, 0, 4, 6, 0, 1, 2, 7], { classNames: ["cat", "dog", "truck"] }),
  reliability: reliabilityFigure(
    [
      { count: 0, confidence: 0, accuracy: 0 },
      { count: 10, confidence: 0.5, accuracy: 0.6 },
      { count: 30, confidence: 0.9, accuracy: 0.7 },
    ],
    { error: 0.175 },
  ),
  training: trainingCurvesFigure(sampleHistory, { references: [{ name: "paper", value: 87.75 }] }),
  stepTime: stepTimeFigure({ batchSize: 64, rows: contenders(200) }, {
    width: 16,
    peer: "PyTorch",
  }),
  batchSize: batchSizeFigure([
    { batchSize: 64, rows: contenders(200) },
    { batchSize: 128, rows: contenders(220).slice(0, 1) },
  ], { width: 16, peer: "PyTorch" }),
  runs: comparedRunsFigure([
    { name: "cross-entropy", history: sampleHistory },
    { name: "GLMC", history: sampleHistory.slice(0, 10) },
  ]),
  resultBars: resultBarsFigure([
    { name: "cross-entropy", mean: 38.8, deviation: 0.4, adjusted: 42.5 },
    { name: "GLMC", mean: 43.6, deviation: null, adjusted: null },
    { name: "not run", mean: null, deviation: null, adjusted: null },
  ], { title: "Bars with deviations" }),
  againstPublished: againstPublishedFigure([
    { name: "measured", published: 88.5, mean: 87.9, deviation: 0.3 },
    { name: "one seed", published: 91, mean: 91.4, deviation: null },
    { name: "not run", published: 94.9, mean: null, deviation: null },
  ], { title: "Ours against published" }),
  resultCurves: resultCurvesFigure([
    { name: "cross-entropy", curves: [[30, 40, 45], [32, 38, 44]] },
    { name: "GLMC", curves: [[30, 45, 52]] },
  ], { title: "Curves with bands", references: [{ name: "paper", value: 50 }] }),
} satisfies Record<string, Figure>;
