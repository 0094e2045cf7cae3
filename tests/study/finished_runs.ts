/**
 * Results of runs that were never made, of given accuracies.
 *
 * @module
 */
import { methods } from "../../lib/method/methods.ts";
import type { Reproduction } from "../../lib/study/reproduction.ts";
import type { RunResult } from "../../lib/study/result.ts";
import { planStudy } from "../../lib/study/study.ts";
import { totalEpochs } from "../../lib/train/stage.ts";

/** Finished runs whose first stage ends at the first number and whose second one at the second. */
export function finishedRuns(
  { study }: Pick<Reproduction, "study">,
  last: readonly (readonly [number, number?])[],
): RunResult[] {
  const runs = planStudy(study, { methods });
  return last.map(([first, second], index) => {
    const { config, hash, name } = runs[index]!;
    const epochs = totalEpochs(config.stages);
    const boundary = config.stages[0].epochs;
    // The best epoch of each stage is one before its last, by a point.
    const curve = Array.from({ length: epochs }, (_, epoch) => {
      const [end, value] = epoch < boundary ? [boundary, first] : [epochs, second!];
      return epoch === end - 1 ? value : epoch === end - 2 ? value + 1 : 10;
    });
    const measured = {
      epoch: epochs - 1,
      top1: curve.at(-1)!,
      top5: 100,
      shots: { many: null, medium: null, few: null },
      classAccuracy: [],
      calibrationError: 0,
    };
    return {
      hash,
      group: hash,
      config,
      name,
      folder: null,
      state: "finished",
      epochs,
      totalEpochs: epochs,
      best: measured,
      last: measured,
      curve,
      seconds: 1,
      started: "",
      commit: "",
      machine: "",
    };
  });
}
