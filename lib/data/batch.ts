/**
 * Decodes the published forms of CIFAR: binary records, Python pickles, and PNG sheets.
 *
 * @module
 */
import { decode } from "fast-png";
import { recogniseFile } from "../disk/file_kind.ts";
import { ForbiddenNameError } from "../disk/pickle.ts";
import { type CifarBatch, imageBytes } from "./cifar.ts";
import { describePickled, numpyArray, unpickleRecord } from "./numpy_pickle.ts";

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
  if (bytes.length !== count * stride) throw wrongSize(bytes, { count, stride });
  const pixels = bytes.subarray(labelBytes);
  return {
    images: arrange(
      { at: (place) => pixels[place]!, bytes: pixels, stride, places: planes },
      count,
    ),
    labels: Uint8Array.from({ length: count }, (_, row) => bytes[row * stride + labelBytes - 1]!),
  };
}

function wrongSize(
  bytes: Uint8Array,
  { count, stride }: { readonly count: number; readonly stride: number },
): Error {
  const { kind, what } = recogniseFile(bytes);
  if (kind !== "unknown") return new SyntaxError(`it is ${what}`);
  return bytes.length % stride === 0
    ? new RangeError(`it has ${bytes.length / stride} images instead of ${count}`)
    : new RangeError(`it has ${bytes.length} bytes instead of ${count * stride}`);
}

/**
 * Decodes a file of the Python version: a pickled dictionary with an array `data` and labels.
 *
 * Images may lie as `[count, 3072]` or `[count, 3, 32, 32]`, plane by plane as they are published,
 * or as `[count, 32, 32, 3]`; pixels may be of any type of number and labels a list or an array,
 * as long as their values are whole and fit.
 *
 * @param bytes The whole file, written by Python 2 or 3; nothing in it is executed.
 * @param options `count` is the expected number of images; the first of `labelKeys` that is there
 * holds the labels.
 * @returns Images and labels.
 * @throws {RangeError} If images or labels are not as many as expected, or a value does not fit; the
 * message has row and value.
 * @throws {Error} If the file is no such record.
 * @example A file that is no record
 * ```ts
 * import { decodePythonBatch } from "glmc/data/batch.ts";
 * import { assertThrows } from "@std/assert";
 *
 * const bytes = new TextEncoder().encode("I42\n.");
 *
 * assertThrows(() => decodePythonBatch(bytes, { count: 1, labelKeys: ["labels"] }), TypeError);
 * ```
 */
export function decodePythonBatch(
  bytes: Uint8Array,
  options: { readonly count: number; readonly labelKeys: readonly string[] },
): CifarBatch {
  const { count, labelKeys } = options;
  const record = recordOf(bytes);
  const labelKey = labelKeys.find((key) => record.has(key)) ?? labelKeys[0]!;
  const absent = ["data", labelKey].find((key) => !record.has(key));
  if (absent !== undefined) {
    const keys = Array.from(record.keys()).slice(0, 8).map(describePickled);
    throw new RangeError(`it has no "${absent}", only ${keys.join(", ") || "an empty dictionary"}`);
  }
  const pixels = pixelsOf(record.get("data"), count);
  const labels = labelsOf(record.get(labelKey), labelKey);
  if (labels.length !== count) {
    throw new RangeError(`it has ${count} images but ${labels.length} "${labelKey}"`);
  }
  return { images: arrange(pixels, count), labels };
}

/** Says of a file that is something else what it is. */
function recordOf(bytes: Uint8Array): Map<string, unknown> {
  try {
    return unpickleRecord(bytes);
  } catch (error) {
    const { kind, what } = recogniseFile(bytes);
    const isOther = error instanceof SyntaxError && !(error instanceof ForbiddenNameError) &&
      kind !== "pickle" && kind !== "unknown";
    if (!isOther) throw error;
    throw new SyntaxError(`it is ${what}`, { cause: error });
  }
}

/** The pixels of a batch and where they lie. */
interface Pixels {
  readonly at: (place: number) => number;
  /** The same values, where they are bytes. */
  readonly bytes?: Uint8Array;
  /** Steps from an image to the next. */
  readonly stride: number;
  /** Place in the first image of each value `[32, 32, 3]`. */
  readonly places: Int32Array;
}

function pixelsOf(data: unknown, count: number): Pixels {
  const array = numpyArray(data);
  const [rows = 0, ...size] = array?.shape ?? [];
  const order = imageOrders[size.join(" x ")];
  if (!array || !order) {
    throw new RangeError(
      `its "data" is ${describePickled(data)}, where an array of numbers ` +
        `${count} x ${imageBytes} or ${count} x 32 x 32 x 3 is read`,
    );
  }
  if (rows !== count) throw new RangeError(`it has ${rows} images instead of ${count}`);
  const [stride = 0, ...strides] = array.strides;
  const places = order.map((index) => placeOf(index, size, strides));
  return { ...array, stride, places };
}

/** Where an element lies in memory, of an array of that size. */
function placeOf(index: number, size: readonly number[], strides: readonly number[]): number {
  let rest = index;
  return size.reduceRight((place, length, axis) => {
    const position = rest % length;
    rest = (rest - position) / length;
    return place + position * strides[axis]!;
  }, 0);
}

/** Labels of a list or an array; what is no number stays as it is and is refused with its row. */
function labelsOf(value: unknown, key: string): number[] {
  const array = numpyArray(value);
  // A column is as good as a list.
  if (array && array.shape.length > 0 && array.shape.slice(1).every((length) => length === 1)) {
    return Array.from({ length: array.shape[0]! }, (_, row) => array.at(row));
  }
  if (!Array.isArray(value)) {
    throw new RangeError(
      `its "${key}" are ${describePickled(value)}, where a list of numbers is read`,
    );
  }
  return value.map((label: unknown, row) => {
    const number = typeof label === "number" ? label : scalarOf(label);
    if (number === undefined) {
      throw new RangeError(
        `the label in row ${row} is ${describePickled(label)}, where a whole number is read`,
      );
    }
    return number;
  });
}

function scalarOf(value: unknown): number | undefined {
  const array = numpyArray(value);
  return array?.shape.length === 0 ? array.at(0) : undefined;
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

/** Puts the pixels of each image in the order height, width, channel, and refuses what is no byte. */
function arrange({ at, bytes, stride, places }: Pixels, count: number): Uint8Array {
  const images = new Uint8Array(count * imageBytes);
  for (let row = 0; row < count; row++) {
    const [start, target] = [row * stride, row * imageBytes];
    if (bytes) {
      for (let index = 0; index < imageBytes; index++) {
        images[target + index] = bytes[start + places[index]!]!;
      }
      continue;
    }
    for (let index = 0; index < imageBytes; index++) {
      const value = at(start + places[index]!);
      if (!Number.isInteger(value) || value < 0 || value > 255) {
        throw new RangeError(
          `there is a pixel of ${value} in row ${row}, where whole numbers from 0 to 255 are read`,
        );
      }
      images[target + index] = value;
    }
  }
  return images;
}

/** Where the values of an image `[32, 32, 3]` lie in one that is stored plane by plane. */
const planes = Int32Array.from(
  { length: imageBytes },
  (_, index) => index % 3 * planeBytes + Math.floor(index / 3),
);
const interleaved = Int32Array.from({ length: imageBytes }, (_, index) => index);

/** Where they lie in an image of each size that is known. */
const imageOrders: Readonly<Record<string, Int32Array>> = {
  "3072": planes,
  "3 x 32 x 32": planes,
  "3 x 1024": planes,
  "32 x 32 x 3": interleaved,
  "1024 x 3": interleaved,
};
