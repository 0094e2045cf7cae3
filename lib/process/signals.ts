/**
 * Signals that ask a program to stop.
 *
 * @module
 */

/**
 * The exit code of each: 128 and its number. SIGUSR2 is what the time limit of a cluster is announced with;
 * at SIGUSR1 Deno opens a port for debuggers as well, through which others on the machine could reach in.
 */
export const stopCodes = {
  SIGHUP: 129,
  SIGINT: 130,
  SIGUSR1: 138,
  SIGUSR2: 140,
  SIGTERM: 143,
} as const;

/** A signal that asks a program to stop. */
export type StopSignal = keyof typeof stopCodes;

/** Looked at before the first listener: Deno takes these signals into its own hands with it. */
let ignoredAtStart: ReadonlySet<StopSignal> | undefined;

/**
 * Listens to signals until it is disposed.
 *
 * A signal that was ignored when the process started stays ignored: that is how `nohup` and scripts
 * protect what they run.
 *
 * @param names The signals.
 * @param action What to do at each.
 * @param options `evenIgnored` listens to ignored ones too.
 * @returns Ends the listening when it is disposed.
 * @example Ctrl-C
 * ```ts
 * import { onSignals } from "glmc/process/signals.ts";
 *
 * using _listening = onSignals(["SIGINT"], (name) => console.log("heard", name));
 * ```
 */
export function onSignals(
  names: readonly StopSignal[],
  action: (name: StopSignal) => void,
  { evenIgnored = false }: { readonly evenIgnored?: boolean } = {},
): Disposable {
  const ignored = keepIgnored();
  const heard = names.filter((name) => evenIgnored || !ignored.has(name));
  const listeners = heard.map((name) => [name, () => action(name)] as const);
  for (const [name, listener] of listeners) Deno.addSignalListener(name, listener);
  return {
    [Symbol.dispose]: () => {
      for (const [name, listener] of listeners) Deno.removeSignalListener(name, listener);
    },
  };
}

/** A listener of any signal would end their being ignored; one that does nothing keeps it. */
function keepIgnored(): ReadonlySet<StopSignal> {
  if (ignoredAtStart === undefined) {
    ignoredAtStart = ignoredSignals();
    for (const name of ignoredAtStart) Deno.addSignalListener(name, () => {});
  }
  return ignoredAtStart;
}

/** None where there is no `/proc` to tell. */
function ignoredSignals(): ReadonlySet<StopSignal> {
  try {
    const status = Deno.readTextFileSync("/proc/self/status");
    const mask = BigInt(`0x${/^SigIgn:\s*([\da-f]+)/m.exec(status)![1]}`);
    const names = Object.keys(stopCodes) as StopSignal[];
    return new Set(names.filter((name) => mask >> BigInt(stopCodes[name] - 129) & 1n));
  } catch {
    return new Set();
  }
}
