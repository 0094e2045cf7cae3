/**
 * Reads the tensors of a file that PyTorch's `torch.save` has written, such as a `.pth.tar`.
 *
 * Such a file is a pickle beside the elements of the tensors: in a zip archive, or one after another
 * in the old format. The pickle is read by a list of harmless objects; nothing in it is executed.
 *
 * @module
 */
import { byteLengthOf, decodeElements, elementCount, type FileTensor } from "./element_types.ts";
import { reasonOf } from "./errors.ts";
import { recogniseFile } from "./file_kind.ts";
import { ForbiddenNameError } from "./pickle.ts";
import { readTorchPickle, type TorchPickle, TorchTensor } from "./torch_pickle.ts";
import { openZip, type ZipMember } from "./zip_file.ts";

/** Takes the elements of a storage out of a file. */
type Storages = (key: string) => Uint8Array | undefined;

/** How a file becomes one that can be read here, for whoever trusts it. */
const conversion = "if you trust the file, convert it with Python: import torch; " +
  'checkpoint = torch.load("file.pth", map_location="cpu", weights_only=False); ' +
  'torch.save(checkpoint["state_dict"], "weights.pth") ' +
  "(checkpoint.state_dict() if it is a network)";

/**
 * Reads the tensors of a file of `torch.save`.
 *
 * @param bytes The whole file, in the format of today or in that of before PyTorch 1.6.
 * @returns Tensors by the keys that lead to them, such as `state_dict.module.fc.weight`; each is
 * decoded when its data are looked at.
 * @throws {SyntaxError} If the file is damaged, asks for anything but tensors and harmless objects,
 * or is no file of `torch.save`.
 * @example A file of another kind
 * ```ts
 * import { readTorchFile } from "glmc/disk/torch_file.ts";
 * import { assertRejects } from "@std/assert";
 *
 * await assertRejects(() => readTorchFile(new Uint8Array()), SyntaxError, "it is an empty file");
 * ```
 */
export async function readTorchFile(
  bytes: Uint8Array,
): Promise<Readonly<Record<string, FileTensor>>> {
  const { kind, what, advice } = recogniseFile(bytes);
  try {
    if (kind === "torch" || kind === "zip") return await readArchive(bytes);
    if (kind === "torch-legacy") return readLegacy(bytes);
  } catch (error) {
    const isReason = error instanceof SyntaxError && error.message.startsWith("it");
    if (!isReason) throw error;
    const next = error instanceof ForbiddenNameError ? conversion : "fetch or write it again";
    throw new SyntaxError(`Cannot read the PyTorch file: ${reasonOf(error)}: ${next}`, {
      cause: error,
    });
  }
  throw new SyntaxError(`Cannot read the PyTorch file: it is ${what}: ${advice}`);
}

async function readArchive(bytes: Uint8Array): Promise<Record<string, FileTensor>> {
  const members = await openZip(bytes);
  const pickle = members.filter(({ name }) => /(?:^|\/)data\.pkl$/.test(name))
    .sort((a, b) => a.name.length - b.name.length)[0];
  if (pickle === undefined) {
    throw new SyntaxError(
      "Cannot read the PyTorch file: it is a zip archive without the data.pkl of torch.save: " +
        "unpack it, and name the file or folder that comes out",
    );
  }
  const folder = pickle.name.slice(0, -"data.pkl".length);
  const inside = new Map(
    members.filter(({ name }) => name.startsWith(folder))
      .map((member): [string, ZipMember] => [member.name.slice(folder.length), member]),
  );
  if (inside.has("constants.pkl")) {
    throw new SyntaxError(
      "Cannot read the PyTorch file: it is a TorchScript program: take its weights with Python: " +
        'import torch; torch.save(torch.jit.load("file.pt").state_dict(), "weights.pth")',
    );
  }
  const order = await inside.get("byteorder")?.read();
  if (order !== undefined && new TextDecoder().decode(order) !== "little") {
    throw new SyntaxError("its numbers are big-endian");
  }
  const found = tensorsIn(readTorchPickle(await pickle.read()).value);
  const storages = new Map<string, Uint8Array>();
  for (const { storage: { key } } of found.values()) {
    if (storages.has(key)) continue;
    const member = inside.get(`data/${key}`);
    if (member !== undefined) storages.set(key, await member.read());
  }
  return described(found, (key) => storages.get(key));
}

/** Length of the pickle at the head of the old format, a number that tells what it is. */
const magicLength = 15;

