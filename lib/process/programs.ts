/**
 * Running programs, as `/proc` tells of them, or `ps` where there is none.
 *
 * @module
 */

/** What is known of a running program. */
export interface ProgramFacts {
  /** Its process id. */
  readonly pid: number;
  /** Its command line; of `ps` a word that holds blanks is several. */
  readonly words: readonly string[];
  /** Process id of the program that has started it. */
  readonly parent: number;
  /** When it was started, to tell it from a later program of the same id. */
  readonly started: string;
  /** Whether it has ended, and is only waited for. */
  readonly isEnded: boolean;
}

/** Where facts are read. */
export type FactsSource = "proc" | "ps";

const usual: FactsSource = Deno.build.os === "linux" ? "proc" : "ps";

/**
 * Facts about one program.
 *
 * @param pid Its process id.
 * @param source Where to read; what this system has by default.
 * @returns The facts; `undefined` where there is no such program.
 * @example This very process
 * ```ts
 * import { programFacts } from "glmc/process/programs.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(programFacts(Deno.pid)?.parent, Deno.ppid);
 * ```
 */
export function programFacts(pid: number, source = usual): ProgramFacts | undefined {
  return source === "proc" ? factsOfProc(pid) : listed(["-p", `${pid}`])[0];
}

/**
 * All programs whose command line can be read.
 *
 * @param source Where to read; what this system has by default.
 * @returns Their facts.
 * @example This one is among them
 * ```ts
 * import { allPrograms } from "glmc/process/programs.ts";
 * import { assert } from "@std/assert";
 *
 * assert(allPrograms().some(({ pid }) => pid === Deno.pid));
 * ```
 */
export function allPrograms(source = usual): ProgramFacts[] {
  if (source === "ps") return listed(["-A"]);
  const pids = Array.from(Deno.readDirSync("/proc"), ({ name }) => Number(name)).filter((pid) =>
    pid
  );
  return pids.map(factsOfProc).filter((facts) => facts !== undefined);
}

function factsOfProc(pid: number): ProgramFacts | undefined {
  try {
    const words = Deno.readTextFileSync(`/proc/${pid}/cmdline`).split("\0");
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    // The name in brackets may hold anything; state, parent and, 18 fields on, the start stand behind it.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return {
      pid,
      words,
      parent: Number(fields[1]),
      started: fields[19]!,
      isEnded: /^[ZX]/.test(fields[0]!),
    };
  } catch {
    return undefined;
  }
}

function listed(which: readonly string[]): ProgramFacts[] {
  const columns = ["pid=", "ppid=", "stat=", "lstart=", "command="].flatMap((name) => ["-o", name]);
  try {
    const { stdout } = new Deno.Command("ps", {
      args: ["-ww", ...which, ...columns],
      env: { LC_ALL: "C" },
      stderr: "null",
    }).outputSync();
    return new TextDecoder().decode(stdout).split("\n").flatMap(factsOfLine);
  } catch {
    return [];
  }
}

function factsOfLine(line: string): ProgramFacts[] {
  // The start is five words, such as "Thu Nov 26 22:43:11 2026".
  const match = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+((?:\S+\s+){4}\S+) (.*)$/.exec(line);
  if (match === null) return [];
  const [, pid, parent, state, started, command] = match as unknown as string[];
  return [{
    pid: Number(pid),
    words: command!.trim().split(" "),
    parent: Number(parent),
    started: started!,
    isEnded: /^[ZX]/.test(state!),
  }];
}
