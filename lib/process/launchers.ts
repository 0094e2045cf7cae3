/**
 * The programs between a user and this process, such as `npx` and `deno task`.
 *
 * `npx` that is ended, and any of them that is killed, leave the process behind that does the work.
 *
 * @module
 */
import { basename } from "node:path";
import { programFacts } from "./programs.ts";

/** A running program. */
export interface Launcher {
  /** Its process id. */
  readonly pid: number;
  /** When it was started, as the system tells: ids are used again. */
  readonly started: string;
}

/**
 * The programs that have started this process for the user: `deno task`, and `npx` and its like before it.
 *
 * The user's own shells, scripts, `nohup` and `setsid` are none: they may end while the work goes on.
 *
 * @param pid The process; this one's parent and the parents of that are looked at by default.
 * @returns The programs; none where the process was started without them.
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
    const facts = programFacts(at);
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
  const started = pid === Deno.ppid ? programFacts(pid)?.started : undefined;
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
  const facts = programFacts(pid);
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
