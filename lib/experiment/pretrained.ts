/**
 * Where a training begins: at numbers that are drawn, or at the weights of a file.
 *
 * @module
 */

import { randomStream } from "../data/random.ts";
import { sha256 } from "../disk/digest.ts";
import type { FileTensor } from "../disk/element_types.ts";
import { readTensorFile } from "../disk/tensor_file.ts";
import { pretrainedVariables } from "../model/pretrained.ts";
import type { Progress } from "../train/events.ts";
import { initialProgress } from "../train/loop.ts";
import type { Training } from "../train/training.ts";
import type { RunConfig } from "./config.ts";

type Tensors = Readonly<Record<string, FileTensor>>;

/** SHA-256 of named tensors, in whichever format and order they are stored. */
function hashTensors(tensors: Tensors): string {
  const parts = Object.entries(tensors).sort(([a], [b]) => a < b ? -1 : 1)
    .flatMap(([name, { dtype, shape, data }]) => [
      `${JSON.stringify([name, dtype, shape])}\n`,
      new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    ]);
  return sha256(...parts);
}

/** The tensors of the file that a configuration names, if they are those that it means. */
async function readPretrained(file: string, hash: string | null): Promise<Tensors> {
  const { tensors } = await readTensorFile(file);
  const found = hashTensors(tensors);
  if (hash === null || hash === found) return tensors;
  throw new SyntaxError(
    `Cannot begin from the weights in "${file}": their tensors must have SHA-256 ${hash}: they have ` +
      `${found}: give the file that held those, or begin a new run with these`,
  );
}

/**
 * A configuration that tells its weights: where a file gives them, with the hash of what it holds now.
 *
 * @param config The configuration.
 * @returns One with `pretrainedHash`; the same if it has one, or names no file.
 * @throws {Deno.errors.NotFound} If there is no such file.
 * @throws {SyntaxError} If it holds no tensors.
 */
export async function withPretrainedHash(config: RunConfig): Promise<RunConfig> {
  const { network } = config;
  const { pretrained, pretrainedHash } = network;
  if (pretrained === null || pretrainedHash !== null) return config;
  const hash = hashTensors(await readPretrained(pretrained, null));
  return { ...config, network: { ...network, pretrainedHash: hash } };
}

/** What a training begins by. */
export interface FirstProgressOptions {
  /** Its configuration. */
  readonly config: RunConfig;
  /** Told in a line each which heads are drawn, and what of the file is not used. */
  readonly onNotice?: (line: string) => void;
}

/**
 * Where a new run stands: at its start, with the weights that its configuration asks for.
 *
 * @param training The training of the configuration.
 * @param options The configuration, and whom to tell.
 * @returns The progress; the caller owns its tensors.
 * @throws {Deno.errors.NotFound} If there is no file of that name.
 * @throws {SyntaxError} If it holds other tensors than the configuration says.
 * @throws {TypeError} If they are of another network.
 */
export async function firstProgress(
  training: Training,
  { config, onNotice }: FirstProgressOptions,
): Promise<Progress> {
  const { network: { pretrained, pretrainedHash }, seed } = config;
  if (pretrained === null) return initialProgress(training);
  const tensors = await readPretrained(pretrained, pretrainedHash);
  const random = randomStream(seed, "init");
  const { network } = training.parts;
  const variables = await pretrainedVariables(tensors, network, { random, onNotice });
  return initialProgress(training, variables);
}
