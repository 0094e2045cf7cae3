/**
 * A notebook in a temporary folder, inside the project so that its kernel finds `deno.json`.
 *
 * @module
 */
import { prepareLab } from "../../lib/cli/setup.ts";
import { labPython } from "../../lib/cli/notebooks.ts";
import type { NotebookDocument } from "../../lib/notebook/document.ts";
import {
  type ExecutedNotebook,
  executeNotebook,
  type ExecuteNotebookOptions,
} from "../../lib/notebook/execute.ts";
import { projectRoot } from "../../lib/setup/project.ts";

/** A notebook with some code cells under a title. */
export function notebookOf(cells: readonly string[]): NotebookDocument {
  return {
    cells: [
      { cell_type: "markdown", id: "title", metadata: {}, source: "# A test" },
      ...cells.map((source, i) => ({
        cell_type: "code" as const,
        id: `cell-${i}`,
        metadata: {},
        source,
        outputs: [],
        execution_count: null,
      })),
    ],
    metadata: {},
    nbformat: 4,
    nbformat_minor: 5,
  };
}

/** Runs cells in the Deno kernel. */
export async function executeCells(
  cells: readonly string[],
  options: Partial<ExecuteNotebookOptions> = {},
): Promise<ExecutedNotebook> {
  await prepareLab();
  await Deno.mkdir(`${projectRoot}/data/cache`, { recursive: true });
  const folder = await Deno.makeTempDir({ dir: `${projectRoot}/data/cache`, prefix: "notebook-" });
  try {
    const path = `${folder}/test.ipynb`;
    await Deno.writeTextFile(path, JSON.stringify(notebookOf(cells)));
    return await executeNotebook(path, { python: labPython, mode: "smoke", ...options });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
