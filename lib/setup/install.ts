/**
 * Sets the machine up: npm packages, then TensorFlow in a virtual environment, then the stamp.
 *
 * @module
 */
import { relative } from "node:path";
import { explainSystemError, isRefusal, rephrase } from "../disk/errors.ts";
import { describeOwner, withLock } from "../disk/lock.ts";
import { removeLeftovers } from "../disk/whole_file.ts";
import { firstUnreadable, unreadableAdvice } from "./access.ts";
import { findLibraryFolder, hasLibrary } from "./find.ts";
import { readLibraryVersion } from "./library.ts";
import { endLeftoverPrograms } from "./leftovers.ts";
import { formatSize, listGpus } from "./machine.ts";
import { hasNpmPackages, installNpmPackages } from "./npm.ts";
import { unreadablePackageAdvice, unreadablePackageFile } from "./npm_cache.ts";
import { installPythonPackages } from "./pip.ts";
import { checkPlatform } from "./platform.ts";
import { type Device, projectRoot, venvFolder } from "./project.ts";
import { checkRoom } from "./room.ts";
import { ensureVenv, venvPythonVersion } from "./python.ts";
import { requirements } from "./requirements.ts";
import { checkStamp, isForThisUser, readStamp, type Stamp, writeStamp } from "./stamp.ts";

/** What to set up, and whom to tell. */
export interface SetupOptions {
  /** The project folder. */
  root?: string;
  /** Build of TensorFlow to install; by default `gpu` where `nvidia-smi` answers. */
  device?: Device;
  /** Whether to look again for a GPU although the set-up is complete. */
  lookAgain?: boolean;
  /** Told lines worth keeping; nothing when there is nothing to do. */
  report?: (line: string) => void;
  /** Told what is happening now, often. */
  progress?: (text: string) => void;
}

/** What an installation costs, in bytes, for the plan that is printed first. */
const costs = {
  npm: { download: 78e6, disk: 400e6 },
  cpu: { download: 330e6, disk: 1.6e9, needed: 2e9 },
  gpu: { download: 3.4e9, disk: 7e9, needed: 9e9 },
};

/** Name of the lock file in the virtual environment; one set-up works at a time. */
export const setupLockName = "glmc-setup.lock";

/**
 * Makes sure that everything training needs is installed, and says what it installs and why.
 *
 * Takes milliseconds when a complete set-up is noted in `.venv/glmc-ready.json`. May be killed at
 * any time and run again, and may be run by several processes at once: they take turns. Where
 * `GLMC_LIBTENSORFLOW` names a folder with the library, only the npm packages are seen to.
 *
 * @param options What to set up, and whom to tell.
 * @throws {Deno.errors.NotSupported} On a platform without a TensorFlow build.
 * @throws {Error} If something cannot be installed; the message says why and what to do.
 *
 * @example Nothing to do, nothing said
 * ```ts
 * import { ensureReady } from "glmc/setup/install.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const lines: string[] = [];
 * await ensureReady({ report: (line) => lines.push(line) });
 * assertEquals(lines, []);
 * ```
 */
export async function ensureReady(options: SetupOptions = {}): Promise<void> {
  const { root = projectRoot } = options;
  if (!options.device && !options.lookAgain && await isReady(root)) return;
  checkPlatform();
  if (Deno.env.get("GLMC_LIBTENSORFLOW")) {
    findLibraryFolder(root);
    return await install(root, { ...options, needs: { npm: await needsNpmPackages(root) } });
  }
  try {
    await withSetupLock(root, () => setUp(root, options), options);
  } catch (error) {
    // Someone else's installation serves as it is: the packages are in a cache of one's own.
    if (!isRefusal(error)) throw error;
    if (!await holdsTensorflow(root, options)) throw await explainRefusal(root, error);
    await install(root, { ...options, needs: { npm: await needsNpmPackages(root) } });
  }
}

/**
 * Runs `work` while no other set-up works on the virtual environment of a project.
 *
 * @param root The project folder.
 * @param work What to do meanwhile.
 * @param options `report` is told when there is something to wait for.
 * @returns What `work` returns.
 * @throws {Error} If the folder does not take the lock file, or what `work` throws.
 * @example Alone
 * ```ts
 * import { withSetupLock } from "glmc/setup/install.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await withSetupLock(Deno.makeTempDirSync(), () => Promise.resolve(42)), 42);
 * ```
 */
export async function withSetupLock<Result>(
  root: string,
  work: () => Promise<Result>,
  options: Pick<SetupOptions, "report"> = {},
): Promise<Result> {
  try {
    return await lockSetup(root, work, options);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const { message } = explainSystemError(error) as Error;
    throw rephrase(
      error,
      `Cannot set up in "${root}", where something is missing: ${
        message.replace(/^Cannot write /, "")
      }`,
    );
  }
}

function lockSetup<Result>(
  root: string,
  work: () => Promise<Result>,
  options: Pick<SetupOptions, "report">,
): Promise<Result> {
  return withLock(`${venvFolder(root)}/${setupLockName}`, work, {
    what: `set up "${root}"`,
    advice: "use a copy of the project that is your own",
    onNotice: (line) => options.report?.(line),
    onWait: (owner) =>
      options.report?.(
        `Another set-up is at work here: ${describeOwner(owner)}: waiting for it to end`,
      ),
  });
}

