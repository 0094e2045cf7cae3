/**
 * What a study has given to Slurm, written down beside it.
 *
 * @module
 */

import { basename, join } from "node:path";
import { sha256 } from "../../disk/digest.ts";
import { readSealedJson, writeSealedJson } from "../../disk/json_file.ts";
import { listOf, object, textual } from "../../disk/schema.ts";

/** A job array of a study. */
export interface Submission {
  /** Name of the job, which no other of the study has, nor one of the same study in other folders. */
  readonly name: string;
  /** Hashes of the runs, in the order of its tasks. */
  readonly runs: readonly string[];
}

const fileName = "slurm.json";
const schema = object({
  submissions: listOf(object({ name: textual(/./), runs: listOf(textual(/./)) })),
});

/**
 * Reads what a study has given to Slurm.
 *
 * @param folder Folder of the study.
 * @returns The submissions, in their order; none where nothing was submitted.
 * @throws {SyntaxError} If the file is damaged.
 * @example There and back
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { readSubmissions, writeSubmissions } from "glmc/study/slurm/submissions.ts";
 *
 * const folder = Deno.makeTempDirSync();
 * const submissions = [{ name: "gamma-01234567.1", runs: ["0123"] }];
 *
 * assertEquals(await readSubmissions(folder), []);
 * await writeSubmissions(folder, submissions);
 * assertEquals(await readSubmissions(folder), submissions);
 * ```
 */
export async function readSubmissions(folder: string): Promise<readonly Submission[]> {
  const path = join(folder, fileName);
  const advice =
    "remove it: at worst a job is submitted twice, and the second one finds nothing to do";
  try {
    const { value } = await readSealedJson(path, { advice });
    return schema(value, "value").submissions;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    if (!(error instanceof TypeError)) throw error;
    throw new SyntaxError(`Cannot read "${path}": ${error.message}: ${advice}`, { cause: error });
  }
}

/**
 * Writes down what a study has given to Slurm.
 *
 * @param folder Folder of the study.
 * @param submissions The submissions, in their order.
 * @throws {Error} If the disk does not take it.
 */
export async function writeSubmissions(
  folder: string,
  submissions: readonly Submission[],
): Promise<void> {
  await writeSealedJson(join(folder, fileName), { submissions });
}

/**
 * A name for the next job array of a study, by which its tasks are found in the queue.
 *
 * @param folder Folder of the study, as an absolute path.
 * @param submissions What was submitted before.
 * @returns The folder's name, a hash of its path, and a number.
 * @example The first
 * ```ts
 * import { assertMatch } from "@std/assert";
 * import { nextJobName } from "glmc/study/slurm/submissions.ts";
 *
 * assertMatch(nextJobName("/runs/.studies/gamma-01234567", []), /^gamma-01234567-[0-9a-f]{8}\.1$/);
 * ```
 */
export function nextJobName(folder: string, submissions: readonly Submission[]): string {
  const last = Number(submissions.at(-1)?.name.split(".").at(-1) ?? 0);
  // The same study may be done in several folders of runs, by one queue.
  return `${basename(folder)}-${sha256(folder).slice(0, 8)}.${last + 1}`;
}
