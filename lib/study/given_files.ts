/**
 * Files that settings name, as a study knows them: rows of a subset, lists of images, and weights.
 *
 * @module
 */

import { configure, type Settings } from "../experiment/config.ts";
import { withSplitHash } from "../experiment/configured.ts";
import { openConfiguredFiles } from "../experiment/configured_files.ts";
import { dataFields } from "../experiment/data_fields.ts";
import { withPretrainedHash } from "../experiment/pretrained.ts";

/**
 * Settings with the hashes of the files that they name: rows and lists are known by these, wherever they lie,
 * and a part of what a run asks for. Images also tell how many classes there are.
 *
 * @param settings Settings, with or without files.
 * @returns The settings.
 * @throws {Error} If a file cannot be read, or does not fit.
 * @example No files
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { withFiles } from "glmc/study/given_files.ts";
 *
 * assertEquals(await withFiles({ epochs: 3 }), { epochs: 3 });
 * ```
 */
export async function withFiles(settings: Settings): Promise<Settings> {
  const [rows, lists] = [await rowsOf(settings), await listsOf(settings)];
  return { ...settings, ...rows, ...lists, ...await weightsOf(settings) };
}

async function weightsOf(
  { pretrained = null, pretrainedHash = null }: Settings,
): Promise<Settings> {
  if (pretrained === null || pretrainedHash !== null) return {};
  const { network } = await withPretrainedHash(configure({ pretrained }));
  return { pretrainedHash: network.pretrainedHash };
}

async function rowsOf({ splitFile = null, splitHash = null }: Settings): Promise<Settings> {
  if (splitFile === null || splitHash !== null) return {};
  const { data } = await withSplitHash(configure({ splitFile }));
  return { splitHash: data.splitHash };
}

async function listsOf(settings: Settings): Promise<Settings> {
  const ofData = Object.fromEntries(
    Object.entries(settings).filter(([name]) => Object.hasOwn(dataFields, name)),
  );
  const { classes } = settings;
  const files = await openConfiguredFiles(configure(ofData).data, {
    ...(typeof classes === "number" && { classes }),
  });
  if (files === undefined) return {};
  return {
    classes: files.classNames.length,
    trainListHash: files.train.hash,
    testListHash: files.test.hash,
  };
}
