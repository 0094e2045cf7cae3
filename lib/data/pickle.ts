/**
 * Python pickles, read as data: nothing in them is executed.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { BufferReader, Parser } from "pickleparser";

/** What stands for a Python function or class when a pickle calls it. */
// deno-lint-ignore no-explicit-any -- A pickle hands over whatever it likes.
export type PythonStandIn = (...args: any[]) => unknown;

/**
 * Reads a pickle of protocol 0 to 5, written by Python 2 or 3.
 *
 * Byte strings of Python 2 come as texts with one character for each byte, those of Python 3 as
 * `Uint8Array`, dictionaries as `Map`, tuples as arrays.
 *
 * @param bytes The whole file.
 * @param names What stands for the Python names that may occur, by full name; any other is refused.
 * @returns What was pickled.
 * @throws {TypeError} If it asks for another Python name.
 * @throws {SyntaxError} If it is damaged, cut off, or no pickle.
 * @example A list, and a call that is not allowed
 * ```ts
 * import { unpickle } from "glmc/data/pickle.ts";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const list = new TextEncoder().encode("(I1\nI2\nl.");
 * const call = new TextEncoder().encode("cos\nsystem\n(S'true'\ntR.");
 *
 * assertEquals(unpickle(list, new Map()), [1, 2]);
 * assertThrows(() => unpickle(call, new Map()), TypeError, "os.system");
 * ```
 */
export function unpickle(bytes: Uint8Array, names: ReadonlyMap<string, PythonStandIn>): unknown {
  const reader = new PickleReader(bytes);
  let refused: TypeError | undefined;
  const resolve = (module: string, name: string): PythonStandIn => {
    const fullName = `${module}.${name}`;
    const standIn = names.get(fullName);
    // A function of this call, for a pickle may put properties on what it is given.
    if (standIn) return (...values) => standIn(...values);
    // What is no name comes of damage, not of intent.
    if (/^[\w.]{3,200}$/.test(fullName)) {
      refused = new TypeError(`it asks for the Python object ${fullName}, which is not allowed`);
    }
    throw refused ?? new SyntaxError("its name of a Python object is none");
  };
  try {
    return new Parser({ nameResolver: { resolve }, unpicklingTypeOfDictionary: "Map" })
      .read(reader);
  } catch (error) {
    throw refused ?? new SyntaxError(
      reader.position >= bytes.length
        ? `it breaks off after ${bytes.length} bytes`
        : `it is no pickle, or damaged at byte ${reader.position}`,
      { cause: error },
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
