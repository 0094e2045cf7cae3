import { assertEquals, assertThrows } from "@std/assert";
import { readSafetensors } from "glmc/disk/safetensors.ts";
import { explained } from "glmc/experiment/run_reading.ts";

/** What is said of a file of a run with these bytes. */
function said(text: string): string {
  const read = () => readSafetensors(Uint8Array.from(text, (letter) => letter.charCodeAt(0)));
  return assertThrows(() => explained("a/best.safetensors", "evaluate it again", read)).message;
}

Deno.test("explained() calls a file of another kind by its name, and gives the advice of the run", () => {
  assertEquals(
    said("version https://git-lfs.github.com/spec/v1\nsize 12\n"),
    'Cannot read "a/best.safetensors": it is a Git LFS pointer to 12 bytes, not the file itself: ' +
      "evaluate it again",
  );
  assertEquals(
    said("404: Not Found"),
    'Cannot read "a/best.safetensors": it is a text that begins with "404: Not Found": ' +
      "evaluate it again",
  );
  assertEquals(
    said("\x09\0\0\0\0\0\0\0{}"),
    'Cannot read "a/best.safetensors": it is damaged: its header should take 9 bytes but 2 ' +
      "follow: evaluate it again",
  );
});
