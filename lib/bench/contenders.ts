/**
 * Who takes part in a benchmark, and how much arithmetic it is.
 *
 * @module
 */

import { chooseMethod } from "../method/choose.ts";
import type { Method } from "../method/method.ts";
import { glmc } from "../method/glmc/glmc.ts";
import { crossEntropyMethod, methods } from "../method/methods.ts";
import { layerTable } from "../model/layer_table.ts";
import { createNetwork } from "../model/network.ts";
import { kitProgram, projectRoot, venvFolder } from "../setup/project.ts";
import type { ContenderCommand } from "./contender.ts";
import peerStep from "./pytorch_step.py" with { type: "text" };
import type { WorkerOptions } from "./worker.ts";

/** What is measured: training steps of ResNet-32 on random images. */
export interface BenchSetting {
  /** Channels of the first stage. */
  readonly width: number;
  /** Pairs of images, or images, in a step. */
  readonly batchSize: number;
  /** How to train; the kit's default method if not given. */
  readonly method?: Method;
  /** Where the contenders run. */
  readonly device: "auto" | "cpu" | "gpu";
  /** Threads within an operation of ours, instead of the defaults. */
  readonly intraOpThreads?: number;
  /** Operations of ours at a time, instead of the default. */
  readonly interOpThreads?: number;
  /** Whether PyTorch takes part. */
  readonly peer: boolean;
  /** The Python that has PyTorch; that of `.venv` if not given. */
  readonly python?: string;
  /** Whether the step compiled by XLA takes part. */
  readonly xla: boolean;
}

/**
 * How `deno task train` runs: V8 takes tensors, which live for a step, for long-lived objects and puts
 * them where only its rare full collections look; the heap then swings between 70 and 190 MB instead of
 * staying at 64 MB, and quick collections take 20 ms instead of 1. A small space for new objects saves
 * another 24 MB.
 */
export const trainingFlags: readonly string[] = [
  "--v8-flags=--no-allocation-site-pretenuring,--max-semi-space-size=4",
];

/** Test images of an evaluation. */
export const evaluatedImages = 500;

/** Name of the contender that evaluates instead of training. */
export const evaluationName = `evaluation of ${evaluatedImages}`;

/** How the names of PyTorch's contenders begin. */
export const peerPrefix = "PyTorch";

/** Methods that PyTorch's contenders have; `pytorch_step.py` holds their steps. */
const peerMethods: readonly Method[] = [glmc, crossEntropyMethod];

/**
 * The method that a benchmark measures.
 *
 * @param setting What is measured.
 * @returns Its method, or the kit's default one.
 * @example Nothing said
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { measuredMethod } from "glmc/bench/contenders.ts";
 *
 * assertEquals(measuredMethod({}).name, "glmc");
 * ```
 */
export function measuredMethod({ method = methods[0]! }: Pick<BenchSetting, "method">): Method {
  return method;
}

/**
 * Refuses a benchmark in which PyTorch is to take a step that is not written for it.
 *
 * @param setting Who takes part, and the method.
 * @throws {RangeError} If PyTorch takes part and does not have the method.
 * @example A loss that PyTorch's contenders do not have
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { checkPeer } from "glmc/bench/contenders.ts";
 * import { methods } from "glmc";
 *
 * const method = methods.find(({ name }) => name === "focal")!;
 *
 * checkPeer({ method, peer: false });
 * assertThrows(() => checkPeer({ method, peer: true }), RangeError, "focal");
 * ```
 */
export function checkPeer(setting: Pick<BenchSetting, "method" | "peer">): void {
  const method = measuredMethod(setting);
  if (!setting.peer || peerMethods.includes(method)) return;
  throw new RangeError(
    `Cannot time PyTorch with the method ${method.name}: its step is written for ${
      peerMethods.map(({ name }) => name).join(" and ")
    } alone: leave --peer out, or choose one of these`,
  );
}

/**
 * Every mode, the evaluation and every peer.
 *
 * @param setting What is measured, and who takes part.
 * @returns How to start each.
 * @throws {RangeError} If PyTorch is to take part and does not have the method.
 * @example Without PyTorch
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { allContenders } from "glmc/bench/contenders.ts";
 *
 * const setting = { width: 16, batchSize: 64, device: "cpu", peer: false, xla: false } as const;
 *
 * assertEquals(allContenders(setting).map(({ name }) => name).slice(0, 2), ["op by op", "compiled"]);
 * ```
 */
export function allContenders(setting: BenchSetting): ContenderCommand[] {
  return [
    ours("op by op", setting, { mode: "eager" }),
    ...compiledContenders(setting),
    ours(evaluationName, setting, { evaluate: true }),
    ...peers(setting, ["eager", "channels_last", "bfloat16", "compile"]),
  ];
}

/**
 * The modes one would train in, and the fastest peer of each precision.
 *
 * @param setting What is measured, and who takes part.
 * @returns How to start each.
 * @throws {RangeError} If PyTorch is to take part and does not have the method.
 * @example Without PyTorch
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fastContenders } from "glmc/bench/contenders.ts";
 *
 * const setting = { width: 16, batchSize: 64, device: "cpu", peer: false, xla: false } as const;
 *
 * assertEquals(fastContenders(setting).map(({ name }) => name), ["compiled", "compiled bfloat16"]);
 * ```
 */
export function fastContenders(setting: BenchSetting): ContenderCommand[] {
  return [...compiledContenders(setting), ...peers(setting, ["channels_last", "bfloat16"])];
}

