/**
 * The command `docs`: builds the pages of the API, to be read offline.
 *
 * @module
 */
import { join, relative } from "node:path";
import { parseArgs, stripVTControlCharacters } from "node:util";
import { print } from "../process/streams.ts";
import { runProgram } from "../setup/machine.ts";
import { isCheckout, projectRoot } from "../setup/project.ts";
import type { HelpScreen } from "./help_screen.ts";
import { UsageError, withProgressLine } from "./shell.ts";

/** What `--help` shows. */
export const help: HelpScreen = {
  summary:
    "Builds the pages of the API into data/docs, with a search of their own, and says where they begin. " +
    "They need no network.",
  examples: [
    { command: "deno task docs", does: "the public face: what lib/mod.ts exports" },
    { command: "deno task docs --all", does: "every module of the kit" },
  ],
  usage: ["deno task docs [--all]"],
  notes: ["What they say stands in the modules themselves: deno doc lib/mod.ts prints it."],
  sections: [{
    title: "Flags",
    flags: [
      { names: ["all"], kind: "switch", help: "a page for every module of the kit: some 100 MB" },
    ],
  }],
};

/** Hands on all of TensorFlow.js; the other is the program itself. */
const leftOut = ["lib/tensor/tfjs.ts", "lib/cli/main.ts"];

/**
 * Runs the command.
 *
 * @param args Flags.
 * @throws {UsageError} If a flag is unknown.
 * @throws {Error} If the pages cannot be built.
 */
export async function run(args: string[]): Promise<void> {
  const { all } = read(args);
  if (!isCheckout) {
    throw new Error(
      "Cannot build the pages of the API: this kit was fetched, its files are not here: " +
        "do it in a checkout",
    );
  }
  const output = `${projectRoot}/data/docs`;
  const modules = all ? await allModules(projectRoot) : ["lib/mod.ts"];
  await Deno.remove(output, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await withProgressLine(async ({ update }) => {
    update(
      `Building the pages of ${modules.length === 1 ? "mod.ts" : `${modules.length} modules`}`,
    );
    const result = await runProgram(
      Deno.execPath(),
      ["doc", "--html", "--name=glmc", `--output=${output}`, ...modules],
      { cwd: projectRoot },
    );
    if (result?.code === 0) return;
    const reason = stripVTControlCharacters(result?.output ?? "").match(/^error: (.*)$/m)?.[1];
    throw new Error(
      `Cannot build the pages of the API: ${reason ?? "deno doc gives no reason"}: ` +
        "run deno doc --html lib/mod.ts to see more",
    );
  });
  print(`Written: ${relative(projectRoot, output)}/index.html: open it in a browser`);
}

/**
 * The modules of the kit that have a page of their own.
 *
 * @param root The project folder.
 * @returns Paths from there, sorted.
 * @example The public face is one of them
 * ```ts
 * import { assert } from "@std/assert";
 * import { allModules } from "glmc/cli/docs.ts";
 * import { projectRoot } from "glmc/setup/project.ts";
 *
 * assert((await allModules(projectRoot)).includes("lib/mod.ts"));
 * ```
 */
export async function allModules(root: string): Promise<string[]> {
  const found: string[] = [];
  const folders = ["lib"];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for await (const { name, isDirectory } of Deno.readDir(join(root, folder))) {
      const path = `${folder}/${name}`;
      if (isDirectory) folders.push(path);
      else if (name.endsWith(".ts") && !leftOut.includes(path)) found.push(path);
    }
  }
  return found.sort();
}

/**
 * Reads the command line; nothing is built.
 *
 * @param args Flags.
 * @returns Whether every module has a page.
 * @throws {UsageError} If a flag is unknown.
 */
export function read(args: string[]): { readonly all: boolean } {
  try {
    const { all = false } = parseArgs({ args, options: { all: { type: "boolean" } } }).values;
    return { all };
  } catch (error) {
    throw new UsageError(`${(error as Error).message}: see deno task docs --help`);
  }
}
