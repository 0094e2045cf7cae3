/**
 * Named tensors from wherever PyTorch's users keep them: a safetensors file, a file of `torch.save`,
 * one of these in several parts with an index, or the folder that such a file is in.
 *
 * @module
 */
import { basename, dirname, join } from "node:path";
import type { FileTensor } from "./element_types.ts";
import { readError, reasonOf, rephrase } from "./errors.ts";
import { anotherFile, type RecognisedFile, recogniseFile, recognisePath } from "./file_kind.ts";
import { openSafetensors } from "./safetensors.ts";
import { isRecord } from "./schema.ts";

/** What a file of tensors holds. */
export interface TensorFile {
  /** Where it was found: the file, or the index of its parts. */
  readonly path: string;
  /** Tensors by name; each is decoded when its data are looked at. */
  readonly tensors: Readonly<Record<string, FileTensor>>;
  /** Free text by key; none in a file of `torch.save`. */
  readonly metadata: Readonly<Record<string, string>>;
}

const wanted = "name a safetensors file or a PyTorch checkpoint";
const indexEnding = ".index.json";
/** Names by which a folder says which of its files is the one, the first of them first. */
const usualNames = [
  `model.safetensors${indexEnding}`,
  "model.safetensors",
  `pytorch_model.bin${indexEnding}`,
  "pytorch_model.bin",
];

/** What to do about files that hold weights, and not as they are read here. */
const advices: Readonly<Partial<Record<RecognisedFile["kind"], string>>> = {
  pickle: "if you trust it, write it as PyTorch does, with Python: import pickle, torch; " +
    'torch.save(pickle.load(open("file", "rb")), "weights.pth")',
  npz: "write it as PyTorch does, with Python: import numpy, torch; " +
    'torch.save({k: torch.tensor(v) for k, v in numpy.load("file.npz").items()}, "weights.pth")',
};

/**
 * Reads a file of tensors, whatever its ending.
 *
 * @param path A safetensors file, a file of `torch.save`, an index of several of them
 * (`model.safetensors.index.json`), or a folder with one of these.
 * @returns Its tensors.
 * @throws {Deno.errors.NotFound} If there is no such file, or a part of it is missing.
 * @throws {SyntaxError} If it is damaged, or something else: then it is called by its name.
 * @example A pointer in place of the file
 * ```ts
 * import { readTensorFile } from "glmc/disk/tensor_file.ts";
 * import { assertRejects } from "@std/assert";
 *
 * const path = Deno.makeTempFileSync({ suffix: ".pth" });
 * Deno.writeTextFileSync(path, "version https://git-lfs.github.com/spec/v1\nsize 12\n");
 *
 * await assertRejects(() => readTensorFile(path), SyntaxError, "it is a Git LFS pointer");
 * ```
 */
export async function readTensorFile(path: string): Promise<TensorFile> {
  try {
    return await read(path);
  } catch (error) {
    // A part of it, or a file in the folder, has said what is wrong with itself.
    if (error instanceof Error && error.message.startsWith("Cannot read weights")) throw error;
    throw rephrase(error, `Cannot read weights from "${path}": ${reasonIn(error)}`);
  }
}

/**
 * Whether a file is called as files of tensors are; it may hold anything.
 *
 * @param name Name of the file.
 * @returns Whether it has one of their endings.
 * @example A checkpoint of the official code
 * ```ts
 * import { isTensorFileName } from "glmc/disk/tensor_file.ts";
 * import { assert } from "@std/assert";
 *
 * assert(isTensorFileName("model_best.pth.tar"));
 * ```
 */
export function isTensorFileName(name: string): boolean {
  return /\.(?:safetensors|pth|pt|bin|ckpt|pth\.tar)$/.test(name) || name.endsWith(indexEnding);
}

/** The reason in a message, without what its reader could not do. */
function reasonIn(error: unknown): string {
  const start = /^Cannot read (?:the safetensors file|the PyTorch file|".*?"): /;
  return reasonOf(error).replace(start, "").replace(/: check the path$/, `: ${wanted}`);
}

