/**
 * Sets JupyterLab up in the virtual environment: its packages, the Deno kernel, the stamp.
 *
 * @module
 */
import { dirname } from "node:path";
import { sha256 } from "../disk/digest.ts";
import { writeJson } from "../disk/json_file.ts";
import { makeFolder, writeWholeFile } from "../disk/whole_file.ts";
import { isRunnable } from "./access.ts";
import { ensureExtra, type ExtraOptions } from "./extra.ts";
import { setupLockName } from "./install.ts";
import { endLeftoverPrograms } from "./leftovers.ts";
import { formatSize } from "./machine.ts";
import { installPythonPackages } from "./pip.ts";
import { projectRoot, venvFolder } from "./project.ts";
import { checkRoom } from "./room.ts";
import { ensureVenv } from "./python.ts";
import { requirements } from "./requirements.ts";
import { sitePackages } from "./find.ts";

/** Bytes that JupyterLab costs, for the plan that is printed first. */
const cost = { download: 56e6, disk: 310e6, needed: 500e6 };

/**
 * Makes sure that JupyterLab, its plotly renderer and the Deno kernel are in `.venv`.
 *
 * Takes milliseconds when `.venv/glmc-lab.json` notes a complete set-up. May be killed at any time
 * and run again. Nothing is written to the user's home.
 *
 * @param options Which project, and whom to tell.
 * @throws {Error} If something cannot be installed; the message says why and what to do.
 */
export async function ensureLab(options: ExtraOptions = {}): Promise<void> {
  const { root = projectRoot } = options;
  await ensureExtra({ isThere: hasLab, install: (root) => install(root, options) }, options);
  await configureLab(root);
}

/**
 * Whether a complete set-up of JupyterLab is noted and still there.
 *
 * @param root The project folder.
 * @returns Whether it is there in the pinned versions.
 *
 * @example A project that is not set up
 * ```ts
 * import { hasLab } from "glmc/setup/lab.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await hasLab("/nowhere"), false);
 * ```
 */
export async function hasLab(root: string = projectRoot): Promise<boolean> {
  try {
    await Deno.stat(`${venvFolder(root)}/bin/jupyter-lab`);
    // A link to a Python that has gone, or that lies in another user's home.
    if (!await isRunnable(`${venvFolder(root)}/bin/python`)) return false;
    const { requirements: pinned } = JSON.parse(await Deno.readTextFile(stampFile(root)));
    return pinned === pinnedVersions();
  } catch {
    return false;
  }
}

async function install(root: string, { report, progress }: ExtraOptions): Promise<void> {
  const version = requirements("lab").match(/^jupyterlab==([\d.]+)/m)?.[1];
  report?.(`Setting up what the notebooks need and is not complete in ${root}:`);
  report?.(
    `  JupyterLab ${version} with the renderer of plotly figures: about ` +
      `${formatSize(cost.download)} to fetch, ${formatSize(cost.disk)} in .venv`,
  );
  await endLeftoverPrograms(venvFolder(root));
  if (!isBegun(root)) {
    await checkRoom(root, { what: "JupyterLab", needed: cost.needed, command: "deno task lab" });
  }
  const python = await ensureVenv(root, { keep: [setupLockName] });
  await installPythonPackages(root, python, {
    packages: "lab",
    onProgress: progress,
    onNotice: report,
  });
  await writeJson(stampFile(root), { requirements: pinnedVersions() });
  report?.("JupyterLab: complete");
}

/** Tells Jupyter how to start this very Deno, and to ask for no news; inside the environment only. */
async function configureLab(root: string): Promise<void> {
  const share = `${venvFolder(root)}/share/jupyter`;
  await writeIfChanged(`${share}/kernels/deno/kernel.json`, {
    argv: [Deno.execPath(), "jupyter", "--kernel", "--conn", "{connection_file}"],
    display_name: "Deno",
    language: "typescript",
  });
  await writeIfChanged(`${share}/lab/settings/overrides.json`, {
    "@jupyterlab/apputils-extension:notification": { checkForUpdates: false, fetchNews: "false" },
  });
}

async function writeIfChanged(file: string, content: unknown): Promise<void> {
  const text = JSON.stringify(content, null, 2) + "\n";
  const written = await Deno.readTextFile(file).catch(() => undefined);
  if (written === text) return;
  const own = { advice: "use a copy of the project that is your own" };
  await makeFolder(dirname(file), own);
  await writeWholeFile(file, text, own);
}

/** Whether an earlier set-up has come so far that its packages lie there. */
function isBegun(root: string): boolean {
  return sitePackages(root).some((folder) => {
    try {
      return Deno.statSync(`${folder}/jupyterlab`).isDirectory;
    } catch {
      return false;
    }
  });
}

function stampFile(root: string): string {
  return `${venvFolder(root)}/glmc-lab.json`;
}

function pinnedVersions(): string {
  return sha256(requirements("lab"));
}
