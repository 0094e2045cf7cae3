/**
 * One line that says how far a long job is.
 *
 * @module
 */
import { stripVTControlCharacters } from "node:util";

/** Where a progress line is written; `Deno.stderr` is one. */
export interface ProgressStream {
  /** Whether lines can be rewritten in place. */
  isTerminal(): boolean;
  /** Writes bytes at once. */
  writeSync(bytes: Uint8Array): number;
}

/** What replaces the surroundings of a progress line, mostly in tests. */
export interface ProgressLineOptions {
  /** Where to write; by default standard error. */
  stream?: ProgressStream;
  /** Columns of the terminal now. */
  columns?: () => number;
  /** Milliseconds now. */
  now?: () => number;
}

/** A line that is rewritten in place on terminals, and printed now and then elsewhere. */
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
 * @param options What replaces standard error, its width and the clock.
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
  const { stream = Deno.stderr, now = Date.now } = options;
  const write = (text: string) => void stream.writeSync(new TextEncoder().encode(text));
  return stream.isTerminal()
    ? liveLine({ write, now, columns: options.columns ?? terminalColumns })
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

/** Colours are dropped rather than cut in two. */
function cut(text: string, width: number): string {
  const plain = stripVTControlCharacters(text);
  const letters = Array.from(plain);
  return letters.length <= width ? text : letters.slice(0, Math.max(0, width - 1)).join("") + "…";
}

function terminalColumns(): number {
  try {
    return Deno.consoleSize().columns || 80;
  } catch {
    return 80;
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
