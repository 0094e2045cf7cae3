/**
 * The command `evaluate`: tests weights on the full test set, as the official `test.py` does.
 *
 * @module
 */

import { plainArrays } from "../disk/json_file.ts";
import { createEvaluator, type Measure, onOutputs } from "../evaluate/evaluator.ts";
import type { EvaluateOptions, Evaluation } from "../evaluate/metrics.ts";
import { labelShifted, postHocAdjusted } from "../evaluate/prior_shift.ts";
import {
  accuracyUnder,
  parseTestPrior,
  type TestPrior,
  testShares,
} from "../evaluate/test_prior.ts";
import {
  configuredSplit,
  configuredStages,
  createConfiguredNetwork,
} from "../experiment/configured.ts";
import { logPriors } from "../loss/class_counts.ts";
import { glmcFields } from "../method/glmc/fields.ts";
import { methods as kitMethods } from "../method/methods.ts";
import { testedOutputs } from "../method/tested_heads.ts";
import { printResult, tell } from "../process/streams.ts";
import { createPredictor } from "../train/predict.ts";
import { stageAt } from "../train/stage.ts";
import { measured } from "../train/tested.ts";
import { evaluationText } from "./evaluate_report.ts";
import { type Flag, flagOf, type FlagValues, parseFlags } from "./flags.ts";
import type { HelpScreen } from "./help_screen.ts";
import { idleTestFlags, withoutNames, wordsOnIdleFlags } from "./idle_flags.ts";
import { subjectOf } from "./evaluate_subject.ts";
import { executionMode, startConfiguredEngine } from "./machine.ts";
import { chooseMethod, type ChosenMethod } from "./method_flag.ts";
import { asUsage } from "./shell.ts";
import { machineFlags } from "./run_flags.ts";
import { testFlags } from "./train_flags.ts";
import { idleRows } from "./train_help.ts";
import { methodFields } from "../experiment/config_fields.ts";

const evaluateFlags: readonly Flag[] = [
  { names: ["run"], kind: "text", value: "run", help: "name or folder of a run in data/runs" },
  {
    names: ["epoch"],
    kind: "choice",
    choices: ["best", "last", "averaged"],
    help: "which weights of the run; averaged: the moving averages beside the last ones",
    default: "best",
  },
  {
    names: ["weights", "resume"],
    kind: "text",
    value: "path",
    help: "a file instead: safetensors, a PyTorch checkpoint (.pth.tar), an index, or their folder",
  },
  {
    names: ["prefix"],
    kind: "text",
    help: "which weights of a file with several sets: what their names begin with, or none",
    defaultText: "the set that fits",
  },
  flagOf(glmcFields.testedClassifier),
  {
    names: ["logit_adjust"],
    kind: "number",
    help:
      "subtract this many log priors of the training set from the outputs: post-hoc logit adjustment",
    default: 0,
    range: "0 to 10",
    wanted: "a number in [0, 10]",
    accepts: (value) => Number(value) >= 0 && Number(value) <= 10,
  },
  {
    names: ["test_prior"],
    kind: "text",
    value: "law",
    help:
      "also under another distribution of test classes: uniform, forward:50, backward:50; with " +
      "and without compensation of the outputs",
  },
  { names: ["json"], kind: "switch", help: "print the whole evaluation as JSON" },
];

const subjectFlags: readonly Flag[] = [
  flagOf(methodFields.method),
  flagOf(glmcFields.predictor),
  ...testFlags,
];

const idle = withoutNames(idleTestFlags, [...evaluateFlags, ...subjectFlags, ...machineFlags]);

