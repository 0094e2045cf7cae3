/**
 * The place of runs: the one door through which runs are started, resumed, read and listed.
 *
 * @module
 */

import type { Split } from "../data/long_tail.ts";
import type { Method } from "../method/method.ts";
import type { RunConfig } from "./config.ts";
import type { OpenRun } from "./open_run.ts";
import type { RecordedRun } from "./read_run.ts";
import type { Environment, RunDescription } from "./run_folder.ts";

/** A run that is about to begin. */
export interface NewRun {
  /** What to run. */
  readonly config: RunConfig;
  /** Its name; by default it says what differs from the default configuration. */
  readonly name?: string | undefined;
  /** The subset it trains on. */
  readonly split: Split;
  /** SHA-256 of the decoded images and labels. */
  readonly dataHash: string;
  /** Trained numbers of the network. */
  readonly parameters: number;
  /** The machine and the kit. */
  readonly environment: Environment;
}

/** A run on the disk. */
export interface FoundRun {
  /** Name of its folder. */
  readonly name: string;
  /** Its folder, as an absolute path. */
  readonly folder: string;
  /** What it is. */
  readonly description: RunDescription;
}

/** How far a run has come. */
export type RunState = "reserved" | "begun" | "running" | "stopped" | "finished" | "damaged";

/** A line of the list of runs. */
export interface RunSummary {
  /** Name of its folder. */
  readonly name: string;
  /** Its folder, as an absolute path. */
  readonly folder: string;
  /**
   * `reserved`: the folder is there and nothing in it; `begun`: no epoch is finished; `running`: a
   * process works on it; `stopped`, `finished`; `damaged`: it cannot be read, see `problem`.
   */
  readonly state: RunState;
  /** What it is; absent of a reserved or damaged run. */
  readonly description?: RunDescription;
  /** Finished epochs, `startEpoch` included. */
  readonly epochs?: number;
  /** Epochs of its stages. */
  readonly totalEpochs?: number;
  /** Highest top-1 accuracy in percent. */
  readonly bestTop1?: number;
  /** Top-1 accuracy of the last epoch in percent. */
  readonly lastTop1?: number;
  /** Why it cannot be read, in one line. */
  readonly problem?: string;
}

/** A folder with a folder for each run. */
export interface RunStore {
  /** The folder, as an absolute path. */
  readonly folder: string;
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
 * @param folder Where the runs are: `$GLMC_RUNS`, else `data/runs` of the project, by default.
 * @param options Methods from elsewhere.
 * @returns The store; nothing is touched yet.
 */
export function openRunStore(_folder?: string, _options: RunStoreOptions = {}): RunStore {
  throw new Error("Cannot open the store: it is not written yet");
}
