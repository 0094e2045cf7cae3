/**
 * Installs PyTorch and torchvision, the peers of the benchmarks, in the virtual environment.
 *
 * @module
 */
import { withSetupLock } from "./install.ts";
import { installPythonPackages } from "./pip.ts";
import { projectRoot, venvFolder } from "./project.ts";
import { entries, sitePackages } from "./find.ts";

/** Whom to tell. */
export interface PeerOptions {
  /** The project folder. */
  root?: string;
  /** Told lines worth keeping; nothing when there is nothing to do. */
  report?: (line: string) => void;
  /** Told what is happening now, often. */
  progress?: (text: string) => void;
}

/**
 * Makes sure that PyTorch and torchvision are in `.venv`, which the set-up has made; for `deno task bench --peer` only.
 *
 * @param options Which project, and whom to tell.
 * @throws {Error} If it cannot be installed; the message says why and what to do.
 */
export async function installPeer(options: PeerOptions = {}): Promise<void> {
  const { root = projectRoot, report, progress } = options;
  if (hasPeer(root)) return;
  await withSetupLock(root, async () => {
    // It may have been installed while this process waited for its turn.
    if (hasPeer(root)) return;
    report?.(
      "Installing PyTorch and torchvision into .venv, to measure against it; training does not need it",
    );
    const python = `${venvFolder(root)}/bin/python`;
    await installPythonPackages(root, python, {
      packages: "peer",
      onNotice: report,
      ...(progress && { onProgress: progress }),
    });
  });
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
