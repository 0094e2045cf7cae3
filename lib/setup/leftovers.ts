/**
 * Ends what a killed set-up has left running.
 *
 * @module
 */
import { allPrograms } from "../process/programs.ts";
import { pipLog } from "./pip.ts";

/**
 * Ends the Python programs that a killed set-up has left working on a virtual environment. Call it
 * with the lock in hand; programs the user has started in the environment are left alone.
 *
 * @param folder Absolute path of the environment.
 *
 * @example Nothing to end
 * ```ts
 * import { endLeftoverPrograms } from "glmc/setup/leftovers.ts";
 *
 * await endLeftoverPrograms("/nowhere/.venv");
 * ```
 */
export async function endLeftoverPrograms(folder: string): Promise<void> {
  for (let tries = 0; tries < 50; tries++) {
    const left = leftoverPrograms(folder);
    if (left.length === 0) return;
    for (const pid of left) endProgram(pid, tries < 30 ? "SIGTERM" : "SIGKILL");
    await delay(100);
  }
}

function leftoverPrograms(folder: string): number[] {
  return allPrograms().filter(({ words: args }) => {
    // Whole orders, not words: a program that only reads the log, say, is the user's.
    return holds(args, ["pip", "install"]) && holds(args, ["--log", pipLog(folder)]) ||
      holds(args, ["-m", "venv", folder]) ||
      // Making an environment ends with installing its pip, by two more programs.
      args.join(" ").startsWith(`${folder}/bin/`) && (holds(args, ["ensurepip", "--upgrade"]) ||
          args.join(" ").includes('run_module("pip"'));
  }).map(({ pid }) => pid);
}

/** Whether these words stand in a command line one after the other, be they told apart or not. */
function holds(args: readonly string[], words: readonly string[]): boolean {
  return ` ${args.join(" ")} `.includes(` ${words.join(" ")} `);
}

function endProgram(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch {
    // It may have ended by itself.
  }
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
