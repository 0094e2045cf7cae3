/**
 * Watches a training from a notebook: live curves, one line of progress, a stop that keeps the run.
 *
 * @module
 */
import { counted } from "../settings/count.ts";
import { onSignals } from "../process/signals.ts";
import { tell } from "../process/streams.ts";
import { type CurvePoint, trainingCurvesFigure } from "../plot/training_charts.ts";
import type { Reference } from "../plot/line.ts";
import { type Bundle, inNotebook, sendBundle } from "./kernel.ts";
import { startProgress } from "./progress.ts";
import { figurePicture } from "../plot/picture.ts";
import { show } from "./show.ts";

/** What a training reports; its `TrainEvent` is one. Epochs count over all its stages. */
export type WatchedEvent<Epoch extends CurvePoint> =
  | {
    readonly type: "step";
    readonly epoch: number;
    readonly step: number;
    readonly steps: number;
    readonly losses: Readonly<Record<string, number>>;
    readonly examplesPerSecond: number;
    readonly unit: string;
  }
  | {
    readonly type: "epoch";
    readonly record: Epoch;
    readonly progress: { readonly history: readonly Epoch[] };
  }
  | { readonly type: "checkpoint" }
  | {
    readonly type: "stopped";
    readonly progress: {
      readonly epoch: number;
      readonly step: number;
      readonly history: readonly Epoch[];
    };
  };

/** Settings of {@linkcode watchTraining}. */
export interface WatchOptions<Epoch extends CurvePoint> {
  /** Epochs of the whole training. */
  readonly epochs: number;
  /** Title of the curves. */
  readonly title?: string;
  /** Epochs finished before, when a run is continued. */
  readonly history?: readonly Epoch[];
  /** Accuracies to compare with, such as published ones. */
  readonly references?: readonly Reference[];
  /** Least milliseconds between two drawings of the curves; 3000 by default. */
  readonly interval?: number;
}

/** How a watched training ended. */
export interface WatchedTraining<Epoch extends CurvePoint> {
  /** Finished epochs. */
  readonly history: readonly Epoch[];
  /** Whether it was stopped before its end. */
  readonly stopped: boolean;
}

/** Of the time since the last drawing, the share that drawing may take. */
const drawingShare = 0.02;

/**
 * Runs a training to its end and shows how it goes; interrupting the kernel stops it after a step.
 *
 * The curves are redrawn every few seconds, seldom enough that it takes less than 2 % of the time. Curves
 * that cannot be drawn or sent are said once and dropped: the training goes on. One that fails leaves its
 * curves and says so; its error is thrown on.
 *
 * @param start Starts the training; it must stop between two steps when the signal is aborted.
 * @param options Length and title.
 * @returns Finished epochs, and whether it was stopped.
 * @example A training of one epoch
 * ```ts
 * import { watchTraining } from "glmc/notebook/watch.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const evaluation = { top1: 31.5, shots: { many: 40, medium: 23, few: null } };
 * const record = { epoch: 0, losses: { total: 2 }, evaluation };
 * async function* train() {
 *   yield { type: "epoch", record, progress: { history: [record] } } as const;
 * }
 *
 * const { history, stopped } = await watchTraining(() => train(), { epochs: 1 });
 *
 * assertEquals([history.length, stopped], [1, false]);
 * ```
 */
export async function watchTraining<Epoch extends CurvePoint>(
  start: (signal: AbortSignal) => AsyncIterable<WatchedEvent<Epoch>>,
  options: WatchOptions<Epoch>,
): Promise<WatchedTraining<Epoch>> {
  const { epochs, title = "Training" } = options;
  const progress = startProgress(`${title}: starting`);
  const curves = liveCurves(options);
  await curves.prepare();
  const interrupt = onInterrupt(() => progress.update("Stopping after this step"));
  let history = options.history ?? [];
  let stopped = false;
  const finish = async (ending: string): Promise<void> => {
    await progress.finish(`${title}: ${ending}`);
    await curves.finish(history);
  };
  try {
    for await (const event of start(interrupt.signal)) {
      if (event.type === "step") {
        const done = (event.epoch + event.step / event.steps) / epochs;
        progress.update(`${title}: ${stepText(event, epochs)}`, done);
        await curves.addStep(event);
      }
      if (event.type === "epoch") {
        history = event.progress.history;
        await curves.addEpoch(history);
      }
      if (event.type === "stopped") {
        history = event.progress.history;
        stopped = true;
      }
    }
  } catch (error) {
    await finish(`failed after ${reached(history)} of ${counted(epochs, "epoch")}: see the error`);
    throw error;
  } finally {
    interrupt.release();
  }
  await finish(
    stopped
      ? `stopped after ${reached(history)} of ${
        counted(epochs, "epoch")
      }; run this cell again to continue`
      : endText(history, epochs),
  );
  return { history, stopped };
}

