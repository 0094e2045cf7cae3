import { assert, assertStringIncludes, assertThrows } from "@std/assert";
import { writeJpegFile } from "glmc/ops/image_encoder.ts";
import { OutOfMemoryError } from "glmc/tensor/status.ts";
import { testEngine } from "../engine.ts";

await testEngine();

Deno.test({
  name: "writeJpegFile() tells a full disk from a full memory",
  ignore: Deno.build.os !== "linux",
  fn() {
    const pixels = new Uint8Array(64 * 64 * 3).map((_, i) => i * 37);
    // The device whose disk is always full.
    const error = assertThrows(
      () => writeJpegFile("/dev/full", { pixels, height: 64, width: 64, quality: 95 }),
    );
    assert(!(error instanceof OutOfMemoryError), `${error}`);
    assertStringIncludes(error.message, "No space left on device: free some disk space");
    assert(!error.message.includes("memory"), error.message);
  },
});
