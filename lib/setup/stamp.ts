/**
 * The note that says the set-up is complete, so that the next command need not look again.
 *
 * @module
 */
import { sha256 } from "../disk/digest.ts";
import { writeJson } from "../disk/json_file.ts";
import { isReadable } from "./access.ts";
import { entries } from "./find.ts";
import { libraryNames } from "./library_names.ts";
import { denoCache } from "./npm_cache.ts";
import { type Device, isCheckout, kitFile, venvFolder } from "./project.ts";
import { requirements } from "./requirements.ts";

/** What was set up; stored as `.venv/glmc-ready.json`. */
export interface Stamp {
  /** Which build of TensorFlow is installed. */
  device: Device;
  /** Whether the user chose it; else it follows from whether `nvidia-smi` answers. */
  chosen: boolean;
  /** Version of TensorFlow, told by the library. */
  tensorflow: string;
  /** Folder of the library, relative to the project. */
  libraryFolder: string;
  /** Version of the Python of the environment. */
  python: string;
  /** Version of Deno. */
  deno: string;
  /** SHA-256 of the pinned Python packages. */
  requirements: string;
  /** SHA-256 of `deno.json` and `deno.lock`, or of the address that the kit was fetched from. */
  packages: string;
  /** Deno's cache, which holds the npm packages; absent in older stamps. */
  cache?: string;
  /** Number of the user for whom they are there; absent in older stamps. */
  user?: number | null;
}

/**
 * The stamp of the last complete set-up, be it outdated; `undefined` without one.
 *
 * @param root The project folder.
 * @returns The stamp.
 *
 * @example A project that is not set up
 * ```ts
 * import { readStamp } from "glmc/setup/stamp.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await readStamp("/nowhere"), undefined);
 * ```
 */
export async function readStamp(root: string): Promise<Stamp | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(stampFile(root)));
  } catch {
    return undefined;
  }
}

/**
 * Which parts of a stamp still hold: the library is there and the pinned versions are the same.
 *
 * @param root The project folder.
 * @param stamp The stamp.
 * @returns Whether the Python and the npm packages are still those of the stamp.
 *
 * @example A project that has gone
 * ```ts
 * import { checkStamp, type Stamp } from "glmc/setup/stamp.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const stamp: Stamp = {
 *   device: "cpu",
 *   chosen: false,
 *   tensorflow: "2.21.0",
 *   libraryFolder: ".venv/lib/python3.11/site-packages/tensorflow",
 *   python: "3.11.7",
 *   deno: "2.9.6",
 *   requirements: "",
 *   packages: "",
 * };
 * assertEquals(await checkStamp("/nowhere", stamp), { python: false, npm: false });
 * ```
 */
export async function checkStamp(
  root: string,
  stamp: Stamp,
): Promise<{ python: boolean; npm: boolean }> {
  try {
    const library = `${root}/${stamp.libraryFolder}/${libraryNames().tensorflow}`;
    if (!await isReadable(library)) return { python: false, npm: false };
    const pinned = await readPinnedVersions(root, stamp.device);
    return {
      python: stamp.requirements === pinned.requirements,
      npm: stamp.packages === pinned.packages && stamp.deno === pinned.deno,
    };
  } catch {
    return { python: false, npm: false };
  }
}

/**
 * Whether a stamp tells of the npm packages of this very user: another one has another cache, or may
 * not read all of a shared one.
 *
 * @param stamp The stamp.
 * @returns Whether they need not be looked for again.
 * @example A stamp of someone else
 * ```ts
 * import { isForThisUser } from "glmc/setup/stamp.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(isForThisUser({ cache: "/home/other/.cache/deno", user: 4242 }), false);
 * ```
 */
export function isForThisUser({ cache, user }: Pick<Stamp, "cache" | "user">): boolean {
  return cache === denoCache() && user === Deno.uid() && entries(`${cache}/npm`).length > 0;
}

/**
 * Writes the stamp, whole or not at all.
 *
 * @param root The project folder.
 * @param facts What was set up; the pinned versions are added as they are now.
 * @returns The stamp as it was written.
 */
export async function writeStamp(
  root: string,
  facts: Pick<Stamp, "device" | "chosen" | "tensorflow" | "libraryFolder" | "python">,
): Promise<Stamp> {
  const stamp: Stamp = { ...facts, ...await readPinnedVersions(root, facts.device) };
  await writeJson(stampFile(root), stamp);
  return stamp;
}

function stampFile(root: string): string {
  return `${venvFolder(root)}/glmc-ready.json`;
}

async function readPinnedVersions(
  root: string,
  device: Device,
): Promise<Pick<Stamp, "requirements" | "packages" | "deno" | "cache" | "user">> {
  return {
    cache: denoCache(),
    user: Deno.uid(),
    requirements: sha256(requirements(device)),
    // Where the kit was fetched, its packages are those that go with its address.
    packages: isCheckout
      ? await hashFiles([`${root}/deno.json`, `${root}/deno.lock`])
      : sha256(kitFile("")),
    deno: Deno.version.deno,
  };
}

async function hashFiles(files: string[]): Promise<string> {
  const parts = await Promise.all(files.map((file) => Deno.readTextFile(file)));
  return sha256(parts.join("\0"));
}