async function isReady(root: string): Promise<boolean> {
  const stamp = await readStamp(root);
  if (!stamp) return false;
  const holds = await checkStamp(root, stamp);
  return holds.python && holds.npm && isForThisUser(stamp);
}

/** Whether TensorFlow is there as it is wanted, whoever has installed it. */
async function holdsTensorflow(root: string, options: SetupOptions): Promise<boolean> {
  const stamp = await readStamp(root);
  return stamp?.device === await chooseDevice(stamp, options.device) &&
    (await checkStamp(root, stamp)).python;
}

/** An installation that is whole for its owner may lack nothing but the right to read it. */
async function explainRefusal(root: string, error: unknown): Promise<unknown> {
  const unreadable = await firstUnreadable(venvFolder(root));
  return unreadable === undefined ? error : rephrase(
    error,
    `Cannot read "${unreadable}", which another user has installed: ${unreadableAdvice(root)}`,
  );
}

/** Whether packages are to be fetched; what no fetching mends is refused. */
async function needsNpmPackages(root: string): Promise<boolean> {
  if (!await hasNpmPackages(root)) return true;
  await refuseUnreadablePackages(root);
  return false;
}

async function refuseUnreadablePackages(root: string): Promise<void> {
  const file = await unreadablePackageFile(root);
  if (file === undefined) return;
  throw new Deno.errors.PermissionDenied(
    `Cannot read "${file}" in Deno's cache, which another user has filled: ${unreadablePackageAdvice()}`,
  );
}

async function setUp(root: string, options: SetupOptions): Promise<void> {
  const stamp = await readStamp(root);
  const device = await chooseDevice(stamp, options.device);
  const holds = stamp && stamp.device === device
    ? await checkStamp(root, stamp)
    : { python: false, npm: false };
  const chosen = options.device !== undefined || stamp?.chosen === true;
  const isKnown = stamp !== undefined && isForThisUser(stamp);
  if (isKnown && holds.python && holds.npm && stamp.chosen === chosen) return;

  const needs = { npm: await needsNpmPackages(root), tensorflow: !holds.python };
  await install(root, { ...options, device, needs });
  const folder = findLibraryFolder(root);
  await writeStamp(root, {
    device,
    chosen,
    tensorflow: holds.python && stamp ? stamp.tensorflow : await checkLibrary(folder),
    libraryFolder: relative(root, folder),
    python: venvPythonVersion(root) ?? "unknown",
  });
}

async function chooseDevice(stamp: Stamp | undefined, wanted: Device | undefined): Promise<Device> {
  const { os, arch } = Deno.build;
  const hasCudaBuild = os === "linux" && arch === "x86_64";
  if (wanted === "gpu" && !hasCudaBuild) {
    throw new Deno.errors.NotSupported(
      `Cannot set up TensorFlow for the GPU on ${os} (${arch}): there is no such build: ` +
        `run deno task setup --device cpu`,
    );
  }
  if (wanted) return wanted;
  if (stamp?.chosen) return stamp.device;
  return hasCudaBuild && (await listGpus()).length > 0 ? "gpu" : "cpu";
}

async function install(
  root: string,
  options: SetupOptions & { needs: { npm: boolean; tensorflow?: boolean } },
): Promise<void> {
  const { needs, device = "cpu", report, progress: onProgress } = options;
  const plan = [
    ...needs.tensorflow ? [describeTensorflow(root, device)] : [],
    ...needs.npm ? [describeNpmPackages()] : [],
  ];
  if (plan.length === 0) return;
  report?.(`Setting up what training needs and is not complete in ${root}:`);
  for (const line of plan) report?.(`  ${line}`);

  let python: string | undefined;
  if (needs.tensorflow) {
    await endLeftoverPrograms(venvFolder(root));
    await removeLeftovers(venvFolder(root));
    if (!hasLibrary(root)) {
      const { needed } = costs[device];
      await checkRoom(root, { what: "TensorFlow", needed, command: "deno task setup" });
    }
    python = await ensureVenv(root, { device, keep: [setupLockName] });
  }
  if (needs.npm) {
    await installNpmPackages(root, { onProgress });
    await refuseUnreadablePackages(root);
    report?.("npm packages: complete");
  }
  if (python) {
    await installPythonPackages(root, python, { packages: device, onProgress, onNotice: report });
  }
}

function describeTensorflow(root: string, device: Device): string {
  const version = requirements(device).match(/==([\d.]+)/)?.[1];
  const build = device === "gpu" ? "with CUDA, for the NVIDIA GPU" : "for the CPU";
  const what = `TensorFlow ${version} ${build}`;
  if (hasLibrary(root)) return `${what}: to be completed`;
  return `${what}; its native library does the computing: ${cost(device)} in .venv`;
}

function describeNpmPackages(): string {
  return `npm packages; TensorFlow.js drives that library: ${cost("npm")} in Deno's cache`;
}

function cost(part: keyof typeof costs): string {
  const { download, disk } = costs[part];
  return `about ${formatSize(download)} to fetch, ${formatSize(disk)}`;
}

async function checkLibrary(folder: string): Promise<string> {
  try {
    return await readLibraryVersion(folder);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${reason}: delete the folder .venv, then run deno task setup again`);
  }
}
