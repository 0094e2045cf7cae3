/**
 * Finds a run, and tells what is there instead when there is none.
 *
 * @module
 */

import { basename, dirname, resolve } from "node:path";
import { readError } from "../disk/errors.ts";
import { recognisePath } from "../disk/file_kind.ts";
import { isTensorFileName } from "../disk/tensor_file.ts";
import { suggestion } from "../settings/check.ts";
import type { MethodsOption } from "./configured.ts";
import { isLeftOfBeginning } from "./reserve.ts";
import { type RunDescription, runFiles } from "./run_folder.ts";
import { readDescription } from "./describe_run.ts";

/** A run on the disk. */
export interface FoundRun {
  /** Name of its folder. */
  readonly name: string;
  /** Its folder, as an absolute path. */
  readonly folder: string;
  /** What it is. */
  readonly description: RunDescription;
}

/**
 * Finds a run by its name, its folder or one of its files.
 *
 * @param nameOrPath What a user wrote; paths are of the folder the user stands in.
 * @param options Folder of all runs, and the methods there are.
 * @returns The run.
 * @throws {Deno.errors.NotFound} If there is no such run; says what is there instead.
 * @throws {SyntaxError} If its description is damaged.
 */
export async function findRun(
  nameOrPath: string,
  { runs, methods }: MethodsOption & { readonly runs: string },
): Promise<FoundRun> {
  const cannot = `Cannot find the run "${nameOrPath}"`;
  let instead: string | undefined;
  for (const folder of placesOf(nameOrPath, runs)) {
    const names = await namesIn(folder);
    if (names === undefined) continue;
    if (names.includes(runFiles.description)) {
      const description = await readDescription(folder, { methods });
      return { name: basename(folder), folder, description };
    }
    instead ??= names.every(isLeftOfBeginning)
      ? `"${folder}" is reserved, but the run has not begun: if no process is about to begin it, ` +
        `start it: deno task train --name ${basename(folder)}`
      : names.some((name) => runNames.includes(name) && name !== runFiles.best)
      ? `"${folder}" holds a run without ${runFiles.description}: bring that back from a copy`
      : names.some(isTensorFileName)
      ? `"${folder}" is no run but a folder of weights: ${evaluateWeights(folder)}`
      : `"${folder}" is a folder without ${runFiles.description}: name the folder of a run`;
  }
  instead = await fileInstead(nameOrPath) ?? instead;
  if (instead !== undefined) throw new Deno.errors.NotFound(`${cannot}: ${instead}`);
  const names = await namesIn(runs) ?? [];
  const advice = names.length === 0
    ? `"${runs}" holds no run: name the folder of one`
    : suggestion(nameOrPath, names.slice(0, 10));
  throw new Deno.errors.NotFound(`${cannot}: there is no such run: ${advice}`);
}

function userPath(nameOrPath: string): string {
  return resolve(Deno.env.get("INIT_CWD") ?? ".", nameOrPath);
}

const runNames: readonly string[] = Object.values(runFiles);

/** Where a run may lie that is named so: among the runs, at a path, around a file of it. */
function placesOf(nameOrPath: string, runs: string): string[] {
  if (nameOrPath === "") return [];
  const path = userPath(nameOrPath);
  const isFile = runNames.includes(basename(nameOrPath));
  return [...new Set([resolve(runs, nameOrPath), path, ...(isFile ? [dirname(path)] : [])])];
}

/** What a file is that was named in place of a run; `undefined` if there is no such file. */
async function fileInstead(nameOrPath: string): Promise<string | undefined> {
  const path = userPath(nameOrPath);
  const isFile = await Deno.stat(path).then((info) => info.isFile, () => false);
  if (!isFile || nameOrPath === "") return undefined;
  const { kind, what } = await recognisePath(path);
  const next = ["safetensors", "torch", "torch-legacy"].includes(kind)
    ? evaluateWeights(nameOrPath)
    : "name a run or its folder";
  return `it is no run but ${what}: ${next}`;
}

function evaluateWeights(path: string): string {
  return `evaluate it with deno task evaluate --weights ${path}, or name a run`;
}

/** Names in a folder; `undefined` if there is no such folder. */
async function namesIn(folder: string): Promise<string[] | undefined> {
  try {
    return (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();
  } catch (error) {
    const isNone = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotADirectory;
    if (isNone) return undefined;
    throw readError(folder, error);
  }
}
