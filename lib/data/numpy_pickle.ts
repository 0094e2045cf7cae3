/**
 * Pickles of arrays and numbers of NumPy 1 and 2.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { readPickle } from "../disk/pickle.ts";

/** An array of numbers of any rank. */
export interface NumpyArray {
  /** Length of each axis; none for a single number. */
  readonly shape: readonly number[];
  /** Along each axis, steps in memory from an element to the next. */
  readonly strides: readonly number[];
  /** Element at a place in memory. */
  readonly at: (place: number) => number;
  /** The same elements, where they are bytes without a sign. */
  readonly bytes?: Uint8Array;
}

/**
 * Reads a pickled dictionary that may hold arrays and numbers of NumPy.
 *
 * Nothing in the file is executed: of all Python names only those that build dictionaries, byte
 * strings, arrays and numbers are known, any other is refused.
 *
 * @param bytes The whole file, of protocol 0 to 5, written by Python 2 or 3 and NumPy 1 or 2.
 * @returns What it holds by key; keys that are byte strings come as texts.
 * @throws {TypeError} If it holds no dictionary.
 * @throws {SyntaxError} If it asks for another Python name, is damaged, cut off, or no pickle.
 * @example A dictionary
 * ```ts
 * import { unpickleRecord } from "glmc/data/numpy_pickle.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = new TextEncoder().encode("(dS'labels'\n(lI7\nas.");
 *
 * assertEquals(unpickleRecord(bytes), new Map([["labels", [7]]]));
 * ```
 */
export function unpickleRecord(bytes: Uint8Array): Map<string, unknown> {
  const { value: record } = readPickle(bytes, { names: pythonNames });
  if (!(record instanceof Map)) throw new TypeError("it holds no dictionary");
  return new Map(
    Array.from(record, ([key, value]) => [
      key instanceof Uint8Array ? Buffer.from(key).toString("latin1") : String(key),
      value,
    ]),
  );
}

/**
 * Takes what a pickle holds as an array of numbers.
 *
 * @param value What {@linkcode unpickleRecord} has found.
 * @returns The array; `undefined` if it is none, or not one of whole or floating-point numbers.
 * @throws {RangeError} If its bytes are not as many as its shape needs.
 * @example No array
 * ```ts
 * import { numpyArray } from "glmc/data/numpy_pickle.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(numpyArray("text"), undefined);
 * ```
 */
export function numpyArray(value: unknown): NumpyArray | undefined {
  if (!(value instanceof PickledArray) || !(value.dtype instanceof PickledType)) return undefined;
  const { shape, dtype: { type, order }, isFortran } = value;
  const data = typeof value.data === "string" ? Buffer.from(value.data, "latin1") : value.data;
  const width = Number(type.slice(1));
  const reader = Object.hasOwn(readers, type) ? readers[type] : undefined;
  if (!reader || !(data instanceof Uint8Array) || !isShape(shape)) return undefined;
  const size = shape.reduce((product, length) => product * length, width);
  if (data.length !== size) {
    throw new RangeError(
      `its array of ${shape.join(" x ")} numbers of ${width} bytes has ${data.length} bytes`,
    );
  }
  const strides = stridesOf(shape, isFortran);
  if (type === "u1") return { shape, strides, at: (place) => data[place]!, bytes: data };
  const view = new DataView(data.buffer, data.byteOffset, size);
  const isLittle = order !== ">";
  return { shape, strides, at: (place) => reader(view, place * width, isLittle) };
}

/** Steps of an array whose last axis runs fastest, or in the order of Fortran the first. */
function stridesOf(shape: readonly number[], isFortran: boolean): number[] {
  const axes = Array.from(shape.keys());
  const strides: number[] = [];
  let step = 1;
  for (const axis of isFortran ? axes : axes.toReversed()) {
    strides[axis] = step;
    step *= shape[axis]!;
  }
  return strides;
}

/**
 * What a pickle holds, in words that fit a message.
 *
 * @param value What {@linkcode unpickleRecord} has found.
 * @returns Such as `an array of type b1 and shape 2 x 3072`; a text in quotes.
 * @example A list
 * ```ts
 * import { describePickled } from "glmc/data/numpy_pickle.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(describePickled([7]), "a list of 1");
 * ```
 */
