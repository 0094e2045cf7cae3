/**
 * The command `evaluate`: tests weights on the full test set, as the official `test.py` does.
 *
 * @module
 */

import { resolve } from "node:path";
import { createPixelBank } from "../images/pixel_bank.ts";
import { readSafetensors } from "../disk/safetensors.ts";
import { evaluateLogits, type Evaluation } from "../evaluate/metrics.ts";
import type { RunConfig } from "../experiment/config.ts";
import { runFiles } from "../experiment/run_folder.ts";
import { createConfiguredNetwork, drawConfiguredSplit } from "../experiment/run.ts";
import { importWeights } from "../model/weights.ts";
import { projectRoot } from "../setup/project.ts";
import { createPredictor } from "../train/predict.ts";
import { type Flag, flagsHelp, type FlagValues, parseFlags } from "./flags.ts";
import { findRun, loadConfiguredDataset, startConfiguredEngine } from "./machine.ts";
import { UsageError } from "./shell.ts";
import { configFlags, configOf, conflicts, machineFlags } from "./train_flags.ts";

const evaluateFlags: readonly Flag[] = [
  { names: ["run"], kind: "text", help: "name or folder of a run in data/runs" },
  {
    names: ["epoch"],
    kind: "text",
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

const dataFlags = configFlags.filter(({ field }) =>
  [
    "dataset",
    "dataFolder",
    "source",
    "classes",
    "imbalanceRate",
    "profile",
    "architecture",
    "width",
  ]
    .includes(field)
);

/** The text that `--help` prints. */
export const help = `
Usage: deno task evaluate --run <name> [flags]
       deno task evaluate --weights <file> [-a resnet32 --width 64 --dataset cifar10 ...]

Evaluates the second classifier on the full test set: top-1, top-5, many/medium/few, per class,
calibration. A run brings its own configuration; for a file the network and the data are named by flags.

${flagsHelp(evaluateFlags)}

Network and data, for --weights:

${flagsHelp(dataFlags)}

The machine:

${flagsHelp(machineFlags)}
`;

/**
 * Runs the command.
 *
 * @throws {UsageError} If flags are unknown, unfit, or contradict the run.
 * @throws {Error} If the weights are missing, damaged, or of another network.
 */
export async function run(args: string[]): Promise<void> {
  const values = parseFlags(args, [...evaluateFlags, ...dataFlags, ...machineFlags]);
  const { config, path } = await subject(values);
  const bytes = await readWeightsFile(path);
  const network = createConfiguredNetwork(config);
  const engine = await startConfiguredEngine(values, config);
  const weights = weightsIn(path, bytes, network);
  const dataset = await loadConfiguredDataset(config);
  const { test, mean, std } = dataset;
  const predict = createPredictor({
    engine,
    network,
    bank: createPixelBank(test.images, test),
    channels: { mean, std },
    mode: values.eager === true ? "eager" : "compiled",
  });
  const evaluation = evaluateLogits(await predict(weights), test.labels, {
    classes: config.classes,
    trainingCounts: drawConfiguredSplit(config, dataset).counts,
  });
  console.log(
    values.json === true ? jsonOf(evaluation) : report(evaluation, test.classNames, path),
  );
}

async function subject(
  values: FlagValues,
): Promise<{ readonly config: RunConfig; readonly path: string }> {
  if ((values.run === undefined) === (values.weights === undefined)) {
    throw new UsageError("Name what to evaluate: either --run <name> or --weights <file>");
  }
  if (values.weights !== undefined) {
    return { config: configOf(values), path: resolve(String(values.weights)) };
  }
  const name = String(values.run);
  const found = await findRun(name);
  if (found === undefined) {
    throw new Deno.errors.NotFound(
      `Cannot evaluate "${name}": there is no such run: name a folder in data/runs`,
    );
  }
  const { folder, description: { config } } = found;
  const differing = conflicts(values, config);
  if (differing.length > 0) {
    throw new UsageError(`Cannot evaluate the run with other settings: ${differing.join(", ")}`);
  }
  const file = values.epoch === "last" ? runFiles.checkpoint : runFiles.best;
  return { config, path: `${folder}/${file}` };
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

function weightsIn(
  path: string,
  bytes: Uint8Array,
  network: ReturnType<typeof createConfiguredNetwork>,
): ReturnType<typeof importWeights> {
  try {
    const { tensors } = readSafetensors(bytes);
    const weights = Object.entries(tensors).filter(([name]) => !name.startsWith("optimizer."));
    return importWeights(Object.fromEntries(weights), network);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Cannot use the weights in "${path}": ${reason}`, { cause });
  }
}

function report(evaluation: Evaluation, classNames: readonly string[], path: string): string {
  const percent = (value: number | null): string => value === null ? "-" : `${value.toFixed(2)} %`;
  const { many, medium, few } = evaluation.shots;
  const rows: [string, string][] = [
    ["weights", path.replace(`${projectRoot}/`, "")],
    ["top-1", percent(evaluation.top1)],
    ["top-5", percent(evaluation.top5)],
    ["many (> 100 images)", percent(many)],
    ["medium (21-100)", percent(medium)],
    ["few (<= 20)", percent(few)],
    ["calibration error", percent(100 * evaluation.calibrationError)],
    ...evaluation.classAccuracy.map((
      value,
      i,
    ): [string, string] => [classNames[i], percent(value)]),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join("\n");
}

function jsonOf(evaluation: Evaluation): string {
  return JSON.stringify(
    evaluation,
    (_, value) => ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value,
  );
}
