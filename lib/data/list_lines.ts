/**
 * The lines of a list of images: a path, a space, a label.
 *
 * @module
 */

/** Rows of a list, in flat arrays. */
export interface ListRows {
  /** Class of each `[count]`. */
  readonly labels: Int32Array;
  /** Names of the classes, where the list has them. */
  readonly classNames?: readonly string[];
  /** Path of a row in UTF-8. */
  readonly pathBytes: (row: number) => Uint8Array;
  /** Number of the line that has a row, from 1. */
  readonly line: (row: number) => number;
  /** What that number counts. */
  readonly unit: "line" | "row";
}

const [lineFeed, carriageReturn, space, tab, zero, nine] = [10, 13, 32, 9, 48, 57];

/**
 * Reads lines of a path, a space and a label.
 *
 * Works on the bytes: a string for each of half a million paths would take several times their memory.
 *
 * @param bytes UTF-8 without byte order mark.
 * @param refuse Called with what is wrong.
 * @returns The rows.
 */
export function readListLines(bytes: Uint8Array, refuse: (what: string) => never): ListRows {
  // Old Macs and a few tables ended lines with a carriage return alone.
  const lineEnd = bytes.includes(lineFeed) ? lineFeed : carriageReturn;
  const most = countLines(bytes, lineEnd);
  const [begins, ends] = [new Uint32Array(most), new Uint32Array(most)];
  const [labels, lines] = [new Int32Array(most), new Uint32Array(most)];
  const isBlank = (byte: number | undefined): boolean =>
    byte === space || byte === tab || byte === carriageReturn;
  let count = 0;
  for (let begin = 0, line = 1; begin < bytes.length; line++) {
    const found = bytes.indexOf(lineEnd, begin);
    const stop = found < 0 ? bytes.length : found;
    let end = stop;
    while (end > begin && isBlank(bytes[end - 1])) end--;
    let word = end;
    while (word > begin && !isBlank(bytes[word - 1])) word--;
    let path = word;
    while (path > begin && isBlank(bytes[path - 1])) path--;
    if (end > begin) {
      const label = wholeNumber(bytes, word, end);
      if (label < 0 || path === begin) {
        refuse(`line ${line} is ${problemOf(bytes.subarray(begin, end))}`);
      }
      [begins[count], ends[count], labels[count], lines[count]] = [begin, path, label, line];
      count++;
    }
    begin = stop + 1;
  }
  return {
    labels: labels.subarray(0, count),
    pathBytes: (row) => bytes.subarray(begins[row], ends[row]),
    line: (row) => lines[row]!,
    unit: "line",
  };
}

function countLines(bytes: Uint8Array, lineEnd: number): number {
  let lines = 1;
  for (let at = bytes.indexOf(lineEnd); at >= 0; at = bytes.indexOf(lineEnd, at + 1)) lines++;
  return lines;
}

/** A label in digits; below 0 if it is none or too large. */
function wholeNumber(bytes: Uint8Array, begin: number, end: number): number {
  if (end - begin > 9 || end === begin) return -1;
  let value = 0;
  for (let at = begin; at < end; at++) {
    const byte = bytes[at]!;
    if (byte < zero || byte > nine) return -1;
    value = 10 * value + byte - zero;
  }
  return value;
}

function problemOf(line: Uint8Array): string {
  const text = new TextDecoder().decode(line);
  const shown = JSON.stringify(text.length > 80 ? `${text.slice(0, 79)}…` : text);
  const [, label] = text.match(/\s(\S+)$/) ?? [];
  const next = "write a path, a space and the class as a whole number from 0";
  return label === undefined
    ? `${shown}, which has no label: ${next}`
    : `${shown}, whose label "${label}" is no class: ${next}`;
}
