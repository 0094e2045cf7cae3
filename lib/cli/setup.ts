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
import type { HelpScreen } from "./help_screen.ts";
import { UsageError, withProgressLine } from "./shell.ts";

/** What `--help` shows. */
export const help: HelpScreen = {
  summary:
    "Installs what training needs and is not there yet: the npm packages, in Deno's cache, and " +
    "TensorFlow's native library, in the virtual environment .venv. Other commands call it when " +
    "something is missing.",
  examples: [
    { command: "deno task setup", does: "all that training needs; safe to run again at any time" },
    { command: "deno task setup --lab", does: "JupyterLab for the notebooks as well" },
    { command: "deno task setup --device gpu", does: "the build of TensorFlow with CUDA" },
  ],
  usage: ["deno task setup [flags]"],
  sections: [{
    title: "Flags",
    flags: [
      {
        names: ["device"],
        kind: "choice",
        choices: ["cpu", "gpu"],
        help: "build of TensorFlow to install and keep to",
        defaultText: "gpu where nvidia-smi lists a GPU, else cpu",
      },
      { names: ["lab"], kind: "switch", help: "install JupyterLab too, as deno task lab does" },
    ],
  }, {
    title: "Environment",
    rows: [[
      "GLMC_LIBTENSORFLOW",
      "folder of a libtensorflow_cc.so.2 that is used instead of installing one",
    ], [
      "GLMC_HOME",
      "folder to install into, for a kit that Deno has fetched: it has none of its own, and takes the " +
      "working folder otherwise",
    ]],
  }],
};

/**
 * Runs the command.
 *
 * @param args Its flags.
 * @throws {UsageError} If there is an unknown argument.
 * @throws {Error} If something cannot be installed.
 */
export async function run(args: string[]): Promise<void> {
  const { device, lab } = read(args);
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

/**
 * Reads the command line; nothing is started.
 *
 * @param args Its flags.
 * @returns The device, and whether JupyterLab is wanted.
 * @throws {UsageError} If there is an unknown argument.
 */
export function read(args: string[]): { device: SetupOptions["device"]; lab: boolean } {
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
