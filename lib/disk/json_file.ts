/**
 * JSON files that are whole or absent, and that notice when they have been altered.
 *
 * @module
 */
import { sha256 } from "./digest.ts";
import { readError } from "./errors.ts";
import { decodeText, whyNotJson } from "./json_text.ts";
import { isRecord } from "./schema.ts";
import { writeWholeFile } from "./whole_file.ts";

/** Settings of a function that reads a JSON file. */
export interface ReadJsonOptions {
  /** What a user can do about a damaged file, as the last part of the message. */
  readonly advice?: string;
}

/** What a sealed file holds. */
export interface Sealed<Value = unknown> {
  /** The value, without the seal. */
  readonly value: Value;
  /** Whether a digest was there and fitted; files of older versions have none. */
  readonly sealed: boolean;
}

/** Name of the field that holds the digest; always the last one. */
const sealField = "sha256";

/**
 * Writes typed arrays as plain lists: a replacer for `JSON.stringify`.
 *
 * @param _key Name of the field; not used.
 * @param value Its value.
 * @returns The value, a typed array as a list of numbers.
 * @example Counts in a typed array
 * ```ts
 * import { plainArrays } from "glmc/disk/json_file.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(JSON.stringify({ counts: Int32Array.of(1, 2) }, plainArrays), '{"counts":[1,2]}');
 * ```
 */
export function plainArrays(_key: string, value: unknown): unknown {
  return ArrayBuffer.isView(value) && !(value instanceof DataView)
    ? Array.from(value as Float64Array)
    : value;
}

/**
 * Writes a value as JSON, whole or not at all.
 *
 * @param path Where the file shall be; its folder must exist.
 * @param value What it shall hold; typed arrays are written as lists.
 * @throws {Error} If the disk does not take the file.
 * @example There and back
 * ```ts
 * import { readJson, writeJson } from "glmc/disk/json_file.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const path = `${Deno.makeTempDirSync()}/split.json`;
 * await writeJson(path, { indices: Int32Array.of(3, 5) });
 *
 * assertEquals(await readJson(path), { indices: [3, 5] });
 * ```
 */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeWholeFile(path, JSON.stringify(value, plainArrays, 2) + "\n");
}

/**
 * Reads a JSON file.
 *
 * @param path The file.
 * @param options What to advise about a damaged file.
 * @returns The value, of which nothing is known yet.
 * @throws {Deno.errors.NotFound} If there is no such file.
 * @throws {Deno.errors.PermissionDenied} If it may not be read.
 * @throws {SyntaxError} If it is damaged.
 * @example A damaged file
 * ```ts
 * import { readJson } from "glmc/disk/json_file.ts";
 * import { assertRejects } from "@std/assert";
 *
 * const path = Deno.makeTempFileSync();
 * Deno.writeTextFileSync(path, '{"epochs": 2');
 *
 * await assertRejects(() => readJson(path), SyntaxError, "it is damaged");
 * ```
 */
export async function readJson(path: string, options: ReadJsonOptions = {}): Promise<unknown> {
  return parse(await readText(path, options), path, options);
}

/**
 * Writes a record as JSON with a SHA-256 of its text as the last field, whole or not at all.
 *
 * @param path Where the file shall be; its folder must exist.
 * @param value The record, with at least one field and none called `sha256`.
 * @throws {TypeError} If the value cannot be sealed.
 * @throws {Error} If the disk does not take the file.
 * @example There and back
 * ```ts
 * import { readSealedJson, writeSealedJson } from "glmc/disk/json_file.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const path = `${Deno.makeTempDirSync()}/config.json`;
 * await writeSealedJson(path, { epochs: 2 });
 *
 * assertEquals(await readSealedJson(path), { value: { epochs: 2 }, sealed: true });
 * ```
 */
export async function writeSealedJson(path: string, value: object): Promise<void> {
  await writeWholeFile(path, sealJson(value, { spread: true }));
}

/**
 * Reads a file of {@linkcode writeSealedJson} and checks its digest.
 *
 * @param path The file.
 * @param options What to advise about a damaged file.
 * @returns The value without the digest, and whether there was one.
 * @throws {Deno.errors.NotFound} If there is no such file.
 * @throws {Deno.errors.PermissionDenied} If it may not be read.
 * @throws {SyntaxError} If it is damaged or was altered.
 * @example An altered file
 * ```ts
 * import { readSealedJson, writeSealedJson } from "glmc/disk/json_file.ts";
 * import { assertRejects } from "@std/assert";
 *
 * const path = `${Deno.makeTempDirSync()}/config.json`;
 * await writeSealedJson(path, { epochs: 2 });
 * Deno.writeTextFileSync(path, Deno.readTextFileSync(path).replace("2", "3"));
 *
 * await assertRejects(() => readSealedJson(path), SyntaxError, "was altered");
 * ```
 */
