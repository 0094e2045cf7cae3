/**
 * A training written down: weights in the official names and layouts, optimiser, position, history.
 *
 * The random streams need no entry of their own: each is a function of seed, name and epoch, so seed
 * and position are all there is to keep.
 *
 * @module
 */

import { plainArrays } from "../disk/json_file.ts";
import { readSafetensors, type SafeTensor, writeSafetensors } from "../disk/safetensors.ts";
import { numeric, object, recordOf, textual } from "../disk/schema.ts";
import type { Network } from "../model/network.ts";
import { exportTensors, exportWeights, importTensors, importWeights } from "../model/weights.ts";
import { disposeTensors, type NamedTensors } from "../tensor/named_tensors.ts";
import type { Tensor } from "../tensor/tfjs.ts";
import { carriedShapes } from "./carried.ts";
import type { Progress } from "./events.ts";
import { checkTerms, readHistory, type RecordContext } from "./record.ts";
import { evaluatedEpochs, type Stage, stageAt, totalEpochs } from "./stage.ts";

const momentumPrefix = "optimizer.momentum.";
const carriedPrefix = "stage.";
const positionKey = "glmc.position";

/** Loss terms of checkpoints that listed their sums without names. */
const formerTerms = ["total", "balanced", "rebalanced", "consistency"];

type Position = Omit<Progress, "state">;

