/**
 * The command `stage2`: goes on with the classifier of a finished run.
 *
 * @module
 */

import { type RunConfig, settingsOf } from "../experiment/config.ts";
import { configuredStages } from "../experiment/configured.ts";
import { beginRun } from "../experiment/run.ts";
import { openRunStore } from "../experiment/run_store.ts";
import { secondStageFields, secondStages } from "../experiment/second_stage.ts";
import { methods as kitMethods } from "../method/methods.ts";
import { type Flag, flagOf, type FlagValues, parseFlags } from "./flags.ts";
import type { HelpScreen } from "./help_screen.ts";
import { executionMode, loadImagesOf, startConfiguredEngine } from "./machine.ts";
import { chooseMethod, type ChosenMethod, requireMethods } from "./method_flag.ts";
import { adjustClassifier, postHocFlags, postHocKinds } from "./post_hoc.ts";
import { type BegunRun, trainBegun } from "./run_training.ts";
import { UsageError } from "./shell.ts";
import { machineFlags, runFlags as trainRunFlags } from "./run_flags.ts";
import { placeNames, settingsIn, testFlags } from "./train_flags.ts";
import { usableConfig } from "./usable_config.ts";
import { userPathOrName } from "./user_path.ts";

const subjectFlags: readonly Flag[] = [
  {
    names: ["run"],
    kind: "text",
    value: "run",
    help: "name or folder of a finished run",
    required: true,
  },
  {
    names: ["method", "second_stage"],
    kind: "choice",
    choices: [...secondStages, ...Object.keys(postHocKinds)],
    help: "what to do with its classifier",
    required: true,
  },
  {
    names: ["epoch"],
    kind: "choice",
    choices: ["last", "best"],
    help: "which weights of the run to go on with",
    default: "last",
  },
  ...testFlags.filter(({ names: [first] }) => placeNames.includes(first)),
];

/** Settings of a stage that is trained, under shorter names too. */
const shortNames: Readonly<Record<string, string>> = {
  secondEpochs: "epochs",
  secondLearningRate: "lr",
  secondWeightDecay: "wd",
  secondMethod: "loss",
  secondSampling: "sampling",
  secondStatistics: "statistics",
  maxNormShare: "share",
  maxNormEvery: "every",
};

const { secondStage: _, ...trainedFields } = secondStageFields;
const trainedFlags = Object.entries(trainedFields).map(([setting, field]) => {
  const flag = flagOf(field);
  const short = shortNames[setting]!;
  return { ...flag, names: [short, ...flag.names] as const, setting };
});

const runFlags: readonly Flag[] = [
  {
    names: ["name"],
    kind: "text",
    value: "name",
    help: "name of the new run in data/runs",
    defaultText: "<run>-<method>",
  },
  ...trainRunFlags.filter(({ names: [first] }) => ["p", "no_tensorboard"].includes(first)),
];

const kindTexts = {
  classifier: "trains the classifier on by the method of the run",
  crt: "draws the classifier anew and trains it on balanced classes (Kang et al. 2020)",
  lws: "trains a scale of each class, on balanced classes (Kang et al. 2020)",
  maxnorm: "trains the classifier on, its rows of limited length (Alshammari et al. 2022)",
  ...postHocKinds,
};

