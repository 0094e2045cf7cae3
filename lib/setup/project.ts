/**
 * Where the project lies, and what the set-up is pinned to.
 *
 * @module
 */
import { resolve } from "node:path";
import denoJson from "../../deno.json" with { type: "json" };
import { projectRoot } from "../disk/project_root.ts";

export { isCheckout, kitFile, kitProgram, projectRoot, startFolder } from "../disk/project_root.ts";

/** What the `deno.json` of the kit says of the package. */
export interface KitConfiguration {
  /** Name of the package. */
  readonly name: string;
  /** Its version. */
  readonly version: string;
  /** Packages that its modules import by name. */
  readonly imports: Readonly<Record<string, string>>;
  /** Local packages, from the folder of the kit. */
  readonly links: readonly string[];
  /** Its tasks. */
  readonly tasks: Readonly<Record<string, unknown>>;
  /** Which packages may run scripts when they are installed. */
  readonly allowScripts: unknown;
}

/** The `deno.json` of this kit. */
export const kitConfiguration: KitConfiguration = denoJson;

/** Version of this kit. */
export const kitVersion: string = kitConfiguration.version;

/**
 * Folder of all runs: `$GLMC_RUNS`, else `data/runs` of the project.
 *
 * @param root The project folder.
 * @returns Absolute path.
 *
 * @example Its own folder
 * ```ts
 * import { runsFolder } from "glmc/setup/project.ts";
 * import { assertEquals } from "@std/assert";
 *
 * if (!Deno.env.get("GLMC_RUNS")) assertEquals(runsFolder("/kit"), "/kit/data/runs");
 * ```
 */
export function runsFolder(root: string = projectRoot): string {
  return resolve(Deno.env.get("GLMC_RUNS") || `${root}/data/runs`);
}

/**
 * The folder of the notebooks: `$GLMC_NOTEBOOK_FOLDER`, else `notebooks/` of the project.
 *
 * @param root The project folder.
 * @returns Absolute path.
 * @example Its own folder
 * ```ts
 * import { notebooksFolder } from "glmc/setup/project.ts";
 * import { assertEquals } from "@std/assert";
 *
 * if (!Deno.env.get("GLMC_NOTEBOOK_FOLDER")) {
 *   assertEquals(notebooksFolder("/kit"), "/kit/notebooks");
 * }
 * ```
 */
export function notebooksFolder(root: string = projectRoot): string {
  return resolve(Deno.env.get("GLMC_NOTEBOOK_FOLDER") || `${root}/notebooks`);
}

/** The Deno version the project is tested with. */
export const wantedDeno = "2.9.6";

/** Which build of TensorFlow is installed. */
export type Device = "cpu" | "gpu";

/**
 * Path of the virtual environment that holds TensorFlow.
 *
 * @param root The project folder.
 * @returns Absolute path.
 *
 * @example The folder
 * ```ts
 * import { venvFolder } from "glmc/setup/project.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(venvFolder("/kit"), "/kit/.venv");
 * ```
 */
export function venvFolder(root: string): string {
  return `${root}/.venv`;
}
