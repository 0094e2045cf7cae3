/**
 * Small tables as Markdown, HTML and plain text.
 *
 * @module
 */

/** A value in a table; null and undefined are shown as a dash. */
export type Cell = string | number | boolean | null | undefined;

/** A table. */
export interface Table {
  /** Names of the columns, with units. */
  readonly header: readonly string[];
  /** Rows of values. */
  readonly rows: readonly (readonly string[])[];
  /** Whether a column holds numbers and is set to the right. */
  readonly numeric: readonly boolean[];
  /** One sentence below the table. */
  readonly caption?: string;
}

/** Settings of {@linkcode table}. */
export interface TableOptions {
  /** One sentence below the table. */
  readonly caption?: string;
  /** Digits behind the point of numbers that are not whole; 2 by default. */
  readonly digits?: number;
  /** Columns whose texts are numbers, beside those that hold nothing else. */
  readonly numeric?: readonly string[];
}

/**
 * Makes a table; numbers are grouped by thousands and rounded.
 *
 * @param header Names of the columns, with units.
 * @param rows Rows of as many values.
 * @param options Caption and digits.
 * @returns The table, its values as texts.
 * @throws {RangeError} If a row has another length than the header.
 * @example As Markdown
 * ```ts
 * import { table, tableMarkdown } from "glmc/plot/table.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const counts = table(["class", "images"], [["airplane", 5000], ["truck", null]]);
 *
 * assertEquals(
 *   tableMarkdown(counts),
 *   "| class | images |\n| --- | ---: |\n| airplane | 5,000 |\n| truck | – |",
 * );
 * ```
 */
export function table(
  header: readonly string[],
  rows: readonly (readonly Cell[])[],
  options: TableOptions = {},
): Table {
  for (const [place, row] of rows.entries()) {
    if (row.length === header.length) continue;
    throw new RangeError(
      `Cannot make the table: row ${place} has ${row.length} values for ${header.length} columns: ` +
        "give one value for each, or null",
    );
  }
  const { digits = 2, caption } = options;
  const isNumeric = (column: number): boolean => {
    const values = rows.map((row) => row[column]).filter((value) => value != null);
    return values.length > 0 && values.every((value) => typeof value === "number");
  };
  return {
    header,
    rows: rows.map((row) => row.map((value) => formatCell(value, digits))),
    numeric: header.map((name, column) => options.numeric?.includes(name) || isNumeric(column)),
    ...(caption !== undefined && { caption }),
  };
}

function formatCell(value: Cell, digits: number): string {
  if (value === null || value === undefined) return "–";
  if (typeof value !== "number") return String(value);
  if (Number.isInteger(value)) return value.toLocaleString("en");
  const tiny = value !== 0 && Math.abs(value) < 10 ** -digits / 2;
  return tiny ? value.toExponential(1) : value.toLocaleString("en", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

/**
 * A table in Markdown.
 *
 * @param table The table.
 * @returns Lines of Markdown.
 * @example A bar is no border
 * ```ts
 * import { table, tableMarkdown } from "glmc/plot/table.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(tableMarkdown(table(["a|b"], [])), "| a\\|b |\n| --- |");
 * ```
 */
export function tableMarkdown({ header, rows, numeric, caption }: Table): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
  return [
    line(header),
    line(numeric.map((right) => right ? "---:" : "---")),
    ...rows.map(line),
    ...(caption === undefined ? [] : ["", caption]),
  ].join("\n");
}

/**
 * A table in HTML.
 *
 * @param table The table.
 * @returns A `table` element.
 * @example Signs of HTML are written out
 * ```ts
 * import { table, tableHtml } from "glmc/plot/table.ts";
 * import { assertStringIncludes } from "@std/assert";
 *
 * assertStringIncludes(tableHtml(table(["a < b"], [])), "a &lt; b");
 * ```
 */
export function tableHtml({ header, rows, numeric, caption }: Table): string {
  const row = (cells: readonly string[], tag: "td" | "th"): string =>
    `<tr>${
      cells.map((cell, column) =>
        // Weight and side are said here, for notebooks, which have no style sheet of ours.
        tag === "td" && column === 0
          ? `<th scope="row" style="text-align:left;font-weight:normal">${escapeHtml(cell)}</th>`
          : `<${tag}${tag === "th" ? ' scope="col"' : ""} style="text-align:${
            numeric[column] ? "right" : "left"
          }">${escapeHtml(cell)}</${tag}>`
      ).join("")
    }</tr>`;
  const foot = caption === undefined
    ? ""
    : `<caption style="caption-side:bottom;text-align:left">${escapeHtml(caption)}</caption>`;
  return `<table>${foot}<thead>${row(header, "th")}</thead><tbody>${
    rows.map((cells) => row(cells, "td")).join("")
  }</tbody></table>`;
}

/**
 * A table in plain text with aligned columns.
 *
 * @param table The table.
 * @returns Lines without a line break at the end.
 * @example Numbers to the right
 * ```ts
 * import { table, tableText } from "glmc/plot/table.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const text = tableText(table(["class", "images"], [["cat", 7]]));
 *
 * assertEquals(text, "class  images\n-----  ------\ncat         7");
 * ```
 */
export function tableText({ header, rows, numeric, caption }: Table): string {
  const widths = [header, ...rows].reduce<readonly number[]>(
    (wide, cells) => cells.map((cell, column) => Math.max(cell.length, wide[column] ?? 0)),
    [],
  );
  const line = (cells: readonly string[]): string =>
    cells.map((cell, column) =>
      numeric[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)
    ).join("  ").trimEnd();
  return [
    line(header),
    line(widths.map((width) => "-".repeat(width))),
    ...rows.map(line),
    ...(caption === undefined ? [] : ["", caption]),
  ].join("\n");
}

/**
 * Text with the signs of HTML written out.
 *
 * @param text Any text.
 * @returns Text that an element or an attribute in double quotes may hold.
 * @example Angle brackets
 * ```ts
 * import { escapeHtml } from "glmc/plot/table.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(escapeHtml('<a href="b">'), "&lt;a href=&quot;b&quot;&gt;");
 * ```
 */
export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
