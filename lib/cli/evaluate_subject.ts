/**
 * What the command `evaluate` evaluates: a run, or a file of weights.
 *
 * @module
 */

import { basename } from "node:path";
import { readTensorFile, type TensorFile } from "../disk/tensor_file.ts";
import { reasonOf, rephrase } from "../disk/errors.ts";
import { checkOptions } from "../experiment/check_options.ts";
import type { RunConfig, StageConfig } from "../experiment/config.ts";
import { checkDataHash } from "../experiment/open_run.ts";
import { runFiles } from "../experiment/run_folder.ts";
import { type FoundRun, openRunStore, type RunStore } from "../experiment/run_store.ts";
import type { RunWeightsOptions, WeightsOfEpoch } from "../experiment/run_weights.ts";
import { type DatasetImages, datasetImages } from "../images/dataset_images.ts";
import type { Method } from "../method/method.ts";
import type { Network, Variables } from "../model/network.ts";
import { importWeights } from "../model/weights.ts";
import { tell } from "../process/streams.ts";
import { totalEpochs } from "../train/stage.ts";
import type { FlagValues } from "./flags.ts";
import { loadImagesOf } from "./machine.ts";
import { type ChosenMethod, requireMethods } from "./method_flag.ts";
import { asUsage, UsageError } from "./shell.ts";
import { settledConfig, settledImages } from "./settled_config.ts";
import { conflicts, withoutPlaces } from "./train_flags.ts";
import { userPath, userPathOrName } from "./user_path.ts";

/** What is evaluated. */
export interface Subject {
  /** Its configuration. */
  readonly config: RunConfig;
  /** How it is called in the report. */
  readonly title: string;
  /** Training images of each class, where a run tells them. */
  readonly counts?: readonly number[];
  /** Reads its weights for the network that its configuration asks for, and which epoch they are of. */
  readonly weights: (network: Network) => Promise<WeightsOfEpoch>;
  /** Reads its images. */
  readonly images: () => Promise<DatasetImages>;
}

/**
 * Finds what a command line asks to evaluate.
 *
 * @param values Parsed flags.
 * @param chosen The methods.
 * @returns The run or the file.
 * @throws {UsageError} If it is not clear what, or flags contradict the run.
 * @throws {Error} If the run or the file cannot be read.
 */
export async function subjectOf(values: FlagValues, chosen: ChosenMethod): Promise<Subject> {
  if ((values.run === undefined) === (values.weights === undefined)) {
    throw new UsageError(
      "Cannot evaluate: it must be clear what: name either --run <name> or --weights <file>",
    );
  }
  const store = openRunStore(undefined, chosen);
  const options = { onSkip: tell };
  if (values.weights !== undefined) {
    const file = await weightsFile(String(values.weights), store);
    const settled = await settledConfig(values, chosen);
    const { config } = settled;
    return {
      config,
      images: async () => datasetImages(await settledImages(settled), options),
      title: file.path,
      weights: (network) =>
        Promise.resolve({
          variables: weightsIn(file, { network, values }),
          epoch: totalEpochs(config.stages) - 1,
        }),
    };
  }
  if (values.prefix !== undefined) {
    throw new UsageError("Cannot evaluate a run with --prefix: it is for --weights: leave it out");
  }
  // Which classifier is tested leaves the weights as they are.
  const { tested, ...settings } = withoutPlaces(values);
  const { name, folder, description } = await store.find(userPathOrName(String(values.run)));
  const { config, classCounts: counts } = description;
  requireMethods(config, { ...chosen, run: name });
  const differing = conflicts(settings, config, chosen);
  if (differing.length > 0) {
    throw new UsageError(
      `Cannot evaluate the run "${name}" with other settings: ${differing.join(", ")}: ` +
        "leave them out",
    );
  }
  const which = (values.epoch ?? "best") as RunWeightsOptions["which"];
  return {
    config: tested === undefined
      ? config
      : retested(config, { tested: `${tested}`, run: name, ...chosen }),
    title: [
      folder,
      which === "averaged" ? "averaged weights" : `${which} epoch`,
      ...(tested === undefined ? [] : [`classifier: ${tested}`]),
    ].join(", "),
    counts,
    weights: (network) => store.weightsOfEpoch(folder, { which, network }),
    images: async () => {
      const images = datasetImages(await loadImagesOf(description, values), options);
      checkDataHash({ folder, description }, { dataHash: images.hash(), what: "evaluate" });
      return images;
    },
  };
}

/** The file that is meant by `--weights`; a run is called one. */
async function weightsFile(weights: string, store: RunStore): Promise<TensorFile> {
  const run = await runNamed(weights, store);
  if (run !== undefined) {
    throw new UsageError(
      `Cannot evaluate "${weights}" as weights: it is a run, which brings its own settings: ` +
        `use deno task evaluate --run ${weights}`,
    );
  }
  return await readTensorFile(userPath(weights));
}

/** The run of that name or in that folder; one of its files is not the run. */
async function runNamed(weights: string, store: RunStore): Promise<FoundRun | undefined> {
  const info = await Deno.stat(userPath(weights)).catch(() => undefined);
  if (info?.isFile && basename(weights) !== runFiles.description) return undefined;
  try {
    return await store.find(userPathOrName(weights));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function weightsIn(
  { path, tensors, metadata }: TensorFile,
  { network, values: { prefix } }: { readonly network: Network; readonly values: FlagValues },
): Variables {
  const options = {
    aliases: metadata,
    ...(prefix !== undefined && { prefix: String(prefix) }),
    onNotice: tell,
  };
  try {
    return importWeights(tensors, network, options);
  } catch (cause) {
    const reason = reasonOf(cause).replace(/^Cannot (?:load the weights|read tensor): /, "");
    const isPart = cause instanceof TypeError && /-\d+-of-\d+\.\w+$/.test(path);
    const next = isPart ? ": as it is one of several parts, name their index or their folder" : "";
    throw rephrase(cause, `Cannot use the weights in "${path}": ${reason}${next}`);
  }
}

/** The configuration of a run with another classifier to test. */
function retested(
  config: RunConfig,
  { tested, run, methods }: {
    readonly tested: string;
    readonly run: string;
    readonly methods: readonly Method[];
  },
): RunConfig {
  const refuse = (reason: string): never => {
    throw new UsageError(
      `Cannot use --tested ${tested} on the run "${run}": ${reason}: leave it out`,
    );
  };
  const [first] = config.stages;
  const setting = "testedClassifier";
  if (!(setting in first.options)) refuse(`its method ${first.method} has one classifier`);
  const change = (stage: StageConfig): StageConfig => {
    if (!(setting in stage.options)) {
      refuse(`its stage ${stage.name} has gone on with the classifier that is tested`);
    }
    const options = { ...stage.options, [setting]: tested };
    asUsage(() => checkOptions(options, methods.find(({ name }) => name === stage.method)!));
    return { ...stage, options };
  };
  const [, ...others] = config.stages;
  return { ...config, stages: [change(first), ...others.map(change)] };
}
