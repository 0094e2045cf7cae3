/**
 * Reads and writes safetensors files: named tensors behind a JSON header.
 *
 * A file is the header's length (8 bytes, little-endian), the header, and the tensors one after
 * another without gaps. Numbers are little-endian, as on every machine Deno runs on.
 *
 * What is written here is sealed: the first entry of the metadata, `glmc.sha256`, is the SHA-256 of
 * the whole file, taken with zeros in the place of its 64 digits. Other programs read it as text.
 *
 * @module
 */
import { sha256 } from "./digest.ts";
import {
  type ArrayType,
  byteLengthOf,
  decodeElements,
  elementCount,
  type Elements,
  type FileTensor,
} from "./element_types.ts";
import { recogniseFile } from "./file_kind.ts";
import { isRecord } from "./schema.ts";

/** Element types that can be read and written. */
export type SafeTensorType = ArrayType;

/** A tensor on the host: element type, shape, and its elements in row-major order. */
export interface SafeTensor {
  /** Element type; narrower ones are widened when read, such as BF16 and F16 to F32. */
  readonly dtype: SafeTensorType;
  /** Size of each dimension; empty for a scalar. */
  readonly shape: readonly number[];
  /** Elements in row-major order: one byte each for U8 and BOOL, `BigInt64Array` for I64. */
  readonly data: Elements["data"];
}

/** What a safetensors file holds. */
export interface SafeTensors<Stored = SafeTensor> {
  /** Tensors by name. */
  readonly tensors: Readonly<Record<string, Stored>>;
  /** Free text by key, without the seal. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Whether the file has a digest, which then fits; files of other programs have none. */
  readonly sealed: boolean;
}

/** Key of the digest in the metadata. */
const sealKey = "glmc.sha256";
const unsealed = "0".repeat(64);
/** Where the digest lies: the metadata come first in the header, and the seal first in them. */
const sealStart = 8 + `{"__metadata__":{"${sealKey}":"`.length;

interface Entry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/**
 * Reads a safetensors file.
 *
 * @param bytes The whole file; a view into a larger buffer or a Node `Buffer` will do. The tensors
 * are copies and do not keep it alive.
 * @returns Tensors and metadata.
 * @throws {SyntaxError} If the bytes are not a whole and sound safetensors file, or a sealed one was
 * altered after it was written.
 * @example Round trip
 * ```ts
 * import { readSafetensors, writeSafetensors } from "glmc/disk/safetensors.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bias = { dtype: "F32", shape: [2], data: new Float32Array([0.5, -1]) } as const;
 * const bytes = writeSafetensors({ "fc.bias": bias }, { epoch: "3" });
 *
 * assertEquals(readSafetensors(bytes), {
 *   tensors: { "fc.bias": bias },
 *   metadata: { epoch: "3" },
 *   sealed: true,
 * });
 * ```
 */
export function readSafetensors(bytes: Uint8Array): SafeTensors {
  const { tensors, ...file } = openSafetensors(bytes);
  const decoded = Object.entries(tensors).map(([name, { dtype, shape, stored }]) => {
    const elements = decodeElements(dtype, stored);
    if (elements !== undefined) {
      return [name, { dtype: elements.dtype, shape, data: elements.data }];
    }
    throw new SyntaxError(
      `Cannot read the safetensors file: tensor "${name}" has the element type ${dtype}, ` +
        "which is not supported: save it as another type, or leave it out",
    );
  });
  return { tensors: Object.fromEntries(decoded), ...file };
}

/** A tensor as it lies in a file. */
export interface StoredElements extends FileTensor {
  /** Its elements, as a view of the file. */
  readonly stored: Uint8Array;
}

/**
 * Opens a safetensors file: its structure is checked, its tensors are decoded when looked at.
 *
 * @param bytes The whole file; the tensors are views of it.
 * @returns Tensors of any element type, and metadata.
 * @throws {SyntaxError} If the bytes are not a whole and sound safetensors file, or a sealed one
 * was altered after it was written. Looking at the data of a type that is not decoded throws it, too.
 * @example One of two tensors
 * ```ts
 * import { openSafetensors, writeSafetensors } from "glmc/disk/safetensors.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bias = { dtype: "F32", shape: [2], data: Float32Array.of(0.5, -1) } as const;
 * const { tensors } = openSafetensors(writeSafetensors({ "fc.bias": bias, other: bias }));
 *
 * assertEquals(tensors["fc.bias"]?.data, bias.data);
 * ```
 */
export function openSafetensors(bytes: Uint8Array): SafeTensors<StoredElements> {
  // A Node Buffer slices without copying: from here on it is plain bytes.
  const file = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  refuseOtherKinds(file);
  const headerEnd = 8 + headerLength(file);
  const { __metadata__: entry = {}, ...header } = parseHeader(file.subarray(8, headerEnd));
  if (!isRecord(entry) || !Object.values(entry).every((text) => typeof text === "string")) {
    throw damaged("its metadata is not a record of texts");
  }
  const { [sealKey]: seal, ...metadata } = entry as Record<string, string>;
  const entries = Object.entries(header).map(([name, entry]) => checkedEntry(name, entry));
  let position = 0;
  for (
    const { name, begin, end } of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)
  ) {
    if (begin !== position) {
      throw damaged(`tensor "${name}" begins at byte ${begin} where ${position} is expected`);
    }
    position = end;
  }
  const size = file.length - headerEnd;
  if (position !== size) {
    throw damaged(`its tensors take ${position} bytes but it holds ${size}`);
  }
  // Last, for what is wrong with the structure says more.
  checkSeal(file, seal, metadata);
  const data = file.subarray(headerEnd);
  return {
    tensors: Object.fromEntries(entries.map((entry) => [entry.name, storedTensor(data, entry)])),
    metadata,
    sealed: seal !== undefined,
  };
}

