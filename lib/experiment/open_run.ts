/**
 * A run in the hands of the process that works on it.
 *
 * @module
 */

import type { Network } from "../model/network.ts";
import type { Progress, TrainEvent } from "../train/events.ts";
import type { Stage } from "../train/stage.ts";
import type { Environment, RunDescription } from "./run_folder.ts";

/** Where a run stands. */
export interface Restored {
  /** Its progress, whose tensors are the caller's; `undefined` before its first checkpoint. */
  readonly progress: Progress | undefined;
  /** What was damaged and what was used instead, a line each; for the user's eyes. */
  readonly notices: readonly string[];
}

/** A run that is locked for this process. */
export interface OpenRun {
  /** Name of its folder. */
  readonly name: string;
  /** Its folder, as an absolute path. */
  readonly folder: string;
  /** What it is. */
  readonly description: RunDescription;
  /**
   * Reads where it stands; a damaged checkpoint falls back to the one before it.
   *
   * @throws {SyntaxError} If both are damaged, or one is with nothing before it.
   */
  restore(plan: { readonly network: Network; readonly stages: readonly Stage[] }): Promise<Restored>;
  /**
   * Makes sure that images and machine are those of the run; what is other about the machine goes into
   * its description.
   *
   * @throws {Error} If subset or images differ; says which.
   */
  confirm(now: {
    readonly splitHash: string;
    readonly dataHash: string;
    readonly environment: Environment;
    readonly at: Pick<Progress, "epoch" | "step">;
  }): Promise<void>;
  /** Writes down what an event brings; after it the process can be killed and the run continued. */
  keep(event: TrainEvent): Promise<void>;
  /** Gives the lock back. */
  release(): void;
}
