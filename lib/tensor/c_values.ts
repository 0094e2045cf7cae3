/**
 * JavaScript values in the form C expects: texts, shapes, graph outputs, configuration.
 *
 * @module
 */

import type { Bytes, Handle } from "./libtensorflow.ts";

const texts = new Map<string, Bytes>();
const encoder = new TextEncoder();

/**
 * A zero-terminated text; the same text gives the same bytes, since names repeat in every step.
 *
 * @param text The text.
 * @returns Its bytes.
 */
export function cText(text: string): Bytes {
  let bytes = texts.get(text);
  if (bytes === undefined) texts.set(text, bytes = encoder.encode(text + "\0"));
  return bytes;
}

/**
 * Lets go of a text that will not come again.
 *
 * @param text The text.
 */
export function forgetText(text: string): void {
  texts.delete(text);
}

/**
 * The text behind a C string owned by TensorFlow.
 *
 * @param pointer The C string, or null.
 * @returns The text; empty for null.
 */
export function textOf(pointer: Handle): string {
  return pointer === null ? "" : Deno.UnsafePointerView.getCString(pointer);
}

/**
 * 64-bit integers, never empty: Deno passes a null pointer for an empty buffer.
 *
 * @param values The numbers.
 * @returns Their bytes.
 */
export function cInt64List(values: readonly number[]): Bytes {
  const list = new BigInt64Array(Math.max(1, values.length));
  values.forEach((value, i) => list[i] = BigInt(value));
  return new Uint8Array(list.buffer);
}

// Its constructor ends the process otherwise.
const maximumAxes = 254;

/**
 * A shape.
 *
 * @throws {RangeError} If it has more axes than TensorFlow allows.
 *
 * @param shape Sizes of the dimensions.
 * @returns Their bytes.
 */
export function cShape(shape: readonly number[]): Bytes {
  if (shape.length <= maximumAxes) return cInt64List(shape);
  throw new RangeError(
    `Cannot use a shape of ${shape.length} axes: TensorFlow has at most ${maximumAxes}: reshape it`,
  );
}

/** One output of a graph operation. */
export interface GraphOutput {
  /** The operation. */
  readonly operation: Handle;
  /** Which of its outputs. */
  readonly index: number;
}

const outputBytes = 16;

/**
 * An array of `TF_Output` structures.
 *
 * @param outputs The outputs.
 * @returns Their bytes.
 */
export function cOutputs(outputs: readonly GraphOutput[]): Bytes {
  const view = new DataView(new ArrayBuffer(Math.max(1, outputs.length) * outputBytes));
  outputs.forEach(({ operation, index }, i) => {
    view.setBigUint64(i * outputBytes, BigInt(Deno.UnsafePointer.value(operation)), true);
    view.setInt32(i * outputBytes + 8, index, true);
  });
  return new Uint8Array(view.buffer as ArrayBuffer);
}

/** How TensorFlow's run time is configured. */
export interface RuntimeConfig {
  /** Threads within one operation. */
  readonly intraOpThreads: number;
  /** Operations that may run at once. */
  readonly interOpThreads: number;
  /** Whether GPUs are hidden from TensorFlow. */
  readonly hideGpus: boolean;
  /** Whether the CPU is taken for a GPU, to try what is done for GPUs where there is none. */
  readonly pretendedGpu?: boolean;
}

/**
 * Serialises a `ConfigProto`: threads, visible GPUs, GPU memory that grows with need, soft placement.
 *
 * Field numbers: tensorflow/core/protobuf/config.proto.
 *
 * @param config Threads and devices.
 * @returns The serialised protocol buffer.
 */
export function cConfig(config: RuntimeConfig): Bytes {
  const noGpus = [0x0a, 7, 0x0a, 3, ...encoder.encode("GPU"), 0x10, 0]; // device_count {"GPU": 0}
  return new Uint8Array([
    ...(config.hideGpus ? noGpus : []),
    ...[0x10, ...varint(config.intraOpThreads)],
    ...[0x28, ...varint(config.interOpThreads)],
    ...[0x32, 2, 0x20, 1], // gpu_options { allow_growth: true }
    ...[0x38, 1], // allow_soft_placement
  ]);
}

/**
 * Serialises the `ConfigProto` of a call whose function is only laid out anew, by one of the optimisers
 * of TensorFlow's graphs and no other.
 *
 * Field numbers: tensorflow/core/protobuf/config.proto and rewriter_config.proto.
 *
 * @returns The serialised protocol buffer.
 */
export function cLayoutConfig(): Bytes {
  const name = encoder.encode("layout");
  const optimizers = [...varint(100 << 3 | 2), name.length, ...name]; // optimizers: "layout"
  const rewriteOptions = [0x52, optimizers.length, ...optimizers]; // rewrite_options { ... }
  return Uint8Array.of(0x52, rewriteOptions.length, ...rewriteOptions); // graph_options { ... }
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)];
}