async function read(path: string): Promise<TensorFile> {
  const { isDirectory, isFile } = await statOf(path);
  if (isDirectory) return await readFolder(path);
  // What comes through a pipe comes once.
  if (!isFile) return await decode(path, await bytesOf(path));
  const { kind, what, advice } = await recognisePath(path);
  if (kind === "json") return await readIndex(path);
  if (!["safetensors", "torch", "torch-legacy", "zip"].includes(kind)) {
    const next = advice === anotherFile ? wanted : advice;
    throw new SyntaxError(`it is ${what}: ${advices[kind] ?? next}`);
  }
  return await decode(path, await bytesOf(path));
}

async function decode(path: string, bytes: Uint8Array): Promise<TensorFile> {
  const { kind } = recogniseFile(bytes);
  if (kind === "torch" || kind === "torch-legacy" || kind === "zip") {
    // What reads pickles is loaded only when it is needed.
    const { readTorchFile } = await import("./torch_file.ts");
    return { path, tensors: await readTorchFile(bytes), metadata: {} };
  }
  const { tensors, metadata } = openSafetensors(bytes);
  return { path, tensors, metadata };
}

async function readFolder(folder: string): Promise<TensorFile> {
  const all = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)
    .catch((error) => {
      throw readError(folder, error);
    });
  // Hidden ones are another system's notes about files, such as "._model.safetensors".
  const names = all.filter((name) => !name.startsWith("."));
  const usual = usualNames.find((name) => names.includes(name));
  if (usual !== undefined) return await readTensorFile(join(folder, usual));
  const indexes = names.filter((name) => name.endsWith(indexEnding)).sort();
  const files = names.filter(isTensorFileName).sort();
  const [only, ...others] = indexes.length > 0 ? indexes : files;
  if (only === undefined) {
    throw new SyntaxError(`it is a folder ${kindOfFolder(names)}: ${wanted}`);
  }
  if (others.length === 0) return await readTensorFile(join(folder, only));
  throw new SyntaxError(
    `it is a folder with ${others.length + 1} files of weights: ` +
      `name one of them: ${[only, ...others].slice(0, 5).join(", ")}`,
  );
}

/** What a folder without a file of tensors is known for. */
function kindOfFolder(names: readonly string[]): string {
  if (names.includes("data.pkl")) return "that a PyTorch file was unpacked into";
  if (names.some((name) => name.endsWith(".distcp"))) {
    return "of torch.distributed.checkpoint, which python -m " +
      "torch.distributed.checkpoint.format_utils dcp_to_torch turns into a file";
  }
  return names.includes("saved_model.pb") ? "of a TensorFlow model" : "without a file of weights";
}

/** Reads the parts that an index names: `{"weight_map": {"fc.weight": "model-00001-..."}}`. */
async function readIndex(path: string): Promise<TensorFile> {
  const parts = partsOf(await bytesOf(path));
  if (parts === undefined) throw new SyntaxError(`it is JSON text: ${wanted}`);
  const files = new Map<string, TensorFile>();
  for (const part of new Set(parts.values())) {
    if (part !== basename(part)) {
      throw new SyntaxError(`its part "${part}" lies outside of its folder: put it there`);
    }
    files.set(part, await readTensorFile(join(dirname(path), part)));
  }
  const tensors = Array.from(parts, ([name, part]): [string, FileTensor] => {
    const tensor = files.get(part)!.tensors[name];
    if (tensor !== undefined) return [name, tensor];
    throw new SyntaxError(`"${part}" does not hold ${name}, as the index says: fetch both again`);
  });
  const metadata = Object.assign({}, ...Array.from(files.values(), (file) => file.metadata));
  return { path, tensors: Object.fromEntries(tensors), metadata };
}

/** In which file each tensor is; `undefined` if the bytes are no index. */
function partsOf(bytes: Uint8Array): Map<string, string> | undefined {
  try {
    const index: unknown = JSON.parse(new TextDecoder().decode(bytes));
    const map = isRecord(index) ? index.weight_map : undefined;
    const entries = isRecord(map) ? Object.entries(map) : [];
    const isIndex = entries.length > 0 && entries.every(([, part]) => typeof part === "string");
    return isIndex ? new Map(entries as [string, string][]) : undefined;
  } catch {
    return undefined;
  }
}

async function statOf(path: string): Promise<Deno.FileInfo> {
  return await Deno.stat(path).catch((error) => {
    throw readError(path, error);
  });
}

async function bytesOf(path: string): Promise<Uint8Array> {
  return await Deno.readFile(path).catch((error) => {
    throw readError(path, error);
  });
}
