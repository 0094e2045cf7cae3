/**
 * The command `tensorboard`: opens TensorBoard on the event files of runs.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { onLauncherEnd } from "../process/launchers.ts";
import { onSignals } from "../process/signals.ts";
import { print, tell } from "../process/streams.ts";
import { projectRoot, runsFolder, venvFolder } from "../setup/project.ts";
import { ensureTensorBoard } from "../setup/tensorboard.ts";
import type { HelpScreen } from "./help_screen.ts";
import { UsageError, withProgressLine } from "./shell.ts";

/** What `--help` shows. */
export const help: HelpScreen = {
  summary:
    "Opens TensorBoard on the runs, also while they train: losses, learning rate, accuracies, " +
    "norms of the classifier, the views of the first step, the configuration. What is missing is " +
    "installed first, in the virtual environment .venv. Ctrl-C ends it.",
  examples: [
    { command: "deno task tensorboard", does: "all runs in data/runs (or GLMC_RUNS)" },
    {
      command: "deno task tensorboard --run softmax --run glmc",
      does: "two runs beside each other",
    },
  ],
  usage: ["deno task tensorboard [flags]"],
  sections: [{
    title: "Flags",
    flags: [
      {
        names: ["run"],
        kind: "text",
        value: "run",
        help: "only this run, by its name or folder; may be given several times",
        defaultText: "all runs",
      },
      {
        names: ["port"],
        kind: "number",
        whole: true,
        range: "1 to 65,535",
        help: "port to listen on",
        defaultText: "6006, or the next free one",
      },
      { names: ["no-browser"], kind: "switch", help: "only print the address" },
    ],
  }],
};

/**
 * Runs the command until TensorBoard ends.
 *
 * @param args Its flags.
 * @throws {UsageError} If a flag is unknown or the port is none.
 * @throws {Error} If a run is not there, or TensorBoard cannot be set up.
 */
export async function run(args: string[]): Promise<void> {
  const { runs, port, browser } = read(args);
  await using chosen = runs.length === 0 ? undefined : await folderOfLinks(runs);
  await withProgressLine(({ finish, update }) =>
    ensureTensorBoard({ report: finish, progress: update })
  );
  const folder = chosen?.path ?? runsFolder();
  const board = startTensorBoard({ folder, port });
  const end = (): void => {
    try {
      board.kill("SIGTERM");
    } catch {
      // It has ended meanwhile.
    }
  };
  // TensorBoard hears Ctrl-C itself and ends without a word; a signal to this process alone it does not.
  using _interrupts = onSignals(["SIGINT"], () => setTimeout(end, 1000));
  using _ends = onSignals(["SIGTERM", "SIGHUP"], end);
  using _watch = onLauncherEnd(end);
  const shown = showLines(board.stderr, (address) => {
    print(`TensorBoard of ${runs.join(", ") || `"${folder}"`} is at ${address}; Ctrl-C ends it`);
    if (browser) openBrowser(address);
  });
  const { code } = await board.status;
  await shown;
  if (![0, 130, 143].includes(code)) {
    throw new Error(`TensorBoard ended with code ${code}: see its lines above`);
  }
}

/** How TensorBoard is started. */
export interface TensorBoardOptions {
  /** Folder with a folder for each run. */
  readonly folder: string;
  /** Port to listen on; 6006 or the next free one by default. */
  readonly port?: number | undefined;
}

/**
 * Starts TensorBoard; it must be set up.
 *
 * @param options Folder and port.
 * @returns The process; what it says comes on standard error.
 */
export function startTensorBoard({ folder, port }: TensorBoardOptions): Deno.ChildProcess {
  return new Deno.Command(`${venvFolder(projectRoot)}/bin/python`, {
    args: [
      ...["-I", "-m", "tensorboard.main", "--logdir", folder],
      // Curves of a running training are looked at more often than every half minute.
      ...["--reload_interval", "5"],
      ...(port === undefined ? [] : ["--port", `${port}`]),
    ],
    env: { TF_CPP_MIN_LOG_LEVEL: "3", TF_ENABLE_ONEDNN_OPTS: "0" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
}

/** What TensorBoard says each time, and that is nothing to act on. */
const usualLines = [
  /^\s*$/,
  /^NOTE: Using experimental fast data loading/,
  /^ {4}("--load_fast=false"|https:\/\/github\.com\/tensorflow\/tensorboard\/issues\/4784)/,
  /^Serving TensorBoard on localhost/,
  /^TensorFlow installation not found/,
];

async function showLines(
  stream: ReadableStream<Uint8Array>,
  onAddress: (address: string) => void,
): Promise<void> {
  let rest = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const address = /^TensorBoard [\d.]+ at (\S+)/.exec(line)?.[1];
      if (address !== undefined) onAddress(address);
      else if (!usualLines.some((usual) => usual.test(line))) tell(line);
    }
  }
  if (rest !== "") tell(rest);
}

/** Opens the user's browser where there is a screen; the address has been printed in any case. */
function openBrowser(address: string): void {
  const hasScreen = Deno.build.os === "darwin" ||
    ["DISPLAY", "WAYLAND_DISPLAY"].some((name) => Deno.env.get(name));
  if (!hasScreen) return;
  new Deno.Command(`${venvFolder(projectRoot)}/bin/python`, {
    args: ["-I", "-m", "webbrowser", "-t", address],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn().unref();
}

/** A folder that leads to the chosen runs and to no others. */
async function folderOfLinks(
  runs: readonly string[],
): Promise<{ readonly path: string } & AsyncDisposable> {
  // Loaded only here: the place of runs needs packages that TensorBoard itself does not.
  const { openRunStore } = await import("../experiment/run_store.ts");
  const { isEventFile } = await import("../tensorboard/event_file.ts");
  const { userPathOrName } = await import("./user_path.ts");
  const store = openRunStore();
  const found = await Array.fromAsync(new Set(runs), (run) => store.find(userPathOrName(run)));
  const path = await Deno.makeTempDir({ prefix: "glmc-tensorboard-" });
  const folder = { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
  for (const [index, { name, folder: target }] of found.entries()) {
    const isTaken = found.slice(0, index).some((other) => other.name === name);
    await Deno.symlink(target, `${path}/${isTaken ? `${name}-${index + 1}` : name}`);
    if (![...Deno.readDirSync(target)].some((entry) => isEventFile(entry.name))) {
      tell(
        `The run "${name}" has no event files: it is older than them, or was trained with ` +
          "--no_tensorboard; a run that is resumed writes them from then on",
      );
    }
  }
  return folder;
}

/**
 * Reads the command line; nothing is started.
 *
 * @param args Its flags.
 * @returns Runs, port and browser.
 * @throws {UsageError} If a flag is unknown or the port is none.
 */
export function read(
  args: string[],
): { runs: readonly string[]; port: number | undefined; browser: boolean } {
  try {
    const { values } = parseArgs({
      args,
      options: {
        run: { type: "string", multiple: true },
        port: { type: "string" },
        "no-browser": { type: "boolean" },
      },
    });
    const port = values.port === undefined ? undefined : Number(values.port);
    if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65536)) {
      throw new RangeError(
        `Cannot use --port ${values.port}: it must be a whole number from 1 to 65535`,
      );
    }
    return { runs: values.run ?? [], port, browser: !values["no-browser"] };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${reason}: see deno task tensorboard --help`);
  }
}
