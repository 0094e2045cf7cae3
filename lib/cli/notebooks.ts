/**
 * The command `notebooks`: runs the notebooks without a window.
 *
 * @module
 */
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { writeWholeFile } from "../disk/whole_file.ts";
import { readNotebook, withOutputs } from "../notebook/document.ts";
import { executeNotebook } from "../notebook/execute.ts";
import type { NotebookMode } from "../notebook/mode.ts";
import { counted } from "../settings/count.ts";
import { sourceHash } from "../notebook/source_hash.ts";
import { notebooksFolder, projectRoot, venvFolder } from "../setup/project.ts";
import type { HelpScreen } from "./help_screen.ts";
import { prepareLab } from "./setup.ts";
import { nearest, type ProgressLine, UsageError, withProgressLine } from "./shell.ts";

/** What `--help` shows. */
export const help: HelpScreen = {
  summary:
    "Runs notebooks from top to bottom in the Deno kernel: in smoke mode, small and fast, to prove " +
    "that they work, or in full, with their outputs stored.",
  examples: [
    {
      command: "deno task notebooks",
      does: "all in notebooks/, in smoke mode; the files stay as they are",
    },
    { command: "deno task notebooks 03", does: "one, by the beginning of its name" },
    {
      command: "deno task notebooks 03 --full",
      does: "with all its epochs; the outputs are stored",
    },
  ],
  usage: ["deno task notebooks [name]... [flags]"],
  sections: [{
    title: "Flags",
    flags: [
      {
        names: ["full"],
        kind: "switch",
        help: "run them in full and store the outputs in the files, with a stamp of what they show",
      },
      {
        names: ["limit"],
        kind: "number",
        range: "above 0",
        unit: "seconds",
        help: "time that a cell may take",
        defaultText: "120 seconds in smoke mode, 7200 in full",
      },
    ],
  }, {
    title: "Environment",
    rows: [["GLMC_NOTEBOOK_FOLDER", "folder of the notebooks instead of notebooks/"]],
  }],
};

/**
 * Runs the command; the exit code is 1 if a notebook fails.
 *
 * @param args Names of notebooks, and flags.
 * @throws {UsageError} If a flag or a name is unknown.
 * @throws {Error} If JupyterLab cannot be set up or the kernel does not start.
 */
export async function run(args: string[]): Promise<void> {
  const { names, mode, limit } = read(args);
  const paths = choose(await listNotebooks(), names);
  await prepareLab();
  const failures = await withProgressLine(async (line) => {
    let count = 0;
    for (const path of paths) {
      const problem = await runOne(path, { mode, limit, line });
      if (problem !== undefined) count++;
    }
    return count;
  });
  if (failures > 0) {
    throw new Error(
      `${failures} of ${counted(paths.length, "notebook")} failed: see the lines marked ✗`,
    );
  }
}

/**
 * Paths of the notebooks of the project, sorted by name.
 *
 * @param folder Their folder; `$GLMC_NOTEBOOK_FOLDER`, else `notebooks/` of the project by default.
 * @returns The paths; none where there is no such folder.
 * @example Those of the project
 * ```ts
 * import { assert } from "@std/assert";
 * import { listNotebooks } from "glmc/cli/notebooks.ts";
 *
 * assert((await listNotebooks()).every((path) => path.endsWith(".ipynb")));
 * ```
 */
export async function listNotebooks(folder: string = notebooksFolder()): Promise<string[]> {
  try {
    const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
    return names.filter((name) => name.endsWith(".ipynb")).sort().map((name) =>
      `${folder}/${name}`
    );
  } catch {
    return [];
  }
}

/** Path of the Python that has Jupyter's client. */
export const labPython = `${venvFolder(projectRoot)}/bin/python`;

async function runOne(
  path: string,
  { mode, limit, line }: { mode: NotebookMode; limit?: number; line: ProgressLine },
): Promise<string | undefined> {
  const name = basename(path, ".ipynb");
  const start = performance.now();
  const { outputs, problem } = await executeNotebook(path, {
    python: labPython,
    mode,
    limit,
    onCell: (cell, cells) => line.update(`  ${name}: cell ${cell} of ${cells}`, cell / cells),
  });
  const seconds = Math.round((performance.now() - start) / 1000);
  if (problem !== undefined) {
    line.finish(`✗ ${name}  ${problem}`);
    return problem;
  }
  if (mode === "full") {
    const notebook = await readNotebook(path);
    await writeNotebook(
      path,
      withOutputs(notebook, { outputs, sourceHash: await sourceHash(notebook) }),
    );
  }
  line.finish(
    `✓ ${name}  ${counted(outputs.length, "code cell")}, ${seconds} s${
      mode === "full" ? ", stored" : ""
    }`,
  );
}

async function writeNotebook(path: string, notebook: unknown): Promise<void> {
  await writeWholeFile(path, JSON.stringify(notebook, null, 1) + "\n");
  // Deno's formatter has its own way of writing notebooks, which the checks ask for.
  await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", path] }).output();
}

function choose(paths: readonly string[], names: readonly string[]): readonly string[] {
  if (paths.length === 0) {
    throw new Deno.errors.NotFound(
      `Cannot run notebooks: there are none in "${notebooksFolder()}": put some there, or set ` +
        "GLMC_NOTEBOOK_FOLDER to their folder",
    );
  }
  if (names.length === 0) return paths;
  const known = paths.map((path) => basename(path, ".ipynb"));
  return names.map((name) => {
    const wanted = basename(name, ".ipynb");
    const found = paths[known.findIndex((candidate) => candidate.startsWith(wanted))];
    if (found !== undefined) return found;
    const suggestion = nearest(wanted, known);
    throw new UsageError(
      `Unknown notebook "${name}": ${suggestion ? `did you mean "${suggestion}"? ` : ""}` +
        `There are ${known.join(", ")}`,
    );
  });
}

/**
 * Reads the command line; nothing is started.
 *
 * @param args Names of notebooks, and flags.
 * @returns Names, mode, and the limit of a cell in seconds.
 * @throws {UsageError} If a flag is unknown or the limit is none.
 */
export function read(args: string[]): { names: string[]; mode: NotebookMode; limit?: number } {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { full: { type: "boolean" }, limit: { type: "string" } },
    });
    const limit = values.limit === undefined ? undefined : Number(values.limit);
    if (limit !== undefined && !(limit > 0 && limit < Infinity)) {
      throw new RangeError(
        `Cannot use --limit ${values.limit}: it must be a number of seconds greater than 0`,
      );
    }
    return { names: positionals, mode: values.full ? "full" : "smoke", limit };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${reason}: see deno task notebooks --help`);
  }
}