/** What `--help` shows. */
export const help: HelpScreen = {
  summary: "Goes on with the classifier of a finished run; the run stays as it is.",
  examples: [
    { command: "deno task stage2 --run softmax --method crt", does: "a classifier trained anew" },
    {
      command: "deno task stage2 --run glmc --method maxnorm --epochs 10 --name glmc-maxnorm",
      does: "the second stage of the official code",
    },
    {
      command: "deno task stage2 --run softmax --method tau --select test",
      does: "a table over tau, without training",
    },
  ],
  usage: ["deno task stage2 --run <run> --method <name> [flags]"],
  sections: [
    {
      title: "Methods",
      text:
        "The first four begin a new run with the weights and the history of the old one, as if it had " +
        "been trained with --second_stage; it is resumed, evaluated and reported like any other. The " +
        "last three need no training: they print a table, and --out keeps the weights. Which tau is " +
        "best is never decided on the test set, unless --select test says so: train with --validation " +
        "0.1 to have images for it.",
      rows: Object.entries(kindTexts),
    },
    { title: "What to go on with", flags: subjectFlags },
    { title: "A stage that is trained", flags: trainedFlags },
    { title: "Its run", flags: runFlags },
    { title: "Without training", flags: postHocFlags },
    { title: "The machine", flags: machineFlags },
  ],
  common: ["run", "method", "epoch", "root", "epochs", "lr", "wd", "name", "tau", "select", "out"],
};

/**
 * Reads the command line; no run is looked at.
 *
 * @param args Flags.
 * @returns Their values.
 * @throws {UsageError} If flags are unknown, unfit or missing.
 */
export function read(args: readonly string[]): FlagValues {
  const flags = [...subjectFlags, ...trainedFlags, ...runFlags, ...postHocFlags, ...machineFlags];
  const values = parseFlags(args, flags);
  if (values.run === undefined || values.method === undefined) {
    const missing = values.run === undefined ? "run" : "method";
    throw new UsageError(`Cannot begin: add --${missing}: see deno task stage2 --help`);
  }
  const unfit = isTrained(values) ? postHocFlags : [...trainedFlags, ...runFlags];
  const given = unfit.find(({ names: [first] }) => values[first] !== undefined);
  if (given === undefined) return values;
  throw new UsageError(
    `Cannot use --${given.names[0]} with --method ${values.method}, which ${
      isTrained(values) ? "is" : "is not"
    } trained: leave it out`,
  );
}

function isTrained({ method }: FlagValues): boolean {
  return secondStages.some((name) => name === method);
}

/**
 * Runs the command.
 *
 * @param args Flags.
 * @throws {UsageError} If flags are unknown, unfit or missing.
 * @throws {Error} If the run is not finished or damaged, or the stage has no meaning for it.
 */
export async function run(args: string[]): Promise<void> {
  const values = read(args);
  const chosen = await chooseMethod([], { methods: kitMethods });
  if (isTrained(values)) await trainBegun(() => begin(values, chosen), values);
  else await adjustClassifier(values, chosen);
}

async function begin(values: FlagValues, chosen: ChosenMethod): Promise<BegunRun> {
  const store = openRunStore(undefined, chosen);
  const source = await store.find(userPathOrName(String(values.run)));
  requireMethods(source.description.config, { ...chosen, run: source.name });
  const config = configOfStage(source.description.config, values, chosen);
  const engine = await startConfiguredEngine(values, {
    precision: config.network.precision,
    passes: Math.max(...configuredStages(config, chosen).map(({ method }) => method.passes)),
  });
  const name = values.name === undefined ? `${source.name}-${values.method}` : String(values.name);
  const run = await beginRun({
    config,
    name,
    resume: "never",
    from: source.folder,
    engine,
    dataset: () => loadImagesOf(source.description, values),
    store,
    mode: executionMode(values),
    xla: values.xla === true,
    tensorboard: values.no_tensorboard !== true,
  });
  return { run, engine };
}

/** The configuration of a run with one stage more. */
function configOfStage(
  config: RunConfig,
  values: FlagValues,
  { methods }: ChosenMethod,
): RunConfig {
  if (config.stages.length > 1) {
    throw new UsageError(
      `Cannot go on: the run has a second stage already, ${config.stages[1]!.name}: ` +
        "name a run of one stage",
    );
  }
  const { stages: [first, second], ...whole } = usableConfig({
    ...settingsOf(config),
    secondStage: `${values.method}`,
    ...settingsIn(values, trainedFlags),
  }, { methods });
  const startsFrom = values.epoch === "best" ? "best" : "last";
  return { ...whole, stages: [first, { ...second!, startsFrom }] };
}
