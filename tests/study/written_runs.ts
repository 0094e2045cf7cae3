/**
 * Folders of runs without any training, written through the kit's own writers.
 *
 * @module
 */
import { balancedAccuracy } from "../../lib/evaluate/balanced.ts";
import { shotAccuracy } from "../../lib/evaluate/shots.ts";
import { configure, type Settings } from "../../lib/experiment/config.ts";
import type { RunDescription } from "../../lib/experiment/run_folder.ts";
import { recordContext } from "../../lib/experiment/run_reading.ts";
import { writeDescription, writeMetrics } from "../../lib/experiment/run_writing.ts";
import { methods } from "../../lib/method/methods.ts";
import type { Accuracies, EpochRecord } from "../../lib/train/events.ts";
import { learningRateAt } from "../../lib/train/schedule.ts";
import { evaluatedEpochs, stageAt } from "../../lib/train/stage.ts";

const classCounts = [500, 323, 209, 135, 87, 56, 36, 23, 15, 10];

/** A run to be written. */
export interface WrittenRun {
  /** Name of its folder. */
  readonly name: string;
  /** What differs from the default; as many epochs as there are accuracies by default. */
  readonly settings?: Settings;
  /** Top-1 accuracy of each evaluated epoch in percent. */
  readonly top1: readonly number[];
  /** What logit adjustment adds; null for a run that is older than it. */
  readonly gain?: number | null;
  /** When it was begun. */
  readonly started?: string;
}

function accuracies(top1: number): Accuracies {
  // The rare classes are behind by a little, the mean is top1.
  const classAccuracy = classCounts.map((_, label) => top1 + 4.5 - label);
  return {
    top1: balancedAccuracy(classAccuracy),
    top5: 100,
    shots: shotAccuracy(classAccuracy, classCounts),
    classAccuracy,
    calibrationError: 0.25,
  };
}

/** Writes `config.json` and `metrics.jsonl` of a run; writing it again with more epochs continues it. */
export async function writeRun(
  runs: string,
  { name, settings = {}, top1, gain = 2, started = "2026-03-01T10:00:00.000Z" }: WrittenRun,
): Promise<string> {
  const config = configure({ epochs: top1.length, ...settings }, { methods });
  const description: RunDescription = {
    id: "0123456789abcdef0123456789abcdef",
    config,
    splitHash: "0".repeat(64),
    dataHash: "1".repeat(64),
    classNames: null,
    classCounts,
    parameters: 100,
    environment: { started, commit: "abc", machine: "bench" },
    resumed: [],
  };
  const { stages } = recordContext(description, { methods });
  const evaluated = evaluatedEpochs(stages);
  const history = top1.map((value, index): EpochRecord => {
    const epoch = evaluated[index]!;
    const { stage, first } = stageAt(stages, epoch);
    const method = stage.method!;
    const { options, epochs } = stage;
    const { top1, shots, classAccuracy } = accuracies(value + (gain ?? 0));
    return {
      stage: stage.name,
      epoch,
      learningRate: learningRateAt(epoch - first, stage),
      schedule: method.schedule?.({ options, counts: classCounts, epoch: epoch - first, epochs }) ??
        {},
      losses: Object.fromEntries(method.terms.map((term) => [term, 1])),
      evaluation: accuracies(value),
      ...(gain !== null && { adjusted: { top1, shots, classAccuracy } }),
      trainSeconds: 50,
      evaluateSeconds: 10,
    };
  });
  const folder = `${runs}/${name}`;
  await Deno.mkdir(folder, { recursive: true });
  await writeDescription(folder, description);
  await writeMetrics({ folder, description }, history);
  return folder;
}
