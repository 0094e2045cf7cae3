/**
 * Requests to stop: Ctrl-C, a request to end, a terminal that goes away, a time limit that comes.
 *
 * @module
 */
import { type Launcher, onLauncherEnd } from "./launchers.ts";
import { onSignals, stopCodes, type StopSignal } from "./signals.ts";

/** Milliseconds in which one Ctrl-C may arrive twice: from the terminal, and from `deno task` or `npx`. */
const echo = 1000;

/** Whom to tell. */
export interface StopOptions {
  /** Told what was heard first. */
  readonly onStop?: (signal: StopSignal) => void;
  /** Called at a second Ctrl-C, at least a second later; the process ends then. */
  readonly onForce?: () => void;
  /** The programs whose end is a request to stop; those that have started this process by default. */
  readonly launchers?: readonly Launcher[];
}

/** What has been asked for. */
export interface StopRequest extends Disposable {
  /** Aborted by the first request. */
  readonly signal: AbortSignal;
  /** The exit code that tells of it; 0 before. */
  readonly exitCode: number;
  /** What the work gives, or undefined as soon as a stop is asked for, while the work may be going on. */
  unlessStopped<T>(work: Promise<T>): Promise<T | undefined>;
}

/**
 * Listens to requests to stop until it is disposed.
 *
 * They are SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2 and the end of `npx` or `deno task`, which would
 * leave this process behind. A second Ctrl-C ends the process at once.
 *
 * @param options Whom to tell.
 * @returns The request.
 * @example Before anything was asked for
 * ```ts
 * import { listenForStop } from "glmc/process/stop.ts";
 * import { assertEquals } from "@std/assert";
 *
 * using stop = listenForStop();
 *
 * assertEquals([stop.signal.aborted, stop.exitCode], [false, 0]);
 * assertEquals(await stop.unlessStopped(Promise.resolve(7)), 7);
 * ```
 */
export function listenForStop(options: StopOptions = {}): StopRequest {
  const { onStop, onForce, launchers } = options;
  using resources = new DisposableStack();
  const controller = new AbortController();
  let [exitCode, heardAt] = [0, 0];
  const hear = (name: StopSignal): void => {
    if (exitCode === 0) {
      [exitCode, heardAt] = [stopCodes[name], performance.now()];
      controller.abort();
      onStop?.(name);
    } else if (name === "SIGINT" && performance.now() - heardAt >= echo) {
      onForce?.();
      Deno.exit(stopCodes[name]);
    }
  };
  resources.use(onSignals(Object.keys(stopCodes) as StopSignal[], hear));
  resources.use(onLauncherEnd(() => hear("SIGTERM"), launchers));
  const stopped = new Promise<undefined>((resolve) =>
    controller.signal.addEventListener("abort", () => resolve(undefined))
  );
  const held = resources.move();
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode;
    },
    unlessStopped: (work) => Promise.race([work, stopped]),
    [Symbol.dispose]: () => held.dispose(),
  };
}
