/**
 * What another program says, line by line.
 *
 * @module
 */

/**
 * The lines of a stream as they come; what follows the last line break is left out, since whoever was
 * ended may have meant to say more.
 *
 * @param stream UTF-8, such as the output of a child process; it is read to its end.
 * @returns The lines without their breaks.
 * @example One whole line
 * ```ts
 * import { linesOf } from "glmc/process/lines.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const { body } = new Response("ready\nto tra");
 *
 * assertEquals(await Array.fromAsync(linesOf(body!)), ["ready"]);
 * ```
 */
export async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
