/**
 * Shows a run on the terminal while it trains, and stops it when asked to.
 *
 * @module
 */

import { runArgument } from "../experiment/place.ts";
import type { Run } from "../experiment/run.ts";
import { print } from "../process/streams.ts";
import type { StopRequest } from "../process/stop.ts";
import type { EpochRecord } from "../train/events.ts";
import { progressLine } from "./shell.ts";
import { epochText, remainingTime, stepText, summary } from "./train_report.ts";

/** Settings of {@linkcode watchRun}. */
export interface WatchRunOptions {
  /** Seconds of an epoch by estimate. */
  readonly perEpoch: number;
  /** Steps after which a line stays where the output is no terminal; none does by default. */
  readonly printEvery?: number | undefined;
  /** Stops it. */
  readonly stop: StopRequest;
}

/**
 * Trains a run to its end, or until it is told to stop, which leaves a checkpoint and the exit code of
 * the signal.
 *
 * @param run The run.
 * @param options How long an epoch takes, and how often a line stays, and what stops it.
 * @throws {Error} If the training fails; the message says what is kept.
 */
export async function watchRun(
  run: Run,
  { perEpoch, printEvery = Infinity, stop }: WatchRunOptions,
): Promise<void> {
  const { training: { epochs }, folder } = run;
  const line = progressLine();
  const note = (): void =>
    line.note(
      "Stopping after this step; press Ctrl-C again to stop at once without a checkpoint",
    );
  stop.signal.addEventListener("abort", note);
  const timeLeft = remainingTime({ epochs, perEpoch });
  let printed = 0;
  let history: readonly EpochRecord[] = run.from.history;
  try {
    for await (const event of run.events(stop.signal)) {
      if (event.type === "step") {
        const text = stepText(event, { epochs, left: timeLeft(event) });
        line.update(text, (event.epoch + event.step / event.steps) / epochs);
        const passed = Math.floor((event.epoch * event.steps + event.step) / printEvery);
        if (passed > printed) line.note(text);
        printed = Math.max(printed, passed);
      } else if (event.type === "epoch") {
        history = event.progress.history;
        line.note(epochText(event.record, epochs));
      } else if (event.type === "stopped") {
        line.finish(
          `Stopped in epoch ${event.progress.epoch + 1} after step ${event.progress.step}: ` +
            `continue with: deno task train --resume ${runArgument(folder)}`,
        );
        Deno.exitCode = stop.exitCode;
        return;
      }
    }
    line.finish();
    print(`\nFinished: ${summary(history)}`);
    print(`Weights, metrics and configuration: ${folder}`);
    print(`To look at it: deno task report --run ${runArgument(folder)}`);
  } catch (error) {
    line.finish();
    const last = history.at(-1);
    if (error instanceof Error && last !== undefined) {
      error.message += `: what was trained until epoch ${last.epoch + 1} is kept: ` +
        `continue with: deno task train --resume ${runArgument(folder)}`;
    }
    throw error;
  } finally {
    stop.signal.removeEventListener("abort", note);
  }
}
