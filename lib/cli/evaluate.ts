/**
 * The command `evaluate`: tests weights on the full test set, as the official `test.py` does.
 *
 * @module
 */

import { basename } from "node:path";
import { readTensorFile, type TensorFile } from "../disk/tensor_file.ts";
import { reasonOf, rephrase } from "../disk/errors.ts";
import type { Dataset } from "../data/image_set.ts";
import { plainArrays } from "../disk/json_file.ts";
import { evaluateLogits, type EvaluateOptions, type Evaluation } from "../evaluate/metrics.ts";
import { labelShifted, postHocAdjusted } from "../evaluate/prior_shift.ts";
import {
  accuracyUnder,
  parseTestPrior,
  type TestPrior,
  testShares,
} from "../evaluate/test_prior.ts";
import type { RunConfig } from "../experiment/config.ts";
import {
  configuredSplit,
  configuredStages,
  createConfiguredNetwork,
  hashDataset,
} from "../experiment/configured.ts";
import { checkDataHash } from "../experiment/open_run.ts";
import { runFiles } from "../experiment/run_folder.ts";
import { type FoundRun, openRunStore, type RunStore } from "../experiment/run_store.ts";
import type { RunWeightsOptions } from "../experiment/run_weights.ts";
import { logPriors } from "../loss/class_counts.ts";
import { memorySource } from "../images/memory_source.ts";
import { methods as kitMethods } from "../method/methods.ts";
import { testedHeads } from "../method/tested_heads.ts";
import type { Network, Variables } from "../model/network.ts";
import { importWeights } from "../model/weights.ts";
import { printResult, tell } from "../process/streams.ts";
import { createPredictor } from "../train/predict.ts";
import { stageAt, totalEpochs } from "../train/stage.ts";
import { evaluationText } from "./evaluate_report.ts";
import { type Flag, flagOf, flagsHelp, type FlagValues, parseFlags } from "./flags.ts";
import { idleTestFlags, withoutNames, wordsOnIdleFlags } from "./idle_flags.ts";
import {
  executionMode,
  loadConfiguredDataset,
  loadImagesOf,
  startConfiguredEngine,
} from "./machine.ts";
import { chooseMethod, type ChosenMethod, requireMethods } from "./method_flag.ts";
import { asUsage, UsageError } from "./shell.ts";
import { configOf, conflicts, machineFlags, testFlags } from "./train_flags.ts";
import { methodFields } from "../experiment/config_fields.ts";
import { userPath, userPathOrName } from "./user_path.ts";

const evaluateFlags: readonly Flag[] = [
  { names: ["run"], kind: "text", help: "name or folder of a run in data/runs" },
  {
    names: ["epoch"],
    kind: "choice",
    choices: ["best", "last", "averaged"],
    help:
      "which weights of the run: best (the default), last, or the moving averages beside the last",
  },
  {
    names: ["weights", "resume"],
    kind: "text",
    help: "a file instead: safetensors, a PyTorch checkpoint (.pth.tar), an index, or their folder",
  },
  {
    names: ["prefix"],
    kind: "text",
    help: "which weights of a file with several sets: what their names begin with, or none",
  },
  {
    names: ["logit_adjust"],
    kind: "number",
    help:
      "subtract this many log priors of the training set from the outputs: post-hoc logit adjustment",
    wanted: "a number in [0, 10]",
    accepts: (value) => Number(value) >= 0 && Number(value) <= 10,
  },
  {
    names: ["test_prior"],
    kind: "text",
    help:
      "also under another distribution of test classes: uniform, forward:50, backward:50; with " +
      "and without compensation of the outputs",
  },
  { names: ["json"], kind: "switch", help: "print the whole evaluation as JSON" },
];

const subjectFlags: readonly Flag[] = [flagOf(methodFields.method), ...testFlags];

const idle = withoutNames(idleTestFlags, [...evaluateFlags, ...subjectFlags, ...machineFlags]);

/** The text that `--help` prints. */
export const help = `
Usage: deno task evaluate --run <name> [flags]
       deno task evaluate --weights <file> [-a resnet32 --width 64 --dataset cifar10 ...]

Evaluates the tested classifier on the full test set: top-1, top-5, many/medium/few, per class,
calibration. A run brings its own configuration; where its images have moved, --data names their folder.
For a file the network and the data are named by flags. Prefixes such as module. (DataParallel) or
_orig_mod. (torch.compile) are taken off its names, and tensors that the network does not have are
ignored; both are said. Nothing in a PyTorch checkpoint is executed.

${flagsHelp(evaluateFlags)}

Method, network and data, for --weights:

${flagsHelp(subjectFlags)}

The machine:

${flagsHelp(machineFlags)}

Accepted, for the scripts of the official code, and of no effect:

${flagsHelp(idle)}
`;

/**
 * Runs the command.
 *
 * @param args Flags.
 * @throws {UsageError} If flags are unknown, unfit, or contradict the run.
 * @throws {Error} If the weights are missing, damaged, or of another network.
 */
