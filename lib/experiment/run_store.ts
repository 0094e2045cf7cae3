/**
 * The place of runs: the one door through which runs are started, resumed, read and listed.
 *
 * @module
 */

import { resolve } from "node:path";
import type { Split } from "../data/long_tail.ts";
import { acquireLock } from "../disk/lock.ts";
import { removeLeftovers } from "../disk/whole_file.ts";
import type { Method } from "../method/method.ts";
import { methods as kitMethods } from "../method/methods.ts";
import { readRunWeights, type RunWeightsOptions, type WeightsOfEpoch } from "./run_weights.ts";
import type { Variables } from "../model/network.ts";
import { runsFolder } from "../setup/project.ts";
import type { RunConfig } from "./config.ts";
import { findRun, type FoundRun } from "./find_run.ts";
import { tellUser } from "./notice.ts";
import { runArgument } from "./place.ts";
import { holdRun, type OpenRun } from "./open_run.ts";
import { readRecordedRun, type RecordedRun } from "./read_run.ts";
import { reserveRun } from "./reserve.ts";
import { type Environment, type RunDescription, runFiles } from "./run_folder.ts";
import { readDescription } from "./describe_run.ts";
import { listRuns, type RunSummary } from "./run_list.ts";
import { writeDescription, writeSplit } from "./run_writing.ts";

export type { FoundRun, RunSummary };

/** A run that is about to begin. */
export interface NewRun {
  /** What to run. */
  readonly config: RunConfig;
  /** Its name; by default it says what differs from the default configuration. */
  readonly name?: string | undefined;
  /** Its subset, with the images that are held out. */
  readonly split: Split;
  /** Training images of each class, without those that are held out. */
  readonly classCounts: readonly number[];
  /** SHA-256 of the decoded images and labels. */
  readonly dataHash: string;
  /** Name of each class. */
  readonly classNames: readonly string[];
  /** Trained numbers of the network. */
  readonly parameters: number;
  /** The machine and the kit. */
  readonly environment: Environment;
}

/** A folder with a folder for each run. */
export interface RunStore {
  /** The folder, as an absolute path. */
  readonly folder: string;
  /** Methods that stored configurations may name. */
  readonly methods: readonly Method[];
  /**
   * Begins a run: reserves its folder, takes its lock, writes what it is.
   *
   * @throws {Deno.errors.AlreadyExists} If the name is taken.
   * @throws {LockedError} If another process is just beginning it.
   */
  start(run: NewRun): Promise<OpenRun>;
  /**
   * Opens a run to continue it: takes its lock, removes what a killed process has left.
   *
   * @throws {LockedError} If a process is at work on it; names it.
   * @throws {Deno.errors.NotFound} If there is no such run; says what is there instead.
   * @throws {SyntaxError} If its description is damaged.
   */
  resume(nameOrPath: string): Promise<OpenRun>;
  /**
   * Reads what a run has measured, whether it is running or not.
   *
   * @throws {Deno.errors.NotFound} If there is no such run, or none of its epochs is finished.
   * @throws {SyntaxError} If a file is damaged.
   */
  read(nameOrPath: string): Promise<RecordedRun>;
  /**
   * Finds a run by its name, its folder or one of its files.
   *
   * @throws {Deno.errors.NotFound} If there is no such run; says what is there instead.
   * @throws {SyntaxError} If its description is damaged.
   */
  find(nameOrPath: string): Promise<FoundRun>;
  /**
   * Reads weights of a run, whether it is running or not.
   *
   * @returns Parameters and statistics; the caller owns them.
   * @throws {Deno.errors.NotFound} If there is no such run, or it has no such weights yet.
   * @throws {SyntaxError} If a file is damaged.
   */
  weights(nameOrPath: string, options: RunWeightsOptions): Promise<Variables>;
  /** The same weights, with the epoch they are of, which tells their stage. */
  weightsOfEpoch(nameOrPath: string, options: RunWeightsOptions): Promise<WeightsOfEpoch>;
  /** All runs by name, the damaged ones too. */
  list(): Promise<RunSummary[]>;
}

/** Settings of {@linkcode openRunStore}. */
export interface RunStoreOptions {
  /** Methods that stored configurations may name; those of the kit by default. */
  readonly methods?: readonly Method[];
}

/**
 * Opens a place of runs.
 *
 * Every method of the store but `start` leaves the folder as it is, and several processes may use one
 * place at a time: each run has a lock of its own.
 *
 * @param folder Where the runs are: `$GLMC_RUNS`, else `data/runs` of the project, by default.
 * @param options Methods from elsewhere.
 * @returns The store; nothing is touched yet.
 * @example No run yet
 * ```ts
 * import { openRunStore } from "glmc";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * const store = openRunStore(Deno.makeTempDirSync());
 *
 * assertEquals(await store.list(), []);
 * await assertRejects(() => store.read("first"), Deno.errors.NotFound, "there is no such run");
 * ```
 */
export function openRunStore(folder?: string, options: RunStoreOptions = {}): RunStore {
  const runs = folder === undefined ? runsFolder() : resolve(folder);
  const { methods = kitMethods } = options;
  const find = (nameOrPath: string): Promise<FoundRun> => findRun(nameOrPath, { runs, methods });
  const weightsOfEpoch: RunStore["weightsOfEpoch"] = async (nameOrPath, options) =>
    await readRunWeights(await find(nameOrPath), { ...options, methods });
  return {
    folder: runs,
    methods,
    find,
    list: () => listRuns(runs, { methods }),
    weights: async (nameOrPath, options) => (await weightsOfEpoch(nameOrPath, options)).variables,
    weightsOfEpoch,
    start: (run) => startRun(run, { runs, methods }),
    async resume(nameOrPath) {
      const { name, folder } = await find(nameOrPath);
      const lock = await acquireLock(`${folder}/${runFiles.lock}`, {
        what: `continue the run "${name}"`,
        onNotice: tellUser,
        advice: "copy the run to a folder of your own and name the copy",
      });
      try {
        await removeLeftovers(folder);
        // Again, for it may have changed before the lock was taken.
        return holdRun({ folder, description: await readDescription(folder, { methods }) }, lock);
      } catch (error) {
        lock.release();
        throw error;
      }
    },
    async read(nameOrPath) {
      const { name, folder, description } = await find(nameOrPath);
      const run = await readRecordedRun({ folder, description }, { methods });
      if (run !== undefined) return { name, ...run };
      throw new Deno.errors.NotFound(
        `Cannot read the run "${name}": none of its epochs is finished: wait for the first one, ` +
          `or continue the run: deno task train --resume ${runArgument(folder)}`,
      );
    },
  };
}

async function startRun(
  { config, name, split, ...described }: NewRun,
  { runs, methods }: { readonly runs: string; readonly methods: readonly Method[] },
): Promise<OpenRun> {
  const { folder, lock } = await reserveRun({ runs, config, name, methods, onNotice: tellUser });
  try {
    const description: RunDescription = {
      id: crypto.getRandomValues(new Uint8Array(16)).toHex(),
      config,
      splitHash: split.hash,
      ...described,
      resumed: [],
    };
    // The description comes last: it is what makes the folder a run.
    await writeSplit({ folder, description }, split);
    await writeDescription(folder, description);
    return holdRun({ folder, description }, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}
