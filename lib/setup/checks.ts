/**
 * Looks at the machine and says what training needs, what is there and what mends the rest.
 * Installs and changes nothing.
 *
 * @module
 */
import { firstUnreadable, isWritable, unreadableAdvice } from "./access.ts";
import { devices } from "./device_check.ts";
import { findLibraryFolder, hasLibrary, sitePackages } from "./find.ts";
import { hasLab } from "./lab.ts";
import { libraryNames } from "./library_names.ts";
import { readLibraryVersion } from "./library.ts";
import { formatSize, freeBytes, listGpus, runProgram } from "./machine.ts";
import { memoryInfo, memoryLimit, usableMemory } from "../process/memory.ts";
import { hasNpmPackages } from "./npm.ts";
import { unreadablePackageAdvice, unreadablePackageFile } from "./npm_cache.ts";
import { platformProblem } from "./platform.ts";
import { projectRoot, runsFolder, venvFolder, wantedDeno } from "./project.ts";
import { findPython, hasVenvModule, pythonHint, venvPythonVersion } from "./python.ts";
import { checkStamp, readStamp } from "./stamp.ts";

/** One thing that was looked at. */
export interface Check {
  /** What was looked at. */
  name: string;
  /** `ok`; `note` if training can do without it; `missing` if it cannot. */
  state: "ok" | "note" | "missing";
  /** What was found. */
  found: string;
  /** The command that mends it. */
  mend?: string;
}

const setupCommand = "deno task setup";

/**
 * Looks at everything training depends on.
 *
 * @param root The project folder.
 * @returns One check for each thing, in the order to print them.
 *
 * @example Deno itself is there
 * ```ts
 * import { checkMachine } from "glmc/setup/checks.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const [, deno] = await checkMachine();
 * assertEquals(deno?.name, "Deno");
 * ```
 */
export async function checkMachine(root: string = projectRoot): Promise<Check[]> {
  const gpus = await listGpus();
  const checks = await Promise.all([
    platform(),
    deno(),
    node(),
    python(root),
    environment(root),
    tensorflow(root),
    library(root),
    lab(root),
    devices(root, gpus),
    npmPackages(root),
    dataSets(root),
    runs(root),
    disk(root),
    memory(),
  ]);
  return checks;
}

/**
 * Whether training can start.
 *
 * @param checks What {@linkcode checkMachine} found.
 * @returns Whether nothing is missing.
 *
 * @example Notes do not matter
 * ```ts
 * import { canTrain } from "glmc/setup/checks.ts";
 * import { assert } from "@std/assert";
 *
 * assert(canTrain([{ name: "Data sets", state: "note", found: "none yet" }]));
 * assert(!canTrain([{ name: "libtensorflow", state: "missing", found: "none" }]));
 * ```
 */
export function canTrain(checks: readonly Check[]): boolean {
  return checks.every(({ state }) => state !== "missing");
}

function platform(): Check {
  const name = "Platform";
  const found = `${Deno.build.os} ${Deno.build.arch}`;
  const problem = platformProblem();
  return problem === undefined
    ? { name, state: "ok", found }
    : { name, state: "missing", found: `${found}: ${problem.reason}`, mend: problem.mend };
}

function deno(): Check {
  const found = Deno.version.deno;
  if (found === wantedDeno) return { name: "Deno", state: "ok", found };
  return {
    name: "Deno",
    state: "note",
    found: `${found}, tested with ${wantedDeno}`,
    mend: `npx -y deno@${wantedDeno} task doctor`,
  };
}

async function node(): Promise<Check> {
  const versions = await Promise.all(["node", "npm"].map(async (program) => {
    const result = await runProgram(program, ["--version"]);
    // Where there is no Node, Deno answers in its place, with more lines.
    const version = result?.output.match(/^v?(\d+\.\d+\.\d+)\s*$/)?.[1];
    return version ? [`${program} ${version}`] : [];
  }));
  const found = versions.flat().join(", ");
  return found
    ? { name: "Node", state: "ok", found }
    : { name: "Node", state: "note", found: "none, needed only to start Deno through npx" };
}

async function python(root: string): Promise<Check> {
  const name = "Python";
  // Python serves to install TensorFlow, not to run it.
  const state = hasLibrary(root) ? "note" : "missing";
  const mend = pythonHint;
  const found = await findPython().catch(() => undefined);
  if (!found) return { name, state, found: "none that is supported (3.10 to 3.13)", mend };
  const text = `${found.version} (${found.command})`;
  return await hasVenvModule(found)
    ? { name, state: "ok", found: text }
    : { name, state, found: `${text}, without the venv module`, mend };
}

async function environment(root: string): Promise<Check> {
  const name = "Environment";
  const version = venvPythonVersion(root);
  const stamp = await readStamp(root);
  if (stamp) {
    const holds = await checkStamp(root, stamp);
    if (holds.python && holds.npm) {
      return { name, state: "ok", found: `.venv, Python ${stamp.python}, complete` };
    }
  }
  return {
    name,
    state: "note",
    found: !version ? "none" : `.venv, Python ${version}, ${stamp ? "out of date" : "incomplete"}`,
    mend: setupCommand,
  };
}

