/**
 * What a configuration asks for: its subset, its network, its stages.
 *
 * @module
 */

import { classCounts, drawSplit, hashRows, largestFor, type Split } from "../data/long_tail.ts";
import { readRows, splitOfRows } from "../data/split_file.ts";
import { type HeldOut, holdOut } from "../data/validation.ts";
import type { LabelledImages } from "../images/dataset_images.ts";
import type { Method, TestedHeads } from "../method/method.ts";
import { methods as kitMethods } from "../method/methods.ts";
import { onHead } from "../method/on_head.ts";
import { testedHeads } from "../method/tested_heads.ts";
import { createNetwork, headNames, type Network } from "../model/network.ts";
import type { RecordedStage } from "../train/record.ts";
import type { Stage } from "../train/stage.ts";
import type { RunConfig, StageConfig } from "./config.ts";

/** Settings of functions that look methods up by name. */
export interface MethodsOption {
  /** The methods there are. */
  readonly methods: readonly Method[];
}

/**
 * The subset a configuration asks for: drawn, or of the rows that its file holds.
 *
 * @param config The configuration.
 * @param dataset The images.
 * @returns The subset.
 * @throws {RangeError} If a class has too few images, or the rows do not fit the images.
 * @throws {SyntaxError} If the file of rows cannot be read, or holds other rows than it did.
 */
export async function configuredSplit(
  config: RunConfig,
  { train }: LabelledImages,
): Promise<Split> {
  const { classes, imbalanceRate, profile, largestClass, splitFile: path } = config.data;
  const { replace, splitSeed, splitGenerator } = config.data;
  if (path !== null) {
    return splitOfRows(await givenRows(config), train.labels, { classes, replace, path });
  }
  const sizes = new Array<number>(classes).fill(0);
  for (const label of train.labels) sizes[label]! += 1;
  const counts = profile === "given" ? sizes : classCounts({
    classes,
    imbalanceRate,
    profile,
    largest: largestClass ?? largestFor(sizes, { imbalanceRate, profile }),
  });
  return drawSplit(train.labels, { counts, seed: splitSeed, replace, generator: splitGenerator });
}

/**
 * The images of a subset that are trained on, and those that a configuration holds out.
 *
 * @param config The configuration.
 * @param split Its subset.
 * @returns The whole subset for training, or both parts.
 * @throws {RangeError} If a class would be left without images in one of the parts.
 */
export function configuredParts(
  { data: { validation: share, splitSeed: seed } }: RunConfig,
  split: Split,
): Pick<HeldOut, "training"> & Partial<HeldOut> {
  return share === 0 ? { training: split } : holdOut(split, { share, seed });
}

/**
 * A configuration that tells its rows: where a file gives them, with the hash of what it holds now.
 *
 * @param config The configuration.
 * @returns One with `splitHash`; the same if it has one, or names no file.
 * @throws {Deno.errors.NotFound} If there is no such file.
 * @throws {SyntaxError} If it cannot be read.
 */
export async function withSplitHash(config: RunConfig): Promise<RunConfig> {
  const { data } = config;
  if (data.splitFile === null || data.splitHash !== null) return config;
  return { ...config, data: { ...data, splitHash: hashRows(await givenRows(config)) } };
}

async function givenRows({ data: { splitFile, splitHash } }: RunConfig): Promise<Int32Array> {
  const rows = await readRows(splitFile!);
  const hash = hashRows(rows);
  if (splitHash === null || splitHash === hash) return rows;
  throw new SyntaxError(
    `Cannot use the rows of "${splitFile}": they must have SHA-256 ${splitHash}: they have ` +
      `${hash}: give the file that held those, or begin a new run with these`,
  );
}

/**
 * The network a configuration asks for, with the heads that its methods need.
 *
 * @param config The configuration.
 * @param options The methods there are, and the values of a pixel: 3 by default.
 * @returns The network.
 * @throws {RangeError} If a method is not there.
 */
export function createConfiguredNetwork(
  config: RunConfig,
  { methods, channels = 3 }: MethodsOption & { readonly channels?: number },
): Network {
  const { data: { classes }, network: { architecture, width, precision } } = config;
  const stages = configuredStages(config, { methods });
  const needed = stages.flatMap(({ method }) => method.heads);
  const scaled = stages.filter(({ trains }) => trains === "scales")
    .flatMap((stage) => testedHeads(stage));
  const hasHidden = stages.some(({ method, options }) => method.predictor?.(options) === "mlp");
  const predictor = hasHidden ? "mlp" : "linear";
  const heads = headNames.filter((head) => needed.includes(head));
  const trainingType = precision === "bfloat16" ? "bfloat16" : "float32";
  return createNetwork(architecture, {
    ...{ classes, width, channels, heads, scaled, predictor, trainingType },
  });
}

/**
 * The stages a configuration asks for, ready to be trained.
 *
 * @param config The configuration.
 * @param options The methods there are; those of the kit by default.
 * @returns The stages.
 * @throws {RangeError} If a method is not there.
 */
export function configuredStages(
  config: RunConfig,
  { methods = kitMethods }: Partial<MethodsOption> = {},
): readonly Stage[] {
  return stagesOf(config, { methods }).map((stage) => {
    const { method, name } = stage;
    if (method !== undefined) return { ...stage, method };
    const missing = config.stages.find((stage) => stage.name === name)?.method;
    throw new RangeError(
      `Cannot train by the method ${missing}: there is none of this name: pass it to the store that ` +
        "opens the run, or name its file with --method",
    );
  });
}

/**
 * The stages a configuration tells of, whose methods may be missing: enough to read records.
 *
 * @param config The configuration.
 * @param options The methods there are.
 * @returns The stages.
 */
export function stagesOf(
  { stages }: RunConfig,
  { methods }: MethodsOption,
): readonly RecordedStage[] {
  const methodOf = (stage: StageConfig) => methods.find(({ name }) => name === stage.method);
  const first = testedOf(methodOf(stages[0]), stages[0]);
  // By name, so that a field that is renamed does not get lost on the way.
  return stages.map((stage) => ({
    name: stage.name,
    method: onFirstHead(methodOf(stage), { stage, first }),
    options: stage.options,
    trains: stage.trains,
    statistics: stage.statistics,
    freshClassifier: stage.freshClassifier,
    maxNorm: stage.maxNorm ?? undefined,
    epochs: stage.epochs,
    startEpoch: stage.startEpoch,
    batchSize: stage.batchSize,
    accumulate: stage.accumulate,
    learningRate: stage.learningRate,
    decay: stage.decay,
    warmUp: stage.warmUp,
    momentum: stage.momentum,
    weightDecay: stage.weightDecay,
    nesterov: stage.nesterov,
    samRadius: stage.samRadius,
    averageDecay: stage.averageDecay,
    evaluateEvery: stage.evaluateEvery,
  }));
}

function testedOf(
  method: Method | undefined,
  { options }: StageConfig,
): TestedHeads | undefined {
  return method && testedHeads({ method, options });
}

/** A later stage goes on with the classifier that the first one tests, if that is a linear one. */
function onFirstHead(
  method: Method | undefined,
  { stage, first }: { readonly stage: StageConfig; readonly first: TestedHeads | undefined },
): Method | undefined {
  if (method === undefined || first === undefined) return method;
  const [head] = first;
  const isOther = `${testedOf(method, stage)}` !== `${first}` && head !== "cosine";
  return isOther ? onHead(method, head) : method;
}
