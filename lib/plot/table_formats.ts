/**
 * Tables for other programs: CSV and LaTeX.
 *
 * @module
 */
import type { Table } from "./table.ts";

/**
 * A table as comma-separated values (RFC 4180), without its caption.
 *
 * @param table The table.
 * @returns Lines that end with a carriage return and a line feed, but for the last one.
 * @example A comma in a name
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { table } from "glmc/plot/table.ts";
 * import { tableCsv } from "glmc/plot/table_formats.ts";
 *
 * assertEquals(tableCsv(table(["name", "n"], [['a, "b"', 3]])), 'name,n\r\n"a, ""b""",3');
 * ```
 */
export function tableCsv({ header, rows }: Table): string {
  const field = (text: string): string =>
    /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  return [header, ...rows].map((cells) => cells.map(field).join(",")).join("\r\n");
}

/**
 * A table in LaTeX, with the rules of the package booktabs.
 *
 * @param table The table.
 * @returns What the preamble needs, as a remark, and a `table` environment; the caption stands above, as such tables have it.
 * @example A percent sign
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { table } from "glmc/plot/table.ts";
 * import { tableLatex } from "glmc/plot/table_formats.ts";
 *
 * assertStringIncludes(tableLatex(table(["top-1 (%)"], [[43.5]])), "top-1 (\\%) \\\\\n  \\midrule");
 * ```
 */
export function tableLatex({ header, rows, numeric, caption }: Table): string {
  const line = (cells: readonly string[]): string => `  ${cells.map(latexText).join(" & ")} \\\\`;
  return [
    "% \\usepackage{booktabs}",
    "\\begin{table}",
    "  \\centering",
    ...(caption === undefined ? [] : [`  \\caption{${latexText(caption)}}`]),
    `  \\begin{tabular}{${numeric.map((right) => right ? "r" : "l").join("")}}`,
    "  \\toprule",
    line(header),
    "  \\midrule",
    ...rows.map(line),
    "  \\bottomrule",
    "  \\end{tabular}",
    "\\end{table}",
  ].join("\n");
}

const latexSigns: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}",
  "{": "\\{",
  "}": "\\}",
  "%": "\\%",
  "&": "\\&",
  "#": "\\#",
  "$": "\\$",
  "_": "\\_",
  "^": "\\textasciicircum{}",
  "~": "\\textasciitilde{}",
  "<": "\\textless{}",
  ">": "\\textgreater{}",
  "±": "$\\pm$",
  "−": "$-$",
  "–": "--",
  "\n": " ",
};

/** Text whose signs LaTeX prints as they are. */
function latexText(text: string): string {
  return text.replace(/[\\{}%&#$_^~<>±−–\n]/g, (sign) => latexSigns[sign]!);
}
