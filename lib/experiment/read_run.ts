/**
 * Reads what a run has measured from its folder.
 *
 * @module
 */
import { bestRecord } from "./best_record.ts";
import type { EpochRecord } from "../train/events.ts";
import type { MethodsOption } from "./configured.ts";
import { type RunDescription, runFiles } from "./run_folder.ts";
import { adviceFor } from "./advice.ts";
import {
  type DescribedRun,
  readEvaluation,
  readMetrics,
  readSplit,
  recordContext,
} from "./run_reading.ts";
import type { StoredEvaluation } from "./run_schema.ts";

/** A full evaluation of an epoch, as it is stored. */
export type RecordedEvaluation = StoredEvaluation;

/** What the folder of a run holds, without weights. */
export interface RecordedRun {
  /** Name of its folder. */
  readonly name: string;
  /** Its folder, as an absolute path. */
  readonly folder: string;
  /** Configuration, subset and machine. */
  readonly description: RunDescription;
  /** Evaluated epochs, at least one. */
  readonly history: readonly EpochRecord[];
  /** Evaluation of the epoch with the highest top-1 accuracy. */
  readonly best: RecordedEvaluation;
  /** Evaluation of the last epoch. */
  readonly last: RecordedEvaluation;
  /** What a reader should know, a line each: such as an epoch that is only half written down. */
  readonly notices: readonly string[];
}

/**
 * Reads what a run has measured.
 *
 * @param run The run; it may be at work.
 * @param options Methods that its configuration may name.
 * @returns Its records and evaluations; `undefined` if none of its epochs is finished.
 * @throws {SyntaxError} If a file is damaged; names it and says what to do.
 */
export async function readRecordedRun(
  run: DescribedRun,
  options: MethodsOption,
): Promise<Omit<RecordedRun, "name"> | undefined> {
  const { folder, description } = run;
  // In this order a run that is at work meanwhile shows evaluations at least as new as its history.
  const history = await readMetrics(run, recordContext(description, options));
  const [best, last] = [await readEvaluation(run, "best"), await readEvaluation(run, "last")];
  await readSplit(run);
  const notices: string[] = [];
  const stored = [["best", best, bestRecord(history)], ["last", last, history.at(-1)]] as const;
  for (const [which, evaluation, record] of stored) {
    const file = which === "best" ? runFiles.bestEvaluation : runFiles.lastEvaluation;
    const cannot = (what: string): never => {
      throw new SyntaxError(
        `Cannot read "${folder}/${file}": ${what}: ${adviceFor(file, folder)}`,
      );
    };
    if (record === undefined) {
      if (evaluation !== undefined && evaluation.epoch > firstEpoch(description)) {
        const metrics = `${folder}/${runFiles.metrics}`;
        throw new SyntaxError(
          `Cannot read "${metrics}": it is empty or gone, though epochs are finished: ` +
            adviceFor(runFiles.metrics, folder),
        );
      }
      continue;
    }
    if (evaluation === undefined) return cannot("it is gone");
    if (evaluation.epoch > history.at(-1)!.epoch) {
      notices.push(
        `"${folder}/${file}" is of epoch ${
          evaluation.epoch + 1
        }, which is not written down in full ` +
          "yet: wait for it, or continue the run",
      );
    } else if (
      evaluation.epoch !== record.epoch || evaluation.top1 !== record.evaluation.top1
    ) {
      return cannot(`it is of epoch ${evaluation.epoch + 1} and does not fit ${runFiles.metrics}`);
    }
  }
  if (history.length === 0) return undefined;
  return { folder, description, history, best: best!, last: last!, notices };
}

function firstEpoch({ config: { stages: [first] } }: RunDescription): number {
  return first.startEpoch;
}
