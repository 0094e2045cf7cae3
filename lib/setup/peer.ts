/**
 * Installs PyTorch and torchvision, the peers of the benchmarks: in the virtual environment, or in one of
 * their own.
 *
 * @module
 */
import { ensureExtra, type ExtraOptions } from "./extra.ts";
import { installPythonPackages } from "./pip.ts";
import { projectRoot, venvFolder } from "./project.ts";
import { findPython } from "./python.ts";
import { runProgram } from "./machine.ts";
import { entries, findCudaLibraries, sitePackages } from "./find.ts";

/**
 * Makes sure that PyTorch and torchvision are in `.venv`, which the set-up has made; for `deno task bench --peer` only.
 *
 * @param options Which project, and whom to tell.
 * @throws {Error} If it cannot be installed; the message says why and what to do.
 */
export async function installPeer(options: ExtraOptions = {}): Promise<void> {
  const { report, progress } = options;
  const install = async (root: string): Promise<void> => {
    report?.(
      "Installing PyTorch and torchvision into .venv, to measure against it; training does not need it",
    );
    await installPythonPackages(root, `${venvFolder(root)}/bin/python`, {
      packages: "peer",
      onNotice: report,
      ...(progress && { onProgress: progress }),
    });
  };
  await ensureExtra({ isThere: hasPeer, install }, options);
}

/**
 * Makes sure that PyTorch is in an environment of its own: on a machine with a GPU it brings libraries of
 * CUDA, which in `.venv` would come into the way of TensorFlow's.
 *
 * @param options Which project, and whom to tell; `command` is the one to run again after a failure.
 * @returns Path of its Python.
 * @throws {Error} If it cannot be installed; the message says why and what to do.
 */
export async function installOwnPeer(
  options: ExtraOptions & { readonly command: string },
): Promise<string> {
  const { root = projectRoot, report, progress, command } = options;
  const folder = ownPeerFolder(root);
  const python = `${folder}/bin/python`;
  const install = async (): Promise<void> => {
    report?.(`Installing PyTorch into ${folder}, to measure against it; training does not need it`);
    const { command: anyPython } = await findPython();
    const made = await runProgram(anyPython, ["-I", "-m", "venv", "--clear", folder]);
    if (made?.code !== 0) {
      const last = made?.output.trim().split("\n").at(-1) ?? "it ended without a word";
      throw new Error(
        `Cannot make an environment for PyTorch in "${folder}": ${last}: run deno task doctor`,
      );
    }
    await installPythonPackages(root, python, {
      packages: "peer",
      command,
      onNotice: report,
      ...(progress && { onProgress: progress }),
    });
  };
  await ensureExtra({ isThere: hasOwnPeer, install }, options);
  return python;
}

/**
 * Makes sure that PyTorch is there: in `.venv`, or where that has libraries of CUDA, in an environment of its
 * own.
 *
 * @param options As for {@linkcode installOwnPeer}.
 * @returns Path of a Python that has it.
 * @throws {Error} If it cannot be installed; the message says why and what to do.
 */
export async function installFittingPeer(
  options: ExtraOptions & { readonly command: string },
): Promise<string> {
  const { root = projectRoot } = options;
  if (findCudaLibraries(root).length > 0) return await installOwnPeer(options);
  await installPeer(options);
  return `${venvFolder(root)}/bin/python`;
}

/**
 * Where PyTorch's own environment is.
 *
 * @param root The project folder.
 * @returns Absolute path, beside the data sets, which are fetched too.
 * @example The folder
 * ```ts
 * import { ownPeerFolder } from "glmc/setup/peer.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(ownPeerFolder("/kit"), "/kit/data/cache/pytorch");
 * ```
 */
export function ownPeerFolder(root: string = projectRoot): string {
  return `${root}/data/cache/pytorch`;
}

/**
 * Whether a complete PyTorch is in an environment of its own.
 *
 * @param root The project folder.
 * @returns Whether it is there.
 * @example A project that is not set up
 * ```ts
 * import { hasOwnPeer } from "glmc/setup/peer.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(hasOwnPeer("/nowhere"), false);
 * ```
 */
export function hasOwnPeer(root: string = projectRoot): boolean {
  const library = `${ownPeerFolder(root)}/lib`;
  return entries(library).map((python) => `${library}/${python}/site-packages`).some((folder) =>
    entries(folder).some((name) =>
      // Pip writes the last file when everything else is in place.
      /^torch-.*\.dist-info$/.test(name) && entries(`${folder}/${name}`).includes("INSTALLER")
    )
  );
}

/**
 * Whether complete PyTorch and torchvision are in the environment.
 *
 * @param root The project folder.
 * @returns Whether they are there.
 *
 * @example A project that is not set up
 * ```ts
 * import { hasPeer } from "glmc/setup/peer.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(hasPeer("/nowhere"), false);
 * ```
 */
export function hasPeer(root: string = projectRoot): boolean {
  return sitePackages(root).some((folder) => {
    const names = entries(folder);
    return ["torch", "torchvision"].every((peer) =>
      names.some((name) => name.startsWith(`${peer}-`) && name.endsWith(".dist-info"))
    );
  });
}
