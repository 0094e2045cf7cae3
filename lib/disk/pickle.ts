/**
 * Python pickles, read by a list of what they may ask for; nothing in them is executed.
 *
 * @module
 */
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
 * Reads a pickle of protocol 0 to 5.
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
  const reader = new CarefulReader(bytes);
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
    throw new SyntaxError("its pickle is damaged or cut off", { cause });
  }
}

/** Never goes back, as the length of a damaged text could make it do for ever. */
class CarefulReader extends BufferReader {
  override skip(offset: number): void {
    if (!(offset >= 0)) throw new RangeError(`it has a text of ${offset} bytes`);
    super.skip(offset);
  }

  override uint64(): number {
    const bytes = this.bytes(8) as Uint8Array;
    return Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  }
}
