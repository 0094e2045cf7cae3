/**
 * What a file of `torch.save` may ask for, and the tensors it describes.
 *
 * @module
 */
import { readPickle, type Unpickled } from "./pickle.ts";

/** What a pickle of `torch.save` holds. */
export interface TorchPickle extends Unpickled {
  /** Every storage that it names, by key. */
  readonly storages: ReadonlyMap<string, TorchStorage>;
}

/** A row of elements that tensors of a file are views of. */
export interface TorchStorage {
  /** Element type, under the name that safetensors has for it. */
  readonly dtype: string;
  /** Its name in the file. */
  readonly key: string;
  /** Number of its elements. */
  readonly length: number;
}

/** A tensor as a file of `torch.save` describes it; its fields are as the file has them. */
export class TorchTensor {
  /** What it is a view of. */
  readonly storage: TorchStorage;
  /** Element type, under the name that safetensors has for it. */
  readonly dtype: string;
  /** Place of its first element in the storage. */
  readonly offset: number;
  /** Size of each dimension. */
  readonly shape: readonly number[];
  /** How far neighbours in each dimension are apart in the storage. */
  readonly strides: readonly number[];

  /**
   * Makes the description.
   *
   * @param view What it is a view of, and how.
   * @throws {SyntaxError} If that is no view of a storage.
   */
  constructor(view: {
    readonly storage: unknown;
    readonly dtype?: unknown;
    readonly offset: unknown;
    readonly shape: unknown;
    readonly strides: unknown;
  }) {
    const { storage, offset, shape, strides } = view;
    const dtype = view.dtype ?? (isStorage(storage) ? storage.dtype : undefined);
    const isView = isStorage(storage) && typeof dtype === "string" && isSize(offset) &&
      areSizes(shape) && areSizes(strides) && shape.length === strides.length;
    if (!isView) throw new SyntaxError("its description of a tensor is damaged");
    this.storage = storage;
    this.dtype = dtype;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
    // A pickle can set the fields of what it has made.
    Object.freeze(this);
  }
}

/** Element types of storages, by the class that PyTorch has for them. */
const storageTypes: Readonly<Record<string, string>> = {
  DoubleStorage: "F64",
  FloatStorage: "F32",
  HalfStorage: "F16",
  BFloat16Storage: "BF16",
  LongStorage: "I64",
  IntStorage: "I32",
  ShortStorage: "I16",
  CharStorage: "I8",
  ByteStorage: "U8",
  BoolStorage: "BOOL",
  ComplexFloatStorage: "C64",
  ComplexDoubleStorage: "C128",
  UntypedStorage: "U8",
  // Quantised ones have scales beside them, so that their numbers alone are no weights.
  QInt8Storage: "QI8",
  QUInt8Storage: "QU8",
  QInt32Storage: "QI32",
};

/** Element types by the name that PyTorch has for them. */
const elementTypes: Readonly<Record<string, string>> = {
  ...{ float64: "F64", float32: "F32", float16: "F16", bfloat16: "BF16" },
  ...{ int64: "I64", int32: "I32", int16: "I16", int8: "I8" },
  ...{ uint64: "U64", uint32: "U32", uint16: "U16", uint8: "U8", bool: "BOOL" },
  ...{ complex64: "C64", complex128: "C128" },
  ...{ float8_e4m3fn: "F8_E4M3", float8_e5m2: "F8_E5M2", float8_e8m0fnu: "F8_E8M0" },
  ...{ float8_e4m3fnuz: "F8_E4M3FNUZ", float8_e5m2fnuz: "F8_E5M2FNUZ" },
};

/** Objects that training code leaves beside the weights: they are read over, and nothing more. */
const beside = [
  "argparse.Namespace",
  "types.SimpleNamespace",
  ...["datetime", "date", "time", "timedelta", "timezone"].map((name) => `datetime.${name}`),
  ...["pathlib", "pathlib._local"].flatMap((module) =>
    ["Path", "PosixPath", "WindowsPath", "PurePath", "PurePosixPath", "PureWindowsPath"]
      .map((name) => `${module}.${name}`)
  ),
  ...["builtins", "__builtin__"].flatMap((module) =>
    "object set frozenset tuple int float complex bool str bytes bytearray slice range"
      .split(" ").map((name) => `${module}.${name}`)
  ),
  ...["copyreg", "copy_reg"].map((module) => `${module}._reconstructor`),
  "_codecs.encode",
  ...["numpy", "numpy.core.multiarray", "numpy._core.multiarray", "numpy._core.numeric"]
    .flatMap((module) =>
      ["scalar", "_reconstruct", "_frombuffer", "ndarray", "dtype"].map((name) =>
        `${module}.${name}`
      )
    ),
  ...["device", "Size", "Tensor", "strided", "channels_last", "contiguous_format"]
    .map((name) => `torch.${name}`),
  ...["Parameter", "Buffer"].map((name) => `torch.nn.parameter.${name}`),
  "torch.serialization._get_layout",
  "torch.torch_version.TorchVersion",
  ...["per_tensor_affine", "per_channel_affine"].map((name) => `torch.${name}`),
];

