/**
 * Notebook files: reading, cells, outputs, and the form in which they are kept.
 *
 * @module
 */

/** An output as notebooks store it. */
export interface StoredOutput {
  /** Kind of output. */
  readonly output_type: "display_data" | "execute_result" | "stream" | "error";
  /** The output by MIME type. */
  readonly data?: Readonly<Record<string, unknown>>;
  /** Text of a stream. */
  readonly text?: string | readonly string[];
  /** Anything else. */
  readonly [field: string]: unknown;
}

/** A cell as notebooks store it. */
export interface StoredCell {
  /** Kind of cell. */
  readonly cell_type: "code" | "markdown" | "raw";
  /** Name of the cell, which stays the same when others move. */
  readonly id: string;
  /** What is known about the cell. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Text, as a whole or in lines. */
  readonly source: string | readonly string[];
  /** Outputs of a code cell. */
  readonly outputs?: readonly StoredOutput[];
  /** Which cell of the session it was; null in committed notebooks. */
  readonly execution_count?: number | null;
}

/** A notebook file. */
export interface NotebookDocument {
  /** Cells in order. */
  readonly cells: readonly StoredCell[];
  /** What is known about the notebook. */
  readonly metadata: Readonly<Record<string, unknown>> & {
    /** What the kit notes about the last full run. */
    readonly glmc?: { readonly sourceHash: string };
  };
  /** Version of the format. */
  readonly nbformat: number;
  /** Version of the format, behind the point. */
  readonly nbformat_minor: number;
}

/**
 * Reads a notebook.
 *
 * @param path The file.
 * @returns What it holds.
 * @throws {SyntaxError} If it is no notebook of version 4.5, whose cells have names.
 */
export async function readNotebook(path: string): Promise<NotebookDocument> {
  const text = await Deno.readTextFile(path);
  let notebook: NotebookDocument | undefined;
  try {
    notebook = JSON.parse(text);
  } catch {
    // Told below.
  }
  if (!Array.isArray(notebook?.cells) || !notebook.cells.every(({ id }) => id)) {
    throw new SyntaxError(
      `Cannot read "${path}": it is no notebook of format 4.5: open it in JupyterLab and save it`,
    );
  }
  return notebook;
}

/**
 * Text of a cell or of a stream as one string.
 *
 * @param text As notebooks store it, as a whole or in lines.
 * @returns The whole text.
 * @example In lines
 * ```ts
 * import { joinText } from "glmc/notebook/document.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(joinText(["let a;\n", "a = 1;"]), "let a;\na = 1;");
 * ```
 */
export function joinText(text: string | readonly string[]): string {
  return typeof text === "string" ? text : text.join("");
}

/**
 * The code cells of a notebook, each with its place among all cells.
 *
 * @param notebook The notebook.
 * @returns Place from 0, text and outputs of each.
 * @example One of two
 * ```ts
 * import { codeCells, type NotebookDocument } from "glmc/notebook/document.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const notebook: NotebookDocument = {
 *   cells: [
 *     { cell_type: "markdown", id: "a", metadata: {}, source: "# Title" },
 *     { cell_type: "code", id: "b", metadata: {}, source: "let x = 1;", outputs: [] },
 *   ],
 *   metadata: {},
 *   nbformat: 4,
 *   nbformat_minor: 5,
 * };
 *
 * assertEquals(codeCells(notebook).map(({ place, source }) => [place, source]), [[1, "let x = 1;"]]);
 * ```
 */
export function codeCells(
  notebook: NotebookDocument,
): { place: number; source: string; outputs: readonly StoredOutput[] }[] {
  return notebook.cells.flatMap((cell, place) =>
    cell.cell_type === "code"
      ? [{ place, source: joinText(cell.source), outputs: cell.outputs ?? [] }]
      : []
  );
}

/**
 * All code of a notebook as one module, so that it can be checked like any other.
 *
 * @param notebook The notebook.
 * @returns The cells one after the other, each under a comment with its place.
 * @example One cell
 * ```ts
 * import { notebookModule } from "glmc/notebook/document.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const cells = [{ cell_type: "code", id: "a", metadata: {}, source: "let x = 1;" }] as const;
 * const text = notebookModule({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 });
 *
 * assertEquals(text, "// Cell 1\nlet x = 1;\n\nexport {};\n");
 * ```
 */
export function notebookModule(notebook: NotebookDocument): string {
  return codeCells(notebook)
    .map(({ place, source }) => `// Cell ${place + 1}\n${source.trim()}\n`)
    .join("\n") + "\nexport {};\n";
}

/**
 * Whether the code of a cell shows something.
 *
 * @param source The code.
 * @returns Whether it calls one of the functions that send outputs.
 * @example A figure
 * ```ts
 * import { showsSomething } from "glmc/notebook/document.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([showsSomething("await show(figure);"), showsSomething("let x;")], [true, false]);
 * ```
 */
export function showsSomething(source: string): boolean {
  // A method of that name, such as that of views, is another function.
  return /(?<![.\w])(show|watchTraining|startProgress)\(/.test(source);
}

/**
 * A notebook in the form in which it is kept: new outputs, no counts, no editor's notes.
 *
 * @param notebook The notebook.
 * @param options Outputs of its code cells in order, and the stamp.
 * @returns A new notebook; cells keep their names and texts.
 */
export function withOutputs(
  notebook: NotebookDocument,
  options: { readonly outputs: readonly (readonly StoredOutput[])[]; readonly sourceHash: string },
): NotebookDocument {
  const outputs = options.outputs.values();
  return {
    cells: notebook.cells.map(({ cell_type, id, source }) =>
      cell_type === "code"
        ? {
          cell_type,
          execution_count: null,
          id,
          metadata: {},
          outputs: outputs.next().value ?? [],
          source,
        }
        : { cell_type, id, metadata: {}, source }
    ),
    metadata: {
      glmc: { sourceHash: options.sourceHash },
      kernelspec: { display_name: "Deno", language: "typescript", name: "deno" },
      language_info: {
        file_extension: ".ts",
        mimetype: "text/x.typescript",
        name: "typescript",
      },
    },
    nbformat: 4,
    nbformat_minor: 5,
  };
}
