/**
 * Finds the libraries of TensorFlow and CUDA that the set-up has put on the disk.
 *
 * @module
 */
import { libraryNames } from "./library_names.ts";
import { projectRoot, venvFolder } from "./project.ts";

const { tensorflow: libraryName, pattern: libraryPattern } = libraryNames();

/**
 * Folders where the virtual environment of `root` keeps its packages; empty when there is none.
 *
 * @param root The project folder.
 * @returns Absolute paths.
 *
 * @example A project that is not set up
 * ```ts
 * import { sitePackages } from "glmc/setup/find.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(sitePackages("/nowhere"), []);
 * ```
 */
export function sitePackages(root: string): string[] {
  const library = `${venvFolder(root)}/lib`;
  return entries(library)
    .filter((name) => name.startsWith("python3"))
    .map((name) => `${library}/${name}/site-packages`);
}

/**
 * Folder of libtensorflow: `$GLMC_LIBTENSORFLOW` where it is set, else inside `.venv`.
 *
 * @param root The project folder.
 * @returns Absolute path of the folder.
 * @throws {Deno.errors.NotFound} If there is no such library yet.
 *
 * @example A project that is not set up
 * ```ts
 * import { findLibraryFolder } from "glmc/setup/find.ts";
 * import { assertThrows } from "@std/assert";
 *
 * if (!Deno.env.get("GLMC_LIBTENSORFLOW")) {
 *   assertThrows(() => findLibraryFolder("/nowhere"), Deno.errors.NotFound, "deno task setup");
 * }
 * ```
 */
export function findLibraryFolder(root: string = projectRoot): string {
  const chosen = Deno.env.get("GLMC_LIBTENSORFLOW");
  if (chosen) {
    if (entries(chosen).includes(libraryName)) return chosen;
    throw new Deno.errors.NotFound(
      `Cannot find ${libraryName}: GLMC_LIBTENSORFLOW is "${chosen}", which does not hold it: ` +
        `set it to the folder of the library, or unset it and run deno task setup`,
    );
  }
  const found = sitePackages(root)
    .map((folder) => `${folder}/tensorflow`)
    .find((folder) => entries(folder).includes(libraryName));
  if (found) return found;
  throw new Deno.errors.NotFound(
    `Cannot find ${libraryName} in "${venvFolder(root)}": run deno task setup`,
  );
}

/**
 * Whether there is a libtensorflow to open.
 *
 * @param root The project folder.
 * @returns Whether {@linkcode findLibraryFolder} finds it.
 *
 * @example A project that is not set up
 * ```ts
 * import { hasLibrary } from "glmc/setup/find.ts";
 * import { assert } from "@std/assert";
 *
 * if (!Deno.env.get("GLMC_LIBTENSORFLOW")) assert(!hasLibrary("/nowhere"));
 * ```
 */
export function hasLibrary(root: string = projectRoot): boolean {
  try {
    return findLibraryFolder(root) !== "";
  } catch {
    return false;
  }
}

/**
 * Absolute paths of the CUDA libraries in `.venv`, to be opened before libtensorflow: it looks for
 * them by name, and a library that is open already is found without `LD_LIBRARY_PATH`.
 *
 * @param root The project folder.
 * @returns Sorted paths; empty where TensorFlow was installed without CUDA.
 *
 * @example A project that is not set up
 * ```ts
 * import { findCudaLibraries } from "glmc/setup/find.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(findCudaLibraries("/nowhere"), []);
 * ```
 */
export function findCudaLibraries(root: string = projectRoot): string[] {
  return sitePackages(root).flatMap((folder) =>
    entries(`${folder}/nvidia`).flatMap((part) => {
      const library = `${folder}/nvidia/${part}/lib`;
      return entries(library).filter(isPreloaded).map((name) => `${library}/${name}`);
    })
  ).sort();
}

function isPreloaded(name: string): boolean {
  // nvblas replaces the BLAS of the whole process, and ".alt." is a second copy of the same library.
  return libraryPattern.test(name) && !name.startsWith("libnvblas") && !name.includes(".alt.");
}

/**
 * Names in a folder; none where it cannot be read.
 *
 * @param folder The folder.
 * @returns The names, in no order.
 * @example A folder that is not there
 * ```ts
 * import { entries } from "glmc/setup/find.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(entries("/nowhere"), []);
 * ```
 */
export function entries(folder: string): string[] {
  try {
    return Array.from(Deno.readDirSync(folder), (entry) => entry.name);
  } catch {
    return [];
  }
}
