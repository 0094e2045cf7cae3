/**
 * The part of `bench` that compares one process with several.
 *
 * @module
 */

import { type BenchSetting, measuredMethod } from "../bench/contenders.ts";
import { sumName, timeRanks } from "../bench/devices.ts";
import type { SpeedRow } from "../bench/speed_cards.ts";
import { spread } from "../bench/statistics.ts";
import { parameterCount } from "../model/layer_table.ts";
import { createNetwork } from "../model/network.ts";
import { print } from "../process/streams.ts";
import { counted } from "../settings/count.ts";
import type { MeasuredSpeed } from "./bench_export.ts";
import { deviceReport } from "./device_report.ts";
import { fittedTable } from "./fit_table.ts";
import { freeAddresses } from "./launch_ranks.ts";
import { withProgressLine } from "./shell.ts";

/** Few numbers, which tell of the latency; trained ones of ResNet-32, narrow and official, and of ResNet-50. */
const sizes = [1_000, 500_000, 7_400_000, 25_000_000];
const processCounts = [2, 4, 8];

/** Sums that a number is the median of. */
const sumsAtATime = 7;

/**
 * Times steps of one and of two processes in turns, and sums of 2, 4 and 8, and prints a model of more.
 *
 * @param setting What is measured.
 * @param turns Turns of one and of two processes, and steps in each.
 * @returns What was measured.
 * @throws {Error} If a process fails.
 */
export async function compareDevices(
  setting: BenchSetting,
  { rounds, steps }: { readonly rounds: number; readonly steps: number },
): Promise<MeasuredSpeed[]> {
  const { width, batchSize } = setting;
  const { name: method, unit, heads } = measuredMethod(setting);
  const work = { kind: "steps", method, width, batchSize, times: steps } as const;
  const numbers = parameterCount(createNetwork("resnet32", { classes: 10, width, heads }));
  const { alone, together, own, sums } = await withProgressLine(async ({ update }) => {
    const time = (processes: number, work: Parameters<typeof timeRanks>[1]): Promise<number[]> => {
      update(`${counted(processes, "process", "processes")}, ${work.kind}`);
      return timeRanks(freeAddresses(processes), work);
    };
    const sum = (processes: number, numbers: number): Promise<number[]> =>
      time(processes, { kind: "sums", numbers, times: sumsAtATime });
    const [alone, together]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      alone.push(...await time(1, work));
      together.push(...await time(2, work));
    }
    const own = await sum(2, numbers);
    const sums: SpeedRow[] = [];
    for (const processes of processCounts) {
      for (const numbers of sizes) {
        sums.push(rowOf(sumName({ processes, numbers }), await sum(processes, numbers)));
      }
    }
    return { alone, together, own, sums };
  });
  const measured = [{
    what: `a step of ${method}, ResNet-32 of width ${width}, ${batchSize} ${unit} in all`,
    unit: "ms of processes",
    rows: [
      rowOf("1 process", alone, batchSize),
      rowOf("2 processes", together, batchSize),
      rowOf(`their all-reduce of ${numbers.toLocaleString("en")} numbers by itself`, own),
    ],
  }, {
    what: "an all-reduce of float32 numbers",
    unit: "ms of processes",
    rows: sums,
  }] as const;
  for (const { text, table } of deviceReport(measured)) print(`\n${text}\n${fittedTable(table)}`);
  return [...measured];
}

function rowOf(name: string, milliseconds: readonly number[], examples?: number): SpeedRow {
  const { median, min: least, max: most } = spread(milliseconds);
  const examplesPerSecond = examples === undefined ? null : 1000 * examples / median;
  return { name, median, least, most, examplesPerSecond, peakBytes: null, timesAsFast: {} };
}