export async function run(args: string[]): Promise<void> {
  const chosen = await chooseMethod(args, { methods: kitMethods, runFlag: "run" });
  const flags = [...evaluateFlags, ...subjectFlags, ...machineFlags, ...idle];
  const values = parseFlags(chosen.args, flags);
  for (const line of wordsOnIdleFlags(values, idle)) tell(line);
  const prior = values.test_prior === undefined
    ? undefined
    : asUsage(() => parseTestPrior(String(values.test_prior)));
  const subject = await subjectOf(values, chosen);
  const { config } = subject;
  const stages = configuredStages(config, chosen);
  const { stage } = stageAt(stages, subject.epoch ?? totalEpochs(stages) - 1);
  const heads = testedHeads(stage);
  if (heads.includes("cosine") && (values.logit_adjust !== undefined || prior !== undefined)) {
    const flag = prior === undefined ? "--logit_adjust" : "--test_prior";
    throw new UsageError(
      `Cannot use ${flag}: the tested classifier gives cosines, which are no log-probabilities: ` +
        "leave it out",
    );
  }
  const engine = await startConfiguredEngine(values, {
    precision: config.network.precision,
    passes: 2,
  });
  const network = createConfiguredNetwork(config, chosen);
  const weights = await subject.weights(network);
  const dataset = await subject.images();
  const { test, mean, std } = dataset;
  const predict = createPredictor({
    engine,
    network,
    source: memorySource(test, { mean, std }),
    head: heads,
    mode: executionMode(values),
  });
  const trainingCounts = subject.counts ?? (await configuredSplit(config, dataset)).counts;
  const options = { classes: network.classes, trainingCounts };
  const trained = await predict(weights);
  const logits = values.logit_adjust === undefined ? trained : postHocAdjusted(trained, {
    logPriors: logPriors(trainingCounts),
    tau: Number(values.logit_adjust),
  });
  const evaluation = evaluateLogits(logits, test.labels, options);
  const underPrior = prior &&
    accuraciesUnder(prior, { trained, labels: test.labels, evaluation, ...options });
  const whole = { ...evaluation, ...(prior && { testPrior: { ...prior, ...underPrior } }) };
  const further = underPrior && {
    [`top-1, ${values.test_prior}`]: underPrior.top1,
    "compensated": underPrior.compensated,
  };
  printResult(
    values.json === true
      ? JSON.stringify(whole, plainArrays)
      : evaluationText(evaluation, { classNames: test.classNames, title: subject.title, further }),
  );
}

/** Top-1 where the classes come in other shares: of what was evaluated, and of outputs moved to these shares. */
function accuraciesUnder(
  prior: TestPrior,
  { trained, labels, evaluation, ...options }: EvaluateOptions & {
    readonly trained: Float32Array;
    readonly labels: Int32Array;
    readonly evaluation: Evaluation;
  },
): { readonly top1: number; readonly compensated: number } {
  const shares = testShares(options.trainingCounts, prior);
  const moved = labelShifted(trained, {
    logTrainPriors: logPriors(options.trainingCounts),
    logTestPriors: shares.map(Math.log),
  });
  const compensated = evaluateLogits(moved, labels, options);
  return {
    top1: accuracyUnder(evaluation.classAccuracy, shares),
    compensated: accuracyUnder(compensated.classAccuracy, shares),
  };
}

/** What is evaluated. */
interface Subject {
  readonly config: RunConfig;
  /** How it is called in the report. */
  readonly title: string;
  /** Training images of each class, where a run tells them. */
  readonly counts?: readonly number[];
  /** The epoch its weights are of, from 0; the last one where it is not known. */
  readonly epoch?: number | undefined;
  readonly weights: (network: Network) => Promise<Variables>;
  readonly images: () => Promise<Dataset>;
}

async function subjectOf(values: FlagValues, chosen: ChosenMethod): Promise<Subject> {
  if ((values.run === undefined) === (values.weights === undefined)) {
    throw new UsageError(
      "Cannot evaluate: it must be clear what: name either --run <name> or --weights <file>",
    );
  }
  const store = openRunStore(undefined, chosen);
  if (values.weights !== undefined) {
    const file = await weightsFile(String(values.weights), store);
    const config = configOf(values, chosen);
    return {
      config,
      images: () => loadConfiguredDataset(config.data),
      title: file.path,
      weights: (network) => Promise.resolve(weightsIn(file, { network, values })),
    };
  }
  if (values.prefix !== undefined) {
    throw new UsageError("Cannot evaluate a run with --prefix: it is for --weights: leave it out");
  }
  // Where the images are is no setting of the run: they are known by their hash.
  const { root: _, source: __, ...settings } = values;
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
    config,
    epoch: which === "best" ? await bestEpoch(folder, store) : undefined,
    title: which === "averaged" ? `${folder}, averaged weights` : `${folder}, ${which} epoch`,
    counts,
    weights: (network) => store.weights(folder, { which, network }),
    images: async () => {
      const dataset = await loadImagesOf(description, values);
      checkDataHash({ folder, description }, { dataHash: hashDataset(dataset), what: "evaluate" });
      return dataset;
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

/** The best epoch of a run, if its records can be read; evaluating weights does not depend on it. */
async function bestEpoch(folder: string, store: RunStore): Promise<number | undefined> {
  try {
    return (await store.read(folder)).best.epoch;
  } catch {
    return undefined;
  }
}
