/**
 * Weights on their way to and from PyTorch: official names and layouts on the host.
 *
 * @module
 */

import { type Tensor, tf } from "../tensor/tfjs.ts";
import type { Variables } from "./init.ts";
import { makeTensors } from "./make_tensors.ts";
import type { Network } from "./network.ts";
import { officialShape, type Shapes, sizeOf } from "./shapes.ts";
import { listed, officialState, type StateDictOptions } from "./state_dict.ts";

/** A tensor on the host, as a safetensors file holds it. */
export interface HostTensor {
  /** Element type. */
  readonly dtype: "F32" | "I64";
  /** Size of each dimension. */
  readonly shape: readonly number[];
  /** Elements in row-major order. */
  readonly data: Float32Array | BigInt64Array;
}

/** A tensor on the host whose element type is not known yet. */
export interface StoredTensor {
  /** Element type, such as `F32`. */
  readonly dtype: string;
  /** Size of each dimension. */
  readonly shape: readonly number[];
  /** Elements in row-major order. */
  readonly data: ArrayLike<number> | BigInt64Array;
}

const counter = ".num_batches_tracked";
/** Element types that are read as float32. */
const floats = ["F64", "F32", "F16", "BF16"];

/**
 * Reads tensors back in PyTorch's layouts: weights of convolutions become
 * `[outputs, inputs, height, width]`, all else stays as it is.
 *
 * @param tensors Parameters, or anything with the parameters' names and shapes such as momentum.
 * @returns Copies on the host.
 * @example A scale
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { exportTensors } from "glmc/model/weights.ts";
 * import { startEngine } from "glmc/tensor/start.ts";
 * import { tf } from "glmc/tensor/tfjs.ts";
 *
 * await startEngine({ device: "cpu" });
 * const exported = await exportTensors({ scale: tf.tensor1d([2]) });
 * assertEquals(exported, { scale: { dtype: "F32", shape: [1], data: Float32Array.of(2) } });
 * ```
 */
export async function exportTensors(
  tensors: Readonly<Record<string, Tensor>>,
): Promise<Record<string, HostTensor>> {
  const exported: Record<string, HostTensor> = {};
  for (const [name, tensor] of Object.entries(tensors)) {
    const official = tensor.rank === 4 ? tf.transpose(tensor, [3, 2, 0, 1]) : tensor.clone();
    try {
      const data = await official.data() as Float32Array;
      exported[name] = { dtype: "F32", shape: [...official.shape], data };
    } finally {
      official.dispose();
    }
  }
  return exported;
}

/**
 * Reads all variables back as the official `state_dict()` holds them.
 *
 * @param variables To read; not changed.
 * @param options `batches` is the number of training batches the running statistics have seen.
 * @returns Copies on the host, ready for `writeSafetensors`.
 * @example Names as in PyTorch
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createNetwork } from "glmc/model/network.ts";
 * import { exportWeights } from "glmc/model/weights.ts";
 * import { startEngine } from "glmc/tensor/start.ts";
 *
 * await startEngine({ device: "cpu" });
 * const network = createNetwork("resnet32", { classes: 10, width: 4 });
 * const variables = network.init({ normal: () => 1, uniform: () => 0.5 });
 * const weights = await exportWeights(variables, { batches: 7 });
 *
 * assertEquals(weights["layer2.0.conv1.weight"]?.shape, [8, 4, 3, 3]);
 * assertEquals(weights["bn1.num_batches_tracked"]?.data, BigInt64Array.of(7n));
 * ```
 */
export async function exportWeights(
  { parameters, statistics }: Variables,
  { batches = 0 }: { readonly batches?: number } = {},
): Promise<Record<string, HostTensor>> {
  const counters = Object.keys(statistics)
    .filter((name) => name.endsWith(".running_mean"))
    .map((name): [string, HostTensor] => [
      name.replace(/\.running_mean$/, counter),
      { dtype: "I64", shape: [], data: BigInt64Array.of(BigInt(batches)) },
    ]);
  return {
    ...await exportTensors(parameters),
    ...await exportTensors(statistics),
    ...Object.fromEntries(counters),
  };
}

/**
 * Makes tensors from host arrays in PyTorch's layouts, the inverse of {@linkcode exportTensors}.
 *
 * @param tensors By official name.
 * @param shapes What is expected, in memory, such as `network.parameterShapes`.
 * @returns Tensors in the order of `shapes`; the caller owns them.
 * @throws {TypeError} If a tensor is missing, not expected, or has another shape or type.
 * @throws {RangeError} If a value is not finite as float32, or a running variance is negative.
 * @example A value that is no number
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { importTensors } from "glmc/model/weights.ts";
 *
 * const bias = { dtype: "F32", shape: [2], data: Float32Array.of(0, NaN) };
 * assertThrows(() => importTensors({ bias }, { bias: [2] }), RangeError, "bias holds NaN");
 * ```
 */
export function importTensors(
  tensors: Readonly<Record<string, StoredTensor>>,
  shapes: Shapes,
): Record<string, Tensor> {
  checkShapes(tensors, shapes);
  // Looked at once and only now, for a file decodes what is looked at.
  const values = new Map(
    Object.keys(shapes).map((name) => [
      name,
      Float32Array.from(tensors[name]!.data as ArrayLike<number>),
    ]),
  );
  checkSizes(values, shapes);
  checkValues(values);
  return makeTensors(shapes, (name, shape) =>
    tf.tidy(() => {
      const official = tf.tensor(values.get(name)!, officialShape(shape));
      return shape.length === 4 ? tf.transpose(official, [2, 3, 1, 0]) : official;
    }));
}

