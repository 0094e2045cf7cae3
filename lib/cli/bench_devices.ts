/**
 * The part of `bench` that compares one process with several.
 *
 * @module
 */

import { type BenchSetting, measuredMethod } from "../bench/contenders.ts";
import { fitRing, modelledTime, type TimedSum, timeRanks } from "../bench/devices.ts";
import { table } from "../plot/table.ts";
import { print } from "../process/streams.ts";
import { parameterCount } from "../model/layer_table.ts";
import { createNetwork } from "../model/network.ts";
import { freeAddresses } from "./launch_ranks.ts";
import { fittedTable } from "./fit_table.ts";
import { withProgressLine } from "./shell.ts";

/** Trained numbers of the narrow ResNet-32, of the official one, and of ResNet-50. */
const sizes = [500_000, 7_400_000, 25_000_000];
const processCounts = [2, 4, 8];

/** Bytes a millisecond of a network card of 100 Gbit/s. */
const fastNetwork = 100e9 / 8 / 1000;

/**
 * Times steps of one and of two processes, and sums of 2, 4 and 8, and prints a model of more.
 *
 * @param setting What is measured.
 * @param steps Steps that a number is the median of.
 * @throws {Error} If a process fails.
 */
export async function compareDevices(setting: BenchSetting, steps: number): Promise<void> {
  const { width, batchSize } = setting;
  const { name: method, unit, heads } = measuredMethod(setting);
  const work = { kind: "steps", method, width, batchSize, times: Math.max(5, steps) } as const;
  const numbers = parameterCount(createNetwork("resnet32", { classes: 10, width, heads }));
  const { alone, together, sums, own } = await withProgressLine(async ({ update }) => {
    const time = (processes: number, work: Parameters<typeof timeRanks>[1]): Promise<number> => {
      update(`${processes} processes, ${work.kind}`);
      return timeRanks(freeAddresses(processes), work);
    };
    const [alone, together] = [await time(1, work), await time(2, work)];
    const own = await time(2, { kind: "sums", numbers, times: 20 });
    const sums: TimedSum[] = [];
    for (const processes of processCounts) {
      for (const numbers of sizes) {
        const milliseconds = await time(processes, { kind: "sums", numbers, times: 7 });
        sums.push({ processes, numbers, milliseconds });
      }
    }
    return { alone, together, sums, own };
  });
  const rate = (milliseconds: number): number => 1000 * batchSize / milliseconds;
  print(`\nA step of ${method}, ResNet-32 of width ${width}, ${batchSize} ${unit} in all, CPU`);
  print(fittedTable(table(["processes", "ms a step", `${unit}/s`, "share of the all-reduce"], [
    ["1", alone, rate(alone), "none"],
    ["2", together, rate(together), `${(100 * own / together).toFixed(1)} %`],
  ])));
  print(
    `The share is that of an all-reduce of ${numbers.toLocaleString("en")} numbers by itself ` +
      `(${own.toFixed(2)} ms)`,
  );
  const model = fitRing(sums);
  print("\nAn all-reduce of float32 numbers on this machine");
  print(fittedTable(table(
    ["processes", "numbers", "ms", "ms by the model"],
    sums.map(({ processes, numbers, milliseconds }) => [
      `${processes}`,
      numbers.toLocaleString("en"),
      milliseconds,
      modelledTime(model, { processes, numbers }),
    ]),
  )));
  const gigabytes = (model.bandwidth / 1e6).toFixed(2);
  print(
    `\nA model, not measured: 2 (P - 1) turns of ${
      model.latency.toFixed(2)
    } ms and 1/P of the bytes ` +
      `at ${gigabytes} GB/s, as fitted here; and the same latency at 12.5 GB/s (100 Gbit/s)`,
  );
  const fast = { ...model, bandwidth: fastNetwork };
  print(fittedTable(table(
    ["devices", "numbers", "ms as fitted", "ms at 100 Gbit/s"],
    [8, 64].flatMap((processes) =>
      sizes.map((numbers) => [
        `${processes}`,
        numbers.toLocaleString("en"),
        modelledTime(model, { processes, numbers }),
        modelledTime(fast, { processes, numbers }),
      ])
    ),
  )));
}
