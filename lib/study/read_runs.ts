/**
 * Reads all runs of a store, through an index that spares those that are as they were.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { type BigIntStats, existsSync, statSync } from "node:fs";
import { networkDiskType } from "../disk/network_disk.ts";
import { configure, resultHash, type Settings } from "../experiment/config.ts";
import type { MethodsOption } from "../experiment/configured.ts";
import { runFiles } from "../experiment/run_folder.ts";
import { runFolderNames, stateAtRest, stateOf } from "../experiment/run_list.ts";
import type { RunStore } from "../experiment/run_store.ts";
import type { RunResult } from "./result.ts";
import { type IndexRow, openResultDatabase, type ResultDatabase } from "./result_database.ts";
import { isResult, readRunResult, type UnreadableRun } from "./run_result.ts";

/** Settings of {@linkcode readRuns}. */
export interface ReadRunsOptions {
  /**
   * Whether the index is used: `rebuilt` throws it away before, `unused` reads every folder; `used` by
   * default, where the disk is one of this machine.
   */
  readonly index?: "used" | "rebuilt" | "unused";
  /** Told why the index is not used, or made anew. */
  readonly onNotice?: ((line: string) => void) | undefined;
}

/**
 * The file of the index of a store.
 *
 * @param store The store.
 * @returns Absolute path.
 * @example Beside the runs
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { indexFile } from "glmc/study/read_runs.ts";
 *
 * assertEquals(indexFile({ folder: "/runs" }), "/runs/.results.sqlite");
 * ```
 */
export function indexFile({ folder }: Pick<RunStore, "folder">): string {
  return `${folder}/.results.sqlite`;
}

/**
 * Reads the results of all runs of a store.
 *
 * @param store The store.
 * @param options Whether the index is used.
 * @returns A result for each run, and what is wrong with the folders that have none, by name.
 * @throws {Error} If the folder of the runs cannot be read.
 * @example No run yet
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { openRunStore } from "glmc";
 * import { readRuns } from "glmc/study/read_runs.ts";
 *
 * assertEquals(await readRuns(openRunStore(Deno.makeTempDirSync())), []);
 * ```
 */
export async function readRuns(
  store: RunStore,
  options: ReadRunsOptions = {},
): Promise<(RunResult | UnreadableRun)[]> {
  const { index = "used", onNotice } = options;
  const places = await runFolderNames(store.folder);
  if (places.length === 0) return [];
  const isUsed = index !== "unused" && isLocal(store.folder, onNotice);
  using database = isUsed
    ? await openResultDatabase(indexFile(store), { rebuild: index === "rebuilt", onNotice })
    : undefined;
  return await readThrough(database, { store, names: places, onNotice });
}

async function readThrough(
  database: ResultDatabase | undefined,
  { store: { folder: runs, methods }, names, onNotice }: {
    readonly store: RunStore;
    readonly names: readonly string[];
    readonly onNotice: ReadRunsOptions["onNotice"];
  },
): Promise<(RunResult | UnreadableRun)[]> {
  const kit = kitStamp({ methods });
  const changed = new Map<string, IndexRow>();
  const found: (RunResult | UnreadableRun)[] = [];
  for (const name of names) {
    const folder = `${runs}/${name}`;
    // Before the files are read: should they change meanwhile, they are read again next time.
    const stamp = database && stampOf(folder, kit);
    const row = database?.rows.get(name);
    const stored = row !== undefined && row.stamp === stamp ? parsed(row) : undefined;
    if (stored !== undefined) {
      found.push({ ...stored, name, folder, state: await presentState(folder, stored) });
      continue;
    }
    const result = await readRunResult(folder, { methods });
    if (result === undefined) continue;
    found.push(result);
    if (stamp !== undefined && isResult(result)) {
      changed.set(name, { stamp, result: JSON.stringify({ ...result, folder: null }) });
    }
  }
  const there = new Set(names);
  const gone = [...database?.rows.keys() ?? []].filter((name) => !there.has(name));
  const notice = database?.write({ changed, gone });
  if (notice !== undefined) onNotice?.(notice);
  return found;
}

function parsed({ result }: IndexRow): RunResult | undefined {
  try {
    return JSON.parse(result);
  } catch {
    return undefined;
  }
}

/** A lock comes and goes without a change of the files that are read. */
async function presentState(folder: string, stored: RunResult): Promise<RunResult["state"]> {
  // Most runs have no lock, and none has to be opened to know that.
  return existsSync(`${folder}/${runFiles.lock}`)
    ? await stateOf(folder, stored)
    : stateAtRest(stored);
}

/** Names and contents of a file change together: files of runs are written whole, under new nodes. */
function stampOf(folder: string, kit: string): string | undefined {
  const [description, metrics] = [runFiles.description, runFiles.metrics].map((file) => {
    const stat = statIfThere(`${folder}/${file}`);
    return stat && `${stat.ino} ${stat.mtimeNs} ${stat.size}`;
  });
  return description && `${kit} ${description} ${metrics ?? ""}`;
}

function statIfThere(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch {
    // Not in a folder, or not ours to read: reading it will say what is wrong.
    return undefined;
  }
}

/** Changes whenever the kit reads configurations, or knows them by their hashes, in another way. */
function kitStamp({ methods }: MethodsOption): string {
  const digest = createHash("sha256");
  const hashOf = (settings: Settings): string => resultHash(configure(settings, { methods }));
  for (const { name } of methods) digest.update(name).update(hashOf({ method: name }));
  digest.update(hashOf({ splitFile: "/rows", splitHash: "0".repeat(64) }));
  return digest.digest("hex").slice(0, 16);
}

/** The index shares memory between processes, which those of other machines do not see. */
function isLocal(folder: string, onNotice: ReadRunsOptions["onNotice"]): boolean {
  const type = networkType(folder);
  if (type === undefined) return true;
  onNotice?.(
    `The folders of the runs are read without an index: "${folder}" is on a network disk (${type})`,
  );
  return false;
}

function networkType(folder: string): string | undefined {
  try {
    return networkDiskType(Deno.realPathSync(folder), Deno.readTextFileSync("/proc/mounts"));
  } catch {
    // Only Linux tells what is mounted in this way.
    return undefined;
  }
}
