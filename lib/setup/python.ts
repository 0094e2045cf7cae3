/**
 * Python on this machine, and the virtual environment that TensorFlow is installed into.
 *
 * @module
 */
import { sitePackages } from "./find.ts";
import { diskFullMessage, runProgram } from "./machine.ts";
import { type Device, venvFolder } from "./project.ts";

/** A Python that can hold the pinned TensorFlow. */
export interface Python {
  /** Name of the program. */
  command: string;
  /** Its version, such as `3.11.7`. */
  version: string;
}

const names = ["python3", "python", "python3.13", "python3.12", "python3.11", "python3.10"];
const oldest = 10;
const newest = 13;

/** How to install a Python that can make virtual environments. */
export const pythonHint: string = Deno.build.os === "darwin"
  ? "brew install python@3.12"
  : "sudo apt install python3 python3-venv";

const installHint = `install Python 3.${oldest} to 3.${newest}, for example: ${pythonHint}`;

/**
 * Whether the pinned TensorFlow is published for a Python version.
 *
 * @param version Such as `3.11.7`.
 * @returns Whether it is.
 *
 * @example Limits
 * ```ts
 * import { isSupportedPython } from "glmc/setup/python.ts";
 * import { assert } from "@std/assert";
 *
 * assert(isSupportedPython("3.11.7"));
 * assert(!isSupportedPython("3.9.2"));
 * ```
 */
export function isSupportedPython(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major === 3 && minor >= oldest && minor <= newest;
}

/**
 * The first Python on `PATH` that can hold the pinned TensorFlow.
 *
 * @returns Its name and version.
 * @throws {Deno.errors.NotFound} If there is none; the message names what was tried and found.
 *
 * @example Whatever is found is supported
 * ```ts
 * import { findPython, isSupportedPython } from "glmc/setup/python.ts";
 * import { assert } from "@std/assert";
 *
 * assert(isSupportedPython((await findPython()).version));
 * ```
 */
export async function findPython(): Promise<Python> {
  const unsuitable: string[] = [];
  for (const command of names) {
    const result = await runProgram(command, [
      "-I",
      "-c",
      "import platform as p; print(p.python_version())",
    ]);
    const version = result?.code === 0 ? result.output.trim() : undefined;
    if (version && isSupportedPython(version)) return { command, version };
    if (version) unsuitable.push(`${command} is ${version}`);
  }
  throw new Deno.errors.NotFound(
    unsuitable.length > 0
      ? `Cannot use this Python: ${unsuitable.join(", ")}: ${installHint}`
      : `Cannot find Python: tried ${names.join(", ")}: ${installHint}`,
  );
}

/**
 * Whether a Python can make virtual environments; some distributions package that apart.
 *
 * @param python The Python.
 * @returns Whether it can.
 *
 * @example A Python that is not there
 * ```ts
 * import { hasVenvModule } from "glmc/setup/python.ts";
 * import { assert } from "@std/assert";
 *
 * assert(!(await hasVenvModule({ command: "no-such-python", version: "3.11.7" })));
 * ```
 */
export async function hasVenvModule(python: Python): Promise<boolean> {
  const result = await runProgram(python.command, ["-I", "-c", "import venv, ensurepip"]);
  return result?.code === 0;
}

/**
 * Makes sure `.venv` has a Python and a pip that run, and that it holds no other build of
 * TensorFlow than `device`; else it is made anew, keeping only the files named in `keep`.
 *
 * @param root The project folder.
 * @param options Build of TensorFlow, and names of files to keep.
 * @returns Path of the Python of the environment.
 * @throws {Deno.errors.NotFound} If there is no Python, or it cannot make environments.
 */
export async function ensureVenv(
  root: string,
  options: { device?: Device; keep: readonly string[] },
): Promise<string> {
  const folder = venvFolder(root);
  const python = `${folder}/bin/python`;
  const isOther = options.device !== undefined && holdsOtherBuild(root, options.device);
  if (!isOther && await hasWorkingPip(python)) return python;

  const found = await findPython();
  const name = `${found.command} ${found.version}`;
  if (!await hasVenvModule(found)) {
    throw new Deno.errors.NotFound(
      `Cannot make a virtual environment: ${name} comes without the venv module: install it, ` +
        `for example: ${pythonHint}`,
    );
  }
  await Deno.mkdir(folder, { recursive: true });
  for await (const entry of Deno.readDir(folder)) {
    if (options.keep.includes(entry.name)) continue;
    await Deno.remove(`${folder}/${entry.name}`, { recursive: true });
  }
  const result = await runProgram(found.command, ["-I", "-m", "venv", folder]);
  if (result?.code !== 0) throw explainVenvFailure(result?.output ?? "", { python: name, root });
  return python;
}

/**
 * Version of Python and pip of the environment, read without running it; `undefined` without one.
 *
 * @param root The project folder.
 * @returns Such as `3.11.7`.
 *
 * @example A project that is not set up
 * ```ts
 * import { venvPythonVersion } from "glmc/setup/python.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(venvPythonVersion("/nowhere"), undefined);
 * ```
 */
export function venvPythonVersion(root: string): string | undefined {
  try {
    const settings = Deno.readTextFileSync(`${venvFolder(root)}/pyvenv.cfg`);
    return settings.match(/^version\s*=\s*(\S+)/m)?.[1];
  } catch {
    return undefined;
  }
}

async function hasWorkingPip(python: string): Promise<boolean> {
  const result = await runProgram(python, ["-I", "-m", "pip", "--version"]);
  const version = result?.output.match(/\(python ([\d.]+)\)/)?.[1];
  return result?.code === 0 && version !== undefined && isSupportedPython(version);
}

function holdsOtherBuild(root: string, device: Device): boolean {
  // Both builds write the same files, so the second one must not be installed over the first.
  const other = device === "cpu" ? /^nvidia_cudnn.*\.dist-info$/ : /^tensorflow_cpu-.*\.dist-info$/;
  return sitePackages(root).some((folder) => {
    try {
      return Array.from(Deno.readDirSync(folder)).some((entry) => other.test(entry.name));
    } catch {
      return false;
    }
  });
}

function explainVenvFailure(output: string, options: { python: string; root: string }): Error {
  const { python, root } = options;
  if (/No space left on device/.test(output)) return new Error(diskFullMessage(root));
  const last = output.trim().split("\n").at(-1) ?? "";
  return new Error(
    `Cannot make a virtual environment with ${python}: ${last || "it ended without a word"}: ` +
      `mend that, then run deno task setup again`,
  );
}
