/**
 * Shows a run on the terminal while it trains, and stops it when asked to.
 *
 * @module
 */

import { runArgument } from "../experiment/place.ts";
import type { Run } from "../experiment/run.ts";
import type { EpochRecord } from "../train/events.ts";
import { type ProgressLine, progressLine } from "./shell.ts";
import { epochText, remainingTime, stepText, summary } from "./train_report.ts";

/** Settings of {@linkcode watchRun}. */
export interface WatchRunOptions {
  /** Seconds of an epoch by estimate. */
  readonly perEpoch: number;
  /** Steps after which a line stays where the output is no terminal; none does by default. */
  readonly printEvery?: number;
}

/**
 * Trains a run to its end, or until it is told to stop, which leaves a checkpoint and the exit code 130.
 *
 * Ctrl-C, a request to end and a terminal that goes away stop it after the present step.
 *
 * @param run The run.
 * @param options How long an epoch takes, and how often a line stays.
 * @throws {Error} If the training fails; the message says what is kept.
 */
export async function watchRun(
  run: Run,
  { perEpoch, printEvery = Infinity }: WatchRunOptions,
): Promise<void> {
  const { training: { epochs }, folder } = run;
  const line = progressLine();
  const stop = stopOnSignals(line);
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
        Deno.exitCode = 130;
        return;
      }
    }
    line.finish();
    console.log(`\nFinished: ${summary(history)}`);
    console.log(`Weights, metrics and configuration: ${folder}`);
  } catch (error) {
    line.finish();
    const last = history.at(-1);
    if (error instanceof Error && last !== undefined) {
      error.message += `: what was trained until epoch ${last.epoch + 1} is kept: ` +
        `continue with: deno task train --resume ${runArgument(folder)}`;
    }
    throw error;
  } finally {
    stop.release();
  }
}

/** The first signal asks for a checkpoint, a second Ctrl-C ends at once. */
function stopOnSignals(line: ProgressLine): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const onSignal = (): void => {
    if (controller.signal.aborted) Deno.exit(130);
    controller.abort();
    line.note("Stopping after this step; press Ctrl-C again to stop at once without a checkpoint");
  };
  for (const signal of signals) Deno.addSignalListener(signal, onSignal);
  return {
    signal: controller.signal,
    release: () => signals.forEach((signal) => Deno.removeSignalListener(signal, onSignal)),
  };
}
