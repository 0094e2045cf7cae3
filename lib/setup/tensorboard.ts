/**
 * Installs TensorBoard in the virtual environment, for the command that opens it on the runs.
 *
 * @module
 */
import { entries, sitePackages } from "./find.ts";
import { ensureExtra, type ExtraOptions } from "./extra.ts";
import { formatSize } from "./machine.ts";
import { installPythonPackages } from "./pip.ts";
import { projectRoot, venvFolder } from "./project.ts";
import { checkRoom } from "./room.ts";
import { requirements } from "./requirements.ts";

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
export async function ensureTensorBoard(options: ExtraOptions = {}): Promise<void> {
  const install = (root: string): Promise<void> => installInto(root, options);
  await ensureExtra({ isThere: hasTensorBoard, install }, options);
}

async function installInto(root: string, { report, progress }: ExtraOptions): Promise<void> {
  const { tensorboard } = pinned();
  report?.(
    `Installing TensorBoard ${tensorboard} into .venv: about ${
      formatSize(cost.download)
    } to fetch, ` +
      `${formatSize(cost.disk)} on the disk; training does not need it`,
  );
  const { needed } = cost;
  await checkRoom(root, { what: "TensorBoard", needed, command: "deno task tensorboard" });
  await installPythonPackages(root, `${venvFolder(root)}/bin/python`, {
    packages: "tensorboard",
    onNotice: report,
    ...(progress && { onProgress: progress }),
  });
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
