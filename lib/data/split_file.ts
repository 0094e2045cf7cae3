/**
 * Subsets in files: the rows that a user gives, and those that were drawn.
 *
 * @module
 */
import { readError } from "../disk/errors.ts";
import { openSealedJson, plainArrays } from "../disk/json_file.ts";
import { writeWholeFile } from "../disk/whole_file.ts";
import { groupByClass, hashRows, type Split } from "./long_tail.ts";

/** What can be done about a file whose rows cannot be read. */
const forms = "write one row a line, or JSON such as the split.json of a run";

/**
 * Reads rows from a file: text with one row a line, or JSON: a list, or a record with a list called
 * `indices`, such as the `split.json` of a run.
 *
 * Byte order marks, line ends of Windows and empty lines are no part of the rows.
 *
 * @param path The file.
 * @returns The rows, in the order of the file.
 * @throws {Deno.errors.NotFound} If there is no such file.
 * @throws {SyntaxError} If it holds something else, or is a damaged `split.json`.
 * @example Three rows
 * ```ts
 * import { readRows } from "glmc/data/split_file.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const path = Deno.makeTempFileSync();
 * Deno.writeTextFileSync(path, "4030\n38518\n48266\n");
 *
 * assertEquals([...await readRows(path)], [4030, 38518, 48266]);
 * ```
 */
export async function readRows(path: string): Promise<Int32Array> {
  const refuse = (what: string): never => {
    throw new SyntaxError(`Cannot read rows from "${path}": ${what}: ${forms}`);
  };
  let bytes: Uint8Array;
  try {
    bytes = await Deno.readFile(path);
  } catch (error) {
    throw readError(path, error);
  }
  let text: string;
  try {
    // The decoder takes the byte order mark off.
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return refuse("its text is not UTF-8");
  }
  if (text.trim() === "") return refuse("it is empty");
  const rows = /^\s*[[{]/.test(text)
    ? rowsOfJson(text, { path, refuse })
    : rowsOfLines(text, refuse);
  if (rows.length === 0) return refuse("it has no rows");
  return Int32Array.from(rows);
}

type Refuse = (what: string) => never;

function rowsOfJson(
  text: string,
  { path, refuse }: { readonly path: string; readonly refuse: Refuse },
): readonly number[] {
  // Other programs close a record with digests of their own.
  const value = text.includes('"sha256"')
    ? openSealedJson(text, path, { advice: forms }).value
    : parsed(text, refuse);
  const { indices, hash } = (Array.isArray(value) ? { indices: value } : value) as {
    readonly indices?: unknown;
    readonly hash?: unknown;
  };
  if (!Array.isArray(indices)) return refuse('it has no list called "indices"');
  indices.forEach((row: unknown, place) => {
    if (!isInt32(row)) refuse(`entry ${place} is ${shorten(JSON.stringify(row))}, no whole number`);
  });
  if (typeof hash === "string" && hash !== hashRows(indices)) {
    return refuse("its rows do not have the hash it tells");
  }
  return indices;
}

function parsed(text: string, refuse: Refuse): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return refuse("its text is not JSON");
  }
}

function rowsOfLines(text: string, refuse: Refuse): readonly number[] {
  return text.split(/\r\n|\n|\r/).flatMap((line, place) => {
    const word = line.trim();
    if (word === "") return [];
    const row = /^[+-]?\d+$/.test(word) ? Number(word) : NaN;
    return isInt32(row)
      ? [row]
      : refuse(`line ${place + 1} is ${shorten(JSON.stringify(word))}, no whole number`);
  });
}

function isInt32(value: unknown): value is number {
  return Number.isInteger(value) && value === Number(value) >> 0;
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

/** Settings of {@linkcode splitOfRows}. */
export interface SplitOfRowsOptions {
  /** Number of classes C. */
  readonly classes: number;
  /** Whether a row may be there more than once; no by default. */
  readonly replace?: boolean;
  /** Where the rows come from, for messages. */
  readonly path?: string;
}

/**
 * Makes a subset of given rows: grouped by class, in their order within each class.
 *
 * @param rows Positions in the image set `[size]`.
 * @param labels Class of each image of the whole set `[count]`.
 * @param options Classes, and whether rows may repeat.
 * @returns The subset with its hash.
 * @throws {RangeError} If a row is outside the set, is there twice, or a class has no row.
 * @example Rows of two classes
 * ```ts
 * import { splitOfRows } from "glmc/data/split_file.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const { indices, counts } = splitOfRows([3, 0, 2], Int32Array.of(0, 1, 0, 1), { classes: 2 });
 *
 * assertEquals([[...indices], counts], [[0, 2, 3], [2, 1]]);
 * ```
 */
export function splitOfRows(
  rows: Iterable<number>,
  labels: Int32Array,
  { classes, replace = false, path }: SplitOfRowsOptions,
): Split {
  const given = [...rows];
  const refuse = (what: string): never => {
    const source = path === undefined ? "" : ` of "${path}"`;
    throw new RangeError(`Cannot use the rows${source}: ${what}`);
  };
  const places = new Map<number, number>();
  given.forEach((row, place) => {
    if (!(Number.isInteger(row) && row >= 0 && row < labels.length)) {
      refuse(
        `rows of this set are whole numbers from 0 to ${labels.length - 1}: row number ` +
          `${place + 1} is ${row}: name images of the training set`,
      );
    }
    const before = places.get(row);
    if (before !== undefined && !replace) {
      refuse(
        `row ${row} is there twice, as number ${before + 1} and ${place + 1}: leave one out, or ` +
          "allow it with --replace",
      );
    }
    places.set(row, place);
  });
  const chosen = Int32Array.from(given, (row) => labels[row]!);
  const groups = groupByClass(chosen, classes);
  const empty = groups.flatMap((group, label) => group.length === 0 ? [label] : []);
  if (empty.length > 0) {
    const names = empty.length === 1
      ? `class ${empty[0]} has none`
      : `${empty.length} of ${classes} classes have none, class ${empty[0]} is the first`;
    refuse(
      `every class needs an image: ${names}: add rows of ${empty.length === 1 ? "it" : "them"}`,
    );
  }
  const indices = Int32Array.from(groups.flat(), (place) => given[place]!);
  return {
    indices,
    counts: groups.map(({ length }) => length),
    hash: hashRows(indices),
    generator: "file",
    seed: null,
    replace,
  };
}

/**
 * Writes the rows of a subset, to be given to the kit or to other code: as JSON where the name ends
 * with `.json`, else as text with one row a line.
 *
 * @param path Where the file shall be; its folder must exist.
 * @param split The subset.
 * @throws {Error} If the disk does not take the file.
 * @example There and back
 * ```ts
 * import { drawSplit } from "glmc";
 * import { readRows, writeRows } from "glmc/data/split_file.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const split = drawSplit(Int32Array.of(0, 1, 0, 1), { counts: [2, 1], seed: 0 });
 * const path = `${Deno.makeTempDirSync()}/rows.txt`;
 * await writeRows(path, split);
 *
 * assertEquals(await readRows(path), split.indices);
 * ```
 */
export async function writeRows(path: string, split: Split): Promise<void> {
  const { hash, generator, seed, replace, counts, indices } = split;
  const text = path.endsWith(".json")
    ? JSON.stringify({ hash, generator, seed, replace, counts, indices }, plainArrays)
    : [...indices].join("\n");
  await writeWholeFile(path, `${text}\n`);
}