function tensorflow(root: string): Check {
  const packages = sitePackages(root).flatMap((folder) =>
    Array.from(
      readDirectory(folder),
      ({ name }) => name.match(/^(tensorflow(?:_cpu)?)-([\d.]+)\.dist-info$/),
    )
  ).filter((match) => match !== null);
  const found = packages.map(([, name = "", version]) => `${name.replace("_", "-")} ${version}`);
  return found.length > 0
    ? { name: "TensorFlow", state: "ok", found: found.join(", ") }
    : { name: "TensorFlow", state: "note", found: "not installed in .venv", mend: setupCommand };
}

async function library(root: string): Promise<Check> {
  const name = "libtensorflow";
  if (!hasLibrary(root)) {
    const unreadable = await firstUnreadable(venvFolder(root));
    if (unreadable) {
      return {
        name,
        state: "missing",
        found: notReadable(unreadable),
        mend: unreadableAdvice(root),
      };
    }
    const chosen = Deno.env.get("GLMC_LIBTENSORFLOW");
    return chosen
      ? { name, state: "missing", found: `not in "${chosen}"`, mend: "unset GLMC_LIBTENSORFLOW" }
      : { name, state: "missing", found: "not in .venv", mend: setupCommand };
  }
  const folder = findLibraryFolder(root);
  const unreadable = await firstUnreadable(folder);
  if (unreadable !== undefined && libraryNames().pattern.test(unreadable)) {
    return { name, state: "missing", found: notReadable(unreadable), mend: unreadableAdvice(root) };
  }
  try {
    return { name, state: "ok", found: `${await readLibraryVersion(folder)} opens, in ${folder}` };
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    return { name, state: "missing", found, mend: `rm -r .venv && ${setupCommand}` };
  }
}

async function lab(root: string): Promise<Check> {
  const name = "JupyterLab";
  return await hasLab(root) ? { name, state: "ok", found: "in .venv, with the Deno kernel" } : {
    name,
    state: "note",
    found: "not complete in .venv; only notebooks need it",
    mend: "deno task lab",
  };
}

async function npmPackages(root: string): Promise<Check> {
  const name = "npm packages";
  const unreadable = await unreadablePackageFile(root);
  if (unreadable) {
    const found = notReadable(unreadable);
    return { name, state: "missing", found, mend: unreadablePackageAdvice() };
  }
  return await hasNpmPackages(root, { changeLock: false })
    ? { name, state: "ok", found: "all in Deno's cache" }
    : { name, state: "missing", found: "not all in Deno's cache", mend: setupCommand };
}

function dataSets(root: string): Check {
  const cache = `${root}/data/cache`;
  const found = Array.from(readDirectory(cache), ({ name }) => name)
    .filter((name) =>
      readDirectory(`${cache}/${name}`).some((file) => file.name === "manifest.json")
    )
    .sort()
    .map((name) => `${name} (${formatSize(folderSize(`${cache}/${name}`))})`);
  return found.length > 0
    ? { name: "Data sets", state: "ok", found: found.join(", ") }
    : { name: "Data sets", state: "note", found: "none yet", mend: "deno task train fetches them" };
}

async function runs(root: string): Promise<Check> {
  const name = "Runs";
  const folder = runsFolder(root);
  return await isWritable(folder) ? { name, state: "ok", found: `are kept in ${folder}` } : {
    name,
    state: "missing",
    found: `"${folder}" cannot be written by you`,
    mend: "name a folder of your own: GLMC_RUNS=<folder> deno task train",
  };
}

function notReadable(path: string): string {
  return `"${path}" cannot be read by you`;
}

async function disk(root: string): Promise<Check> {
  const free = await freeBytes(venvFolder(root));
  const found = `${formatSize(free)} free`;
  return free > 1e9
    ? { name: "Disk", state: "ok", found }
    : { name: "Disk", state: "note", found, mend: "free some space" };
}

function memory(): Check {
  const name = "Memory";
  const cores = navigator.hardwareConcurrency;
  const { available, total } = memoryInfo();
  const limit = memoryLimit();
  const limited = limit < total || total === 0 && limit < Infinity;
  const found =
    (total === 0
      ? "not told by this system"
      : `${formatSize(available)} of ${formatSize(total)} free`) +
    (limited
      ? `, ${formatSize(limit)} allowed to this container or session, ${
        formatSize(usableMemory())
      } left`
      : "") +
    `, ${cores} ${cores === 1 ? "core" : "cores"}`;
  if (usableMemory() > 2e9) return { name, state: "ok", found };
  const mend = limited && limit <= 2e9
    ? "allow more: about 2 GB are used"
    : "close other programs: about 2 GB are used";
  return { name, state: "note", found, mend };
}

function folderSize(folder: string): number {
  return readDirectory(folder).reduce((sum, { name, isDirectory }) => {
    const path = `${folder}/${name}`;
    return sum + (isDirectory ? folderSize(path) : Deno.statSync(path).size);
  }, 0);
}

function readDirectory(folder: string): Deno.DirEntry[] {
  try {
    return Array.from(Deno.readDirSync(folder));
  } catch {
    return [];
  }
}
