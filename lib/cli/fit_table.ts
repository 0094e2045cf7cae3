/**
 * Tables as wide as a terminal: what does not fit goes on below, under the same rows.
 *
 * @module
 */

import { type Table, tableText } from "../plot/table.ts";
import { outputColumns } from "./progress_line.ts";
import { wrapped } from "./wrap.ts";

/** Names longer than this stand above the table, and a number in their place. */
const longestName = 26;

/** Longer lines of a caption are hard to read. */
const widestCaption = 100;

/**
 * A table as text within some columns.
 *
 * Columns without a value are left out where the table is too wide; what then still does not fit stands in
 * further tables with the same rows, and long names of rows above them, with numbers.
 *
 * @param table The table; its first column names its rows.
 * @param columns Columns there are; those of the terminal by default.
 * @returns Lines without a closing line break.
 * @example Too wide
 * ```ts
 * import { fittedTable } from "glmc/cli/fit_table.ts";
 * import { table } from "glmc/plot/table.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const wide = table(["name", "first", "second"], [["a", 1, 2]]);
 *
 * assertEquals(
 *   fittedTable(wide, 12),
 *   "name  first\n----  -----\na         1\n\nname  second\n----  ------\na          2",
 * );
 * ```
 */
export function fittedTable(table: Table, columns: number = outputColumns()): string {
  const { caption, ...bare } = table;
  const told = caption === undefined
    ? []
    : ["", ...wrapped(caption, { columns: Math.min(columns, widestCaption) })];
  const [header = ""] = bare.header;
  if (widthOf(bare) <= columns || bare.header.length < 2) {
    return [tableText(bare), ...told].join("\n");
  }
  const filled = pick(
    bare,
    bare.header.flatMap((_, i) =>
      i === 0 || bare.rows.some((row) => !isNothing(row[i])) ? [i] : []
    ),
  );
  const isLong = filled.rows.some(([name = ""]) => name.length > longestName);
  const keyed = isLong ? numbered(filled) : filled;
  const names = isLong
    ? filled.rows.flatMap(([name = ""], i) => {
      const width = `${filled.rows.length}`.length;
      const [first = "", ...others] = wrapped(name, { columns, indent: " ".repeat(width + 2) });
      return [`${i + 1}`.padStart(width) + first.slice(width), ...others];
    })
    : [];
  const blocks = blocksOf(keyed, columns).map(tableText);
  return [
    ...(isLong ? [...(header === "" ? [] : [header]), ...names, ""] : []),
    blocks.join("\n\n"),
    ...told,
  ].join("\n");
}

function isNothing(cell: string | undefined): boolean {
  return cell === undefined || cell === "" || cell === "–";
}

function widthOf(table: Table): number {
  return Math.max(...tableText(table).split("\n").map((line) => line.length));
}

/** Some columns of a table. */
function pick({ header, rows, numeric }: Table, places: readonly number[]): Table {
  return {
    header: places.map((place) => header[place]!),
    rows: rows.map((row) => places.map((place) => row[place]!)),
    numeric: places.map((place) => numeric[place]!),
  };
}

/** The numbers of rows in place of their names. */
function numbered({ header, rows, numeric }: Table): Table {
  return {
    header: ["", ...header.slice(1)],
    rows: rows.map((row, i) => [`${i + 1}`, ...row.slice(1)]),
    numeric: [true, ...numeric.slice(1)],
  };
}

/** The columns in as many tables as it takes, each with the first column. */
function blocksOf(table: Table, columns: number): Table[] {
  const blocks: number[][] = [];
  for (const place of table.header.keys()) {
    if (place === 0) continue;
    const longer = [...blocks.at(-1) ?? [0], place];
    const fits = blocks.length > 0 && widthOf(pick(table, longer)) <= columns;
    if (fits) blocks[blocks.length - 1] = longer;
    else blocks.push([0, place]);
  }
  return blocks.map((places) => pick(table, places));
}
