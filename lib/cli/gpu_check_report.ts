/**
 * What `gpu-check` says: a line for each thing that was looked at, and a page with the speeds.
 *
 * @module
 */
import { comparisons, type LineResult, type Verdict } from "../bench/gpu_check/verdicts.ts";
import { peerPrefix } from "../bench/contenders.ts";
import { batchSizeFigure, stepTimeFigure } from "../plot/bench_charts.ts";
import type { Figure } from "../plot/figure.ts";
import { htmlPage, type PageSection } from "../plot/page.ts";
import { table } from "../plot/table.ts";
import { benchTable, type MeasuredBatch } from "./bench_report.ts";

/** What a check holds for: on another machine it begins anew. */
export interface CheckedMachine {
  /** Where trainings run. */
  readonly device: "cpu" | "gpu";
  /** The GPU, or the processor. */
  readonly name: string;
  /** Version of the GPU's driver, if there is one. */
  readonly driver: string | null;
  /** Processor, cores and system. */
  readonly host: string;
  /** Version of TensorFlow. */
  readonly tensorflow: string;
  /** Whether only the least was done. */
  readonly short: boolean;
}

/** A check as it is written to a file. */
export interface CheckReport {
  /** When it was last at work. */
  readonly time: string;
  /** What it holds for. */
  readonly machine: CheckedMachine;
  /** Results in the order of the lines, those left included. */
  readonly lines: readonly LineResult[];
}

/** How a verdict reads. */
const words: Record<Verdict, string> = {
  good: "good",
  note: "look",
  bad: "WRONG",
  left: "left",
};

/**
 * A result as a line for people.
 *
 * @param result The result.
 * @returns The line.
 * @example A good one
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { resultLine } from "glmc/cli/gpu_check_report.ts";
 *
 * assertEquals(
 *   resultLine({ id: "golden", title: "Numbers hold", verdict: "good", found: "92 tests pass" }),
 *   "good   Numbers hold: 92 tests pass",
 * );
 * ```
 */
export function resultLine({ verdict, title, found }: LineResult): string {
  return `${words[verdict].padEnd(6)} ${title}: ${found}`;
}

/**
 * How many lines have which verdict.
 *
 * @param lines Results.
 * @returns A sentence without its end.
 * @example Two
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { verdictText } from "glmc/cli/gpu_check_report.ts";
 *
 * const line = { id: "a", title: "A", found: "it works", verdict: "good" } as const;
 *
 * assertEquals(verdictText([line, line]), "2 good, 0 worth a look, 0 wrong, 0 left to do");
 * ```
 */
export function verdictText(lines: readonly LineResult[]): string {
  const count = (wanted: Verdict): number =>
    lines.filter(({ verdict }) => verdict === wanted).length;
  return `${count("good")} good, ${count("note")} worth a look, ${count("bad")} wrong, ` +
    `${count("left")} left to do`;
}

/**
 * The page of a check, which needs no other file.
 *
 * @param report The check.
 * @returns The text of the HTML file.
 */
export function checkPage({ machine, time, lines }: CheckReport): Promise<string> {
  const { name, driver, host, tensorflow } = machine;
  const against = comparisons(lines);
  return htmlPage({
    title: `The kit on ${name}`,
    summary: `${verdictText(lines)}. TensorFlow ${tensorflow}` +
      `${driver === null ? "" : `, driver ${driver}`}; ${host}; ${time}.`,
    sections: [
      {
        title: "What was looked at",
        items: [table(
          ["verdict", "what", "found"],
          lines.map(({ verdict, title, found }) => [words[verdict], title, found]),
        )],
      },
      ...against.length > 0 ? [{ title: "Beside PyTorch", items: against }] : [],
      ...speedSections(lines),
    ],
  });
}

/** Figures and tables of the steps, for each width. */
function speedSections(lines: readonly LineResult[]): PageSection[] {
  const measured = lines.flatMap(({ id, row }) => {
    const size = /w(\d+) b(\d+)/.exec(id);
    return row === undefined || size === null
      ? []
      : [{ width: Number(size[1]), batchSize: Number(size[2]), row }];
  });
  const widths = [...new Set(measured.map(({ width }) => width))];
  return widths.map((width) => {
    const here = measured.filter((step) => step.width === width);
    const batches = [...new Set(here.map(({ batchSize }) => batchSize))].map((batchSize) => ({
      batchSize,
      rows: here.filter((step) => step.batchSize === batchSize).map(({ row }) => row),
    }));
    return {
      title: `Steps of width ${width}`,
      items: [speedFigure(batches, width), ...batches.map((batch) => captioned(batch))],
    };
  });
}

function speedFigure(batches: readonly MeasuredBatch[], width: number): Figure {
  const options = { width, peer: peerPrefix };
  const [only] = batches;
  return batches.length === 1 ? stepTimeFigure(only!, options) : batchSizeFigure(batches, options);
}

function captioned(batch: MeasuredBatch): ReturnType<typeof benchTable> {
  return { ...benchTable(batch), caption: `Batch of ${batch.batchSize}` };
}
