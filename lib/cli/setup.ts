/**
 * The command `setup`: installs what is missing.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { print } from "../process/streams.ts";
import { ensureReady, type SetupOptions } from "../setup/install.ts";
import { ensureLab } from "../setup/lab.ts";
import { projectRoot } from "../setup/project.ts";
import { readStamp } from "../setup/stamp.ts";
import { UsageError, withProgressLine } from "./shell.ts";

/** The text that `--help` prints. */
export const help = `
Usage: deno task setup [--device cpu|gpu] [--lab]

Installs what training needs and is not there yet: the npm packages, in Deno's cache, and TensorFlow's
native library, in the virtual environment .venv. Safe to run again at any time, also after it was
stopped half-way. The other commands call it when something is missing.

  --device cpu|gpu  Build of TensorFlow to install and keep to; by default the one with CUDA where
                    nvidia-smi lists a GPU, else the one for the CPU
  --lab             Install JupyterLab for the notebooks as well, as deno task lab does

GLMC_LIBTENSORFLOW=<folder> uses the libtensorflow_cc.so.2 in that folder instead of installing one.
A kit that Deno has fetched has no folder of its own: it installs into that of GLMC_HOME, or into the
working folder.
`;

/**
 * Runs the command.
 *
 * @param args Its flags.
 * @throws {UsageError} If there is an unknown argument.
 * @throws {Error} If something cannot be installed.
 */
export async function run(args: string[]): Promise<void> {
  const { device, lab } = parse(args);
  await prepare({ device, lookAgain: true });
  if (lab) await prepareLab();
  const stamp = await readStamp(projectRoot);
  const chosen = Deno.env.get("GLMC_LIBTENSORFLOW");
  const installed = stamp
    ? `TensorFlow ${stamp.tensorflow} for the ${stamp.device.toUpperCase()}`
    : "";
  print(`Ready: ${chosen ? `libtensorflow in "${chosen}"` : installed}`);
}

/**
 * Installs what is missing, with the plan and the progress on standard error; silent when nothing is.
 *
 * @param options The device to install for, and whether to look at what an earlier set-up noted.
 * @example Of a project that is set up
 * ```ts
 * import { prepare } from "glmc/cli/setup.ts";
 *
 * await prepare();
 * ```
 */
export async function prepare(
  options: Pick<SetupOptions, "device" | "lookAgain"> = {},
): Promise<void> {
  await withProgress((watchers) => ensureReady({ ...options, ...watchers }));
}

/**
 * Installs what the notebooks need and is missing, as {@linkcode prepare} does for training.
 *
 * @throws {Error} If JupyterLab cannot be installed.
 */
export async function prepareLab(): Promise<void> {
  await withProgress(ensureLab);
}

async function withProgress(
  work: (watchers: Pick<SetupOptions, "report" | "progress">) => Promise<void>,
): Promise<void> {
  await withProgressLine(({ finish, update }) => work({ report: finish, progress: update }));
}

function parse(args: string[]): { device: SetupOptions["device"]; lab: boolean } {
  try {
    const options = { device: { type: "string" }, lab: { type: "boolean" } } as const;
    const { device, lab = false } = parseArgs({ args, options }).values;
    if (device === undefined || device === "cpu" || device === "gpu") return { device, lab };
    throw new TypeError(`Cannot set up for --device ${device}: it must be cpu or gpu`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${reason}: see deno task setup --help`);
  }
}
