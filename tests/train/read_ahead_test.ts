import { assertEquals } from "@std/assert";
import type { NamedTensors } from "../../lib/tensor/named_tensors.ts";
import { readAhead } from "../../lib/train/read_ahead.ts";

/** How many steps are prepared, or being prepared, when each of six is handed out. */
async function preparedAt(viewBytes: number | undefined): Promise<number[]> {
  let prepared = 0;
  const prepare = (): NamedTensors => {
    prepared++;
    return {};
  };
  const source = { prepare, ...(viewBytes !== undefined && { viewBytes }) };
  const plan = { count: 4, rows: new Int32Array(4), cuts: {}, draws: {} };
  const counts: number[] = [];
  for await (const _ of readAhead(Array.from({ length: 6 }, () => plan), source)) {
    counts.push(prepared);
  }
  return counts;
}

Deno.test("readAhead() prepares two steps ahead, and one where views take much memory", async () => {
  assertEquals(await preparedAt(undefined), [3, 4, 5, 6, 6, 6]);
  assertEquals(await preparedAt(150_528), [3, 4, 5, 6, 6, 6]);
  // Two steps of 320 MB are more than are kept.
  assertEquals(await preparedAt(80e6), [2, 3, 4, 5, 6, 6]);
});