/**
 * The compiled step in float32, as trainings run it by default.
 *
 * @param setting What is measured.
 * @returns How to start it.
 * @example Its name
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { compiledContender } from "glmc/bench/contenders.ts";
 *
 * const setting = { width: 16, batchSize: 64, device: "cpu", peer: false, xla: false } as const;
 *
 * assertEquals(compiledContender(setting).name, "compiled");
 * ```
 */
export function compiledContender(setting: BenchSetting): ContenderCommand {
  return ours("compiled", setting, {});
}

/**
 * The compiled step in float32 of methods of the kit.
 *
 * @param names Names of methods.
 * @param setting What is measured.
 * @returns How to start each, under the name of its method.
 * @throws {RangeError} If there is no method of a name.
 * @example Two of them
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { methodContenders } from "glmc/bench/contenders.ts";
 *
 * const setting = { width: 16, batchSize: 64, device: "cpu", peer: false, xla: false } as const;
 *
 * const contenders = methodContenders(["glmc", "ce"], setting);
 * assertEquals(contenders.map(({ name }) => name), ["glmc", "cross_entropy"]);
 * ```
 */
export function methodContenders(
  names: readonly string[],
  setting: BenchSetting,
): ContenderCommand[] {
  return names.map((method) => {
    const { name } = chooseMethod({ method }, methods);
    return ours(name, setting, { method: name });
  });
}

/**
 * The compiled step in every way to compute it: float32, on GPUs TensorFloat-32 too, bfloat16, and by XLA
 * where it is asked for.
 *
 * @param setting What is measured.
 * @returns How to start each.
 * @example On a GPU
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { compiledContenders } from "glmc/bench/contenders.ts";
 *
 * const setting = { width: 16, batchSize: 64, device: "gpu", peer: false, xla: true } as const;
 *
 * assertEquals(compiledContenders(setting).map(({ name }) => name), [
 *   "compiled",
 *   "compiled bfloat16",
 *   "compiled tf32",
 *   "compiled XLA",
 * ]);
 * ```
 */
export function compiledContenders(setting: BenchSetting): ContenderCommand[] {
  return [
    compiledContender(setting),
    ours("compiled bfloat16", setting, { trainingType: "bfloat16" }),
    ...(setting.device === "gpu" ? [ours("compiled tf32", setting, { tensorFloat32: true })] : []),
    ...(setting.xla ? [ours("compiled XLA", setting, { xla: true })] : []),
  ];
}

function ours(
  name: string,
  { width, batchSize, device, method, intraOpThreads, interOpThreads }: BenchSetting,
  mode: Partial<WorkerOptions>,
): ContenderCommand {
  const options: WorkerOptions = {
    ...{ width, batchSize, device, trainingType: "float32", mode: "compiled" },
    ...(method !== undefined && { method: method.name }),
    ...(intraOpThreads !== undefined && { intraOpThreads }),
    ...(interOpThreads !== undefined && { interOpThreads }),
    ...mode,
  };
  const worker = kitProgram("lib/bench/worker.ts");
  return {
    name,
    program: Deno.execPath(),
    args: ["run", "-A", "--no-check", ...trainingFlags, ...worker, JSON.stringify(options)],
  };
}

/**
 * PyTorch's contenders.
 *
 * @param setting What is measured; none takes part if `peer` is false.
 * @param modes Their modes, as `pytorch_step.py` calls them; `tf32` is channels last in TensorFloat-32.
 * @returns How to start each.
 * @throws {RangeError} If PyTorch does not have the method.
 * @example In TensorFloat-32, as PyTorch convolves on GPUs by default
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { peers } from "glmc/bench/contenders.ts";
 *
 * const setting = { width: 16, batchSize: 64, device: "gpu", peer: true, xla: false } as const;
 *
 * assertEquals(peers(setting, ["tf32"]).map(({ name }) => name), ["PyTorch tf32"]);
 * ```
 */
export function peers(setting: BenchSetting, modes: readonly string[]): ContenderCommand[] {
  if (!setting.peer) return [];
  checkPeer(setting);
  const { width, batchSize, device, python = `${venvFolder(projectRoot)}/bin/python` } = setting;
  const { name } = measuredMethod(setting);
  return modes.map((mode) => ({
    name: `${peerPrefix} ${mode.replace("_", " ")}`,
    program: python,
    args: [
      ...["-c", peerStep, "--method", name, "--width", `${width}`, "--batch", `${batchSize}`],
      ...mode === "tf32" ? ["--mode", "channels_last", "--tf32"] : ["--mode", mode],
      ...["--device", device],
    ],
  }));
}

/**
 * Floating-point operations of the convolutions and classifiers: forward once and backward twice as many,
 * for every view of a step; forward alone for an evaluation.
 *
 * @param setting Width of the network, pairs or images of a step, and the method.
 * @returns Operations of a step and of an evaluation.
 * @example Forward and twice backward, for the two views of GLMC
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { operationCounts } from "glmc/bench/contenders.ts";
 *
 * const { step, evaluation } = operationCounts({ width: 4, batchSize: 500 });
 *
 * assertEquals(step, 3 * 2 * evaluation);
 * ```
 */
export function operationCounts(
  { width, batchSize, ...setting }: Pick<BenchSetting, "width" | "batchSize" | "method">,
): { readonly step: number; readonly evaluation: number } {
  const { heads, passes } = measuredMethod(setting);
  const rows = layerTable(createNetwork("resnet32", { classes: 10, width, heads }));
  const forward = 2 * rows.reduce((sum, { multiplyAdds }) => sum + multiplyAdds, 0);
  return { step: 3 * passes * batchSize * forward, evaluation: evaluatedImages * forward };
}
