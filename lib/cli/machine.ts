/**
 * The data set and the engine, as configuration and flags ask for them.
 *
 * @module
 */

import { loadDataset } from "../data/dataset.ts";
import { type DatasetName, datasets } from "../data/datasets.ts";
import type { DataConfig, Precision } from "../experiment/config.ts";
import { openConfiguredFiles } from "../experiment/configured_files.ts";
import type { RunDescription } from "../experiment/run_folder.ts";
import type { AnyDataset } from "../images/dataset_images.ts";
import type { FileDataset } from "../data/file_dataset.ts";
import type { Engine, ExecutionMode } from "../tensor/engine.ts";
import { findCudaLibraries } from "../setup/find.ts";
import { whyNoGpu } from "../setup/gpu_probe.ts";
import { startEngine } from "../tensor/start.ts";
import { intraOpThreadsFor } from "../tensor/threads.ts";
import { tell } from "../process/streams.ts";
import type { FlagValues } from "./flags.ts";
import { gpuNumbers } from "./run_flags.ts";
import { asUsageLater, UsageError, withProgressLine } from "./shell.ts";

/** Who is told what a person should know of images in files. */
export interface FileNotes {
  /** Takes a line; standard error by default. */
  readonly onNote?: ((line: string) => void) | undefined;
}

/**
 * Loads the data set of a configuration, with progress on standard error; one in files is opened.
 *
 * @param data The configuration's part about data.
 * @param notes Who is told of images in files.
 * @returns The images.
 * @throws {Error} If they cannot be fetched or read.
 */
export async function loadConfiguredDataset(
  data: DataConfig,
  notes: FileNotes = {},
): Promise<AnyDataset> {
  const { dataset, source, dataFolder } = data;
  const files = await openFiles(data, { classes: data.classes, ...notes });
  if (files !== undefined) return files;
  if (!Object.hasOwn(datasets, dataset) || (source !== "npm" && source !== "archive")) {
    throw new UsageError(
      "Cannot load the images: those of the data set own are brought by a notebook or a program: " +
        "work on the run there, or name another --dataset",
    );
  }
  return await withProgressLine((line) =>
    loadDataset(dataset as DatasetName, {
      source,
      ...(dataFolder !== null && { folder: dataFolder }),
      onProgress: ({ label, done, total }) =>
        line.update(
          total ? `${label} ${(100 * done / total).toFixed(0)} %` : label,
          total ? done / total : undefined,
        ),
      onNotice: line.note,
    })
  );
}

/**
 * Opens the data set in files that a configuration names, and says what a person should know of it.
 *
 * @param data The configuration's part about data.
 * @param options Classes that labels must lie within, where they are known; and who is told.
 * @returns The data set; `undefined` if it is held in memory.
 * @throws {UsageError} If a list or the folder is not named, or does not fit.
 */
export async function openFiles(
  data: DataConfig,
  { classes, onNote = tell }: FileNotes & { readonly classes?: number | undefined },
): Promise<FileDataset | undefined> {
  const files = await asUsageLater(openConfiguredFiles(data, { classes }));
  files?.notes.forEach((note) => onNote(note));
  return files;
}

/**
 * How flags ask steps to be run.
 *
 * @param values Parsed flags.
 * @returns Op by op with `--eager`, else as one compiled function.
 */
export function executionMode(values: FlagValues): ExecutionMode {
  return values.eager === true ? "eager" : "compiled";
}

/**
 * Starts the engine with the device and threads that the flags name, or those that suit the steps.
 *
 * @param values Parsed flags.
 * @param options Precision of the run, and how often its steps run the network.
 * @returns The engine.
 * @throws {UsageError} If the flags contradict each other.
 * @throws {Error} If TensorFlow cannot be started, or not in that way.
 */
export async function startConfiguredEngine(
  values: FlagValues,
  { precision, passes }: { readonly precision: Precision; readonly passes: number },
): Promise<Engine> {
  const { device, inter_op_threads } = values;
  const gpus = chooseGpus(values);
  const mode = executionMode(values);
  const intra_op_threads = values.intra_op_threads ?? intraOpThreadsFor({ mode, passes });
  const engine = await startEngine({
    device: (device ?? "auto") as "auto" | "cpu" | "gpu",
    tensorFloat32: precision === "tf32",
    bfloat16: precision === "bfloat16",
    deterministic: values.deterministic === true,
    ...(intra_op_threads !== undefined && { intraOpThreads: Number(intra_op_threads) }),
    ...(inter_op_threads !== undefined && { interOpThreads: Number(inter_op_threads) }),
  });
  if (engine.device === "gpu") tellOfMissing(gpus, engine);
  else if (device !== "cpu") await tellWhyNoGpu(gpus);
  return engine;
}

/** Says why the CPU does the work where a GPU could be expected: it was named, or CUDA is installed. */
async function tellWhyNoGpu(gpus: readonly number[] | undefined): Promise<void> {
  if (gpus === undefined && findCudaLibraries().length === 0) return;
  const problem = await whyNoGpu();
  const which = gpus === undefined ? "GPU" : `GPU ${gpus.join(",")}`;
  const reason = problem === undefined
    ? "TensorFlow lists it"
    : `${problem.reason}: ${problem.mend}`;
  tell(`No ${which} is used, the CPU does the work: ${reason}`);
}

