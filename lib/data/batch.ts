/**
 * Decodes the published forms of CIFAR: binary records, Python pickles, and PNG sheets.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { decode } from "fast-png";
import { BufferReader, NameRegistry, Parser } from "pickleparser";
import { type CifarBatch, imageBytes } from "./cifar.ts";

const planeBytes = imageBytes / 3;

/**
 * Decodes a file of the binary version: per image the label bytes, then a red, a green and a blue
 * plane of 32 rows.
 *
 * @param bytes The whole file.
 * @param options `count` is the expected number of images; the last of `labelBytes` is the class.
 * @returns Images and labels.
 * @throws {RangeError} If the file has another size.
 * @example A red image of class 7
 * ```ts
 * import { decodeBinaryBatch } from "glmc/data/batch.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = new Uint8Array(1 + 3072).fill(7, 0, 1).fill(255, 1, 1 + 1024);
 * const { images, labels } = decodeBinaryBatch(bytes, { count: 1, labelBytes: 1 });
 *
 * assertEquals(labels[0], 7);
 * assertEquals([...images.subarray(0, 6)], [255, 0, 0, 255, 0, 0]);
 * ```
 */
export function decodeBinaryBatch(
  bytes: Uint8Array,
  options: { readonly count: number; readonly labelBytes: number },
): CifarBatch {
  const { count, labelBytes } = options;
  const stride = labelBytes + imageBytes;
  if (bytes.length !== count * stride) {
    throw new RangeError(`it has ${bytes.length} bytes instead of ${count * stride}`);
  }
  return {
    images: interleave(bytes, { count, start: labelBytes, stride }),
    labels: Uint8Array.from({ length: count }, (_, row) => bytes[row * stride + labelBytes - 1]!),
  };
}

/**
 * Decodes a file of the Python version: a pickled record with an array `data` `[count, 3072]` and a
 * list of labels.
 *
 * Nothing in the file is executed: of all Python names only those that build an array of bytes are
 * known, any other is refused.
 *
 * @param bytes The whole file, written by Python 2 or 3.
 * @param options `count` is the expected number of images, `labelKey` names the list of labels.
 * @returns Images and labels.
 * @throws {Error} If the file is no such record.
 * @example A file that is no record
 * ```ts
 * import { decodePythonBatch } from "glmc/data/batch.ts";
 * import { assertThrows } from "@std/assert";
 *
 * const bytes = new TextEncoder().encode("I42\n.");
 *
 * assertThrows(() => decodePythonBatch(bytes, { count: 1, labelKey: "labels" }), TypeError);
 * ```
 */
export function decodePythonBatch(
  bytes: Uint8Array,
  options: { readonly count: number; readonly labelKey: string },
): CifarBatch {
  const { count, labelKey } = options;
  const record = unpickle(bytes);
  const [data, labels] = [record.get("data"), record.get(labelKey)];
  if (!(data instanceof PickledArray) || data.bytes?.length !== count * imageBytes) {
    throw new RangeError(`it has no array "data" of ${count} x ${imageBytes} bytes`);
  }
  if (!Array.isArray(labels) || labels.length !== count || !labels.every(Number.isInteger)) {
    throw new RangeError(`it has no list "${labelKey}" of ${count} labels`);
  }
  return { images: interleave(data.bytes, { count, start: 0, stride: imageBytes }), labels };
}

/**
 * Decodes a PNG sheet with one image of 1024 pixels in each row.
 *
 * @param bytes The whole PNG file.
 * @param options `count` is the expected number of images.
 * @returns Pixels `[count, 32, 32, 3]`.
 * @throws {Error} If the file is damaged or has another size.
 * @example A sheet of two black images
 * ```ts
 * import { decodeSheet } from "glmc/data/batch.ts";
 * import { assertEquals } from "@std/assert";
 * import { encode } from "fast-png";
 *
 * const data = new Uint8Array(2 * 3072);
 * const png = encode({ width: 1024, height: 2, channels: 3, data });
 *
 * assertEquals(decodeSheet(png, { count: 2 }), data);
 * ```
 */
export function decodeSheet(bytes: Uint8Array, options: { readonly count: number }): Uint8Array {
  const { width, height, channels, depth, data } = decode(bytes, { checkCrc: true });
  const isSheet = width === planeBytes && height === options.count && channels === 3 && depth === 8;
  if (!isSheet || !(data instanceof Uint8Array)) {
    throw new RangeError(
      `it has ${width} x ${height} pixels of ${channels} x ${depth} bits instead of ${planeBytes} x ${options.count} of 3 x 8`,
    );
  }
  return data;
}

/** Turns three colour planes per image into pixels of three values. */
function interleave(
  bytes: Uint8Array,
  { count, start, stride }: {
    readonly count: number;
    readonly start: number;
    readonly stride: number;
  },
): Uint8Array {
  const images = new Uint8Array(count * imageBytes);
  let target = 0;
  for (let row = 0; row < count; row++) {
    const red = row * stride + start;
    for (let pixel = red; pixel < red + planeBytes; pixel++) {
      images[target++] = bytes[pixel]!;
      images[target++] = bytes[pixel + planeBytes]!;
      images[target++] = bytes[pixel + 2 * planeBytes]!;
    }
  }
  return images;
}

/** Reads a pickled record in which the only objects are arrays of bytes. */
function unpickle(bytes: Uint8Array): Map<unknown, unknown> {
  const names = new NameRegistry();
  for (const module of ["numpy.core.multiarray", "numpy._core.multiarray"]) {
    names.register(module, "_reconstruct", () => new PickledArray());
  }
  names.register("numpy", "ndarray", () => undefined);
  names.register("numpy", "dtype", (type: unknown) => ({ type, __setstate__() {} }));
  names.register("_codecs", "encode", (text: string) => Buffer.from(text, "latin1"));
  names.onMissingName = (module, name) => {
    throw new TypeError(`it asks for the Python object ${module}.${name}, which is not allowed`);
  };
  const record: unknown = new Parser({ nameResolver: names, unpicklingTypeOfDictionary: "Map" })
    .read(new Latin1Reader(bytes));
  if (!(record instanceof Map)) throw new TypeError("it holds no record");
  return record;
}

/** Reads the byte strings of Python 2 as Latin-1, which keeps every byte. */
class Latin1Reader extends BufferReader {
  override string(size: number, encoding: "ascii" | "utf-8"): string {
    if (encoding === "utf-8") return super.string(size, encoding);
    const { buffer, byteOffset } = this.bytes(size);
    return Buffer.from(buffer, byteOffset, size).toString("latin1");
  }
}

/** An array of bytes, filled from the state that NumPy stores. */
class PickledArray {
  bytes?: Uint8Array;

  __setstate__(
    [, shape, dtype, isFortran, data]: [unknown, number[], { type: string }, boolean, unknown],
  ): void {
    if (dtype.type !== "u1" || shape.length !== 2) return;
    const bytes = typeof data === "string" ? Buffer.from(data, "latin1") : data as Uint8Array;
    const [rows = 0, columns = 0] = shape;
    if (bytes.length !== rows * columns) return;
    // An array stored column by column is put in rows.
    this.bytes = isFortran
      ? bytes.map((_, index) => bytes[index % columns * rows + Math.floor(index / columns)]!)
      : bytes;
  }
}
