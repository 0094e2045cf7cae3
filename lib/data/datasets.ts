/**
 * The data sets that can be loaded by name. A new one is a file with its entry and a line here.
 *
 * @module
 */
import { cifarEntry } from "./cifar.ts";
import type { DatasetEntry } from "./dataset.ts";

/** All data sets, by name. */
export const datasets = {
  cifar10: cifarEntry("cifar10"),
  cifar100: cifarEntry("cifar100"),
} as const satisfies Readonly<Record<string, DatasetEntry>>;

/** Data sets that can be loaded by name. */
export type DatasetName = keyof typeof datasets;
