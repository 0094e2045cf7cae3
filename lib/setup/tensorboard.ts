/**
 * Installs TensorBoard in the virtual environment, for the command that opens it on the runs.
 *
 * @module
 */
import { entries, sitePackages } from "./find.ts";
import { withSetupLock } from "./install.ts";
import { formatSize, freeBytes } from "./machine.ts";
import { installPythonPackages } from "./pip.ts";
import { projectRoot, venvFolder } from "./project.ts";
import { requirements } from "./requirements.ts";

/** Whom to tell. */
export interface TensorBoardSetupOptions {
  /** The project folder. */
  root?: string;
  /** Told lines worth keeping; nothing when there is nothing to do. */
  report?: (line: string) => void;
  /** Told what is happening now, often. */
  progress?: (text: string) => void;
}

/** Bytes that TensorBoard costs beside TensorFlow, for the line that is printed first. */
const cost = { download: 20e6, disk: 42e6, needed: 80e6 };

/**
 * Makes sure that TensorBoard is in `.venv`, which the set-up has made.
 *
 * May be killed at any time and run again; nothing is written to the user's home.
 *
 * @param options Which project, and whom to tell.
 * @throws {Error} If it cannot be installed; the message says why and what to do.
 */
export async function ensureTensorBoard(options: TensorBoardSetupOptions = {}): Promise<void> {
  const { root = projectRoot, report, progress } = options;
  if (hasTensorBoard(root)) return;
  await withSetupLock(root, async () => {
    // It may have been installed while this process waited for its turn.
    if (hasTensorBoard(root)) return;
    const { tensorboard } = pinned();
    report?.(
      `Installing TensorBoard ${tensorboard} into .venv: about ${
        formatSize(cost.download)
      } to fetch, ` +
        `${formatSize(cost.disk)} on the disk; training does not need it`,
    );
    await checkFreeDisk(root);
    await installPythonPackages(root, `${venvFolder(root)}/bin/python`, {
      packages: "tensorboard",
      onNotice: report,
      ...(progress && { onProgress: progress }),
    });
  }, options);
}

/**
 * Whether a complete TensorBoard is in the environment, in the pinned version.
 *
 * @param root The project folder.
 * @returns Whether it is there.
 *
 * @example A project that is not set up
 * ```ts
 * import { hasTensorBoard } from "glmc/setup/tensorboard.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(hasTensorBoard("/nowhere"), false);
 * ```
 */
export function hasTensorBoard(root: string = projectRoot): boolean {
  const folders = sitePackages(root);
  if (folders.length === 0) return false;
  const wanted = Object.entries(pinned()).map(([name, version]) =>
    `${name.replaceAll("-", "_")}-${version}.dist-info`
  );
  return folders.some((folder) => {
    // Pip writes the file INSTALLER when everything else of a package is in place.
    return wanted.every((name) => entries(`${folder}/${name}`).includes("INSTALLER"));
  });
}

/** Versions of the packages that any Python gets, by name. */
function pinned(): Record<string, string> {
  const lines = requirements("tensorboard").matchAll(/^(tensorboard[\w-]*)==([\d.]+)$/gm);
  return Object.fromEntries(Array.from(lines, ([, name, version]) => [name, version]));
}

async function checkFreeDisk(root: string): Promise<void> {
  const free = await freeBytes(venvFolder(root));
  if (free >= cost.needed) return;
  throw new Error(
    `Cannot install TensorBoard: about ${formatSize(cost.needed)} are needed in "${root}", ` +
      `${formatSize(free)} are free: free some space, then run deno task tensorboard again`,
  );
}
