/**
 * The command `new`: writes the folder of a study that uses the kit from outside of it.
 *
 * Nothing here needs a package, so that it works before the set-up, and from an address.
 *
 * @module
 */
import { basename, dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { makeFolder, writeWholeFile } from "../disk/whole_file.ts";
import { print } from "../process/streams.ts";
import { kitConfiguration, kitFile } from "../setup/project.ts";
import { commands } from "./commands.ts";
import type { HelpScreen } from "./help_screen.ts";
import { UsageError } from "./shell.ts";
import { starterConfiguration } from "./starter/configuration.ts";
import notebook from "./starter/first_look.ipynb" with { type: "text" };
import study from "./starter/study.ts.txt" with { type: "text" };
import { userPath } from "./user_path.ts";

/** What `--help` shows. */
export const help: HelpScreen = {
  summary: "Writes a folder for a study of your own, outside of the kit. A folder that holds " +
    "something is refused.",
  examples: [
    { command: "deno task new my-study", does: "a folder here" },
    { command: "deno task new ~/studies/long-tails", does: "one elsewhere" },
  ],
  usage: ["deno task new <folder>"],
  notes: [
    "The kit stays where it is: a checkout is used by its path and with its set-up, a published version by " +
    "its name; this one keeps TensorFlow and images in the new folder, or in that of GLMC_HOME.",
  ],
  sections: [{
    title: "What is written",
    rows: [
      ["study.ts", "what is compared, trained and printed as a table: deno task study"],
      ["notebooks/first_look.ipynb", "a notebook to start from: deno task lab"],
      ["deno.json", "where the kit is, and its commands; they work in that folder"],
    ],
  }],
};

/** Commands that are about the kit itself, not about a study. */
const ofTheKit = ["new", "readme", "docs", "bench"];

/**
 * Runs the command.
 *
 * @param args The folder.
 * @throws {UsageError} If no folder is named, or it holds something.
 * @throws {Error} If it cannot be written.
 */
export async function run(args: string[]): Promise<void> {
  const folder = userPath(read(args));
  const advice = "name another place: deno task new <folder>";
  await refuseUsed(folder);
  for (const [name, text] of Object.entries(starterFiles(studyName(folder)))) {
    const path = join(folder, name);
    await makeFolder(dirname(path), { advice });
    await writeWholeFile(path, text, { advice });
  }
  print(`Written: ${folder}`);
  print("  study.ts                    deno task study trains twice and compares: 8 minutes");
  print("  notebooks/first_look.ipynb  deno task lab opens it");
  print("  deno.json                   deno task lists the commands");
}

/**
 * The files of a new study.
 *
 * @param name Its name, of small letters, digits and dashes.
 * @returns Texts by path.
 * @example Which
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { starterFiles } from "glmc/cli/new.ts";
 *
 * assertEquals(Object.keys(starterFiles("my-study")), [
 *   "deno.json",
 *   "study.ts",
 *   "notebooks/first_look.ipynb",
 *   ".gitignore",
 * ]);
 * ```
 */
export function starterFiles(name: string): Record<string, string> {
  const configuration = starterConfiguration({
    kit: kitConfiguration,
    from: kitFile(""),
    commands: Object.entries(commands)
      .filter(([name, { isInternal }]) => !isInternal && !ofTheKit.includes(name))
      .map(([name]) => name),
  });
  return {
    "deno.json": `${JSON.stringify(configuration, null, 2)}\n`,
    "study.ts": study.replaceAll("{{name}}", name),
    "notebooks/first_look.ipynb": notebook.replaceAll("{{name}}", name),
    ".gitignore": "/.venv/\n/data/\n",
  };
}

/** A name for the study, after its folder. */
function studyName(folder: string): string {
  const name = basename(folder).toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  return name || "study";
}

/**
 * Reads the command line; nothing is written.
 *
 * @param args The folder.
 * @returns The folder, as it was typed.
 * @throws {UsageError} If there is no folder, more than one, or a flag.
 */
export function read(args: string[]): string {
  try {
    const [folder, ...others] = parseArgs({ args, allowPositionals: true }).positionals;
    if (folder !== undefined && others.length === 0) return folder;
  } catch (error) {
    throw new UsageError(`${(error as Error).message}: see deno task new --help`);
  }
  throw new UsageError(
    `Cannot begin a study: ${args.length === 0 ? "no folder is" : `${args.length} folders are`} ` +
      "named: write deno task new my-study",
  );
}

async function refuseUsed(folder: string): Promise<void> {
  let entries: Deno.DirEntry[];
  try {
    entries = await Array.fromAsync(Deno.readDir(folder));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    if (!(error instanceof Deno.errors.NotADirectory)) throw error;
    throw new UsageError(`Cannot begin a study in "${folder}": it is a file: name another folder`);
  }
  if (entries.length === 0) return;
  throw new UsageError(
    `Cannot begin a study in "${folder}": it holds ${entries.length} files or folders, such as ` +
      `${entries.map(({ name }) => name).sort()[0]}: name another folder`,
  );
}
