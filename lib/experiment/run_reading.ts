/**
 * Reads the files of a run, each with its digest, the id of its run, and every value in its place.
 *
 * @module
 */

import { basename, dirname } from "node:path";
import { readError } from "../disk/errors.ts";
import { openSealedJson } from "../disk/json_file.ts";
import { decodeText } from "../disk/json_text.ts";
import { readSafetensors } from "../disk/safetensors.ts";
import { hashRows } from "../data/long_tail.ts";
import { isRecord, type Schema } from "../disk/schema.ts";
import type { Network, Variables } from "../model/network.ts";
import { importWeights } from "../model/weights.ts";
import type { Method } from "../method/method.ts";
import type { EpochRecord } from "../train/events.ts";
import { readHistory, type RecordContext } from "../train/record.ts";
import { checkWeights } from "../train/checkpoint.ts";
import { adviceFor } from "./advice.ts";
import { checkedEvaluation } from "./check_evaluation.ts";
import type { RunConfig } from "./config.ts";
import { configuredParts, stagesOf } from "./configured.ts";
import { type RunDescription, runFiles } from "./run_folder.ts";
import {
  evaluationSchema,
  formerSplitSchema,
  splitSchema,
  type StoredEvaluation,
  type StoredSplit,
} from "./run_schema.ts";

/** A run whose description is read. */
export interface DescribedRun {
  /** Its folder. */
  readonly folder: string;
  /** What it is. */
  readonly description: RunDescription;
}

/** Keys of the metadata of a run's safetensors files. */
export const metadataKeys = { run: "glmc.run", epoch: "glmc.epoch" } as const;

/**
 * What the records of a run must agree with.
 *
 * @param description What the run is.
 * @param options The methods there are.
 * @returns Stages and class counts.
 */
export function recordContext(
  { config, classCounts }: RunDescription,
  { methods }: { readonly methods: readonly Method[] },
): RecordContext {
  return { stages: stagesOf(config, { methods }), counts: classCounts };
}

/**
 * Reads the records of a run's finished epochs.
 *
 * @param run The run.
 * @param context What they must agree with.
 * @returns The records; none before the first epoch is finished.
 * @throws {SyntaxError} If the file is damaged.
 */
export async function readMetrics(
  { folder, description }: DescribedRun,
  context: RecordContext,
): Promise<readonly EpochRecord[]> {
  const path = `${folder}/${runFiles.metrics}`;
  const advice = adviceFor(runFiles.metrics, folder);
  const text = await readTextIfThere(path);
  if (text === undefined || text.trim() === "") return [];
  return explained(path, advice, () => {
    // A line that was cut off is no JSON; what an editor does to line ends is no harm.
    const records = text.trimEnd().split(/\r?\n/).map((line) =>
      identified(openSealedJson(line, path, { advice }), description)
    );
    return readHistory(records, context);
  });
}

/**
 * Reads a full evaluation.
 *
 * @param run The run.
 * @param which Of the best epoch or of the last one.
 * @returns The evaluation; `undefined` if there is none.
 * @throws {SyntaxError} If the file is damaged.
 */
export async function readEvaluation(
  run: DescribedRun,
  which: "best" | "last",
): Promise<StoredEvaluation | undefined> {
  const file = which === "best" ? runFiles.bestEvaluation : runFiles.lastEvaluation;
  return await readRunJson(run, {
    file,
    schema: (value, name) =>
      checkedEvaluation(evaluationSchema(value, name), run.description.classCounts),
  });
}

/**
 * Reads the rows of a run's subset.
 *
 * @param run The run.
 * @returns What the file holds; `undefined` if there is none.
 * @throws {SyntaxError} If the file is damaged or of another run.
 */
export async function readSplit(run: DescribedRun): Promise<StoredSplit | undefined> {
  const { config, splitHash, classCounts } = run.description;
  const { data } = config;
  return await readRunJson(run, {
    file: runFiles.split,
    schema: (value, name) => {
      const split = isRecord(value) && !Object.hasOwn(value, "generator")
        ? { ...formerSplitSchema(value, name), generator: "kit" as const }
        : splitSchema(value, name);
      const isSound = hashRows(split.indices) === split.hash && split.hash === splitHash &&
        `${trainingCounts(config, split)}` === `${classCounts}`;
      if (!isSound) throw new TypeError("its rows are not those of the run");
      const isGiven = data.splitFile !== null;
      const isSameDraw = split.seed === (isGiven ? null : data.splitSeed) &&
        split.generator === (isGiven ? "file" : data.splitGenerator) &&
        split.replace === data.replace;
      if (!isSameDraw) throw new TypeError("its seed or its way of drawing is not that of the run");
      return split;
    },
  });
}

function trainingCounts(config: RunConfig, split: StoredSplit): readonly number[] {
  const indices = Int32Array.from(split.indices);
  return configuredParts(config, { ...split, indices }).training.counts;
}

/** Weights of a run on the device. */
export interface RunWeights {
  /** Parameters and statistics; the caller owns them. */
  readonly variables: Variables;
  /** The epoch they are of, from 0; `undefined` in runs that are older than this entry. */
  readonly epoch: number | undefined;
}

/**
 * Reads the weights of the best epoch.
 *
 * @param run The run.
 * @param network Its network.
 * @returns The weights; `undefined` if there are none.
 * @throws {SyntaxError} If the file is damaged, or of another run or network.
 */
