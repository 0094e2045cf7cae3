import { assertEquals, assertThrows } from "@std/assert";
import { guardConsole, print, printResult, showOn, tell } from "../../lib/process/streams.ts";

/** A stream that takes a few bytes at a time, after it has thrown some errors. */
function reluctant(...errors: Error[]) {
  const taken: number[] = [];
  return {
    text: () => new TextDecoder().decode(Uint8Array.from(taken)),
    writeSync(bytes: Uint8Array): number {
      const error = errors.shift();
      if (error !== undefined) throw error;
      taken.push(...bytes.subarray(0, 3));
      return Math.min(3, bytes.length);
    },
  };
}

Deno.test("printResult() writes all of a result to a reader that is slow", () => {
  const full = () => new Deno.errors.WouldBlock("Resource temporarily unavailable (os error 11)");
  const stream = reluctant(full(), full());

  printResult("many bytes", stream);

  assertEquals(stream.text(), "many bytes\n");
});

Deno.test("printResult() ends quietly when the reader has seen enough", () => {
  printResult("text", reluctant(new Deno.errors.BrokenPipe("Broken pipe (os error 32)")));
});

Deno.test("printResult() fails where the result is lost", () => {
  using full = Deno.openSync("/dev/full", { write: true });

  assertThrows(
    () => printResult("text", full),
    Error,
    "Cannot print the result: standard output does not take it: No space left on device",
  );
});

Deno.test("print(), tell() and showOn() drop what cannot be written", () => {
  const { log, error } = console;
  const refuse = (): void => {
    throw new Error("Input/output error (os error 5)");
  };
  try {
    Object.assign(console, { log: refuse, error: refuse });
    print("line");
    tell("line");
  } finally {
    Object.assign(console, { log, error });
  }
  showOn({ writeSync: () => refuse() as never }, "line");
});

Deno.test("guardConsole() drops what packages print, and hands on what can be printed", () => {
  const printed: unknown[] = [];
  const target = {
    level: 1,
    warn: () => {
      throw new Error("No space left on device (os error 28)");
    },
    log: (...words: unknown[]) => void printed.push(...words),
  };

  guardConsole(target);
  target.warn();
  target.log("a", 1);

  assertEquals(printed, ["a", 1]);
  assertEquals(target.level, 1);
});
