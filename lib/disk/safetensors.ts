/**
 * Reads and writes safetensors files: named tensors behind a JSON header.
 *
 * A file is the header's length (8 bytes, little-endian), the header, and the tensors one after
 * another without gaps. Numbers are little-endian, as on every machine Deno runs on.
 *
 * @module
 */

/** Element types that can be read and written. */
export type SafeTensorType = "F64" | "F32" | "I64" | "I32" | "U8" | "BOOL";

/** A tensor on the host: element type, shape, and its elements in row-major order. */
export interface SafeTensor {
  /** Element type; F16 is widened to F32 when read. */
  readonly dtype: SafeTensorType;
  /** Size of each dimension; empty for a scalar. */
  readonly shape: readonly number[];
  /** Elements in row-major order: one byte each for U8 and BOOL, `BigInt64Array` for I64. */
  readonly data: Float64Array | Float32Array | BigInt64Array | Int32Array | Uint8Array;
}

/** What a safetensors file holds. */
export interface SafeTensors {
  /** Tensors by name. */
  readonly tensors: Readonly<Record<string, SafeTensor>>;
  /** Free text by key. */
  readonly metadata: Readonly<Record<string, string>>;
}

interface Entry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

const elementBytes: Readonly<Record<string, number>> = {
  F64: 8,
  I64: 8,
  F32: 4,
  I32: 4,
  F16: 2,
  U8: 1,
  BOOL: 1,
};

/**
 * Reads a safetensors file.
 *
 * @param bytes The whole file. The tensors are copies and do not keep it alive.
 * @returns Tensors and metadata.
 * @throws {SyntaxError} If the bytes are not a whole and sound safetensors file.
 * @example Round trip
 * ```ts
 * import { readSafetensors, writeSafetensors } from "glmc/disk/safetensors.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bias = { dtype: "F32", shape: [2], data: new Float32Array([0.5, -1]) } as const;
 * const bytes = writeSafetensors({ "fc.bias": bias }, { epoch: "3" });
 *
 * assertEquals(readSafetensors(bytes), { tensors: { "fc.bias": bias }, metadata: { epoch: "3" } });
 * ```
 */
export function readSafetensors(bytes: Uint8Array): SafeTensors {
  const headerEnd = 8 + headerLength(bytes);
  const { __metadata__: metadata = {}, ...header } = parseHeader(bytes.subarray(8, headerEnd));
  if (!isRecord(metadata) || !Object.values(metadata).every((text) => typeof text === "string")) {
    throw damaged("its metadata is not a record of texts");
  }
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
  const size = bytes.length - headerEnd;
  if (position !== size) {
    throw damaged(`its tensors take ${position} bytes but it holds ${size}`);
  }
  return {
    tensors: Object.fromEntries(
      entries.map((entry) => [entry.name, readTensor(bytes.subarray(headerEnd), entry)]),
    ),
    metadata: metadata as Record<string, string>,
  };
}

/**
 * Writes a safetensors file.
 *
 * Wide elements come first, then names in order, so that equal contents give equal bytes and every
 * tensor is aligned.
 *
 * @param tensors Tensors by name.
 * @param metadata Free text by key.
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
  const names = Object.keys(tensors).sort((a, b) =>
    elementBytes[tensors[b].dtype] - elementBytes[tensors[a].dtype] || (a < b ? -1 : 1)
  );
  const header: Record<string, unknown> = {};
  if (Object.keys(metadata).length > 0) header.__metadata__ = metadata;
  let size = 0;
  for (const name of names) {
    const { dtype, shape, data } = tensors[name];
    if (data.byteLength !== byteSize(dtype, shape)) {
      throw new TypeError(
        `Cannot write tensor "${name}": ${dtype} of shape [${shape}] takes ${
          byteSize(dtype, shape)
        } bytes: its data has ${data.byteLength}`,
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
  for (const name of names) {
    const { data } = tensors[name];
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position);
    position += data.byteLength;
  }
  return bytes;
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
  if (!Object.hasOwn(elementBytes, dtype)) {
    throw damaged(`tensor "${name}" has the element type ${dtype}, which is not supported`);
  }
  const [begin, end] = offsets;
  if (end - begin !== byteSize(dtype, shape)) {
    throw damaged(
      `tensor "${name}", ${dtype} of shape [${shape}], lies at bytes ${begin} to ${end}`,
    );
  }
  return { name, dtype, shape, begin, end };
}

function readTensor(bytes: Uint8Array, { dtype, shape, begin, end }: Entry): SafeTensor {
  const data = bytes.slice(begin, end);
  switch (dtype) {
    case "F64":
      return { dtype, shape, data: new Float64Array(data.buffer) };
    case "F32":
      return { dtype, shape, data: new Float32Array(data.buffer) };
    case "F16":
      return { dtype: "F32", shape, data: new Float32Array(new Float16Array(data.buffer)) };
    case "I64":
      return { dtype, shape, data: new BigInt64Array(data.buffer) };
    case "I32":
      return { dtype, shape, data: new Int32Array(data.buffer) };
    default:
      return { dtype: dtype as "U8" | "BOOL", shape, data };
  }
}

function byteSize(dtype: string, shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, elementBytes[dtype]);
}

function areSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function damaged(reason: string): SyntaxError {
  return new SyntaxError(
    `Cannot read the safetensors file: ${reason}: it is damaged or incomplete, fetch or write it again`,
  );
}