export async function readSealedJson(
  path: string,
  options: ReadJsonOptions = {},
): Promise<Sealed> {
  return openSealedJson(await readText(path, options), path, options);
}

/**
 * A record as JSON text with a SHA-256 of the text before it as its last field.
 *
 * @param value The record, with at least one field and none called `sha256`.
 * @param options `spread` writes it over several lines with one at the end, as a file of its own;
 * by default it is one line without its end, for a file of many.
 * @returns The text.
 * @throws {TypeError} If the value is no such record.
 * @example One line
 * ```ts
 * import { openSealedJson, sealJson } from "glmc/disk/json_file.ts";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const line = sealJson({ epoch: 1 });
 *
 * assert(line.startsWith('{"epoch":1,"sha256":"'));
 * assertEquals(openSealedJson(line, "metrics.jsonl"), { value: { epoch: 1 }, sealed: true });
 * ```
 */
export function sealJson(value: object, options: { readonly spread?: boolean } = {}): string {
  const { spread = false } = options;
  const text = JSON.stringify(value, plainArrays, spread ? 2 : undefined);
  if (!/^\{[\s\S]*[^{]\}$/.test(text) || Object.hasOwn(value, sealField)) {
    throw new TypeError(
      `Cannot seal ${text.slice(0, 40)}: it must be a record with at least one field and none ` +
        `called "${sealField}": pass such a record`,
    );
  }
  const body = text.slice(0, spread ? -2 : -1);
  const digest = sha256(body);
  return spread
    ? `${body},\n  "${sealField}": "${digest}"\n}\n`
    : `${body},"${sealField}":"${digest}"}`;
}

/**
 * Reads a text of {@linkcode sealJson} and checks its digest.
 *
 * The digest is of the content: line ends, indents, a byte order mark or a last line break that an editor
 * or a copy between systems has changed leave it as it is.
 *
 * @param text The text.
 * @param path The file it comes from, for messages.
 * @param options What to advise about a damaged file.
 * @returns The value without the digest, and whether there was one.
 * @throws {SyntaxError} If it is damaged or was altered.
 * @example A text of an older version
 * ```ts
 * import { openSealedJson } from "glmc/disk/json_file.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(openSealedJson('{"epoch":1}', "metrics.jsonl"), {
 *   value: { epoch: 1 },
 *   sealed: false,
 * });
 * ```
 */
export function openSealedJson(
  text: string,
  path: string,
  options: ReadJsonOptions = {},
): Sealed {
  const value = parse(text, path, options);
  if (!isRecord(value)) return { value, sealed: false };
  const [lastField, lastValue] = Object.entries(value).at(-1) ?? [];
  // A digest under a name that is one flipped bit away is a seal as well, and a broken one.
  const isDigest = typeof lastValue === "string" && /^[0-9a-f]{64}$/i.test(lastValue);
  if (lastField !== sealField && !isDigest) return { value, sealed: false };
  const { [sealField]: seal, ...rest } = value;
  if (lastField !== sealField || !sealsOf(rest).includes(seal)) {
    throw damaged(path, "it was altered after it was written, its SHA-256 does not fit", options);
  }
  return { value: rest, sealed: true };
}

/** The digests of a record in either layout; none of an empty one, which cannot be sealed. */
function sealsOf(value: object): unknown[] {
  if (Object.keys(value).length === 0) return [];
  return [
    sha256(JSON.stringify(value, null, 2).slice(0, -2)),
    sha256(JSON.stringify(value).slice(0, -1)),
  ];
}

async function readText(path: string, options: ReadJsonOptions): Promise<string> {
  let bytes: Uint8Array;
  try {
    bytes = await Deno.readFile(path);
  } catch (error) {
    throw readError(path, error);
  }
  try {
    return decodeText(bytes);
  } catch (error) {
    throw damaged(path, (error as Error).message, options);
  }
}

function parse(text: string, path: string, options: ReadJsonOptions): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const { advice = defaultAdvice } = options;
    const { what, next } = whyNotJson(text, error);
    throw damaged(path, what, { advice: next === undefined ? advice : `${next}, or ${advice}` });
  }
}

const defaultAdvice = "write it again, or bring it back from a copy";

function damaged(path: string, what: string, options: ReadJsonOptions): SyntaxError {
  const { advice = defaultAdvice } = options;
  return new SyntaxError(`Cannot read "${path}": ${what}: ${advice}`);
}
