/**
 * Folders of studies: what a study asks for, and the logs of its runs, beside the runs.
 *
 * The runs themselves are where all runs are; a study owns none of them.
 *
 * @module
 */

import { dirname, join, resolve } from "node:path";
import { sha256 } from "../disk/digest.ts";
import { readSealedJson, writeSealedJson } from "../disk/json_file.ts";
import {
  isRecord,
  listOf,
  numeric,
  object,
  recordOf,
  type Schema,
  textual,
} from "../disk/schema.ts";
import { makeFolder } from "../disk/whole_file.ts";
import { canonicalJson } from "../experiment/config_name.ts";
import type { SettingValue } from "../settings/field.ts";
import type { Study } from "./study.ts";

/** A study and where it is written down. */
export interface StudyFolder {
  /** Its folder, as an absolute path: `<runs>/.studies/<name>-<hash>`. */
  readonly path: string;
  /** What it asks for. */
  readonly study: Study;
  /** Name of the preset that its settings start from; it is noted in the folder of each run, and no more. */
  readonly preset?: string;
}

/** Folder of all studies, in that of all runs. */
const studiesName = ".studies";

const studyFile = "study.json";
const logsName = "logs";

const name = textual(/^[a-z0-9][a-z0-9-]*$/);

const settings = recordOf<SettingValue>((value, name) => {
  const fits = value === null || ["string", "number", "boolean"].includes(typeof value);
  if (!fits) throw new TypeError(`${name} is ${JSON.stringify(value)}, not a value of a setting`);
  return value as SettingValue;
});

const variants = listOf(object({ name: textual(/./), settings }));

const fields = {
  name,
  title: textual(),
  base: settings,
  variants,
  seeds: listOf(numeric({ least: 0, whole: true })),
};

const optional = { baseline: textual(), preset: textual() };

const studySchema: Schema<Study & Pick<StudyFolder, "preset">> = (value, name) => {
  const given = Object.entries(optional)
    .filter(([key]) => isRecord(value) && Object.hasOwn(value, key));
  return object({ ...fields, ...Object.fromEntries(given) })(value, name);
};

/**
 * Writes down what a study asks for; one that is there already is the same.
 *
 * @param runs Folder of all runs; made if it is missing.
 * @param study The study.
 * @param options The preset that its settings start from; none by default.
 * @returns The study and its folder, which is the same whatever preset is named.
 * @throws {TypeError} If it is no study, such as one with a name that no folder can have.
 * @throws {Error} If the disk does not take it.
 * @example There and back
 * ```ts
 * import { readStudy, writeStudy } from "glmc/study/study_folder.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const variants = [{ name: "GLMC", settings: {} }];
 * const study = { name: "quick", title: "A look", base: { epochs: 1 }, variants, seeds: [1] };
 * const written = await writeStudy(Deno.makeTempDirSync(), study);
 *
 * assertEquals(await readStudy(written.path), written);
 * ```
 */
export async function writeStudy(
  runs: string,
  study: Study,
  { preset }: Pick<StudyFolder, "preset"> = {},
): Promise<StudyFolder> {
  const { preset: _, ...plain } = studySchema(JSON.parse(JSON.stringify(study)), "study");
  const hash = sha256(canonicalJson(plain)).slice(0, 8);
  const path = join(resolve(runs), studiesName, `${plain.name}-${hash}`);
  await makeFolder(join(path, logsName));
  const start = preset === undefined ? {} : { preset };
  await writeSealedJson(join(path, studyFile), { ...plain, ...start });
  return { path, study: plain, ...start };
}

/**
 * Reads a study.
 *
 * @param folder Its folder.
 * @returns The study and its folder, as an absolute path.
 * @throws {Deno.errors.NotFound} If there is none.
 * @throws {SyntaxError} If it is damaged.
 */
export async function readStudy(folder: string): Promise<StudyFolder> {
  const path = resolve(folder);
  const file = join(path, studyFile);
  const advice = "give the command of the study again, which writes it anew";
  const { value } = await readSealedJson(file, { advice });
  try {
    const { preset, ...study } = studySchema(value, "study");
    return { path, study, ...(preset !== undefined && { preset }) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SyntaxError(`Cannot read "${file}": ${reason}: ${advice}`, { cause: error });
  }
}

/**
 * All studies of a folder of runs.
 *
 * @param runs Folder of all runs.
 * @returns The studies by name; damaged ones are left out, for the command of a study writes it anew.
 * @example No study yet
 * ```ts
 * import { listStudies } from "glmc/study/study_folder.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await listStudies(Deno.makeTempDirSync()), []);
 * ```
 */
export async function listStudies(runs: string): Promise<StudyFolder[]> {
  const folder = join(resolve(runs), studiesName);
  const entries = await Array.fromAsync(Deno.readDir(folder)).catch(() => []);
  const names = entries.filter(({ isDirectory }) => isDirectory).map(({ name }) => name).sort();
  const found = await Promise.all(
    names.map((name) => readStudy(join(folder, name)).catch(() => undefined)),
  );
  return found.filter((study) => study !== undefined);
}

/**
 * The folder of all runs that a study lies in.
 *
 * @param folder Folder of the study.
 * @returns Absolute path.
 * @example Two folders up
 * ```ts
 * import { runsFolderOf } from "glmc/study/study_folder.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(runsFolderOf("/runs/.studies/gamma-01234567"), "/runs");
 * ```
 */
export function runsFolderOf(folder: string): string {
  return dirname(dirname(resolve(folder)));
}

/**
 * The file that takes what a run of a study says while it is trained.
 *
 * @param folder Folder of the study.
 * @param run Name of the run.
 * @returns Absolute path; there is no file before the run has begun.
 * @example Beside the study
 * ```ts
 * import { logFile } from "glmc/study/study_folder.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(logFile("/runs/.studies/gamma-01234567", "a"), "/runs/.studies/gamma-01234567/logs/a.log");
 * ```
 */
export function logFile(folder: string, run: string): string {
  return join(resolve(folder), logsName, `${run}.log`);
}