export function describePickled(value: unknown): string {
  if (value === undefined || value === null) return "None";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (value instanceof Map) return "a dictionary";
  if (value instanceof Uint8Array) return "a byte string";
  // Without what would move the cursor of a terminal.
  if (typeof value === "string") {
    return JSON.stringify(value.slice(0, 40)).replaceAll(/\p{C}/gu, "?");
  }
  if (typeof value === "function") return "a Python name";
  if (!(value instanceof PickledArray)) return String(value).slice(0, 40);
  const { dtype, shape } = value;
  return [
    isShape(shape) && shape.length === 0 ? "a number" : "an array",
    ...(dtype instanceof PickledType && /^\w\d{1,3}$/.test(dtype.type)
      ? [`of type ${dtype.type}`]
      : []),
    ...(isShape(shape) && shape.length > 0 ? [`and shape ${shape.join(" x ")}`] : []),
  ].join(" ");
}

function isShape(shape: unknown): shape is number[] {
  return Array.isArray(shape) &&
    shape.every((length) => Number.isSafeInteger(length) && length >= 0);
}

/** Reads a number out of memory. */
type NumberReader = (view: DataView, offset: number, isLittle: boolean) => number;

const wide =
  (word: (view: DataView, offset: number, isLittle: boolean) => number): NumberReader =>
  (view, offset, isLittle) =>
    // Two words, for numbers of 64 bits are slow; those beyond 53 bits are rounded.
    2 ** 32 * word(view, offset + (isLittle ? 4 : 0), isLittle) +
    view.getUint32(offset + (isLittle ? 0 : 4), isLittle);

/** How to read each type; Booleans, complex numbers and texts are none. */
const readers: Readonly<Record<string, NumberReader>> = {
  u1: (view, offset) => view.getUint8(offset),
  i1: (view, offset) => view.getInt8(offset),
  u2: (view, offset, isLittle) => view.getUint16(offset, isLittle),
  i2: (view, offset, isLittle) => view.getInt16(offset, isLittle),
  u4: (view, offset, isLittle) => view.getUint32(offset, isLittle),
  i4: (view, offset, isLittle) => view.getInt32(offset, isLittle),
  u8: wide((view, offset, isLittle) => view.getUint32(offset, isLittle)),
  i8: wide((view, offset, isLittle) => view.getInt32(offset, isLittle)),
  f2: (view, offset, isLittle) => view.getFloat16(offset, isLittle),
  f4: (view, offset, isLittle) => view.getFloat32(offset, isLittle),
  f8: (view, offset, isLittle) => view.getFloat64(offset, isLittle),
};

/** The type of an array's elements. */
class PickledType {
  order = "|";

  constructor(readonly type: string) {}

  __setstate__([, order]: readonly unknown[]): void {
    this.order = String(order);
  }
}

/** An array as it lies in the file; whether it makes sense is asked when it is used. */
class PickledArray {
  constructor(
    public shape?: unknown,
    public dtype?: unknown,
    public data?: unknown,
    public isFortran: boolean = false,
  ) {}

  __setstate__([, shape, dtype, isFortran, data]: readonly unknown[]): void {
    Object.assign(this, { shape, dtype, data, isFortran: isFortran === true });
  }
}

/** What stands for a Python function or class when a pickle calls it. */
// deno-lint-ignore no-explicit-any -- A pickle hands over whatever it likes.
type PythonStandIn = (...args: any[]) => unknown;

/** What stands for the Python names that a file may ask for. */
const pythonNames: ReadonlyMap<string, PythonStandIn> = new Map<string, PythonStandIn>([
  ...["numpy.core", "numpy._core"].flatMap((core): [string, PythonStandIn][] => [
    [`${core}.multiarray._reconstruct`, () => new PickledArray()],
    [`${core}.multiarray.scalar`, (dtype, data) => new PickledArray([], dtype, data)],
    [
      `${core}.numeric._frombuffer`,
      (data, dtype, shape, order) => new PickledArray(shape, dtype, data, order === "F"),
    ],
  ]),
  // Kinds of arrays, which only say what to build.
  ...["ndarray", "memmap", "core.memmap.memmap"].map((kind): [string, PythonStandIn] => [
    `numpy.${kind}`,
    () => undefined,
  ]),
  ["numpy.dtype", (type) => new PickledType(String(type))],
  ["collections.OrderedDict", (pairs = []) => new Map(pairs)],
  ["_codecs.encode", (text) => Buffer.from(text, "latin1")],
  // Python 3 writes empty byte strings so where Python 2 shall read them.
  ["__builtin__.bytes", () => new Uint8Array()],
]);
// A pickle may put properties on what it is given.
pythonNames.forEach(Object.freeze);
