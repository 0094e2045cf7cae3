/**
 * Second stages without training: τ-normalisation and logit adjustment of the classifier of a run.
 *
 * @module
 */

import { plainArrays } from "../disk/json_file.ts";
import { writeSafetensors } from "../disk/safetensors.ts";
import { writeWholeFile } from "../disk/whole_file.ts";
import { balancedAccuracy } from "../evaluate/balanced.ts";
import { createEvaluator, onOutputs } from "../evaluate/evaluator.ts";
import type { Evaluation } from "../evaluate/metrics.ts";
import { postHocAdjusted } from "../evaluate/prior_shift.ts";
import { tauNormalisedLogits } from "../evaluate/tau_normalised.ts";
import {
  configuredParts,
  configuredStages,
  createConfiguredNetwork,
} from "../experiment/configured.ts";
import { checkDataHash, splitOfRun } from "../experiment/open_run.ts";
import { openRunStore } from "../experiment/run_store.ts";
import { datasetImages } from "../images/dataset_images.ts";
import type { ImageSource } from "../images/source.ts";
import { logPriors } from "../loss/class_counts.ts";
import { testedHeads } from "../method/tested_heads.ts";
import { tauNormalise } from "../model/classifier_norm.ts";
import type { Network, Variables } from "../model/network.ts";
import { exportWeights } from "../model/weights.ts";
import { type Cell, table } from "../plot/table.ts";
import { print, printResult, tell } from "../process/streams.ts";
import { disposeTensors } from "../tensor/named_tensors.ts";
import { type Tensor, tf } from "../tensor/tfjs.ts";
import { createPredictor } from "../train/predict.ts";
import { stageAt } from "../train/stage.ts";
import { measured } from "../train/tested.ts";
import { fittedTable } from "./fit_table.ts";
import type { Flag, FlagValues } from "./flags.ts";
import { executionMode, loadImagesOf, startConfiguredEngine } from "./machine.ts";
import { type ChosenMethod, requireMethods } from "./method_flag.ts";
import { UsageError } from "./shell.ts";
import { userPath, userPathOrName } from "./user_path.ts";

/** What can be done to a classifier without training. */
export const postHocKinds = {
  tau: "divides rows by their length to the power tau (Kang et al. 2020)",
  l2: "makes all rows equally long: tau-normalisation with tau 1",
  la: "subtracts tau log priors from the outputs (Menon et al. 2021)",
} as const;

/** Its flags. */
export const postHocFlags: readonly Flag[] = [
  {
    names: ["tau"],
    kind: "number",
    help: "exponent of the lengths, or factor of the log priors",
    defaultText: "1 for la; for tau one of 0 to 2 is chosen",
    range: "0 to 10",
    wanted: "a number in [0, 10]",
    accepts: (value) => Number(value) >= 0 && Number(value) <= 10,
  },
  {
    names: ["bias"],
    kind: "choice",
    choices: ["drop", "keep"],
    help: "the bias under tau-normalisation: dropped (public code) or kept",
    default: "drop",
  },
  {
    names: ["select"],
    kind: "choice",
    choices: ["validation", "test"],
    help: "images that choose tau",
    defaultText: "validation, if the run holds some out",
  },
  {
    names: ["out"],
    kind: "path",
    help: "file to write the weights to, with the change in their classifier",
    defaultText: "they are not kept",
  },
  { names: ["json"], kind: "switch", help: "print the figures as JSON" },
];

/** The exponents that are tried, as in the public code. */
const grid = Array.from({ length: 21 }, (_, step) => step / 10);

/** A classifier as arrays. */
interface Classifier {
  readonly lengths: readonly number[];
  readonly biases: readonly number[];
}

/** A change of the classifier, and what becomes of its accuracy. */
interface Trial {
  readonly tau: number;
  readonly test: Evaluation;
  readonly validation?: number;
}

/**
 * Changes the classifier of a run, prints what becomes of its accuracy, and writes the weights if asked to.
 *
 * @param values Parsed flags.
 * @param chosen The methods.
 * @throws {UsageError} If nothing may choose τ, or the classifier has no rows whose length matters.
 * @throws {Error} If the run or its images are not to be had.
 */
