/**
 * The configuration of a run: everything that decides its result.
 *
 * What a person gives is flat and in part ({@linkcode Settings}: flags, presets, grids, notebooks);
 * {@linkcode configure} checks and completes it to a {@linkcode RunConfig}, which is what runs and is
 * stored. {@linkcode readConfig} reads stored ones, of this version and of those before it.
 *
 * @module
 */

import type { Settings } from "../settings/field.ts";
import type { MaxNorm, Trains } from "../train/stage.ts";
import { configure } from "./config_complete.ts";
import type { NetworkConfig, Precision, StageSettings } from "./config_fields.ts";
import type { DataConfig } from "./data_fields.ts";

export {
  checkConfig,
  type ConfigOptions,
  configure,
  type MethodSettings,
  settingsOf,
} from "./config_complete.ts";
export {
  configHash,
  defaultRunName,
  describeChanges,
  groupHash,
  resultHash,
} from "./config_name.ts";
export { effectivePrecision } from "./config_precision.ts";
export { readConfig, type ReadConfigOptions, unknownMethods } from "./config_read.ts";
export type { DataConfig, NetworkConfig, Precision, Settings };

/** One stage of a training. */
export interface StageConfig extends StageSettings {
  /** Its name, unlike those of the other stages: `train`, then the kind of a second stage. */
  readonly name: string;
  /** Name of the method. */
  readonly method: string;
  /** The method's own settings, complete. */
  readonly options: Settings;
  /** Which parameters are trained. */
  readonly trains: Trains;
  /**
   * The weights it goes on with: those of the last epoch before it, or, of a run that goes on from another
   * one, of the best.
   */
  readonly startsFrom: "last" | "best";
  /** Whether the tested classifier is drawn anew when the stage begins. */
  readonly freshClassifier: boolean;
  /** A limit to the rows of the tested classifier, or null. */
  readonly maxNorm: MaxNorm | null;
  /** Whether the running statistics of batch norm move. */
  readonly statistics: "updated" | "kept";
}

/** The configuration of a run, resolved: complete and checked. */
export interface RunConfig {
  /** Version of this form. */
  readonly version: 8;
  /** The data. */
  readonly data: DataConfig;
  /** The network. */
  readonly network: NetworkConfig;
  /** Stages in their order, at least one. */
  readonly stages: readonly [StageConfig, ...StageConfig[]];
  /** Seed of everything but the subset. */
  readonly seed: number;
}

/**
 * What settings differ from: GLMC on CIFAR-10-LT, the official command with two epochs and the classical
 * network of width 16, which two CPU cores train in minutes.
 */
export const defaultConfig: RunConfig = configure();
