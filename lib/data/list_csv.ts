/**
 * Lists of images as tables of comma-separated values.
 *
 * @module
 */

import { parse } from "@std/csv";
import type { ListRows } from "./list_lines.ts";

/**
 * Reads a table with the columns `path` and `label`; others are passed over.
 *
 * @param bytes UTF-8 without byte order mark.
 * @param refuse Called with what is wrong.
 * @returns The rows; if a label is no number, labels are names of classes.
 */
export function readCsvList(bytes: Uint8Array, refuse: (what: string) => never): ListRows {
  const [header = [], ...rows] = tableOf(new TextDecoder().decode(bytes), refuse);
  const names = header.map((name) => name.trim().toLowerCase());
  const [path, label] = ["path", "label"].map((name) => {
    const column = names.indexOf(name);
    if (column >= 0) return column;
    return refuse(
      `its first row is "${
        header.join(",").slice(0, 80)
      }": it needs the columns "path" and "label"`,
    );
  }) as [number, number];
  rows.forEach((row, i) => {
    if (row[path] && row[label]?.trim()) return;
    refuse(
      `row ${i + 2} is "${row.join(",").slice(0, 80)}", without a ${
        row[path] ? "label" : "path"
      }: ` +
        "fill it in, or take the row out",
    );
  });
  const values = rows.map((row) => row[label]!.trim());
  const isNumber = values.every((value) => Number.isFinite(Number(value)));
  const broken = isNumber ? values.findIndex((value) => !/^\d+$/.test(value)) : -1;
  if (broken >= 0) {
    refuse(
      `row ${broken + 2} has label "${
        values[broken]
      }", which is no class: write whole numbers from 0, ` +
        "or a name for each class",
    );
  }
  const isNamed = values.some((value) => !/^\d{1,9}$/.test(value));
  const classNames = isNamed ? [...new Set(values)].sort() : undefined;
  const ofName = new Map(classNames?.map((name, i) => [name, i]));
  const encoder = new TextEncoder();
  return {
    labels: Int32Array.from(values, (value) => ofName.get(value) ?? Number(value)),
    ...(classNames && { classNames }),
    pathBytes: (row) => encoder.encode(rows[row]![path]!),
    line: (row) => row + 2,
    unit: "row",
  };
}

function tableOf(text: string, refuse: (what: string) => never): string[][] {
  try {
    return parse(text);
  } catch (error) {
    return refuse(
      `it is no table: ${error instanceof Error ? error.message : error}: mend that row`,
    );
  }
}
