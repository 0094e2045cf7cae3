import { assertEquals } from "@std/assert";
import { findDuplicates } from "../../lib/data/duplicates.ts";
import type { ImageSet } from "../../lib/data/image_set.ts";

/** Images of two pixels, each of the values given. */
function setOf(...values: [number, number][]): ImageSet {
  const images = Uint8Array.from(values.flat());
  const size = { height: 1, width: 2, channels: 1, classNames: ["a"] };
  return { ...size, images, labels: new Int32Array(values.length) };
}

Deno.test("every repeated image points to the first of its kind", () => {
  assertEquals(findDuplicates([setOf([1, 2], [3, 4], [1, 2], [1, 2])]), [
    { set: 0, row: 2, first: { set: 0, row: 0 } },
    { set: 0, row: 3, first: { set: 0, row: 0 } },
  ]);
});

Deno.test("images of a later set are compared with those of the earlier ones", () => {
  assertEquals(findDuplicates([setOf([1, 2]), setOf([2, 1], [1, 2])]), [
    { set: 1, row: 1, first: { set: 0, row: 0 } },
  ]);
});

Deno.test("sets without images, and without repeated ones, have none", () => {
  assertEquals(findDuplicates([]), []);
  assertEquals(findDuplicates([setOf(), setOf([1, 2], [1, 3])]), []);
});