/**
 * Writes a safetensors file, sealed by its SHA-256.
 *
 * Wide elements come first, then names in order, so that equal contents give equal bytes and every
 * tensor is aligned.
 *
 * @param tensors Tensors by name.
 * @param metadata Free text by key; `glmc.sha256` is taken by the seal.
 * @returns The whole file.
 * @throws {TypeError} If the shape of a tensor does not fit its data.
 * @example A scalar
 * ```ts
 * import { writeSafetensors } from "glmc/disk/safetensors.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = writeSafetensors({ x: { dtype: "U8", shape: [], data: Uint8Array.of(9) } });
 *
 * assertEquals(bytes.at(-1), 9);
 * ```
 */
export function writeSafetensors(
  tensors: Readonly<Record<string, SafeTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const ordered = Object.entries(tensors).sort(([a, { dtype: left }], [b, { dtype: right }]) =>
    byteLengthOf(right, 1)! - byteLengthOf(left, 1)! || (a < b ? -1 : 1)
  );
  const header: Record<string, unknown> = {
    __metadata__: { [sealKey]: unsealed, ...withoutSeal(metadata) },
  };
  let size = 0;
  for (const [name, { dtype, shape, data }] of ordered) {
    const expected = byteLengthOf(dtype, elementCount(shape))!;
    if (data.byteLength !== expected) {
      throw new TypeError(
        `Cannot write tensor "${name}": ${dtype} of shape [${shape}] takes ${expected} bytes: ` +
          `its data has ${data.byteLength}`,
      );
    }
    header[name] = { dtype, shape, data_offsets: [size, size + data.byteLength] };
    size += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const paddedLength = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + paddedLength + size);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(paddedLength), true);
  bytes.fill(0x20, 8 + json.length, 8 + paddedLength);
  bytes.set(json, 8);
  let position = 8 + paddedLength;
  for (const [, { data }] of ordered) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position);
    position += data.byteLength;
  }
  bytes.set(new TextEncoder().encode(sha256(bytes)), sealStart);
  return bytes;
}

function withoutSeal(metadata: Readonly<Record<string, string>>): Record<string, string> {
  const { [sealKey]: _, ...rest } = metadata;
  return rest;
}

function checkSeal(
  file: Uint8Array,
  seal: string | undefined,
  others: Readonly<Record<string, string>>,
): void {
  if (seal === undefined) {
    // A key that is almost the seal's is the seal's, damaged.
    const almost = Object.keys(others).find((key) => differences(key, sealKey) <= 2);
    if (almost !== undefined) throw damaged(`the key of its digest reads "${almost}"`);
    return;
  }
  const sealEnd = sealStart + unsealed.length;
  const digest = sha256(file.subarray(0, sealStart), unsealed, file.subarray(sealEnd));
  if (digest !== new TextDecoder().decode(file.subarray(sealStart, sealEnd)) || digest !== seal) {
    throw damaged("its SHA-256 does not fit, so it was altered after it was written");
  }
}

/** In how many places two texts differ; all of them if their lengths do. */
function differences(text: string, other: string): number {
  if (text.length !== other.length) return Infinity;
  return Array.from(text).filter((letter, place) => letter !== other[place]).length;
}

/** A file of another kind is called by its name; what looks like none of them may be damaged. */
function refuseOtherKinds(file: Uint8Array): void {
  const { kind, what, advice } = recogniseFile(file);
  if (kind === "safetensors" || kind === "unknown") return;
  throw new SyntaxError(`Cannot read the safetensors file: it is ${what}: ${advice}`);
}

function headerLength(bytes: Uint8Array): number {
  if (bytes.length < 8) throw damaged(`it has only ${bytes.length} bytes`);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > BigInt(bytes.length - 8)) {
    throw damaged(`its header should take ${length} bytes but ${bytes.length - 8} follow`);
  }
  return Number(length);
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw damaged("its header is not JSON");
  }
  if (!isRecord(header)) throw damaged("its header is not a JSON object");
  return header;
}

function checkedEntry(name: string, entry: unknown): Entry {
  const { dtype, shape, data_offsets: offsets } = isRecord(entry) ? entry : {};
  if (typeof dtype !== "string" || !areSizes(shape) || !areSizes(offsets) || offsets.length !== 2) {
    throw damaged(`the header entry of tensor "${name}" is incomplete`);
  }
  const [begin = 0, end = 0] = offsets;
  // Of a type that is not known here, its place is taken as it is given.
  const expected = byteLengthOf(dtype, elementCount(shape)) ?? end - begin;
  if (end - begin !== expected || end < begin) {
    throw damaged(
      `tensor "${name}", ${dtype} of shape [${shape}], lies at bytes ${begin} to ${end}`,
    );
  }
  return { name, dtype, shape, begin, end };
}

function storedTensor(file: Uint8Array, { name, dtype, shape, begin, end }: Entry): StoredElements {
  const stored = file.subarray(begin, end);
  return {
    dtype,
    shape,
    stored,
    get data() {
      const elements = decodeElements(dtype, stored);
      if (elements !== undefined) return elements.data;
      throw new SyntaxError(
        `Cannot read tensor "${name}": its element type ${dtype} is not supported: ` +
          "save it as float32",
      );
    },
  };
}

function areSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function damaged(reason: string): SyntaxError {
  return new SyntaxError(
    `Cannot read the safetensors file: ${reason}: it is damaged or incomplete, fetch or write it again`,
  );
}