/**
 * Makes variables from a PyTorch `state_dict`, such as one read by `readSafetensors`.
 *
 * Prefixes of wrappers such as `module.` of `DataParallel` are taken off, tied and weight-normalised
 * tensors are put together, and `num_batches_tracked` is ignored: see {@linkcode officialState}.
 *
 * @param tensors By the names they have in the file.
 * @param network The network they are for.
 * @param options Whom to tell what was done; without, tensors that are not expected are refused.
 * @returns Variables; the caller owns them.
 * @throws {TypeError} If the tensors are not those of the network; says which and how.
 * @throws {RangeError} If a value is not finite as float32, or a running variance is negative.
 * @example A file of another network
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { createNetwork } from "glmc/model/network.ts";
 * import { importWeights } from "glmc/model/weights.ts";
 *
 * const weights = { "fc.bias": { dtype: "F32", shape: [100], data: new Float32Array(100) } };
 * const network = createNetwork("resnet32", { classes: 10 });
 * assertThrows(() => importWeights(weights, network), TypeError, "fc.bias is [100], not [10]");
 * ```
 */
export function importWeights(
  tensors: Readonly<Record<string, StoredTensor>>,
  network: Network<never>,
  options: StateDictOptions = {},
): Variables {
  const { architecture, width, classes, parameterShapes, statisticShapes } = network;
  const shapes = { ...parameterShapes, ...statisticShapes };
  // What was done is told once it has led to weights.
  const notices: string[] = [];
  const { onNotice } = options;
  const named = officialState(tensors, { shapes, structure: network.structure }, {
    ...options,
    onNotice: onNotice && ((line) => void notices.push(line)),
  });
  let all: Record<string, Tensor>;
  try {
    all = importTensors(named, shapes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const needed = Object.keys(shapes);
    const present = needed.filter((name) => Object.hasOwn(named, name));
    const names = Object.keys(tensors).filter((name) => !name.endsWith(counter));
    const isFar = 2 * present.length < needed.length;
    const held = isFar ? `, and the file holds ${listed(names) || "nothing"}` : "";
    const advice = error.message.endsWith("not F32")
      ? "save the weights as float32"
      : `the network is ${architecture} of width ${width} with ${classes} classes: name the one ` +
        "the weights are of with --arch, --width and --num_classes, and --method or --predictor for its heads";
    throw new TypeError(`${error.message}${held}: ${advice}`);
  }
  notices.forEach((line) => onNotice?.(line));
  const isStatistic = ([name]: [string, Tensor]): boolean => Object.hasOwn(statisticShapes, name);
  const entries = Object.entries(all);
  return {
    parameters: Object.fromEntries(entries.filter((entry) => !isStatistic(entry))),
    statistics: Object.fromEntries(entries.filter(isStatistic)),
  };
}

function checkShapes(tensors: Readonly<Record<string, StoredTensor>>, shapes: Shapes): void {
  const problems: string[] = [];
  const missing = Object.keys(shapes).filter((name) => !Object.hasOwn(tensors, name));
  if (missing.length > 0) problems.push(`${listed(missing)} missing`);
  const unexpected = Object.keys(tensors).filter((name) => !Object.hasOwn(shapes, name));
  if (unexpected.length > 0) problems.push(`${listed(unexpected)} not expected`);
  const wrong = Object.entries(tensors).flatMap(([name, tensor]) => {
    const shape = shapes[name];
    if (shape === undefined) return [];
    const expected = officialShape(shape);
    if (!floats.includes(tensor.dtype)) return [`${name} is ${tensor.dtype}, not F32`];
    return `${tensor.shape}` === `${expected}`
      ? []
      : [`${name} is [${tensor.shape}], not [${expected}]`];
  });
  if (wrong.length > 0) problems.push(listed(wrong));
  if (problems.length > 0) throw new TypeError(`Cannot load the weights: ${problems.join("; ")}`);
}

function checkSizes(values: ReadonlyMap<string, Float32Array>, shapes: Shapes): void {
  const wrong = [...values].flatMap(([name, { length }]) => {
    const size = sizeOf(shapes[name]!);
    return length === size ? [] : [`${name} holds ${length} values, not ${size}`];
  });
  if (wrong.length > 0) throw new TypeError(`Cannot load the weights: ${listed(wrong)}`);
}

/** Values that no training writes: a network that had them would answer NaN, or nonsense. */
function checkValues(tensors: ReadonlyMap<string, Float32Array>): void {
  const wrong = [...tensors].flatMap(([name, values]) => {
    const unlikely = values.find((value) => !Number.isFinite(value));
    if (unlikely !== undefined) return [`${name} holds ${unlikely}`];
    const negative = name.endsWith(".running_var") && values.find((value) => value < 0);
    return typeof negative === "number" ? [`${name} holds the variance ${negative}`] : [];
  });
  if (wrong.length > 0) {
    throw new RangeError(
      `Cannot load the weights: ${listed(wrong)}: the file is damaged, or its training diverged: ` +
        "take weights from another file or an earlier checkpoint",
    );
  }
}