/** What `--help` shows. */
export const help: HelpScreen = {
  summary:
    "Evaluates the tested classifier on the full test set: top-1, top-5, many/medium/few, per " +
    "class, calibration.",
  examples: [
    { command: "deno task evaluate --run softmax", does: "the best epoch of a run" },
    {
      command:
        "deno task evaluate --run softmax --epoch last --logit_adjust 1 --test_prior backward:50",
      does:
        "its last epoch, after logit adjustment, also where the rare classes are the common ones",
    },
    {
      command: "deno task evaluate --weights checkpoint.pth.tar -a resnet32 --width 64 " +
        "--dataset cifar10",
      does: "weights of the official code",
    },
  ],
  usage: ["deno task evaluate --run <run> [flags]", "deno task evaluate --weights <file> [flags]"],
  notes: [
    "A run brings its own configuration; where its images have moved, --data names their folder. For a " +
    "file the network and the data are named by flags. Prefixes such as module. (DataParallel) or " +
    "_orig_mod. (torch.compile) are taken off its names, and tensors that the network does not have " +
    "are ignored; both are said. Nothing in a PyTorch checkpoint is executed.",
  ],
  sections: [
    { title: "What is evaluated, and how", flags: evaluateFlags },
    { title: "Method, network and data, for --weights", flags: subjectFlags },
    { title: "The machine", flags: machineFlags },
    {
      title: "Accepted, for the scripts of the official code, and of no effect",
      rows: idleRows(idle),
    },
  ],
  common: [
    "run",
    "epoch",
    "weights",
    "a",
    "width",
    "dataset",
    "root",
    "logit_adjust",
    "test_prior",
    "json",
  ],
};

/**
 * Reads the command line; nothing is loaded.
 *
 * @param args Flags.
 * @returns Their values, and the method.
 * @throws {UsageError} If flags are unknown or unfit.
 */
export async function read(
  args: readonly string[],
): Promise<{ readonly values: FlagValues; readonly chosen: ChosenMethod }> {
  const chosen = await chooseMethod(args, { methods: kitMethods, runFlag: "run" });
  const flags = [...evaluateFlags, ...subjectFlags, ...machineFlags, ...idle];
  return { chosen, values: parseFlags(chosen.args, flags) };
}

/**
 * Runs the command.
 *
 * @param args Flags.
 * @throws {UsageError} If flags are unknown, unfit, or contradict the run.
 * @throws {Error} If the weights are missing, damaged, or of another network.
 */
export async function run(args: string[]): Promise<void> {
  const { chosen, values } = await read(args);
  for (const line of wordsOnIdleFlags(values, idle)) tell(line);
  const prior = values.test_prior === undefined
    ? undefined
    : asUsage(() => parseTestPrior(String(values.test_prior)));
  const subject = await subjectOf(values, chosen);
  const { config } = subject;
  const engine = await startConfiguredEngine(values, {
    precision: config.network.precision,
    passes: 2,
  });
  const network = createConfiguredNetwork(config, chosen);
  const { variables, epoch } = await subject.weights(network);
  const images = await subject.images();
  const predict = createPredictor({
    engine,
    network,
    source: images.source("test"),
    ...testedOutputs(stageAt(configuredStages(config, chosen), epoch).stage),
    mode: executionMode(values),
  });
  const trainingCounts = subject.counts ?? (await configuredSplit(config, images)).counts;
  const options = { classes: network.classes, trainingCounts };
  const evaluator = createEvaluator(options);
  const tau = Number(values.logit_adjust ?? 0);
  const adjusted = tau === 0 ? evaluator : onOutputs(
    evaluator,
    (outputs) => postHocAdjusted(outputs, { logPriors: logPriors(trainingCounts), tau }),
  );
  const shift = prior && shiftTo(prior, options);
  await measured(predict, variables, {
    labels: images.test.labels,
    measures: shift === undefined ? [adjusted] : [adjusted, shift.measure],
  });
  const evaluation = evaluator.result();
  const underPrior = shift && {
    top1: accuracyUnder(evaluation.classAccuracy, shift.shares),
    compensated: accuracyUnder(shift.measure.result().classAccuracy, shift.shares),
  };
  const whole = { ...evaluation, ...(prior && { testPrior: { ...prior, ...underPrior } }) };
  const further = underPrior && {
    [`top-1, ${values.test_prior}`]: underPrior.top1,
    "compensated": underPrior.compensated,
  };
  printResult(
    values.json === true ? JSON.stringify(whole, plainArrays) : evaluationText(evaluation, {
      classNames: images.classNames,
      title: subject.title,
      further,
    }),
  );
}

/** The shares of the classes under a prior, and an evaluation of outputs moved to these shares. */
function shiftTo(
  prior: TestPrior,
  options: EvaluateOptions,
): { readonly shares: readonly number[]; readonly measure: Measure<Evaluation> } {
  const shares = testShares(options.trainingCounts, prior);
  const shift = {
    logTrainPriors: logPriors(options.trainingCounts),
    logTestPriors: shares.map(Math.log),
  };
  const measure = onOutputs(createEvaluator(options), (outputs) => labelShifted(outputs, shift));
  return { shares, measure };
}