/**
 * Has TensorFlow see those GPUs alone that `--gpus` names; before it looks, for it takes a share of the
 * memory of each one that it sees.
 *
 * @param values Parsed flags.
 * @returns Their numbers; `undefined` if the flag was not given.
 * @throws {UsageError} If the flags contradict each other or the machine.
 * @example Without the flag
 * ```ts
 * import { chooseGpus } from "glmc/cli/machine.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(chooseGpus({ device: "auto" }), undefined);
 * ```
 */
export function chooseGpus({ device, gpu }: FlagValues): readonly number[] | undefined {
  if (gpu === undefined) return undefined;
  if (device === "cpu") {
    throw new UsageError(`Cannot use --gpu ${gpu} with --device cpu: leave one of them out`);
  }
  const numbers = gpuNumbers(`${gpu}`)!; // or the flag would have been refused
  const visible = Deno.env.get("CUDA_VISIBLE_DEVICES");
  Deno.env.set("CUDA_VISIBLE_DEVICES", visibleGpus(numbers, visible));
  return numbers;
}

function tellOfMissing(gpus: readonly number[] | undefined, { devices }: Engine): void {
  const found = devices.filter(({ type }) => type === "GPU").length;
  // CUDA takes none that stands behind one that it does not know.
  if (gpus !== undefined && found < gpus.length) {
    tell(`TensorFlow finds ${found} of the GPUs ${gpus.join(",")} on this machine`);
  }
}

/**
 * The GPUs that are meant by numbers, as CUDA is told.
 *
 * @param gpus Their numbers among those that the process may use, from 0.
 * @param visible What `CUDA_VISIBLE_DEVICES` is; `undefined` where it is not set.
 * @returns What it has to be.
 * @throws {UsageError} If fewer are listed.
 * @example The second of two that a cluster has given
 * ```ts
 * import { visibleGpus } from "glmc/cli/machine.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([visibleGpus([0, 1], undefined), visibleGpus([1], "4,6")], ["0,1", "6"]);
 * ```
 */
export function visibleGpus(gpus: readonly number[], visible: string | undefined): string {
  const listed = listedGpus(visible);
  if (visible === undefined || listed === undefined) return gpus.join(",");
  if (listed.length === 0) return visible;
  if (gpus.every((gpu) => gpu < listed.length)) return gpus.map((gpu) => listed[gpu]).join(",");
  throw new UsageError(
    `Cannot use --gpu ${gpus.join(",")}: CUDA_VISIBLE_DEVICES is ${visible}: choose in ` +
      `[0, ${listed.length - 1}]`,
  );
}

/**
 * The GPUs that a process may see.
 *
 * @param visible What `CUDA_VISIBLE_DEVICES` is; `undefined` where it is not set.
 * @returns Their names; none where all are hidden, `undefined` where all may be seen.
 * @example Two, none, and all
 * ```ts
 * import { listedGpus } from "glmc/cli/machine.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(["4, 6", "-1", undefined].map(listedGpus), [["4", "6"], [], undefined]);
 * ```
 */
export function listedGpus(visible: string | undefined): string[] | undefined {
  const listed = visible?.split(",").map((word) => word.trim()).filter((word) => word !== "");
  // None at all, as "" and -1 say, is a machine without GPUs.
  return listed?.[0] === "-1" ? [] : listed;
}

/**
 * Loads the images of a run, from where they are now: with `--data` or `--source`, else where they were; bad
 * ones are met as `--on_bad_image` says, else as before.
 *
 * @param run The run.
 * @param values Parsed flags.
 * @param notes Who is told of images in files.
 * @returns The images; whether they are those of the run is not known yet.
 * @throws {Error} If they cannot be fetched or read.
 */
export async function loadImagesOf(
  { config: { data }, dataHash }: Pick<RunDescription, "config" | "dataHash">,
  { root, source, dir_train_txt, dir_test_txt, on_bad_image }: FlagValues,
  notes: FileNotes = {},
): Promise<AnyDataset> {
  const isElsewhere = root !== undefined || source !== undefined;
  if (isElsewhere && dataHash === null) {
    tell(
      "The run is older than hashes of images: make sure that these are those it was started with",
    );
  }
  const place = root !== undefined
    ? { dataFolder: String(root) }
    : source !== undefined
    ? { dataFolder: null, source: source as DataConfig["source"] }
    : {};
  try {
    const lists = {
      ...(dir_train_txt !== undefined && { trainList: String(dir_train_txt) }),
      ...(dir_test_txt !== undefined && { testList: String(dir_test_txt) }),
    };
    const policy = on_bad_image !== undefined && {
      onBadImage: on_bad_image as DataConfig["onBadImage"],
    };
    return await loadConfiguredDataset({ ...data, ...place, ...lists, ...policy }, notes);
  } catch (error) {
    if (error instanceof Error && data.dataFolder !== null && !isElsewhere) {
      error.message += ": if the images of the run have moved, name their folder with --data";
    }
    throw error;
  }
}
