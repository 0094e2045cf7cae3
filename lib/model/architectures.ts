/**
 * The list of networks: a new one is a file that describes it, and its name and line here.
 *
 * @module
 */

import { resnet9 } from "./resnet9.ts";
import { classicalResnet } from "./resnet_classical.ts";
import { imagenetResnet, type ImagenetShape } from "./resnet_imagenet.ts";
import { wideResnet } from "./resnet_wide.ts";
import type { Backbone, BackboneOptions } from "./structure.ts";

/** Names of the networks, as the official `--arch` writes them. */
export type Architecture =
  | "resnet32"
  | "resnet18"
  | "resnet34"
  | "resnet50"
  | "resnet9"
  | "resnext50_32x4d"
  | "resnet50_imagenet"
  | "resnet10_imagenet";

/** A network that can be chosen by name. */
export interface ArchitectureEntry {
  /** Describes it for a width and images of some channels. */
  readonly describe: (options: BackboneOptions) => Backbone;
  /** Channels of its first stage unless others are chosen. */
  readonly width: number;
  /** Whether other widths can be chosen. */
  readonly anyWidth: boolean;
}

const basic = (depths: readonly number[]) => (options: BackboneOptions): Backbone =>
  wideResnet({ depths, block: "basic" }, options);
const bottleneck = (depths: readonly number[]) => (options: BackboneOptions): Backbone =>
  wideResnet({ depths, block: "bottleneck" }, options);

const classical =
  (depths: readonly [number, number, number]) => (options: BackboneOptions): Backbone =>
    classicalResnet(depths, options);

const imagenet = (shape: ImagenetShape) => (options: BackboneOptions): Backbone =>
  imagenetResnet(shape, options);

/** The networks that come with the kit, by the names that `--arch` takes. */
export const architectureTable: Readonly<Record<Architecture, ArchitectureEntry>> = {
  resnet32: { describe: classical([5, 5, 5]), width: 64, anyWidth: true },
  resnet18: { describe: basic([2, 2, 2, 2]), width: 64, anyWidth: false },
  resnet34: { describe: basic([3, 4, 6, 3]), width: 64, anyWidth: false },
  resnet50: { describe: bottleneck([3, 4, 6, 3]), width: 64, anyWidth: false },
  resnet9: { describe: resnet9, width: 32, anyWidth: true },
  resnext50_32x4d: {
    describe: imagenet({ depths: [3, 4, 6, 3], block: "grouped" }),
    width: 64,
    anyWidth: true,
  },
  resnet50_imagenet: {
    describe: imagenet({ depths: [3, 4, 6, 3], block: "bottleneck" }),
    width: 64,
    anyWidth: true,
  },
  resnet10_imagenet: {
    describe: imagenet({ depths: [1, 1, 1, 1], block: "basic" }),
    width: 64,
    anyWidth: true,
  },
};

/** Names of all networks. */
export const architectures: readonly Architecture[] = Object.keys(
  architectureTable,
) as Architecture[];

/**
 * What is known about a network.
 *
 * @param name Its name.
 * @returns How to describe it, and which widths it comes in.
 * @throws {RangeError} If there is none of that name.
 * @example A network of one width
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { architectureEntry } from "glmc/model/architectures.ts";
 *
 * const { width, anyWidth } = architectureEntry("resnet18");
 * assertEquals([width, anyWidth], [64, false]);
 * ```
 */
export function architectureEntry(name: Architecture): ArchitectureEntry {
  if (!Object.hasOwn(architectureTable, name)) {
    throw new RangeError(
      `Cannot make a network: "${name}" is unknown: choose one of ${
        architectures.join(", ")
      } (--arch)`,
    );
  }
  return architectureTable[name];
}

/**
 * Names of the networks that come in other widths than their own.
 *
 * @returns Names in the order of the list.
 * @example The first two
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { namesOfAnyWidth } from "glmc/model/architectures.ts";
 *
 * assertEquals(namesOfAnyWidth().slice(0, 2), ["resnet32", "resnet9"]);
 * ```
 */
export function namesOfAnyWidth(): Architecture[] {
  return architectures.filter((name) => architectureTable[name].anyWidth);
}
