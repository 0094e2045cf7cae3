/**
 * The data sets that can be loaded by name. A new one is a file with its entry, and its name and line here.
 *
 * @module
 */
import { cifarEntry, type CifarName } from "./cifar.ts";
import type { DatasetEntry } from "./dataset.ts";

/** Data sets that can be loaded by name. */
export type DatasetName = CifarName;

/** All data sets, by name. */
export const datasets: Readonly<Record<DatasetName, DatasetEntry>> = {
  cifar10: cifarEntry("cifar10"),
  cifar100: cifarEntry("cifar100"),
};
