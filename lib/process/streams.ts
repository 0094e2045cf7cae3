/**
 * Standard output and standard error, on which no computation depends.
 *
 * A reader may end (`| head`, Ctrl-C through `| tee`), the disk behind a log may be full, a terminal may
 * vanish: what only shows how the work goes is dropped then, and the work goes on.
 *
 * @module
 */

/** Where text is written; `Deno.stdout` and `Deno.stderr` are two. */
export interface TextStream {
  /** Writes bytes at once and returns how many it took. */
  writeSync(bytes: Uint8Array): number;
}

/**
 * Prints a line on standard output; it is dropped where it cannot be written.
 *
 * @param line The line, without its break.
 * @example A line that tells how the work goes
 * ```ts
 * import { print } from "glmc/process/streams.ts";
 *
 * print("Training 4 classes");
 * ```
 */
export function print(line: string): void {
  orDrop(() => console.log(line));
}

/**
 * Prints a line on standard error; it is dropped where it cannot be written.
 *
 * @param line The line, without its break.
 * @example A notice
 * ```ts
 * import { tell } from "glmc/process/streams.ts";
 *
 * tell("Continuing from the checkpoint before it");
 * ```
 */
export function tell(line: string): void {
  orDrop(() => console.error(line));
}

/**
 * Writes text to a stream; it is dropped where it cannot be written.
 *
 * @param stream Where to.
 * @param text The text.
 * @example Onto a full disk
 * ```ts
 * import { showOn } from "glmc/process/streams.ts";
 *
 * using full = Deno.openSync("/dev/full", { write: true });
 * showOn(full, "half of it is done\n");
 * ```
 */
export function showOn(stream: TextStream, text: string): void {
  orDrop(() => stream.writeSync(new TextEncoder().encode(text)));
}

/**
 * Prints what a command was called for on standard output.
 *
 * A reader that has seen enough and is gone is no fault; a slow one is waited for.
 *
 * @param text The result, without its last line break.
 * @param stream Where to; standard output by default.
 * @throws {Error} If it cannot be written for another reason, such as a full disk.
 * @example A list
 * ```ts
 * import { printResult } from "glmc/process/streams.ts";
 *
 * printResult("first\nsecond");
 * ```
 */
export function printResult(text: string, stream: TextStream = Deno.stdout): void {
  try {
    writeAll(stream, `${text}\n`);
  } catch (cause) {
    if (cause instanceof Deno.errors.BrokenPipe) return;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `Cannot print the result: standard output does not take it: ${reason}: ` +
        "send it to another file or terminal",
      { cause },
    );
  }
}

/**
 * Makes the console drop what cannot be written, for the packages that print by it.
 *
 * @param target The console.
 * @example A console that throws
 * ```ts
 * import { guardConsole } from "glmc/process/streams.ts";
 *
 * const broken = { warn: (_: string): void => { throw new Error("No space left on device") } };
 * guardConsole(broken);
 * broken.warn("dropped");
 * ```
 */
export function guardConsole(target: object = console): void {
  for (const [name, method] of Object.entries(target)) {
    if (typeof method !== "function") continue;
    const guarded = (...words: unknown[]): unknown => orDrop(() => method.apply(target, words));
    Object.assign(target, { [name]: guarded });
  }
}

function orDrop<T>(write: () => T): T | undefined {
  try {
    return write();
  } catch {
    return undefined;
  }
}

function writeAll(stream: TextStream, text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let written = 0; written < bytes.length;) {
    try {
      written += stream.writeSync(bytes.subarray(written));
    } catch (error) {
      // Another program has made the pipe one that does not wait for its reader, as Node does.
      if (!(error instanceof Deno.errors.WouldBlock)) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}
