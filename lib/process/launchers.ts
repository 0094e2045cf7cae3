/**
 * The programs between a user and this process, such as `npx` and `deno task`.
 *
 * `npx` that is ended, and any of them that is killed, leave the process behind that does the work.
 *
 * @module
 */
import { basename } from "node:path";

/** A running program. */
export interface Launcher {
  /** Its process id. */
  readonly pid: number;
  /** When it was started, in ticks since the start of the machine: ids are used again. */
  readonly started: string;
}

/** What is read of a process. */
interface ProcessFacts {
  readonly words: readonly string[];
  readonly parent: number;
  readonly started: string;
  readonly isEnded: boolean;
}

/**
 * The programs that have started this process for the user: `deno task`, and `npx` and its like before it.
 *
 * The user's own shells, scripts, `nohup` and `setsid` are none: they may end while the work goes on.
 *
 * @param pid The process; this one's parent and the parents of that are looked at by default.
 * @returns The programs; none where the process was started without them, or where there is no `/proc`.
 * @example Each has a process id
 * ```ts
 * import { launchersOf } from "glmc/process/launchers.ts";
 * import { assert } from "@std/assert";
 *
 * assert(launchersOf().every(({ pid }) => pid > 0));
 * ```
 */
export function launchersOf(pid: number = Deno.ppid): Launcher[] {
  const found: Launcher[] = [];
  for (let at = pid;;) {
    const facts = factsOf(at);
    if (facts === undefined) return found;
    const { words, started, parent } = facts;
    const isFirst = found.length === 0;
    if (isTask(words) || !isFirst && isPackageRunner(words)) found.push({ pid: at, started });
    // The shell between a package runner and what it runs.
    else if (isFirst || !(isShell(words) && words[1] === "-c")) return found;
    at = parent;
  }
}

/**
 * The program that has started this process, to end with it.
 *
 * @param pid Its process id, as it has told.
 * @returns The program; one that has ended already where this process has another parent by now.
 * @example A parent that is gone
 * ```ts
 * import { hasEnded, parentOf } from "glmc/process/launchers.ts";
 * import { assert } from "@std/assert";
 *
 * assert(hasEnded(parentOf(2 ** 31 - 1)));
 * assert(!hasEnded(parentOf(Deno.ppid)));
 * ```
 */
export function parentOf(pid: number): Launcher {
  const started = pid === Deno.ppid ? factsOf(pid)?.started : undefined;
  return { pid, started: started ?? "" };
}

/** Milliseconds between two looks at whether the launchers are there. */
const watchEvery = 1000;

/**
 * Watches the programs that have started this process until one of them ends, which is seen within a
 * second or the present blocking call.
 *
 * @param action What to do then, once.
 * @param launchers The programs; those that have started this process by default.
 * @returns Ends the watch when it is disposed.
 * @example While they are all there
 * ```ts
 * import { onLauncherEnd } from "glmc/process/launchers.ts";
 *
 * using _watch = onLauncherEnd(() => console.log("npx was ended"));
 * ```
 */
export function onLauncherEnd(
  action: () => void,
  launchers: readonly Launcher[] = launchersOf(),
): Disposable {
  if (launchers.length === 0) return { [Symbol.dispose]: () => {} };
  const timer = setInterval(() => {
    if (!launchers.some(hasEnded)) return;
    clearInterval(timer);
    action();
  }, watchEvery);
  Deno.unrefTimer(timer);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/**
 * Whether a program has ended.
 *
 * @param launcher The program.
 * @returns Whether its process is gone.
 * @example This very process
 * ```ts
 * import { hasEnded } from "glmc/process/launchers.ts";
 * import { assert } from "@std/assert";
 *
 * assert(hasEnded({ pid: Deno.pid, started: "another process of this id" }));
 * ```
 */
export function hasEnded({ pid, started }: Launcher): boolean {
  const facts = factsOf(pid);
  return facts === undefined || facts.isEnded || facts.started !== started;
}

function isTask(words: readonly string[]): boolean {
  const isDeno = words.slice(0, 2).some((word) => /^deno(?:\.\w+)?$/.test(basename(word))) ||
    // Where npm may run no scripts, its `deno` is a program of Node.
    /\/deno\/bin\.c?js$/.test(words[1] ?? "");
  return isDeno && words.includes("task");
}

function isPackageRunner(words: readonly string[]): boolean {
  // npm writes its own command line as one word.
  const [first = "", second = ""] = words.join(" ").split(" ");
  return [first, second].some((word) =>
    /^(?:npm|npx|pnpm|pnpx|yarn|bun|bunx)(?:-cli)?(?:\.c?js)?$/.test(basename(word))
  );
}

function isShell([first = ""]: readonly string[]): boolean {
  return /^(?:ba|da|z|k)?sh$/.test(basename(first));
}

function factsOf(pid: number): ProcessFacts | undefined {
  try {
    const words = Deno.readTextFileSync(`/proc/${pid}/cmdline`).split("\0");
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    // The name in brackets may hold anything; state, parent and, 18 fields on, the start stand behind it.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return {
      words,
      parent: Number(fields[1]),
      started: fields[19]!,
      isEnded: /^[ZX]/.test(fields[0]!),
    };
  } catch {
    return undefined;
  }
}
