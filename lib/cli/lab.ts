/**
 * The command `lab`: opens JupyterLab on the notebooks.
 *
 * @module
 */
import { basename, dirname } from "node:path";
import { parseArgs } from "node:util";
import { onLauncherEnd } from "../process/launchers.ts";
import { onSignals } from "../process/signals.ts";
import { notebooksFolder, projectRoot, venvFolder } from "../setup/project.ts";
import type { HelpScreen } from "./help_screen.ts";
import { prepareLab } from "./setup.ts";
import { UsageError } from "./shell.ts";

/** What `--help` shows. */
export const help: HelpScreen = {
  summary:
    "Opens JupyterLab on notebooks/, with the Deno kernel and the renderer of plotly figures. " +
    "What is missing is installed first, in the virtual environment .venv: nothing goes into your " +
    "home folder. Ctrl-C ends it.",
  examples: [
    { command: "deno task lab", does: "in the browser of this machine" },
    {
      command: "deno task lab --no-browser --port 9000",
      does: "on a machine behind ssh -L 9000:localhost:9000",
    },
  ],
  usage: ["deno task lab [flags]"],
  sections: [{
    title: "Flags",
    flags: [
      {
        names: ["port"],
        kind: "number",
        whole: true,
        range: "1 to 65,535",
        help: "port to listen on",
        defaultText: "8888, or the next free one",
      },
      { names: ["no-browser"], kind: "switch", help: "only print the address" },
    ],
  }, {
    title: "Environment",
    rows: [[
      "GLMC_NOTEBOOK_FOLDER",
      "folder to open instead of notebooks/, such as that of a study of your own",
    ]],
  }],
};

/**
 * Runs the command until JupyterLab ends.
 *
 * @param args Its flags.
 * @throws {UsageError} If a flag is unknown or the port is none.
 * @throws {Error} If JupyterLab cannot be set up.
 */
export async function run(args: string[]): Promise<void> {
  const { port, browser } = read(args);
  await prepareLab();
  const lab = startLab({ port, browser });
  // JupyterLab itself asks what to do at Ctrl-C, and must be waited for.
  using _interrupts = onSignals(["SIGINT"], () => {});
  const end = (): void => lab.kill("SIGTERM");
  using _ends = onSignals(["SIGTERM", "SIGHUP"], end);
  using _watch = onLauncherEnd(end);
  const { code } = await lab.status;
  if (code !== 0 && code !== 130 && code !== 143) {
    throw new Error(`JupyterLab ended with code ${code}: see its lines above`);
  }
}

/** How JupyterLab is started. */
export interface LabServerOptions {
  /** Port to listen on; the next free one is taken where it is in use. */
  readonly port?: number;
  /** Whether a browser is opened. */
  readonly browser?: boolean;
  /** Further arguments. */
  readonly args?: readonly string[];
  /** Further environment variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where its lines go. */
  readonly output?: "inherit" | "piped" | "null";
}

/**
 * Starts JupyterLab on the folder around the notebooks; it must be set up.
 *
 * @param options Port, browser, further arguments, and where its lines go.
 * @returns The process.
 */
export function startLab(options: LabServerOptions = {}): Deno.ChildProcess {
  const { port, browser = true, args = [], env, output = "inherit" } = options;
  const folder = notebooksFolder();
  const root = dirname(folder);
  return new Deno.Command(`${venvFolder(projectRoot)}/bin/python`, {
    args: [
      ...["-I", "-m", "jupyterlab", `--ServerApp.root_dir=${root}`],
      `--LabApp.default_url=/lab/tree/${basename(folder)}`,
      ...(port === undefined ? [] : [`--ServerApp.port=${port}`]),
      ...(browser ? [] : ["--no-browser"]),
      ...(Deno.uid() === 0 ? ["--allow-root"] : []),
      ...args,
    ],
    env: { JUPYTER_PREFER_ENV_PATH: "1", ...env },
    stdin: "inherit",
    stdout: output,
    stderr: output,
  }).spawn();
}

/**
 * Reads the command line; nothing is started.
 *
 * @param args Its flags.
 * @returns Port and browser.
 * @throws {UsageError} If a flag is unknown or the port is none.
 */
export function read(args: string[]): { port?: number; browser: boolean } {
  try {
    const { values } = parseArgs({
      args,
      options: { port: { type: "string" }, "no-browser": { type: "boolean" } },
    });
    const port = values.port === undefined ? undefined : Number(values.port);
    if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65536)) {
      throw new RangeError(
        `Cannot use --port ${values.port}: it must be a whole number from 1 to 65535`,
      );
    }
    return { port, browser: !values["no-browser"] };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${reason}: see deno task lab --help`);
  }
}
