/**
 * Runs pip in the virtual environment, shows how far it is and explains its failures.
 *
 * @module
 */
import { relative } from "node:path";
import { writeWholeFile } from "../disk/whole_file.ts";
import { venvFolder } from "./project.ts";
import { type PythonPackages, requirements } from "./requirements.ts";
import { sitePackages } from "./find.ts";
import { diskFullMessage } from "./machine.ts";

/** What pip needs to know, and whom to tell. */
export interface PipOptions {
  /** Which pinned packages to install. */
  packages: PythonPackages;
  /** The command to run again after a failure; by default the one that needs these packages. */
  command?: string;
  /** Told what is happening now, about once a second; not used where pip draws its own bars. */
  onProgress?: (text: string) => void;
  /** Told a line worth keeping, such as that the package index does not answer. */
  onNotice?: ((line: string) => void) | undefined;
}

/**
 * Where pip writes down what it does in a virtual environment.
 *
 * @param folder Absolute path of the environment.
 * @returns Absolute path of the log.
 * @example Inside of it
 * ```ts
 * import { pipLog } from "glmc/setup/pip.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(pipLog("/kit/.venv"), "/kit/.venv/glmc-pip.log");
 * ```
 */
export function pipLog(folder: string): string {
  return `${folder}/glmc-pip.log`;
}

/**
 * Installs the pinned Python packages; what is installed already is left alone.
 *
 * Pip draws its own progress bars where standard output is a terminal. Where it fails, its full log
 * stays as `.venv/glmc-pip.log`.
 *
 * @param root The project folder.
 * @param python Path of the Python of the environment.
 * @param options Which packages, and whom to tell.
 * @throws {Error} If pip fails; the message says why and what to do.
 */
export async function installPythonPackages(
  root: string,
  python: string,
  options: PipOptions,
): Promise<void> {
  await removeUnfinishedPackages(root);
  const log = pipLog(venvFolder(root));
  const wanted = `requirements-${options.packages}.txt`;
  await writeWholeFile(`${venvFolder(root)}/${wanted}`, requirements(options.packages));
  const ownBars = Deno.stdout.isTerminal();
  const process = new Deno.Command(python, {
    args: [
      ...["-I", "-u", "-m", "pip", "install", "--no-input", "--disable-pip-version-check"],
      ...["--log", log, "--requirement", relative(root, `${venvFolder(root)}/${wanted}`)],
    ],
    // A user-wide setting for installs outside of environments would make pip refuse.
    // Waiting long for a network that is not there helps nobody; the set-up can be run again.
    env: { PIP_USER: "0", PIP_RETRIES: Deno.env.get("PIP_RETRIES") ?? "2" },
    cwd: root,
    stdin: "null",
    stdout: ownBars ? "inherit" : "piped",
    stderr: "piped",
  }).spawn();
  let doing = "starting";
  const started = performance.now();
  const timer = setInterval(() => {
    const seconds = Math.round((performance.now() - started) / 1000);
    if (!ownBars) options.onProgress?.(`Python packages: ${doing} (${seconds} s)`);
  }, 1000);
  try {
    const [errors] = await Promise.all([
      collectLines(process.stderr, noticeOfNoNetwork(options.onNotice)),
      ownBars ? "" : collectLines(process.stdout, (line) => doing = describeStep(line) ?? doing),
    ]);
    const status = await process.status;
    const commands: Record<string, string> = {
      lab: "deno task lab",
      peer: "deno task bench --peer",
      tensorboard: "deno task tensorboard",
    };
    const command = options.command ?? commands[options.packages] ?? "deno task setup";
    if (!status.success) throw explainPipFailure(errors, { root, log, command });
    await Deno.remove(log).catch(() => {});
  } finally {
    clearInterval(timer);
  }
}

/**
 * Turns what pip wrote to standard error into one message that says what to do.
 *
 * @param errors What it wrote.
 * @param options Project folder, full log, and the command to run again.
 * @returns The error to throw.
 *
 * @example No network
 * ```ts
 * import { explainPipFailure } from "glmc/setup/pip.ts";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const error = explainPipFailure(
 *   "WARNING: Retrying after connection broken by 'NewConnectionError'",
 *   { root: "/kit", log: "/kit/.venv/glmc-pip.log" },
 * );
 * assertStringIncludes(error.message, "check the network");
 * ```
 */
export function explainPipFailure(
  errors: string,
  options: { root: string; log: string; command?: string },
): Error {
  const { root, log, command = "deno task setup" } = options;
  if (/No space left on device|Errno 28|Disk quota exceeded/.test(errors)) {
    return new Error(diskFullMessage(root, command));
  }
  if (noConnection.test(errors)) {
    return new Error(
      `Cannot fetch the Python packages: pip does not reach its package index: check the network ` +
        `(or HTTPS_PROXY, PIP_INDEX_URL), then run ${command} again`,
    );
  }
  const missing = errors.match(/No matching distribution found for (\S+)/)?.[1];
  if (missing) {
    return new Error(
      `Cannot install ${missing}: pip's package index holds no build of it for this Python and ` +
        `processor: use another Python (3.10 to 3.13) or another index, then run ${command} again`,
    );
  }
  const last = errors.split("\n").findLast((line) => line.startsWith("ERROR: "))?.slice(7);
  return new Error(
    `Cannot install the Python packages: ${last ?? "pip was stopped"}: see "${log}", ` +
      `then run ${command} again`,
  );
}

const noConnection =
  /NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|ProxyError|SSLError|Max retries|Connection (refused|reset|aborted)/;

/** Says once and at once what pip would say after all its tries; an index on the disk may still do. */
function noticeOfNoNetwork(onNotice: PipOptions["onNotice"]): (line: string) => void {
  let isSaid = false;
  return (line) => {
    if (isSaid || !line.startsWith("WARNING: Retrying") || !noConnection.test(line)) return;
    isSaid = true;
    onNotice?.("The package index of pip does not answer: is there a network? Trying again");
  };
}

/** Makes pip install again what it was killed in: it takes a half-copied package for a whole one. */
async function removeUnfinishedPackages(root: string): Promise<void> {
  for (const folder of sitePackages(root)) {
    for await (const entry of Deno.readDir(folder)) {
      const unfinished = entry.name.endsWith(".dist-info") &&
        // Pip writes this file when everything else is in place.
        !await exists(`${folder}/${entry.name}/INSTALLER`);
      if (unfinished) await Deno.remove(`${folder}/${entry.name}`, { recursive: true });
    }
  }
}

function describeStep(line: string): string | undefined {
  const [, path, size] = line.match(/^\s*(?:Downloading|Using cached) (\S+?)-\d\S*( \([^)]*\))/) ??
    [];
  if (path !== undefined) return `fetching ${path.split("/").at(-1)}${size}`;
  if (line.startsWith("Installing collected packages")) return "unpacking";
}

async function collectLines(
  stream: ReadableStream<Uint8Array>,
  onLine?: (line: string) => void,
): Promise<string> {
  let text = "";
  let rest = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine?.(line);
  }
  return text;
}

async function exists(file: string): Promise<boolean> {
  try {
    await Deno.stat(file);
    return true;
  } catch {
    return false;
  }
}