/** Kinds of dictionaries. */
const dictionaries = [
  ...["OrderedDict", "defaultdict", "Counter"].map((name) => `collections.${name}`),
  "builtins.dict",
  "__builtin__.dict",
  "pytorch_lightning.utilities.parsing.AttributeDict",
  "lightning.pytorch.utilities.parsing.AttributeDict",
  "lightning.fabric.utilities.data.AttributeDict",
];

/** Kinds of lists. */
const lists = ["collections.deque", "builtins.list", "__builtin__.list"];

/**
 * Reads a pickle of `torch.save`, in which the only objects are tensors and what is harmless.
 *
 * @param bytes The pickle.
 * @returns Its value, with a {@linkcode TorchTensor} for each tensor; its storages; where it ends.
 * @throws {ForbiddenNameError} If it asks for anything else.
 * @throws {SyntaxError} If it is damaged.
 * @example A number
 * ```ts
 * import { readTorchPickle } from "glmc/disk/torch_pickle.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(readTorchPickle(new TextEncoder().encode("I42\n.")).value, 42);
 * ```
 */
export function readTorchPickle(bytes: Uint8Array): TorchPickle {
  const storages = new Map<string, TorchStorage>();
  const persistent = (id: unknown): TorchStorage => {
    const storage = storageOf(id);
    storages.set(storage.key, storage);
    return storage;
  };
  return { ...readPickle(bytes, { names: allowedNames(), persistent }), storages };
}

/** New objects for each file, so that none can leave anything in them. */
function allowedNames(): Map<string, unknown> {
  const view = (storage: unknown, offset: unknown, shape: unknown, strides: unknown): TorchTensor =>
    new TorchTensor({ storage, offset, shape, strides });
  const first = (value: unknown): unknown => value;
  return new Map<string, unknown>([
    ...beside.map((name): [string, unknown] => [name, function () {
      return {};
    }]),
    ...Object.entries(elementTypes).map(([name, dtype]): [string, unknown] => [
      `torch.${name}`,
      { dtype },
    ]),
    ...["torch", "torch.storage"].flatMap((module) =>
      Object.entries(storageTypes).map(([name, dtype]): [string, unknown] => [
        `${module}.${name}`,
        { dtype },
      ])
    ),
    ...dictionaries.map((name): [string, unknown] => [name, function (pairs?: unknown) {
      return new Map(Array.isArray(pairs) ? pairs : []);
    }]),
    ...lists.map((name): [string, unknown] => [name, function () {
      return [];
    }]),
    ["torch._utils._rebuild_tensor", view],
    ["torch._utils._rebuild_tensor_v2", view],
    ["torch._utils._rebuild_qtensor", view],
    ["torch._utils._rebuild_tensor_v3", (...args: unknown[]) => {
      const [storage, offset, shape, strides, , , type] = args;
      const { dtype } = type as { dtype?: unknown };
      return new TorchTensor({ storage, dtype, offset, shape, strides });
    }],
    ["torch._utils._rebuild_parameter", first],
    ["torch._utils._rebuild_parameter_with_state", first],
    [
      "torch._tensor._rebuild_from_type_v2",
      (rebuild: unknown, _type: unknown, args: unknown[]) =>
        (rebuild as (...args: unknown[]) => unknown)(...args),
    ],
  ]);
}

/** The storage that a persistent id describes: `("storage", class, key, place, length)`. */
function storageOf(id: unknown): TorchStorage {
  const [what, type, key, , length, view] = Array.isArray(id) ? id : [];
  const dtype = (type as { dtype?: unknown } | undefined)?.dtype;
  const isSound = what === "storage" && typeof dtype === "string" && isSize(length) &&
    (typeof key === "string" || isSize(key)) && (view ?? null) === null;
  if (!isSound) throw new SyntaxError("its description of a storage is damaged or too old");
  return { dtype, key: `${key}`, length };
}

function isStorage(value: unknown): value is TorchStorage {
  return typeof value === "object" && value !== null && "key" in value && "length" in value &&
    "dtype" in value;
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function areSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(isSize);
}
