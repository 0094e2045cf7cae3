/**
 * Element types of stored tensors, under the names that safetensors has for them.
 *
 * @module
 */

/** Bits of an element. */
const bits: Readonly<Record<string, number>> = {
  ...{ F64: 64, F32: 32, F16: 16, BF16: 16, C64: 64, C128: 128 },
  ...{ F8_E4M3: 8, F8_E5M2: 8, F8_E8M0: 8, F8_E4M3FNUZ: 8, F8_E5M2FNUZ: 8 },
  ...{ F6_E2M3: 6, F6_E3M2: 6, F4: 4 },
  ...{ I64: 64, I32: 32, I16: 16, I8: 8, U64: 64, U32: 32, U16: 16, U8: 8, BOOL: 8 },
};

/** Element types of tensors in memory. */
export type ArrayType = "F64" | "F32" | "I64" | "I32" | "U8" | "BOOL";

/** Elements in memory with their type. */
export interface Elements {
  /** Type of the elements. */
  readonly dtype: ArrayType;
  /** One number for each element: `BigInt64Array` for I64, bytes for U8 and BOOL. */
  readonly data: Float64Array | Float32Array | BigInt64Array | Int32Array | Uint8Array;
}

/** A tensor in a file, decoded when its data are looked at. */
export interface FileTensor {
  /** Element type in the file. */
  readonly dtype: string;
  /** Size of each dimension; empty for a scalar. */
  readonly shape: readonly number[];
  /** Elements in row-major order, decoded anew each time. */
  readonly data: Elements["data"];
}

/**
 * How many bytes elements take in a file.
 *
 * @param dtype Element type.
 * @param count Number of elements.
 * @returns Bytes; `undefined` of a type that is not known.
 * @example Three half-precision numbers
 * ```ts
 * import { byteLengthOf } from "glmc/disk/element_types.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(byteLengthOf("BF16", 3), 6);
 * ```
 */
export function byteLengthOf(dtype: string, count: number): number | undefined {
  const size = Object.hasOwn(bits, dtype) ? bits[dtype]! : undefined;
  return size === undefined ? undefined : Math.ceil(size * count / 8);
}

/**
 * How many elements a tensor has.
 *
 * @param shape Size of each dimension.
 * @returns Their product; 1 for a scalar.
 * @example Two rows of three
 * ```ts
 * import { elementCount } from "glmc/disk/element_types.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(elementCount([2, 3]), 6);
 * ```
 */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/**
 * Decodes stored elements; narrow types are widened, which loses nothing.
 *
 * @param dtype Element type in the file.
 * @param bytes The elements, little-endian, anywhere in a buffer; they are copied.
 * @returns Elements in memory; `undefined` of a type that is not decoded, such as eight-bit floats.
 * @example Brain floats are the upper halves of float32
 * ```ts
 * import { decodeElements } from "glmc/disk/element_types.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(decodeElements("BF16", Uint8Array.of(0x80, 0x3f, 0x00, 0xc0)), {
 *   dtype: "F32",
 *   data: Float32Array.of(1, -2),
 * });
 * ```
 */
export function decodeElements(dtype: string, bytes: Uint8Array): Elements | undefined {
  // A copy that begins where any element may begin; a Node Buffer's own slice would be a view.
  const { buffer } = new Uint8Array(bytes);
  switch (dtype) {
    case "F64":
      return { dtype, data: new Float64Array(buffer) };
    case "F32":
      return { dtype, data: new Float32Array(buffer) };
    case "F16":
      return { dtype: "F32", data: new Float32Array(new Float16Array(buffer)) };
    case "BF16":
      return { dtype: "F32", data: upperHalves(new Uint16Array(buffer)) };
    case "I64":
      return { dtype, data: new BigInt64Array(buffer) };
    case "U32":
      return { dtype: "I64", data: BigInt64Array.from(new Uint32Array(buffer), BigInt) };
    case "I32":
      return { dtype, data: new Int32Array(buffer) };
    case "I16":
      return { dtype: "I32", data: Int32Array.from(new Int16Array(buffer)) };
    case "U16":
      return { dtype: "I32", data: Int32Array.from(new Uint16Array(buffer)) };
    case "I8":
      return { dtype: "I32", data: Int32Array.from(new Int8Array(buffer)) };
    case "U8":
    case "BOOL":
      return { dtype, data: new Uint8Array(buffer) };
    default:
      return undefined;
  }
}

/** Float32 numbers of which these are the upper halves, the lower ones zero. */
function upperHalves(halves: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(halves, (half) => half << 16).buffer);
}
