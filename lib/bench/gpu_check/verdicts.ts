/**
 * What the measurements of a check say: as it should be, worth a look, or wrong.
 *
 * @module
 */
import type { Row } from "../measure.ts";
import type { StepWork } from "./lines.ts";
import type { GpuUse } from "./nvidia.ts";

/** `good`; `note` where it works and is worth a look; `bad` where it does not work; `left` if not done. */
export type Verdict = "good" | "note" | "bad" | "left";

/** What a line came to. */
export interface LineResult {
  /** Name of the line. */
  readonly id: string;
  /** What it looked at. */
  readonly title: string;
  /** Whether it is as it should be. */
  readonly verdict: Verdict;
  /** What was found, in one sentence. */
  readonly found: string;
  /** Seconds that it took. */
  readonly seconds?: number;
  /** The measurement of a step. */
  readonly row?: Row;
  /** How the GPU was used meanwhile, where nvidia-smi tells. */
  readonly use?: GpuUse;
}

/** A verdict with its reason. */
export type Judgement = Pick<LineResult, "verdict" | "found">;

/**
 * Judges the tests against the reference.
 *
 * @param output What `deno test` printed.
 * @returns The verdict; a test that fails is worth a look where few do: GPUs round otherwise than CPUs.
 * @example All pass
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { judgeTests } from "glmc/bench/gpu_check/verdicts.ts";
 *
 * assertEquals(judgeTests("ok | 92 passed | 0 failed (40s)").verdict, "good");
 * assertEquals(judgeTests("error: Module not found").verdict, "bad");
 * ```
 */
export function judgeTests(output: string): Judgement {
  const counts = /(\d+) passed(?: \(\d+ steps?\))? \| (\d+) failed/.exec(output);
  if (counts === null) {
    const last = output.trim().split("\n").findLast((line) => /error/i.test(line)) ?? "no word";
    return { verdict: "bad", found: `the tests did not run to their end: ${last.trim()}` };
  }
  const [passed, failed] = counts.slice(1).map(Number) as [number, number];
  if (failed === 0) return { verdict: "good", found: `${passed} tests pass` };
  const names = [...output.matchAll(/^(.+?) \.\.\. FAILED/gm)].map(([, name]) => name!.trim());
  const verdict = failed <= passed / 10 ? "note" : "bad";
  const listed = names.slice(0, 5).join("; ");
  return { verdict, found: `${passed} tests pass, ${failed} fail: ${listed}` };
}

/**
 * Judges the first epoch of a small training.
 *
 * @param output What `train` printed.
 * @returns The verdict; CPUs reach 13 to 17 %, chance is 10 %.
 * @example As on a CPU
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { judgeTraining } from "glmc/bench/gpu_check/verdicts.ts";
 *
 * assertEquals(judgeTraining("best top-1 14.68 % in epoch 1").verdict, "good");
 * ```
 */
export function judgeTraining(output: string): Judgement {
  const top1 = [...output.matchAll(/top-1 ([\d.]+) %/g)].at(-1)?.[1];
  if (top1 === undefined) {
    const last = output.trim().split("\n").at(-1) || "no word";
    return { verdict: "bad", found: `the training did not run to its end: ${last}` };
  }
  const found = `top-1 ${top1} % after an epoch; 13 to 17 % on a CPU`;
  if (Number(top1) < 11) {
    return { verdict: "bad", found: `${found}: it has learnt next to nothing` };
  }
  return { verdict: Number(top1) >= 13 && Number(top1) <= 17 ? "good" : "note", found };
}

/**
 * Judges two runs of the same seed.
 *
 * @param first Loss terms at the end of the first one.
 * @param second Those of the second one.
 * @returns The verdict: equal to the last bit, or how far apart.
 * @example Equal, and nearly so
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { judgeRepeat } from "glmc/bench/gpu_check/verdicts.ts";
 *
 * assertEquals(judgeRepeat([1.5, 2], [1.5, 2]).verdict, "good");
 * assertEquals(judgeRepeat([1.5, 2], [1.5, 2.00001]).verdict, "note");
 * ```
 */
export function judgeRepeat(first: readonly number[], second: readonly number[]): Judgement {
  const gaps = first.map((value, i) => Math.abs(value - second[i]!) / Math.max(1, Math.abs(value)));
  const gap = Math.max(...gaps);
  if (first.length === 0 || !Number.isFinite(gap)) {
    return { verdict: "bad", found: `losses are no numbers: ${first.join(", ")}` };
  }
  if (first.every((value) => value === 0)) {
    return { verdict: "bad", found: "losses are all 0: nothing was computed" };
  }
  if (gap === 0) return { verdict: "good", found: "equal to the last bit" };
  return {
    verdict: gap < 1e-2 ? "note" : "bad",
    found: `not equal: losses differ by ${gap.toExponential(1)} of their size`,
  };
}

/**
 * Judges a step by its own: whether it gives numbers, and keeps a large GPU busy.
 *
 * @param row What was measured.
 * @param options The size, and how the GPU was used; not known on a CPU.
 * @returns The verdict.
 */
export function judgeStep(
  row: Row,
  { work, use }: { readonly work: StepWork; readonly use?: GpuUse | undefined },
): Judgement {
  const { median, min, max } = row.milliseconds;
  const texts = [
    `${median.toFixed(1)} ms (${min.toFixed(1)} to ${max.toFixed(1)})`,
    `${row.examplesPerSecond.toFixed(0)} ${row.unit}/s`,
    `first step ${(row.firstMilliseconds / 1000).toFixed(1)} s`,
    ...use === undefined ? [] : [
      `GPU ${use.utilisation.toFixed(0)} % busy`,
      `${(use.bytes / 1e9).toFixed(1)} GB of its memory`,
    ],
  ];
  // Width 16 launches small kernels: the host is what takes time there.
  const shouldBeBusy = work.kind === "step" && work.width >= 64 &&
    work.batchSize >= 128;
  const isIdle = shouldBeBusy && use !== undefined && use.utilisation < 80;
  return {
    verdict: isIdle ? "note" : "good",
    found: texts.join(", ") + (isIdle ? ": it waits for the host" : ""),
  };
}

/**
 * Compares our fastest step with PyTorch's fastest at each size that both have.
 *
 * @param results Results so far.
 * @returns A sentence for each size.
 */
export function comparisons(results: readonly LineResult[]): string[] {
  const sizeOf = ({ id }: LineResult): string => /w\d+ b\d+/.exec(id)?.[0] ?? "";
  const fastest = (kind: string, size: string): Row | undefined =>
    results.filter((result) => result.id.startsWith(`${kind} `) && sizeOf(result) === size)
      .flatMap(({ row }) => row === undefined ? [] : [row])
      .toSorted((a, b) => a.milliseconds.median - b.milliseconds.median)[0];
  const listed = [...new Set(results.filter(({ row }) => row !== undefined).map(sizeOf))];
  return listed.flatMap((size) => {
    const [ours, theirs] = [fastest("step", size), fastest("pytorch", size)];
    if (ours === undefined || theirs === undefined) return [];
    const ratio = theirs.milliseconds.median / ours.milliseconds.median;
    const [, width, batchSize] = /w(\d+) b(\d+)/.exec(size)!;
    return [
      `Width ${width}, batch ${batchSize}: ours at best ${
        ours.milliseconds.median.toFixed(1)
      } ms ` +
      `(${ours.name}), PyTorch's ${theirs.milliseconds.median.toFixed(1)} ms (${theirs.name}): ` +
      `${ratio.toFixed(2)} times as fast`,
    ];
  });
}