export async function readBestWeights(
  { folder, description }: DescribedRun,
  network: Network,
): Promise<RunWeights | undefined> {
  const path = `${folder}/${runFiles.best}`;
  const bytes = await readBytesIfThere(path);
  if (bytes === undefined) return undefined;
  return explained(path, adviceFor(runFiles.best, folder), () => {
    refuseEmpty(bytes);
    const { tensors, metadata, sealed } = readSafetensors(bytes);
    checkId({ id: metadata[metadataKeys.run], sealed }, description);
    checkWeights(tensors);
    const variables = importWeights(tensors, network);
    const epoch = metadata[metadataKeys.epoch];
    return { variables, epoch: epoch === undefined ? undefined : Number(epoch) };
  });
}

/**
 * Reads a file of a run as bytes.
 *
 * @param path The file.
 * @returns Its bytes; `undefined` if there is no such file.
 * @throws {Error} If it cannot be read, for another reason than damage: it may not be, is a folder, or a
 * link to nothing.
 */
export async function readBytesIfThere(
  path: string,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return await Deno.readFile(path);
  } catch (cause) {
    const error = readError(path, cause);
    if (error instanceof Deno.errors.NotFound) return undefined;
    const isFolder = cause instanceof Error && "code" in cause && cause.code === "EISDIR";
    if (!isFolder) throw error;
    throw new Error(
      `Cannot read "${path}": it is a folder where a file of the run is to be: move it away, and ` +
        adviceFor(basename(path), dirname(path)),
      { cause },
    );
  }
}

/**
 * Refuses a file that holds nothing, as a full disk leaves it.
 *
 * @param bytes What it holds.
 * @throws {TypeError} If that is nothing.
 * @example Nothing
 * ```ts
 * import { refuseEmpty } from "glmc/experiment/run_reading.ts";
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(() => refuseEmpty(new Uint8Array(0)), TypeError, "it is empty");
 * ```
 */
export function refuseEmpty(bytes: Uint8Array): void {
  if (bytes.length === 0) throw new TypeError("it is empty");
}

/**
 * Makes sure that a file belongs to a run.
 *
 * @param file The id it carries, and whether it carried a digest.
 * @param run The id of the run.
 * @throws {TypeError} If it does not.
 * @example A file of another run
 * ```ts
 * import { checkId } from "glmc/experiment/run_reading.ts";
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(() => checkId({ id: "a", sealed: true }, { id: "b" }), TypeError, "another run");
 * ```
 */
export function checkId(
  { id, sealed }: { readonly id: unknown; readonly sealed: boolean },
  run: Pick<RunDescription, "id">,
): void {
  if ((id ?? null) !== run.id) throw new TypeError("it belongs to another run");
  if (run.id !== null && !sealed) throw new TypeError("its SHA-256 is missing");
}

async function readRunJson<Value>(
  { folder, description }: DescribedRun,
  { file, schema }: { readonly file: string; readonly schema: Schema<Value> },
): Promise<Value | undefined> {
  const path = `${folder}/${file}`;
  const advice = adviceFor(file, folder);
  const text = await readTextIfThere(path);
  if (text === undefined) return undefined;
  return explained(
    path,
    advice,
    () => schema(identified(openSealedJson(text, path, { advice }), description), "it"),
  );
}

/** Takes the id of the run off a record, after a look at it. */
function identified(
  { value, sealed }: { readonly value: unknown; readonly sealed: boolean },
  description: RunDescription,
): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const { run: id, ...rest } = value as Record<string, unknown>;
  checkId({ id, sealed }, description);
  return rest;
}

/**
 * Reads a file of a run as text, without a byte order mark.
 *
 * @param path The file.
 * @returns Its text; `undefined` if there is no such file.
 * @throws {SyntaxError} If it is not UTF-8.
 * @throws {Error} If it cannot be read, for another reason than damage.
 */
export async function readTextIfThere(path: string): Promise<string | undefined> {
  const bytes = await readBytesIfThere(path);
  if (bytes === undefined) return undefined;
  return explained(path, adviceFor(basename(path), dirname(path)), () => decodeText(bytes));
}

/**
 * Says of what is wrong inside a file which file it is and what to do.
 *
 * @param path The file.
 * @param advice What to do.
 * @param read Reads it.
 * @returns What `read` returns.
 * @throws {SyntaxError} If `read` finds something wrong.
 */
export function explained<Value>(path: string, advice: string, read: () => Value): Value {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof Error) || cause.message.startsWith(`Cannot read "${path}"`)) throw cause;
    const other = /^Cannot read the safetensors file: (it is .*): [^:]*$/.exec(cause.message)?.[1];
    if (other !== undefined) {
      throw new SyntaxError(`Cannot read "${path}": ${other}: ${advice}`, { cause });
    }
    // The inner messages bring an advice of their own, for a file that may come from anywhere.
    const [what = cause.message] = cause.message.replace(
      /^Cannot (read the safetensors file|continue from this file|use the weights|load the weights): /,
      "",
    ).split(/: (?:it is damaged or|the file is damaged, or|it is damaged, or|name the one)/);
    const damage = /^it (is|was|belongs) /.test(what) ? what : `it is damaged: ${what}`;
    throw new SyntaxError(`Cannot read "${path}": ${damage}: ${advice}`, { cause });
  }
}