function liveCurves<Epoch extends CurvePoint>(options: WatchOptions<Epoch>) {
  const { interval = 3000, epochs, title, references } = options;
  const id = crypto.randomUUID();
  let history = options.history ?? [];
  let running: { position: number; losses: Readonly<Record<string, number>> }[] = [];
  let shown = false;
  let drawnAt = -Infinity;
  let pause = 0;
  let isTold = false;

  async function orDrop(show: () => Promise<void>): Promise<void> {
    try {
      await show();
    } catch (error) {
      if (!isTold) tell(`The curves cannot be shown, the training goes on: ${error}`);
      isTold = true;
    }
  }

  async function draw(): Promise<Bundle> {
    const figure = trainingCurvesFigure(history, { title, epochs, references, running });
    // A picture only: JupyterLab does not draw a plotly figure anew once it is on the page.
    const picture = await figurePicture(figure, { format: "svg" });
    return { ...(picture && { [picture.type]: picture.data }), "text/plain": figure.description };
  }

  async function redraw(): Promise<void> {
    const start = performance.now();
    if (!inNotebook() || start - drawnAt < pause) return;
    try {
      await sendBundle(await draw(), { id, update: shown });
      shown = true;
    } finally {
      drawnAt = performance.now();
      pause = Math.max(interval, (drawnAt - start) / drawingShare);
    }
  }

  return {
    /** Loads the renderer, so that it does not count as time for drawing. */
    prepare: () =>
      orDrop(async () => {
        if (inNotebook()) await draw();
      }),
    async addStep(event: WatchedEvent<Epoch> & { type: "step" }): Promise<void> {
      const position = event.epoch + event.step / event.steps;
      if (position - (running.at(-1)?.position ?? -1) > 0.01) {
        running = [...running, { position, losses: event.losses }];
      }
      await orDrop(redraw);
    },
    async addEpoch(finished: readonly Epoch[]): Promise<void> {
      history = finished;
      running = [];
      await orDrop(redraw);
    },
    /** The last drawing has a picture beside it. */
    async finish(finished: readonly Epoch[]): Promise<void> {
      if (finished.length === 0) return;
      const figure = trainingCurvesFigure(finished, { title, epochs, references });
      await orDrop(() => show(figure, { id, update: shown }));
    },
  };
}

/** Until it is released, the kernel's interrupt ends no process but aborts the signal. */
function onInterrupt(action: () => void): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const onSignal = (): void => {
    controller.abort();
    action();
  };
  // An interrupt is meant for the kernel, whoever has started Jupyter and how.
  const listening = onSignals(["SIGINT"], onSignal, { evenIgnored: true });
  return { signal: controller.signal, release: () => listening[Symbol.dispose]() };
}

function stepText(event: WatchedEvent<CurvePoint> & { type: "step" }, epochs: number): string {
  const { epoch, step, steps, examplesPerSecond, unit } = event;
  return `epoch ${epoch + 1} of ${epochs}, step ${step} of ${steps}, ` +
    `${examplesPerSecond.toFixed(0)} ${unit}/s`;
}

/** Epochs up to the last evaluated one. */
function reached(history: readonly CurvePoint[]): number {
  return (history.at(-1)?.epoch ?? -1) + 1;
}

function endText(history: readonly CurvePoint[], epochs: number): string {
  const last = history.at(-1);
  return last === undefined
    ? "no epoch was finished"
    : `${reached(history)} of ${counted(epochs, "epoch")}, top-1 ${
      last.evaluation.top1.toFixed(2)
    } %`;
}
