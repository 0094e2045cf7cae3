/**
 * Runs a notebook without a window, through Jupyter's own client in the Deno kernel.
 *
 * @module
 */
import { dirname } from "node:path";
import { linesOf } from "../process/lines.ts";
import { codeCells, readNotebook, showsSomething, type StoredOutput } from "./document.ts";
import script from "./execute.py" with { type: "text" };
import type { NotebookMode } from "./mode.ts";

/** How to run a notebook, and whom to tell. */
export interface ExecuteNotebookOptions {
  /** A Python with Jupyter's client, and the Deno kernel registered beside it. */
  readonly python: string;
  /** How much the notebook does. */
  readonly mode: NotebookMode;
  /** Seconds that a cell may take; two minutes in smoke mode and two hours in full by default. */
  readonly limit?: number;
  /** Told which cell runs now, counted from 1 among all cells. */
  readonly onCell?: (cell: number, cells: number) => void;
}

/** How the run of a notebook ended. */
export interface ExecutedNotebook {
  /** Outputs of the code cells in order. */
  readonly outputs: readonly (readonly StoredOutput[])[];
  /** What is wrong, such as `cell 7: AssertionError`; undefined if nothing is. */
  readonly problem?: string;
  /** Seconds that each code cell took. */
  readonly seconds: readonly number[];
}

/**
 * Runs all cells of a notebook in a fresh kernel; the file stays as it is.
 *
 * @param path The notebook.
 * @param options Python, mode and limits.
 * @returns Outputs, and the first problem: a cell that failed or took too long, or one that shows
 * something and has no output.
 * @throws {Error} If Jupyter's client or the kernel does not start.
 */
export async function executeNotebook(
  path: string,
  options: ExecuteNotebookOptions,
): Promise<ExecutedNotebook> {
  const { python, mode, onCell } = options;
  const notebook = await readNotebook(path);
  const cells = codeCells(notebook);
  // The script counts the cells it was given; people count all cells, from 1.
  const numberOf = (index: number): number => cells[index]!.place + 1;
  const child = new Deno.Command(python, {
    args: ["-I", "-c", script],
    env: {
      GLMC_NOTEBOOKS: mode,
      GLMC_PICTURES: "png",
      NO_COLOR: "1",
      JUPYTER_PREFER_ENV_PATH: "1",
    },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const errors = new Response(child.stderr).text();
  const task = JSON.stringify({
    cells: cells.map(({ source }) => source),
    kernel: "deno",
    folder: dirname(path),
    limit: options.limit ?? (mode === "smoke" ? 120 : 7200),
  });
  // Left open to the end: the client ends its kernel when this process is gone, and the pipe with it.
  const input = child.stdin.getWriter();
  await input.write(new TextEncoder().encode(`${task}\n`)).catch((error) => {
    // A program that has ended takes no task; what it said is reported below.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  });

  const seconds: number[] = [];
  let outputs: StoredOutput[][] | undefined;
  let problem: string | undefined;
  for await (const line of linesOf(child.stdout)) {
    const event = JSON.parse(line);
    if ("start" in event) onCell?.(numberOf(event.start), notebook.cells.length);
    if ("done" in event) {
      seconds.push(event.seconds);
      if (event.error) problem = `cell ${numberOf(event.done)}: ${event.error}`;
    }
    if ("outputs" in event) outputs = event.outputs;
  }
  await child.status;
  await input.close().catch(() => {});
  if (outputs === undefined) {
    const last = (await errors).trim().split("\n").at(-1) || "Jupyter's client gave no reason";
    throw new Error(
      `Cannot run "${path}": ${last}: run deno task setup --lab to complete the set-up`,
    );
  }
  const silent = cells.findIndex(({ source }, i) =>
    showsSomething(source) && !outputs[i]?.some(({ data }) => data)
  );
  if (silent >= 0) {
    problem ??= `cell ${numberOf(silent)}: it shows something and has no output`;
  }
  return { outputs, problem, seconds };
}
