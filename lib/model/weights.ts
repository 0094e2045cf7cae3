/**
 * Weights on their way to and from PyTorch: official names and layouts on the host.
 *
 * @module
 */

import { disposeTensors } from "../tensor/named_tensors.ts";
import { type Tensor, tf } from "../tensor/tfjs.ts";
import type { Network } from "./network.ts";
import type { Variables } from "./init.ts";
import type { Shapes } from "./shapes.ts";

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

/**
 * Reads tensors back in PyTorch's layouts: weights of convolutions become
 * `[outputs, inputs, height, width]`, all else stays as it is.
 *
 * @param tensors Parameters, or anything with the parameters' names and shapes such as momentum.
 * @returns Copies on the host.
 */
export async function exportTensors(
  tensors: Readonly<Record<string, Tensor>>,
): Promise<Record<string, HostTensor>> {
  const exported: Record<string, HostTensor> = {};
  for (const [name, tensor] of Object.entries(tensors)) {
    const official = tensor.rank === 4 ? tf.transpose(tensor, [3, 2, 0, 1]) : tensor.clone();
    const data = await official.data() as Float32Array;
    exported[name] = { dtype: "F32", shape: [...official.shape], data };
    official.dispose();
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
 * assertEquals(weights["layer2.0.conv1.weight"].shape, [8, 4, 3, 3]);
 * assertEquals(weights["bn1.num_batches_tracked"].data, BigInt64Array.of(7n));
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
 */
export function importTensors(
  tensors: Readonly<Record<string, StoredTensor>>,
  shapes: Shapes,
): Record<string, Tensor> {
  check(tensors, shapes);
  const imported: Record<string, Tensor> = {};
  try {
    for (const name of Object.keys(shapes)) {
      const { shape, data } = tensors[name];
      const values = Float32Array.from(data as ArrayLike<number>);
      imported[name] = tf.tidy(() => {
        const official = tf.tensor(values, [...shape]);
        return shape.length === 4 ? tf.transpose(official, [2, 3, 1, 0]) : official;
      });
    }
  } catch (error) {
    disposeTensors(imported);
    throw error;
  }
  return imported;
}

/**
 * Makes variables from a PyTorch `state_dict`, such as one read by `readSafetensors`.
 *
 * The prefix `module.` of a network wrapped in `DataParallel` is taken off, and
 * `num_batches_tracked` is ignored.
 *
 * @param tensors By official name.
 * @param network The network they are for.
 * @returns Variables; the caller owns them.
 * @throws {TypeError} If the tensors are not those of the network; says which and how.
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
): Variables {
  const named = Object.fromEntries(
    Object.entries(tensors)
      .filter(([name]) => !name.endsWith(counter))
      .map(([name, tensor]) => [name.replace(/^module\./, ""), tensor]),
  );
  const { architecture, width, classes, parameterShapes, statisticShapes } = network;
  let all: Record<string, Tensor>;
  try {
    all = importTensors(named, { ...parameterShapes, ...statisticShapes });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new TypeError(
      `${error.message}: the network is ${architecture} of width ${width} with ${classes} classes: ` +
        "name the one the weights are of with --arch, --width and --num_classes",
    );
  }
  const isStatistic = ([name]: [string, Tensor]): boolean => name in statisticShapes;
  const entries = Object.entries(all);
  return {
    parameters: Object.fromEntries(entries.filter((entry) => !isStatistic(entry))),
    statistics: Object.fromEntries(entries.filter(isStatistic)),
  };
}

function check(tensors: Readonly<Record<string, StoredTensor>>, shapes: Shapes): void {
  const problems: string[] = [];
  const missing = Object.keys(shapes).filter((name) => !(name in tensors));
  if (missing.length > 0) problems.push(`${listed(missing)} missing`);
  const unexpected = Object.keys(tensors).filter((name) => !(name in shapes));
  if (unexpected.length > 0) problems.push(`${listed(unexpected)} not expected`);
  const wrong = Object.entries(shapes).flatMap(([name, shape]) => {
    if (!(name in tensors)) return [];
    const { dtype, shape: given } = tensors[name];
    const expected = shape.length === 4 ? [3, 2, 0, 1].map((axis) => shape[axis]) : shape;
    if (dtype !== "F32" && dtype !== "F64") return [`${name} is ${dtype}, not F32`];
    return `${given}` === `${expected}` ? [] : [`${name} is [${given}], not [${expected}]`];
  });
  if (wrong.length > 0) problems.push(listed(wrong));
  if (problems.length > 0) throw new TypeError(`Cannot load the weights: ${problems.join("; ")}`);
}

/** The first few names and how many more there are. */
function listed(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(", ");
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}
