/**
 * Finds a study that was written down among the runs.
 *
 * @module
 */

import { basename } from "node:path";
import type { RunStore } from "../experiment/run_store.ts";
import { suggestion } from "../settings/check.ts";
import type { Study } from "./study.ts";
import { listStudies } from "./study_folder.ts";

/**
 * Finds a study by its name or its folder's.
 *
 * @param name Such as `components` or, where several have this name, `components-1a2b3c4d`.
 * @param store Where its runs are.
 * @returns The study.
 * @throws {Deno.errors.NotFound} If there is none.
 * @throws {RangeError} If there are several.
 * @example None
 * ```ts
 * import { assertRejects } from "@std/assert";
 * import { findStudy } from "glmc/study/find_study.ts";
 *
 * const folder = Deno.makeTempDirSync();
 *
 * await assertRejects(() => findStudy("gamma", { folder }), Deno.errors.NotFound, "no study");
 * ```
 */
export async function findStudy(
  name: string,
  { folder }: Pick<RunStore, "folder">,
): Promise<Study> {
  const studies = await listStudies(folder);
  const found = studies.filter(({ path, study }) => study.name === name || basename(path) === name);
  if (found.length === 1) return found[0]!.study;
  if (found.length > 1) {
    throw new RangeError(
      `Cannot show the study "${name}": there are ${found.length} of this name, which ask for other ` +
        `things: choose one of ${found.map(({ path }) => basename(path)).join(", ")}`,
    );
  }
  const names = studies.map(({ study }) => study.name);
  throw new Deno.errors.NotFound(
    `Cannot show the study "${name}": there is no study of this name in "${folder}": ` +
      (names.length === 0 ? "begin it with deno task ablate" : suggestion(name, names)),
  );
}
