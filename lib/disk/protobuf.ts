/**
 * The few forms of Protocol Buffers that event files and TensorFlow's settings are written in.
 *
 * A message is its fields in a row, so fields are bytes, and {@linkcode joined} makes a message of them.
 *
 * @module
 */

/** Some bytes, such as those of a field or a message. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** How the value of a field is stored. */
const wire = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/**
 * Bytes in a row.
 *
 * @param parts The parts in order.
 * @returns A copy of all of them.
 * @example Two
 * ```ts
 * import { joined } from "glmc/disk/protobuf.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([...joined([Uint8Array.of(1), Uint8Array.of(2, 3)])], [1, 2, 3]);
 * ```
 */
export function joined(parts: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * A whole number: the types int64, int32, bool and enumerations.
 *
 * @param field Number of the field.
 * @param value A whole number from 0 on.
 * @returns The field.
 * @example 150 in field 1
 * ```ts
 * import { integerField } from "glmc/disk/protobuf.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([...integerField(1, 150)], [0x08, 0x96, 0x01]);
 * ```
 */
export function integerField(field: number, value: number): Bytes {
  return Uint8Array.from([...key(field, wire.varint), ...varint(value)]);
}

/**
 * A number of 64 bits: the type double.
 *
 * @param field Number of the field.
 * @param value The number.
 * @returns The field.
 * @example One
 * ```ts
 * import { doubleField } from "glmc/disk/protobuf.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([...doubleField(1, 1)], [0x09, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f]);
 * ```
 */
export function doubleField(field: number, value: number): Bytes {
  return joined([key(field, wire.fixed64), littleEndian([value], 8)]);
}

/**
 * A number of 32 bits: the type float.
 *
 * @param field Number of the field.
 * @param value The number; it is rounded.
 * @returns The field.
 * @example One
 * ```ts
 * import { floatField } from "glmc/disk/protobuf.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([...floatField(2, 1)], [0x15, 0, 0, 0x80, 0x3f]);
 * ```
 */
export function floatField(field: number, value: number): Bytes {
  return joined([key(field, wire.fixed32), littleEndian([value], 4)]);
}

/**
 * Bytes, a text, or a message within a message.
 *
 * @param field Number of the field.
 * @param value Bytes, or a text taken as UTF-8.
 * @returns The field.
 * @example A text
 * ```ts
 * import { bytesField } from "glmc/disk/protobuf.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([...bytesField(2, "ab")], [0x12, 2, 97, 98]);
 * ```
 */
export function bytesField(field: number, value: Uint8Array | string): Bytes {
  const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
  return joined([key(field, wire.bytes), Uint8Array.from(varint(bytes.length)), bytes]);
}

/**
 * Numbers in a row, the lowest byte first, as tensors hold them.
 *
 * @param values The numbers.
 * @param size Bytes of each: 4 is float32, 8 is float64.
 * @returns Their bytes.
 * @example A float32
 * ```ts
 * import { littleEndian } from "glmc/disk/protobuf.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([...littleEndian([1], 4)], [0, 0, 0x80, 0x3f]);
 * ```
 */
export function littleEndian(values: readonly number[], size: 4 | 8): Bytes {
  const view = new DataView(new ArrayBuffer(size * values.length));
  values.forEach((value, i) => {
    if (size === 4) view.setFloat32(4 * i, value, true);
    else view.setFloat64(8 * i, value, true);
  });
  return new Uint8Array(view.buffer);
}

function key(field: number, type: number): Bytes {
  return Uint8Array.from(varint(8 * field + type));
}

/** Seven bits a byte, the lowest first; not by shifts, which end at 32 bits. */
function varint(value: number): number[] {
  const digits: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) digits.push(rest % 128 + 128);
  return [...digits, rest];
}
