import { assertEquals, assertThrows } from "@std/assert";
import { encode } from "fast-png";
import { decodeBinaryBatch, decodePythonBatch, decodeSheet } from "glmc/data/batch.ts";
import { tinyBinary, tinyImages } from "./tiny_cifar.ts";

/**
 * Two images with the values of `tinyValue()`, pickled by Python 2.7 and NumPy 1.16, as the published
 * files are, or by Python 3 and NumPy 2.
 */
function fixture(name: string): Uint8Array<ArrayBuffer> {
  return Deno.readFileSync(new URL(`../fixtures/${name}.pickle`, import.meta.url));
}

Deno.test("decodeBinaryBatch() takes the planes of an image and the last label byte", () => {
  const ten = decodeBinaryBatch(tinyBinary([[6], [9]]), { count: 2, labelBytes: 1 });
  const hundred = decodeBinaryBatch(tinyBinary([[11, 49], [5, 99]]), { count: 2, labelBytes: 2 });

  assertEquals([...Array.from(ten.labels), ...Array.from(hundred.labels)], [6, 9, 49, 99]);
  assertEquals(ten.images, tinyImages);
  assertEquals(hundred.images, tinyImages);
});

Deno.test("decodeBinaryBatch() refuses a file of another size", () => {
  const bytes = tinyBinary([[6], [9]]);

  for (const wrong of [bytes.subarray(1), bytes.subarray(0, 3073), new Uint8Array()]) {
    assertThrows(
      () => decodeBinaryBatch(wrong, { count: 2, labelBytes: 1 }),
      RangeError,
      `it has ${wrong.length} bytes instead of 6146`,
    );
  }
});

Deno.test("decodePythonBatch() reads files of Python 2 and 3", () => {
  const cases = [
    ["cifar10_python2", "labels", [6, 9]],
    ["cifar10_python3_protocol2", "labels", [6, 9]],
    ["cifar10_python3_protocol4", "labels", [6, 9]],
    // Stored column by column; the coarse labels are 10 and 10.
    ["cifar100_python2_columns", "fine_labels", [49, 33]],
  ] as const;
  for (const [name, labelKey, labels] of cases) {
    const batch = decodePythonBatch(fixture(name), { count: 2, labelKey });

    assertEquals(batch.labels, [...labels], name);
    assertEquals(new Uint8Array(batch.images), tinyImages, name);
  }
});

Deno.test("decodePythonBatch() refuses a truncated file at every length", () => {
  const bytes = fixture("cifar10_python2");
  const options = { count: 2, labelKey: "labels" };
  for (let length = 0; length < bytes.length; length++) {
    assertThrows(() => decodePythonBatch(bytes.subarray(0, length), options), Error);
  }
});

Deno.test("decodePythonBatch() refuses records that do not fit", () => {
  const bytes = fixture("cifar10_python2");

  assertThrows(
    () => decodePythonBatch(bytes, { count: 3, labelKey: "labels" }),
    RangeError,
    'it has no array "data" of 3 x 3072 bytes',
  );
  assertThrows(
    () => decodePythonBatch(bytes, { count: 2, labelKey: "fine_labels" }),
    RangeError,
    'it has no list "fine_labels" of 2 labels',
  );
});

Deno.test("decodePythonBatch() calls nothing that a file asks for", () => {
  const bytes = new TextEncoder().encode("cos\nsystem\n(S'true'\ntR.");

  assertThrows(
    () => decodePythonBatch(bytes, { count: 2, labelKey: "labels" }),
    TypeError,
    "it asks for the Python object os.system, which is not allowed",
  );
});

Deno.test("decodeSheet() reads one image from each row of pixels", () => {
  const png = encode({ width: 1024, height: 2, channels: 3, depth: 8, data: tinyImages });

  assertEquals(decodeSheet(png, { count: 2 }), tinyImages);
});

Deno.test("decodeSheet() refuses another size and damaged bytes", () => {
  const png = encode({ width: 1024, height: 2, channels: 3, depth: 8, data: tinyImages });
  const damaged = png.with(-30, png.at(-30)! ^ 1);

  assertThrows(() => decodeSheet(png, { count: 3 }), RangeError, "it has 1024 x 2 pixels");
  assertThrows(() => decodeSheet(damaged, { count: 2 }), Error);
  assertThrows(() => decodeSheet(png.subarray(0, 100), { count: 2 }), Error);
});