export async function adjustClassifier(values: FlagValues, chosen: ChosenMethod): Promise<void> {
  const kind = values.method as keyof typeof postHocKinds;
  const store = openRunStore(undefined, chosen);
  const { name, folder, description } = await store.find(userPathOrName(String(values.run)));
  const { config } = description;
  requireMethods(config, { ...chosen, run: name });
  const isGrid = kind === "tau" && values.tau === undefined;
  const holdsOut = config.data.validation > 0;
  const selects = selection(values, { isGrid, holdsOut });
  const engine = await startConfiguredEngine(values, {
    precision: config.network.precision,
    passes: 2,
  });
  const network = createConfiguredNetwork(config, chosen);
  const which = values.epoch === "best" ? "best" : "last";
  const { variables: weights, epoch } = await store.weightsOfEpoch(folder, { which, network });
  const { stage } = stageAt(configuredStages(config, chosen), epoch);
  const heads = testedHeads(stage);
  const [head] = heads;
  if (heads.length > 1) {
    throw new UsageError(
      `Cannot use --method ${kind} on the run "${name}": it tests the mean of its classifiers ` +
        `${heads.join(" and ")}, and one of them would be changed: for the outputs there is ` +
        "deno task evaluate --logit_adjust",
    );
  }
  if (head === "cosine") {
    throw new UsageError(
      `Cannot use --method ${kind} on the run "${name}": its classifier gives cosines, which neither ` +
        "depend on the length of its rows nor are log-probabilities: choose crt",
    );
  }
  if (stage.trains === "scales") {
    throw new UsageError(
      `Cannot use --method ${kind} on the run "${name}": its outputs have scales of their own already: ` +
        "name the run before that stage",
    );
  }
  const images = datasetImages(await loadImagesOf(description, values), { onSkip: tell });
  checkDataHash({ folder, description }, { dataHash: images.hash(), what: "evaluate" });
  const counts = description.classCounts;
  const options = { classes: network.classes, trainingCounts: counts };
  const classifier = await classifierOf(weights, network.headParameters(head));
  const changed = (given: Float32Array, tau: number): Float32Array =>
    kind === "la"
      ? postHocAdjusted(given, { logPriors: logPriors(counts), tau })
      : tauNormalisedLogits(given, { ...classifier, tau, keepsBias: values.bias === "keep" });
  const taus = isGrid ? grid : [Number(values.tau ?? 1)];
  // One pass over the images for all of them; outputs are not held.
  const evaluations = async (
    { source, labels }: { readonly source: ImageSource; readonly labels: Int32Array },
  ): Promise<readonly Evaluation[]> => {
    const mode = executionMode(values);
    const predict = createPredictor({ engine, network, source, head: heads, mode });
    const measures = [
      createEvaluator(options),
      ...taus.map((tau) => onOutputs(createEvaluator(options), (given) => changed(given, tau))),
    ];
    try {
      await measured(predict, weights, { labels, measures });
    } finally {
      predict.dispose();
      source.dispose();
    }
    return measures.map((measure) => measure.result());
  };
  const held = holdsOut
    ? configuredParts(config, await splitOfRun({ folder, description }, images)).validation
    : undefined;
  const [before, ...tested] = await evaluations({
    labels: images.test.labels,
    source: images.source("test"),
  });
  const [, ...validated] = held === undefined ? [] : await evaluations({
    labels: Int32Array.from(held.indices, (row) => images.train.labels[row]!),
    source: images.source("train", held.indices),
  });
  const trials = taus.map((tau, index): Trial => ({
    tau,
    test: tested[index]!,
    ...(held && { validation: balancedAccuracy(validated[index]!.classAccuracy) }),
  }));
  const best = trials.reduce((best, trial) =>
    score(trial, selects) > score(best, selects) ? trial : best
  );
  report({ before: before!, trials, best, selects, isGrid, json: values.json === true });
  if (values.out !== undefined) {
    const path = userPath(String(values.out));
    const file = await withChange(weights, {
      kind,
      tau: best.tau,
      names: network.headParameters(head),
      classifier,
      keepsBias: values.bias === "keep",
      priors: logPriors(counts),
    });
    await writeWholeFile(path, file);
    if (values.json !== true) print(`Written: ${path}`);
  }
  disposeTensors(weights);
}

