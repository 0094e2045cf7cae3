/**
 * Python pickles, read by a list of what they may ask for; nothing in them is executed.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { BufferReader, Parser } from "pickleparser";

/** What a pickle may ask for. */
export interface PickleOptions {
  /**
   * What stands for a Python object: a function is called with the arguments that Python's would
   * have been called with. By module and name, such as `collections.OrderedDict`.
   */
  readonly names: ReadonlyMap<string, unknown>;
  /** What stands for something that is kept outside of the pickle, by the id it has there. */
  readonly persistent?: (id: unknown) => unknown;
}

/** A value of a pickle. */
export interface Unpickled {
  /** The value: dictionaries as `Map`, tuples and lists as arrays, `None` as null. */
  readonly value: unknown;
  /** Where the pickle ends: another one may follow. */
  readonly end: number;
}

/**
 * A pickle asks for a Python object that is not on the list.
 *
 * @example Told apart by its class
 * ```ts
 * import { ForbiddenNameError } from "glmc/disk/pickle.ts";
 * import { assert } from "@std/assert";
 *
 * assert(new ForbiddenNameError("os.system") instanceof SyntaxError);
 * ```
 */
export class ForbiddenNameError extends SyntaxError {
  /** Name shown before the message in a stack trace. */
  override name = "ForbiddenNameError";
  /** Module and name of the object. */
  readonly object: string;

  /**
   * Makes the error.
   *
   * @param object Module and name of the object.
   */
  constructor(object: string) {
    super(`it asks for the Python object ${object}, which is not on the list of harmless ones`);
    this.object = object;
  }
}

/**
 * Reads a pickle of protocol 0 to 5, written by Python 2 or 3.
 *
 * Byte strings of Python 2 come as texts with one character for each byte, those of Python 3 as
 * `Uint8Array`.
 *
 * @param bytes The pickle, and whatever comes after it.
 * @param options What it may ask for.
 * @returns Its value.
 * @throws {ForbiddenNameError} If it asks for anything else.
 * @throws {SyntaxError} If it is damaged.
 * @example A list of two numbers
 * ```ts
 * import { readPickle } from "glmc/disk/pickle.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = new TextEncoder().encode("(lp0\nI1\naI2\na.");
 *
 * assertEquals(readPickle(bytes, { names: new Map() }), { value: [1, 2], end: bytes.length });
 * ```
 */
export function readPickle(bytes: Uint8Array, { names, persistent }: PickleOptions): Unpickled {
  const reader = new PickleReader(bytes);
  const parser = new Parser({
    unpicklingTypeOfDictionary: "Map",
    nameResolver: {
      resolve(module, name) {
        const object = `${module}.${name}`;
        // What no Python object is called is damage.
        if (!/^[\w.]{1,200}$/.test(object)) throw new RangeError("it names no object");
        if (!names.has(object)) throw new ForbiddenNameError(object);
        return names.get(object) as (...args: unknown[]) => unknown;
      },
    },
    ...(persistent && { persistentResolver: { resolve: persistent } }),
  });
  try {
    return { value: parser.read(reader), end: reader.position };
  } catch (cause) {
    if (cause instanceof SyntaxError) throw cause;
    throw new SyntaxError(
      `its pickle is damaged or cut off at byte ${Math.min(reader.position, bytes.length)}`,
      { cause },
    );
  }
}

const opcodes = { long: 0x4c, string: 0x53, unicode: 0x56, long1: 0x8a, long4: 0x8b };

/** Opcodes with an argument of one byte: PROTO, BINPUT, BINGET, BININT1, EXT1 and short lengths. */
const withByte = new Set([0x80, 0x71, 0x68, 0x4b, 0x82, 0x43, 0x55, 0x8c]);

/** Reads what the parser does not: escapes of protocol 0, numbers below zero, lengths that lie. */
class PickleReader extends BufferReader {
  #opcode = 0;
  #isArgument = false;
  #decimal: string | undefined;

  override byte(): number {
    const value = super.byte();
    const isOpcode = !this.#isArgument;
    this.#isArgument = isOpcode && withByte.has(value);
    if (!isOpcode) return value;
    this.#opcode = value;
    const { long, long1, long4 } = opcodes;
    if (value !== long1 && value !== long4) return value;
    // The parser takes them without their sign, so they are handed on as decimal digits.
    this.#decimal = decimalOf(this.bytes(value === long1 ? super.byte() : this.uint32()));
    return long;
  }

  override line(): string {
    const decimal = this.#decimal;
    this.#decimal = undefined;
    if (decimal !== undefined) return decimal;
    const line = super.line();
    if (this.#opcode === opcodes.string) return readLiteral(line);
    return this.#opcode === opcodes.unicode ? readUnicodeEscapes(line) : line;
  }

  /** Latin-1 keeps every byte of the strings of Python 2. */
  override string(size: number, encoding: "ascii" | "utf-8"): string {
    if (encoding === "utf-8") return super.string(size, encoding);
    const { buffer, byteOffset } = this.bytes(size);
    return Buffer.from(buffer, byteOffset, size).toString("latin1");
  }

  /** Without a warning on the console: a length that is too large ends at {@linkcode skip}. */
  override uint64(): number {
    const low = this.uint32();
    return low + 2 ** 32 * this.uint32();
  }

  override skip(offset: number): void {
    if (offset < 0) throw new RangeError("it has a length below zero");
    super.skip(offset);
  }
}

/** Decimal digits of a little-endian number with a sign; beyond 64 bits it is rounded. */
function decimalOf(bytes: Uint8Array | Int8Array | Uint8ClampedArray): string {
  const isNegative = (bytes.at(-1) ?? 0) >= 128;
  if (bytes.length <= 8) {
    const whole = new Uint8Array(8).fill(isNegative ? 255 : 0);
    whole.set(bytes);
    return String(new DataView(whole.buffer).getBigInt64(0, true));
  }
  const value = Array.from(bytes).reduceRight((value, byte) => 256 * value + byte, 0) -
    (isNegative ? 256 ** bytes.length : 0);
  return Number.isFinite(value) ? String(BigInt(value)) : "NaN";
}

/** Reads a literal of a byte string of Python 2; what it stands for has one character a byte. */
function readLiteral(literal: string): string {
  const bytes = Buffer.alloc(literal.length);
  let length = 0;
  for (let at = 0; at < literal.length; at++) {
    let code = literal.charCodeAt(at);
    if (code === backslash && at + 1 < literal.length) {
      const letter = literal.charAt(++at);
      code = controls[letter] ?? letter.charCodeAt(0);
      if (letter === "x") {
        code = parseInt(literal.slice(at + 1, at + 3), 16);
        at += 2;
      }
    }
    bytes[length++] = code;
  }
  return bytes.toString("latin1", 0, length);
}

const backslash = 0x5c;
const controls: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9 };

function readUnicodeEscapes(text: string): string {
  return text.replace(
    /\\u([\da-fA-F]{4})|\\U([\da-fA-F]{8})/g,
    (_, short, long) => String.fromCodePoint(parseInt(short ?? long, 16)),
  );
}
