/**
 * Operations that several processes run together; each has to run them in the same order.
 *
 * @module
 */

import { type Attribute, attributeKind, typeAttribute } from "../tensor/attributes.ts";
import type { Binding } from "../tensor/binding.ts";
import { runOperation } from "../tensor/operation.ts";
import type { TensorRecord } from "../tensor/tensor_record.ts";
import { type Tensor, tf } from "../tensor/tfjs.ts";

/** The processes that compute together, as one of them sees them. */
export interface Peers {
  /** Which of them this one is, from 0. */
  readonly rank: number;
  /** How many there are. */
  readonly count: number;
  /** What carries the numbers: `ring` between CPUs, `nccl` between GPUs. */
  readonly transport: "ring" | "nccl";
}

/** An operation of several processes. */
export interface CollectiveOptions {
  /** The processes. */
  readonly peers: Peers;
  /** The operation's own number, the same in all processes; its tensors always have one shape. */
  readonly key: number;
  /**
   * Seconds after which it gives a process up that lives and does not answer, and with it all that is waited
   * for; for ever by default. TensorFlow keeps a thread for that time: it is not for operations that repeat.
   */
  readonly timeoutSeconds?: number;
}

const float = typeAttribute("T", "float32");
const attribute = (name: string, kind: keyof typeof attributeKind, value: unknown): Attribute => ({
  name,
  type: attributeKind[kind],
  value,
});

/** All processes are one group, whatever they do. */
const groupKey = 1;

function numbers({ peers: { count }, key }: CollectiveOptions): Tensor[] {
  return [count, groupKey, key].map((value) => tf.scalar(value, "int32"));
}

function transport(
  { peers: { transport }, timeoutSeconds = 0 }: CollectiveOptions,
): Attribute[] {
  return [
    attribute("communication_hint", "string", transport),
    attribute("timeout_seconds", "float", timeoutSeconds),
  ];
}

function reduction(options: CollectiveOptions): Attribute[] {
  return [
    float,
    attribute("merge_op", "string", "Add"),
    attribute("final_op", "string", "Id"),
    ...transport(options),
    attribute("is_stateless", "bool", false),
    attribute("Nordering_token", "int", 0),
    attribute("max_subdivs_per_device", "int", -1),
  ];
}

/**
 * Sums a tensor over all processes; may be part of a compiled function.
 *
 * The numbers are added in one order, so that all processes have the same bits and each run has them again.
 *
 * @param x What this process adds float32, of one shape in all processes.
 * @param options The processes, and the operation's number.
 * @returns The sum; the caller owns it. Carries no gradient.
 * @throws {Error} If a process has ended, or does not answer in time.
 */
export function sumOverPeers(x: Tensor, options: CollectiveOptions): Tensor {
  return tf.tidy(() =>
    runOperation("CollectiveReduceV2", reduction(options), [x, ...numbers(options)])[0]
  );
}

/**
 * As {@linkcode sumOverPeers}, on a thread of its own, so that this one hears signals meanwhile.
 *
 * @param x What this process adds float32, of one shape in all processes; it stays the caller's.
 * @param options The processes, and the operation's number.
 * @returns The sum; the caller owns it.
 * @throws {Error} If a process has ended, or does not answer in time.
 */
export async function sumOverPeersBeside(x: Tensor, options: CollectiveOptions): Promise<Tensor> {
  return await beside("CollectiveReduceV2", reduction(options), [x, ...numbers(options)]);
}

/**
 * Gathers a tensor of each process, on a thread of its own.
 *
 * @param x What this process brings float32 `[n, ...]`, of one shape in all processes; it stays the caller's.
 * @param options The processes, and the operation's number.
 * @returns One after the other, in the order of ranks `[n · count, ...]`; the caller owns it.
 * @throws {Error} If a process has ended, or does not answer in time.
 */
export async function gatherFromPeers(x: Tensor, options: CollectiveOptions): Promise<Tensor> {
  const attributes = [
    float,
    ...transport(options),
    attribute("is_stateless", "bool", false),
    attribute("Nordering_token", "int", 0),
  ];
  return await beside("CollectiveGatherV2", attributes, [x, ...numbers(options)]);
}

/**
 * Gives every process the tensor of the first one, bit for bit, on a thread of its own.
 *
 * @param x The tensor of this process float32, of one shape in all processes; it stays the caller's.
 * @param options The processes, and the operation's number.
 * @returns The tensor of rank 0; the caller owns it.
 * @throws {Error} If a process has ended, or does not answer in time.
 */
export async function broadcastFromFirst(x: Tensor, options: CollectiveOptions): Promise<Tensor> {
  const attributes = [float, ...transport(options)];
  if (options.peers.rank === 0) {
    return await beside("CollectiveBcastSendV2", attributes, [x, ...numbers(options)]);
  }
  const shape = tf.tensor1d(x.shape, "int32");
  const typed = [...attributes, typeAttribute("Tshape", "int32")];
  return await beside("CollectiveBcastRecvV2", typed, [...numbers(options), shape], [x]);
}

interface BesideBackend {
  readonly binding: Binding;
  createOutputTensor(record: TensorRecord): Tensor;
  getInputTensorIds(tensors: readonly Tensor[]): number[];
}

/** All inputs but those that are kept are made for the call, and disposed after it. */
async function beside(
  name: string,
  attributes: readonly Attribute[],
  inputs: readonly Tensor[],
  kept: readonly Tensor[] = inputs.slice(0, 1),
): Promise<Tensor> {
  const backend = tf.backend() as unknown as BesideBackend;
  try {
    const ids = backend.getInputTensorIds(inputs);
    return backend.createOutputTensor(await backend.binding.executeBeside(name, attributes, ids));
  } finally {
    for (const tensor of inputs) if (!kept.includes(tensor)) tensor.dispose();
  }
}
