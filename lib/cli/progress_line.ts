/**
 * One line that says how far a long job is.
 *
 * @module
 */
import { stripVTControlCharacters } from "node:util";
import { showOn, type TextStream } from "../process/streams.ts";

/** Where a progress line is written; `Deno.stderr` is one. */
export interface ProgressStream extends TextStream {
  /** Whether it is a terminal. */
  isTerminal(): boolean;
}

/** What replaces the surroundings of a progress line, mostly in tests. */
export interface ProgressLineOptions {
  /** Where to write; by default standard error. */
  stream?: ProgressStream;
  /** Columns of the terminal now; 80 or `COLUMNS` where it does not tell, and never more than these. */
  columns?: () => number | undefined;
  /** Milliseconds now, by a clock that nobody sets; those of `performance` by default. */
  now?: () => number;
  /** The environment variable `TERM`; `dumb` has nothing that rewrites a line. */
  terminal?: string | undefined;
}

/**
 * A line that is rewritten in place on terminals, and printed now and then elsewhere.
 *
 * What cannot be written is dropped: no job ends because nobody can see how far it is.
 */
export interface ProgressLine {
  /**
   * Shows how far the job is: at most 10 times a second on terminals; elsewhere after every 10 s
   * and, where `fraction` in [0, 1] is given, at every tenth of the job.
   */
  update(text: string, fraction?: number): void;
  /** Prints a line that stays, above the progress line. */
  note(text: string): void;
  /** Ends the progress line; the last words stay if there are any, else it vanishes. */
  finish(text?: string): void;
}

/**
 * Starts a progress line on standard error.
 *
 * @param options What replaces standard error, its kind and width, and the clock.
 * @returns The line.
 * @example A job that is watched
 * ```ts
 * import { progressLine } from "glmc/cli/progress_line.ts";
 * import { assertEquals } from "@std/assert";
 *
 * let written = "";
 * const stream = {
 *   isTerminal: () => false,
 *   writeSync: (bytes: Uint8Array) => (written += new TextDecoder().decode(bytes)).length,
 * };
 * const line = progressLine({ stream });
 * line.update("5 of 100 steps", 0.05);
 * line.update("10 of 100 steps", 0.1);
 * line.finish("100 steps done");
 * assertEquals(written, "10 of 100 steps\n100 steps done\n");
 * ```
 */
export function progressLine(options: ProgressLineOptions = {}): ProgressLine {
  const { stream = Deno.stderr, now = () => performance.now() } = options;
  const { columns = terminalColumns, terminal = Deno.env.get("TERM") } = options;
  const write = (text: string) => showOn(stream, text);
  const canRewrite = stream.isTerminal() && !/^(?:dumb|unknown)$/.test(terminal ?? "");
  return canRewrite
    ? liveLine({ write, now, columns: () => usableColumns(columns()) })
    : plainLines({ write, now });
}

interface Surroundings {
  write: (text: string) => void;
  now: () => number;
}

const clearLine = "\r\x1b[K";

function liveLine(
  { write, now, columns }: Surroundings & { columns: () => number },
): ProgressLine {
  let shown = "";
  let lastTime = -Infinity;
  return {
    update(text) {
      if (now() - lastTime < 100) return;
      lastTime = now();
      shown = cut(text, columns() - 1);
      write(clearLine + shown);
    },
    note: (text) => write(`${shown && clearLine}${text}\n${shown}`),
    finish(text) {
      if (shown) write(clearLine);
      if (text) write(`${text}\n`);
      shown = "";
    },
  };
}

function plainLines({ write, now }: Surroundings): ProgressLine {
  let lastTime = now();
  let lastTenth = 0;
  return {
    update(text, fraction = 0) {
      const tenth = Math.floor(fraction * 10 + 1e-9);
      if (tenth === lastTenth && now() - lastTime < 10_000) return;
      lastTime = now();
      lastTenth = tenth;
      write(`${text}\n`);
    },
    note: (text) => write(`${text}\n`),
    finish: (text) => text && write(`${text}\n`),
  };
}

/**
 * A line that is not wider than a terminal; colours are dropped rather than cut in two.
 *
 * @param text The line.
 * @param width Columns that it may take.
 * @returns The line, with an ellipsis at its end where it was cut.
 * @example Cut
 * ```ts
 * import { cut } from "glmc/cli/progress_line.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(cut("5 of 100 steps", 8), "5 of 10…");
 * ```
 */
export function cut(text: string, width: number): string {
  const letters = Array.from(stripVTControlCharacters(text));
  const cells = letters.map(cellsOf);
  if (cells.reduce((sum, count) => sum + count, 0) <= width) return text;
  let [end, left] = [0, width - 1];
  while (left >= (cells[end] ?? Infinity)) left -= cells[end++]!;
  return width > 0 ? `${letters.slice(0, end).join("")}…` : "";
}

/** Columns that a letter takes: East Asian letters and pictures two, marks above letters none. */
function cellsOf(letter: string): number {
  if (/^[\p{M}\u200b-\u200f\ufe0f]$/u.test(letter)) return 0;
  const isWide =
    /^[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]$/u;
  return isWide.test(letter) || /^\p{Emoji_Presentation}$/u.test(letter) ? 2 : 1;
}

/**
 * Columns that may be used: a user may ask for fewer than the terminal has; a wider line would wrap.
 *
 * @param terminal What the terminal says.
 * @returns How many; 80 where neither says anything.
 * @example A terminal that says nothing
 * ```ts
 * import { usableColumns } from "glmc/cli/progress_line.ts";
 * import { assert } from "@std/assert";
 *
 * assert(usableColumns(undefined) > 0);
 * ```
 */
export function usableColumns(terminal: number | undefined): number {
  const wanted = Number(Deno.env.get("COLUMNS"));
  const known = [terminal, wanted].filter((count) => count !== undefined && count > 0) as number[];
  return known.length === 0 ? 80 : Math.min(...known);
}

/**
 * Columns for what standard output gets.
 *
 * @returns Those of the terminal; as many as wanted where it goes into a file or another program.
 * @example Some
 * ```ts
 * import { outputColumns } from "glmc/cli/progress_line.ts";
 * import { assert } from "@std/assert";
 *
 * assert(outputColumns() > 0);
 * ```
 */
export function outputColumns(): number {
  return Deno.stdout.isTerminal() ? usableColumns(terminalColumns()) : Infinity;
}

/**
 * Columns of the terminal that the process is in.
 *
 * @returns How many; `undefined` where there is none, or it does not tell.
 * @example Perhaps none
 * ```ts
 * import { terminalColumns } from "glmc/cli/progress_line.ts";
 * import { assert } from "@std/assert";
 *
 * assert((terminalColumns() ?? 80) >= 0);
 * ```
 */
export function terminalColumns(): number | undefined {
  try {
    return Deno.consoleSize().columns;
  } catch {
    return undefined;
  }
}

/**
 * Watches a job by a progress line on standard error, which ends with the job, also if it fails.
 *
 * @param work The job; gets the line.
 * @returns What the job returns.
 * @example A job without words
 * ```ts
 * import { withProgressLine } from "glmc/cli/progress_line.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await withProgressLine(() => Promise.resolve(7)), 7);
 * ```
 */
export async function withProgressLine<T>(work: (line: ProgressLine) => Promise<T>): Promise<T> {
  const line = progressLine();
  try {
    return await work(line);
  } finally {
    line.finish();
  }
}
