/**
 * The command `evaluate`: tests weights on the full test set, as the official `test.py` does.
 *
 * @module
 */

import type { Dataset } from "../data/image_set.ts";
import { readSafetensors } from "../disk/safetensors.ts";
import { plainArrays } from "../disk/json_file.ts";
import { evaluateLogits, type Evaluation } from "../evaluate/metrics.ts";
import type { RunConfig } from "../experiment/config.ts";
import {
  createConfiguredNetwork,
  drawConfiguredSplit,
  hashDataset,
} from "../experiment/configured.ts";
import { checkDataHash } from "../experiment/open_run.ts";
import { openRunStore } from "../experiment/run_store.ts";
import { memorySource } from "../images/memory_source.ts";
import { methods as kitMethods } from "../method/methods.ts";
import type { Method } from "../method/method.ts";
import type { Network, Variables } from "../model/network.ts";
import { importWeights } from "../model/weights.ts";
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
    choices: ["best", "last"],
    help: "which weights of the run; best by default",
  },
  {
    names: ["weights", "resume"],
    kind: "text",
    help: "a safetensors file instead, such as a PyTorch state dict of the official code",
  },
  { names: ["json"], kind: "switch", help: "print the whole evaluation as JSON" },
];

const dataFlags: readonly Flag[] = [flagOf(methodFields.method), ...testFlags];

const idle = withoutNames(idleTestFlags, [...evaluateFlags, ...dataFlags, ...machineFlags]);

/** The text that `--help` prints. */
export const help = `
Usage: deno task evaluate --run <name> [flags]
       deno task evaluate --weights <file> [-a resnet32 --width 64 --dataset cifar10 ...]

Evaluates the tested classifier on the full test set: top-1, top-5, many/medium/few, per class,
calibration. A run brings its own configuration; where its images have moved, --data names their folder.
For a file the network and the data are named by flags.

${flagsHelp(evaluateFlags)}

Method, network and data, for --weights:

${flagsHelp(dataFlags)}

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
  const flags = [...evaluateFlags, ...dataFlags, ...machineFlags, ...idle];
  const values = parseFlags(chosen.args, flags);
  for (const line of wordsOnIdleFlags(values, idle)) console.error(line);
  const subject = await subjectOf(values, chosen);
  const { config } = subject;
  const method = testedMethod(config, chosen.methods);
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
    head: method.testedHead,
    mode: executionMode(values),
  });
  const evaluation = evaluateLogits(await predict(weights), test.labels, {
    classes: network.classes,
    trainingCounts: drawConfiguredSplit(config, dataset).counts,
  });
  console.log(
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
  readonly weights: (network: Network) => Promise<Variables>;
  readonly images: () => Promise<Dataset>;
}

/** The method of the last stage: it says which classifier is tested. */
function testedMethod({ stages }: RunConfig, methods: readonly Method[]): Method {
  return methods.find(({ name }) => name === stages.at(-1)!.method)!;
}

async function subjectOf(values: FlagValues, chosen: ChosenMethod): Promise<Subject> {
  if ((values.run === undefined) === (values.weights === undefined)) {
    throw new UsageError(
      "Cannot evaluate: it must be clear what: name either --run <name> or --weights <file>",
    );
  }
  if (values.weights !== undefined) {
    const path = userPath(String(values.weights));
    const config = configOf(values, chosen);
    return {
      config,
      images: () => loadConfiguredDataset(config.data),
      title: path,
      weights: async (network) => weightsIn(path, await readWeightsFile(path), network),
    };
  }
  const store = openRunStore(undefined, chosen);
  // Where the images are is no setting of the run: they are known by their hash.
  const { root: _, source: __, ...settings } = values;
  const { name, folder, description } = await store.find(userPathOrName(String(values.run)));
  const { config } = description;
  requireMethods(config, { ...chosen, run: name });
  const differing = conflicts(settings, config, chosen);
  if (differing.length > 0) {
    throw new UsageError(
      `Cannot evaluate the run "${name}" with other settings: ${differing.join(", ")}: ` +
        "leave them out",
    );
  }
  const which = values.epoch === "last" ? "last" : "best";
  return {
    config,
    title: `${folder}, ${which} epoch`,
    weights: (network) => store.weights(folder, { which, network }),
    images: async () => {
      const dataset = await loadImagesOf(description, values);
      checkDataHash({ folder, description }, { dataHash: hashDataset(dataset), what: "evaluate" });
      return dataset;
    },
  };
}

async function readWeightsFile(path: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(path);
  } catch (cause) {
    const reason = cause instanceof Deno.errors.NotFound ? "there is no such file" : String(cause);
    throw new Error(`Cannot read weights from "${path}": ${reason}: name a safetensors file`, {
      cause,
    });
  }
}

function weightsIn(path: string, bytes: Uint8Array, network: Network): Variables {
  try {
    const { tensors } = readSafetensors(bytes);
    const weights = Object.entries(tensors).filter(([name]) => !name.startsWith("optimizer."));
    return importWeights(Object.fromEntries(weights), network);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Cannot use the weights in "${path}": ${reason}`, { cause });
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
