/**
 * Several lines that say how far many jobs are.
 *
 * @module
 */

import { showOn } from "../process/streams.ts";
import { cut, type ProgressStream, usableColumns } from "./progress_line.ts";

/** What replaces the surroundings of a block, mostly in tests. */
export interface LiveBlockOptions {
  /** Where to write; by default standard error. */
  readonly stream?: ProgressStream;
  /** Columns and rows of the terminal now; 80 by 24 where it does not tell. */
  readonly size?: () => { readonly columns: number; readonly rows: number } | undefined;
  /** Milliseconds now, by a clock that nobody sets. */
  readonly now?: () => number;
  /** The environment variable `TERM`; `dumb` has nothing that rewrites lines. */
  readonly terminal?: string | undefined;
}

/** Lines that are rewritten in place on a terminal, and not shown at all elsewhere. */
export interface LiveBlock {
  /** Whether the block is seen; where it is not, changes are noted a line each. */
  readonly isLive: boolean;
  /** Lines that may be shown without scrolling. */
  readonly room: number;
  /** Shows the lines in place of those before, at most 10 times a second. */
  update(lines: readonly string[]): void;
  /** Prints a line that stays, above the block. */
  note(text: string): void;
  /** Shows the lines a last time; they stay. */
  finish(lines: readonly string[]): void;
}

/**
 * Starts a block on standard error.
 *
 * @param options What replaces standard error, its kind and size, and the clock.
 * @returns The block.
 * @example Two lines that change
 * ```ts
 * import { liveBlock } from "glmc/cli/live_block.ts";
 * import { assertEquals } from "@std/assert";
 *
 * let written = "";
 * const stream = {
 *   isTerminal: () => true,
 *   writeSync: (bytes: Uint8Array) => (written += new TextDecoder().decode(bytes)).length,
 * };
 * const block = liveBlock({ stream, terminal: "xterm", now: () => 0 });
 * block.update(["first 10 %", "second 0 %"]);
 * block.finish(["first 100 %"]);
 *
 * assertEquals(written, "first 10 %\nsecond 0 %\n\x1b[2A\r\x1b[Jfirst 100 %\n");
 * ```
 */
export function liveBlock(options: LiveBlockOptions = {}): LiveBlock {
  const { stream = Deno.stderr, now = () => performance.now(), size = terminalSize } = options;
  const { terminal = Deno.env.get("TERM") } = options;
  const isLive = stream.isTerminal() && !/^(?:dumb|unknown)$/.test(terminal ?? "");
  const room = (): number => Math.max(1, (size()?.rows ?? 24) - 1);
  let shown: readonly string[] = [];
  let lastTime = -Infinity;
  const clear = (): string => shown.length === 0 ? "" : `\x1b[${shown.length}A\r\x1b[J`;
  const show = (lines: readonly string[], before = ""): void => {
    const width = usableColumns(size()?.columns) - 1;
    const fitting = lines.slice(0, room()).map((line) => cut(line, width));
    showOn(stream, clear() + before + fitting.map((line) => `${line}\n`).join(""));
    shown = fitting;
  };
  return {
    isLive,
    get room() {
      return room();
    },
    update(lines) {
      if (!isLive || now() - lastTime < 100) return;
      lastTime = now();
      show(lines);
    },
    note(text) {
      if (isLive) show(shown, `${text}\n`);
      else showOn(stream, `${text}\n`);
    },
    finish(lines) {
      if (isLive) show(lines);
      shown = [];
    },
  };
}

function terminalSize(): { readonly columns: number; readonly rows: number } | undefined {
  try {
    return Deno.consoleSize();
  } catch {
    return undefined;
  }
}