/** Settings of {@linkcode encodeCheckpoint}. */
export interface EncodeOptions {
  /** Stages of the training. */
  readonly stages: readonly Stage[];
  /** Texts that go into the file's metadata, such as the id of the run. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** What a checkpoint must agree with. */
export interface CheckpointContext extends RecordContext {
  /** Stages of the training. */
  readonly stages: readonly Stage[];
  /** The network it belongs to. */
  readonly network: Network;
}

/** What a checkpoint holds. */
export interface Checkpoint {
  /** The progress; the caller owns its tensors. */
  readonly progress: Progress;
  /** Texts of the file's metadata. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Whether it carried a digest; files of older versions have none. */
  readonly sealed: boolean;
}

/**
 * Serialises a progress as a safetensors file.
 *
 * @param progress What to keep; its tensors stay the caller's.
 * @param options Stages of the training, and further metadata.
 * @returns The file: the weights as PyTorch names and lays them out, velocities behind the prefix
 * `optimizer.momentum.`, what the stage carries behind `stage.`, the rest as JSON in the metadata.
 */
export async function encodeCheckpoint(
  progress: Progress,
  { stages, metadata = {} }: EncodeOptions,
): Promise<Uint8Array> {
  const { state: { parameters, statistics, momentum, carried }, ...position } = progress;
  const weights = await exportWeights({ parameters, statistics }, progress);
  const behind = async (prefix: string, tensors: Record<string, Tensor>) =>
    Object.fromEntries(
      Object.entries(await exportTensors(tensors)).map(([name, tensor]) => [prefix + name, tensor]),
    );
  const velocities = await behind(momentumPrefix, momentum);
  const ofStage = await behind(carriedPrefix, carried);
  const stage = stageOf(progress.epoch, stages).name;
  return writeSafetensors({ ...weights, ...velocities, ...ofStage }, {
    ...metadata,
    [positionKey]: JSON.stringify({ stage, ...position }, plainArrays),
  });
}

/**
 * Reads a progress back.
 *
 * @param bytes A file of {@linkcode encodeCheckpoint}, of this version or of one before stages.
 * @param context The network and the stages it belongs to.
 * @returns The progress, bit for bit; the caller owns its tensors.
 * @throws {SyntaxError} If the file is damaged or holds no training.
 * @throws {TypeError} If it belongs to another network or another training.
 */
export function decodeCheckpoint(bytes: Uint8Array, context: CheckpointContext): Checkpoint {
  const { tensors, metadata, sealed } = readSafetensors(bytes);
  const { network } = context;
  const text = metadata[positionKey];
  if (text === undefined) {
    throw new SyntaxError(
      "Cannot continue from this file: it holds weights but no training: evaluate it with " +
        '"deno task evaluate --weights", or name a checkpoint.safetensors',
    );
  }
  const position = readPosition(text, { ...context, sealed });
  checkWeights(tensors);
  const [velocities, others] = behindPrefix(tensors, momentumPrefix);
  const [ofStage, weights] = behindPrefix(others, carriedPrefix);
  const stage = stageBehind(position, context.stages);
  // Whatever is wrong further on, nothing stays on the device.
  const made: Record<string, NamedTensors> = {};
  try {
    const variables = made.variables = importWeights(weights, network);
    const momentum = made.momentum = importTensors(velocities, network.parameterShapes);
    const carried = importTensors(ofStage, carriedShapes({ stage, network }));
    const state = { ...variables, momentum, carried };
    return { progress: { ...position, state }, metadata, sealed };
  } catch (error) {
    disposeTensors(made);
    throw error;
  }
}

/** Tensors whose names begin with a prefix, without it; and the others. */
function behindPrefix(
  tensors: Readonly<Record<string, SafeTensor>>,
  prefix: string,
): [behind: Record<string, SafeTensor>, others: Record<string, SafeTensor>] {
  const [behind, others]: [Record<string, SafeTensor>, Record<string, SafeTensor>] = [{}, {}];
  for (const [name, tensor] of Object.entries(tensors)) {
    if (name.startsWith(prefix)) behind[name.slice(prefix.length)] = tensor;
    else others[name] = tensor;
  }
  return [behind, others];
}

/** The stage whose state is kept: at the beginning of a stage still that of the one before. */
function stageBehind(
  { epoch, step }: Pick<Progress, "epoch" | "step">,
  stages: readonly Stage[],
): Stage {
  const isBetween = step === 0 && epoch > (stages[0]?.startEpoch ?? 0);
  return stageOf(isBetween ? epoch - 1 : epoch, stages);
}

/** Beyond what any training reaches, and within reach of a flipped bit. */
const absurd = 1e15;

/**
 * Makes sure that weights are numbers a training can have, and variances not negative.
 *
 * @param tensors Tensors by official name.
 * @throws {SyntaxError} If one is not; names the first.
 * @example A flipped sign
 * ```ts
 * import { checkWeights } from "glmc/train/checkpoint.ts";
 * import { assertThrows } from "@std/assert";
 *
 * const variance = { dtype: "F32", shape: [1], data: Float32Array.of(-1) } as const;
 *
 * assertThrows(() => checkWeights({ "bn1.running_var": variance }), SyntaxError, "holds -1");
 * ```
 */
export function checkWeights(tensors: Readonly<Record<string, SafeTensor>>): void {
  for (const [name, { data }] of Object.entries(tensors)) {
    if (!(data instanceof Float32Array || data instanceof Float64Array)) continue;
    const least = name.endsWith(".running_var") ? 0 : -absurd;
    // Written so that a value that is not a number does not fit either.
    const wrong = (data as Float32Array).find((value) => !(value >= least && value <= absurd));
    if (wrong === undefined) continue;
    throw new SyntaxError(
      `Cannot use the weights: ${name} holds ${wrong}: the file is damaged, or the training diverged`,
    );
  }
}

const whole = numeric({ least: 0, whole: true });

const positionSchema = object({
  stage: textual(),
  epoch: whole,
  step: whole,
  batches: whole,
  lossSums: recordOf(numeric()),
  seconds: numeric({ least: 0 }),
  history: (value: unknown) => value,
});

function readPosition(
  text: string,
  context: Omit<CheckpointContext, "network"> & { readonly sealed: boolean },
): Position {
  try {
    const { stages } = context;
    const { stage, history: records, ...position } = positionSchema(
      upgraded(JSON.parse(text), stages),
      "position",
    );
    const history = readHistory(records, context);
    checkPosition({ ...position, history }, { ...context, stage });
    return { ...position, history };
  } catch (cause) {
    const reason = cause instanceof SyntaxError
      ? "its position is not JSON"
      : (cause as Error).message;
    throw new SyntaxError(
      `Cannot continue from this file: ${reason}: it is damaged, or belongs to another run`,
      { cause },
    );
  }
}

/** A position of a version that had one stage and listed the sums of its losses. */
function upgraded(value: unknown, [first]: readonly Stage[]): unknown {
  const { lossSums } = (value ?? {}) as { readonly lossSums?: unknown };
  if (!Array.isArray(lossSums)) return value;
  const named = lossSums.map((sum, index) => [formerTerms[index] ?? index, sum]);
  return { stage: first?.name, ...value as object, lossSums: Object.fromEntries(named) };
}

function checkPosition(
  { epoch, step, batches, lossSums, seconds, history }: Position,
  { stages, counts, stage: name, sealed }: Omit<CheckpointContext, "network"> & {
    readonly stage: string;
    readonly sealed: boolean;
  },
): void {
  const wrong = (what: string): never => {
    throw new TypeError(what);
  };
  const begin = stages[0]?.startEpoch ?? 0;
  const total = totalEpochs(stages);
  const evaluated = evaluatedEpochs(stages, Math.min(epoch, total));
  if (epoch < begin || epoch > total || history.length !== evaluated.length) {
    wrong(`it stands in epoch ${epoch + 1}, with records of ${history.length} epochs before`);
  }
  const stage = stageOf(epoch, stages);
  if (name !== stage.name) wrong(`epoch ${epoch + 1} is of stage ${stage.name}, not ${name}`);
  checkTerms(lossSums, stage.method, "position.lossSums");
  if (epoch === total && step !== 0) wrong(`it is ${step} steps beyond its last epoch`);
  const isAtStart = step === 0;
  // Epochs without an evaluation leave their time to the next that has one.
  const isAfterRecord = epoch === begin || evaluated.at(-1) === epoch - 1;
  const hasSeconds = isAfterRecord && seconds !== 0;
  if (isAtStart && (hasSeconds || Object.values(lossSums).some((sum) => sum !== 0))) {
    wrong("it has losses of an epoch of which no step is done");
  }
  const images = counts.reduce((sum, count) => sum + count, 0);
  const steps = Math.ceil(images / stage.batchSize);
  // A file without a digest is of the one method there was, whose steps can be counted.
  if (!sealed && step > steps) wrong(`it is after step ${step} of ${steps}`);
  const expected = stage.method.passes * ((epoch - begin) * steps + step);
  if (!sealed && batches !== expected) wrong(`it has seen ${batches} batches, not ${expected}`);
}

/** The stage of an epoch; of a finished training the last one. */
function stageOf(epoch: number, stages: readonly Stage[]): Stage {
  return stageAt(stages, Math.min(epoch, totalEpochs(stages) - 1)).stage;
}