/** What chooses τ: nothing where it is given. */
function selection(
  values: FlagValues,
  { isGrid, holdsOut }: { readonly isGrid: boolean; readonly holdsOut: boolean },
): "validation" | "test" | undefined {
  const wanted = values.select;
  if (!isGrid) {
    if (wanted === undefined) return undefined;
    throw new UsageError(
      `Cannot use --select ${wanted}: there is one tau, and nothing to select: leave it out`,
    );
  }
  if (wanted === "test") return "test";
  if (holdsOut) return "validation";
  throw new UsageError(
    "Cannot choose tau: the run holds no images out for validation: name one with --tau, train with " +
      "--validation 0.1, or let the test set choose with --select test",
  );
}

function score({ test, validation }: Trial, selects: "validation" | "test" | undefined): number {
  return selects === "validation" ? validation! : test.top1;
}

async function classifierOf(
  weights: Variables,
  [weightName, biasName]: readonly string[],
): Promise<Classifier> {
  const weight = weights.parameters[weightName!]!;
  const [classes, features] = weight.shape as [number, number];
  const values = await weight.data() as Float32Array;
  const biases = [...await weights.parameters[biasName!]!.data() as Float32Array];
  const lengths = Array.from(
    { length: classes },
    (_, label) => Math.hypot(...values.subarray(label * features, (label + 1) * features)),
  );
  return { lengths, biases };
}

function report(
  { before, trials, best, selects, isGrid, json }: {
    readonly before: Evaluation;
    readonly trials: readonly Trial[];
    readonly best: Trial;
    readonly selects: "validation" | "test" | undefined;
    readonly isGrid: boolean;
    readonly json: boolean;
  },
): void {
  if (json) {
    printResult(
      JSON.stringify({ before, trials, chosen: best.tau, selects: selects ?? null }, plainArrays),
    );
    return;
  }
  const hasValidation = best.validation !== undefined;
  const figures = ({ top1, shots }: Evaluation): Cell[] =>
    [top1, shots.many, shots.medium, shots.few].map((value) => value?.toFixed(2) ?? null);
  const rows = [
    ["before", ...(hasValidation ? [null] : []), ...figures(before), null],
    ...trials.map((trial): Cell[] => [
      trial.tau.toFixed(1),
      ...(hasValidation ? [trial.validation!.toFixed(2)] : []),
      ...figures(trial.test),
      isGrid && trial === best ? `chosen on the ${selects} images` : null,
    ]),
  ];
  const columns = [
    "tau",
    ...(hasValidation ? ["validation, mean of classes (%)"] : []),
    ...["test top-1 (%)", "many (%)", "medium (%)", "few (%)", ""],
  ];
  printResult(fittedTable(table(columns, rows)));
}

/** The weights as a file, with the change in the tested classifier. */
async function withChange(
  weights: Variables,
  { kind, tau, names, classifier: { biases }, keepsBias, priors }: {
    readonly kind: keyof typeof postHocKinds;
    readonly tau: number;
    readonly names: ReturnType<Network["headParameters"]>;
    readonly classifier: Classifier;
    readonly keepsBias: boolean;
    readonly priors: readonly number[];
  },
): Promise<Uint8Array> {
  const [weightName, biasName] = names as [string, string];
  const { parameters } = weights;
  const changed: Record<string, Tensor> = kind === "la"
    ? { [biasName]: tf.tensor1d(biases.map((value, label) => value - tau * priors[label]!)) }
    : {
      [weightName]: tauNormalise(parameters[weightName]!, tau),
      ...(!keepsBias && { [biasName]: tf.zerosLike(parameters[biasName]!) }),
    };
  const tensors = await exportWeights({ ...weights, parameters: { ...parameters, ...changed } });
  disposeTensors(changed);
  return writeSafetensors(tensors, { format: "pt", "glmc.change": `${kind}, tau ${tau}` });
}
