/**
 * Requests to stop: Ctrl-C, a request to end, a terminal that goes away.
 *
 * @module
 */
import { type Launcher, onLauncherEnd } from "./launchers.ts";

/** The exit code of each signal that asks a program to stop: 128 and its number. */
const codes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** A signal that asks a program to stop. */
export type StopSignal = keyof typeof codes;

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
 * They are SIGINT, SIGTERM, SIGHUP and the end of `npx` or `deno task`, which would leave this process
 * behind. A signal that is ignored at the start stays ignored: that is how `nohup` and scripts protect
 * what they run. A second Ctrl-C ends the process at once.
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
      [exitCode, heardAt] = [codes[name], performance.now()];
      controller.abort();
      onStop?.(name);
    } else if (name === "SIGINT" && performance.now() - heardAt >= echo) {
      onForce?.();
      Deno.exit(codes[name]);
    }
  };
  for (const name of Object.keys(codes) as StopSignal[]) {
    if (isIgnored(name)) continue;
    const onSignal = (): void => hear(name);
    Deno.addSignalListener(name, onSignal);
    resources.defer(() => Deno.removeSignalListener(name, onSignal));
  }
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

/**
 * Whether this process ignores a signal.
 *
 * @param name The signal.
 * @returns Whether it does; false where there is no `/proc` to tell.
 * @example As programs are started by default
 * ```ts
 * import { isIgnored } from "glmc/process/stop.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(isIgnored("SIGTERM"), false);
 * ```
 */
export function isIgnored(name: StopSignal): boolean {
  try {
    const status = Deno.readTextFileSync("/proc/self/status");
    const mask = BigInt(`0x${/^SigIgn:\s*([\da-f]+)/m.exec(status)![1]}`);
    return (mask >> BigInt(codes[name] - 129) & 1n) === 1n;
  } catch {
    return false;
  }
}
