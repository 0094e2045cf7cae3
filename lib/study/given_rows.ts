/**
 * Rows that are given, as a study knows them.
 *
 * @module
 */

import { configure, type Settings } from "../experiment/config.ts";
import { withSplitHash } from "../experiment/configured.ts";

/**
 * Settings with the hash of the rows that they name: rows are known by it, wherever their file lies, and it is
 * a part of what a run asks for.
 *
 * @param settings Settings, with or without a file of rows.
 * @returns The settings.
 * @throws {Error} If the file cannot be read.
 * @example No rows
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { withRows } from "glmc/study/given_rows.ts";
 *
 * assertEquals(await withRows({ epochs: 3 }), { epochs: 3 });
 * ```
 */
export async function withRows(settings: Settings): Promise<Settings> {
  const { splitFile = null, splitHash = null } = settings;
  if (splitFile === null || splitHash !== null) return settings;
  const { data } = await withSplitHash(configure({ splitFile }));
  return { ...settings, splitHash: data.splitHash };
}