/** The magic number, the version, the machine, the object, the keys of its storages, and they. */
function readLegacy(bytes: Uint8Array): Record<string, FileTensor> {
  let position = magicLength;
  const next = (): TorchPickle => {
    const pickle = readTorchPickle(bytes.subarray(position));
    position += pickle.end;
    return pickle;
  };
  next();
  const { value: machine } = next();
  if (machine instanceof Map && machine.get("little_endian") === false) {
    throw new SyntaxError("its numbers are big-endian");
  }
  const { value, storages: known } = next();
  const { value: keys } = next();
  const storages = new Map<string, Uint8Array>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const key of Array.isArray(keys) ? keys.map(String) : []) {
    const start = position + 8;
    const length = start > bytes.length ? NaN : Number(view.getBigUint64(position, true));
    const end = start + (byteLengthOf(known.get(key)?.dtype ?? "", length) ?? NaN);
    if (!(end <= bytes.length)) throw new SyntaxError("its storages are damaged or cut off");
    storages.set(key, bytes.subarray(start, end));
    position = end;
  }
  return described(tensorsIn(value), (key) => storages.get(key));
}

/** Deeper than any checkpoint, and shallow enough for a list that holds itself. */
const deepest = 32;

/** The tensors in a value, by the keys that lead to them; each object is entered once. */
function tensorsIn(value: unknown): Map<string, TorchTensor> {
  const found = new Map<string, TorchTensor>();
  const seen = new Set<unknown>();
  const enter = (value: unknown, path: readonly string[]): void => {
    if (value instanceof TorchTensor) {
      found.set(path.join("."), value);
      return;
    }
    const isContainer = value instanceof Map || Array.isArray(value);
    if (!isContainer || seen.has(value) || path.length > deepest) return;
    seen.add(value);
    for (const [key, inner] of value.entries()) enter(inner, [...path, `${key}`]);
  };
  enter(value, []);
  return found;
}

function described(
  found: ReadonlyMap<string, TorchTensor>,
  storages: Storages,
): Record<string, FileTensor> {
  return Object.fromEntries(Array.from(found, ([name, tensor]) => [name, {
    dtype: tensor.dtype,
    shape: tensor.shape,
    get data() {
      try {
        return elementsOf(tensor, storages(tensor.storage.key));
      } catch (cause) {
        const reason = cause instanceof SyntaxError ? cause.message : "its elements are damaged";
        const next = reason.endsWith("is not supported")
          ? "save it as float32"
          : "fetch or write the file again";
        throw new SyntaxError(`Cannot read tensor "${name}": ${reason}: ${next}`, { cause });
      }
    },
  }]));
}

/** A tensor can repeat its elements, as biases of one value do; beyond this it is damaged. */
const mostExpanded = 2 ** 20;

function elementsOf(
  { dtype, offset, shape, strides }: TorchTensor,
  storage: Uint8Array | undefined,
): FileTensor["data"] {
  if (storage === undefined) throw new SyntaxError("its elements are missing");
  const count = elementCount(shape);
  const size = byteLengthOf(dtype, 1);
  if (size === undefined) throw new SyntaxError(`its element type ${dtype} is not supported`);
  // Places of its first and behind its last element.
  const last = shape.reduce((place, size, axis) => place + (size - 1) * strides[axis]!, offset);
  const end = count === 0 ? offset : last + 1;
  if (end * size > storage.length) throw new SyntaxError("its elements are cut off");
  const elements = decodeElements(dtype, storage.subarray(offset * size, end * size))?.data;
  if (elements === undefined) {
    throw new SyntaxError(`its element type ${dtype} is not supported`);
  }
  if (count > Math.max(elements.length, mostExpanded)) {
    throw new SyntaxError("its shape is larger than its elements");
  }
  return elements.length === count && isContiguous(shape, strides)
    ? elements
    : gathered(elements, { count, shape, strides });
}

function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  return shape.toReversed().every((size, i) => {
    const fits = size === 1 || strides.at(-1 - i) === expected;
    expected *= size;
    return fits;
  });
}

/** Elements of a view, such as a transposed matrix, in row-major order. */
function gathered(
  elements: FileTensor["data"],
  { count, shape, strides }: {
    readonly count: number;
    readonly shape: readonly number[];
    readonly strides: readonly number[];
  },
): FileTensor["data"] {
  const Type = elements.constructor as Float32ArrayConstructor;
  const from = elements as Float32Array;
  const result = new Type(count);
  const place = shape.map(() => 0);
  let source = 0;
  for (let target = 0; target < count; target++) {
    result[target] = from[source]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      source += strides[axis]!;
      place[axis]!++;
      if (place[axis]! < shape[axis]!) break;
      source -= strides[axis]! * shape[axis]!;
      place[axis] = 0;
    }
  }
  return result;
}
