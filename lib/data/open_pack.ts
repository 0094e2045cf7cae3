/**
 * Opens a pack in place of the images that it was made of.
 *
 * @module
 */

import { basename, join } from "node:path";
import { sha256 } from "../disk/digest.ts";
import type { FileDatasetName } from "./file_datasets.ts";
import type { FileLists } from "./file_lists.ts";
import { type ImageList, readImageList } from "./image_list.ts";
import { type PackFacts, packFiles, packPlaces, readPackFacts } from "./image_pack.ts";
import type { ListLayout } from "./list_layout.ts";
import { hashList } from "./list_parts.ts";
import type { FilePart } from "./picture_files.ts";

/** A pack that is open. */
export interface OpenPack extends FileLists {
  /** Where images lie, by their rows. */
  readonly places: Readonly<Record<"train" | "test", (row: number) => FilePart>>;
  /** What each part is known by: its list, and that its images are made small. */
  readonly hashes: Readonly<Record<"train" | "test", string>>;
  /** Paths are those of the lists. */
  readonly layout: ListLayout;
}

/**
 * Opens a folder as a pack, if it is one.
 *
 * @param folder The folder.
 * @param options Which data set it must be of, and the lists that it must have, if they are named.
 * @returns The pack; `undefined` if it is none.
 * @throws {RangeError} If it is of another data set, or has other lists.
 * @throws {SyntaxError} If it is damaged.
 * @example A folder that is none
 * ```ts
 * import { openPack } from "glmc/data/open_pack.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await openPack(Deno.makeTempDirSync(), { name: "folder" }), undefined);
 * ```
 */
export async function openPack(
  folder: string,
  { name, ...named }: {
    readonly name: FileDatasetName;
    readonly trainList?: string | undefined;
    readonly testList?: string | undefined;
  },
): Promise<OpenPack | undefined> {
  const facts = await readPackFacts(folder);
  if (facts === undefined) return undefined;
  if (facts.dataset !== name) {
    throw new RangeError(
      `Cannot use the pack "${folder}" as ${name}: it is of ${facts.dataset}: pass --dataset ` +
        facts.dataset,
    );
  }
  const listOf = async (part: "train" | "test"): Promise<ImageList> => {
    const { classNames } = facts;
    const list = await readImageList(join(folder, packFiles.list(part)));
    await refuseOther(named[`${part}List`], { folder, hash: facts[`${part}Hash`] });
    if (hashList(list) !== facts[`${part}Hash`] || list.count !== facts[part]) {
      throw new SyntaxError(
        `Cannot use the pack "${folder}": ${
          packFiles.list(part)
        } is not that of its images: pack ` +
          "them again",
      );
    }
    return classNames === null ? list : { ...list, classNames, classes: classNames.length };
  };
  const train = await listOf("train");
  const test = { ...await listOf("test"), classes: train.classes };
  const made = `made small to ${facts.side} at quality ${facts.quality}`;
  return {
    train,
    test,
    recognised: new Map(),
    places: {
      train: await packPlaces(folder, "train", facts),
      test: await packPlaces(folder, "test", facts),
    },
    hashes: {
      train: sha256(`${facts.trainHash} ${made}`),
      test: sha256(`${facts.testHash} ${made}`),
    },
    layout: { name: "as they are", place: (path) => path },
  };
}

/** A list that is named beside a pack must be the one that it was made by. */
async function refuseOther(
  path: string | undefined,
  { folder, hash }: { readonly folder: string; readonly hash: PackFacts["trainHash"] },
): Promise<void> {
  if (path === undefined || hashList(await readImageList(path)) === hash) return;
  throw new RangeError(
    `Cannot use the list "${path}" with the pack "${folder}": it holds the images of another list: ` +
      `leave ${basename(path)} out, or pack its images`,
  );
}
