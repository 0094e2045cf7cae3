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
import { evaluateLogits, type Evaluation } from "../evaluate/metrics.ts";
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
import { memorySource } from "../images/memory_source.ts";
import { methods as kitMethods } from "../method/methods.ts";
import type { Network, Variables } from "../model/network.ts";
import { importWeights } from "../model/weights.ts";
import { printResult, tell } from "../process/streams.ts";
import { projectRoot } from "../setup/project.ts";
import { createPredictor } from "../train/predict.ts";
import { type Flag, flagOf, flagsHelp, type FlagValues, parseFlags } from "./flags.ts";
import { idleTestFlags, withoutNames, wordsOnIdleFlags } from "./idle_flags.ts";
import {
  executionMode,
  loadConfiguredDataset,
  loadImagesOf,
  startConfiguredEngine,
} from "./machine.ts";
import { chooseMethod, type ChosenMethod, requireMethods } from "./method_flag.ts";
import { UsageError } from "./shell.ts";
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
  const subject = await subjectOf(values, chosen);
  const { config } = subject;
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
    head: configuredStages(config, chosen).at(-1)!.method.testedHead,
    mode: executionMode(values),
  });
  const evaluation = evaluateLogits(await predict(weights), test.labels, {
    classes: network.classes,
    trainingCounts: subject.counts ?? (await configuredSplit(config, dataset)).counts,
  });
  printResult(
    values.json === true
      ? JSON.stringify(evaluation, plainArrays)
      : report(evaluation, { classNames: test.classNames, title: subject.title }),
  );
}

/** What is evaluated. */
interface Subject {
  readonly config: RunConfig;
  /** How it is called in the report. */
  readonly title: string;
  /** Training images of each class, where a run tells them. */
  readonly counts?: readonly number[];
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

function report(
  evaluation: Evaluation,
  { classNames, title }: { readonly classNames: readonly string[]; readonly title: string },
): string {
  const percent = (value: number | null): string => value === null ? "-" : `${value.toFixed(2)} %`;
  const { many, medium, few } = evaluation.shots;
  const rows: [string, string][] = [
    ["weights", title.replace(`${projectRoot}/`, "")],
    ["top-1", percent(evaluation.top1)],
    ["top-5", percent(evaluation.top5)],
    ["many (> 100 images)", percent(many)],
    ["medium (21-100)", percent(medium)],
    ["few (<= 20)", percent(few)],
    ["calibration error", percent(100 * evaluation.calibrationError)],
    ...evaluation.classAccuracy.map((
      value,
      i,
    ): [string, string] => [classNames[i] ?? `${i}`, percent(value)]),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join("\n");
}
