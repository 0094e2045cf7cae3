/**
 * A training written down: weights in the official names and layouts, optimiser, position, history.
 *
 * The random streams need no entry of their own: each is a function of seed, name and epoch, so seed
 * and position are all there is to keep.
 *
 * @module
 */

import { readSafetensors, type SafeTensor, writeSafetensors } from "../disk/safetensors.ts";
import type { Network } from "../model/network.ts";
import { exportTensors, exportWeights, importTensors, importWeights } from "../model/weights.ts";
import type { Progress } from "./events.ts";

const momentumPrefix = "optimizer.momentum.";
const positionKey = "glmc.position";

type Position = Omit<Progress, "state">;

/**
 * Serialises a progress as a safetensors file.
 *
 * @param progress What to keep; its tensors stay the caller's.
 * @returns The file: the weights as PyTorch names and lays them out, velocities behind the prefix
 * `optimizer.momentum.`, the rest as JSON in the metadata.
 */
export async function encodeCheckpoint(progress: Progress): Promise<Uint8Array> {
  const { state: { parameters, statistics, momentum }, ...position } = progress;
  const weights = await exportWeights({ parameters, statistics }, progress);
  const velocities = await exportTensors(momentum);
  const optimizer = Object.entries(velocities).map(([name, tensor]): [string, SafeTensor] => [
    momentumPrefix + name,
    tensor,
  ]);
  return writeSafetensors({ ...weights, ...Object.fromEntries(optimizer) }, {
    [positionKey]: JSON.stringify(
      position,
      (_, value) => ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value,
    ),
  });
}

/**
 * Reads a progress back.
 *
 * @param bytes A file of {@linkcode encodeCheckpoint}.
 * @param network The network it belongs to.
 * @returns The progress, bit for bit; the caller owns its tensors.
 * @throws {SyntaxError} If the file is damaged or holds no training.
 * @throws {Error} If it belongs to another network.
 */
export function decodeCheckpoint(bytes: Uint8Array, network: Network): Progress {
  const { tensors, metadata } = readSafetensors(bytes);
  const text = metadata[positionKey];
  if (text === undefined) {
    throw new SyntaxError(
      "Cannot continue from this file: it holds weights but no training: evaluate it with " +
        '"deno task evaluate --weights", or name a checkpoint.safetensors',
    );
  }
  const entries = Object.entries(tensors);
  const isVelocity = ([name]: [string, SafeTensor]): boolean => name.startsWith(momentumPrefix);
  const { parameters, statistics } = importWeights(
    Object.fromEntries(entries.filter((entry) => !isVelocity(entry))),
    network,
  );
  const velocities = entries.filter(isVelocity).map(([name, tensor]) => [
    name.slice(momentumPrefix.length),
    tensor,
  ]);
  const momentum = importTensors(Object.fromEntries(velocities), network.parameterShapes);
  return { ...JSON.parse(text) as Position, state: { parameters, statistics, momentum } };
}
