/**
 * What a list of images and its files are, in lines.
 *
 * @module
 */

import { basename } from "node:path";
import type { ImageList } from "../data/image_list.ts";
import type { RecognisedList } from "../data/known_list.ts";
import { largeSets } from "../data/large_sets.ts";
import { examineList } from "../data/list_report.ts";
import { shotSizes } from "../evaluate/shots.ts";
import type { ImagesReport } from "../images/check_images.ts";
import type { SharedFile } from "../images/shared_files.ts";
import { capitalized } from "../settings/capitalized.ts";
import { counted } from "../settings/count.ts";
import { format } from "./train_report.ts";

/** Findings of a kind that are listed. */
const shown = 10;

/**
 * Says what a list holds.
 *
 * @param list The list.
 * @param options The published list that it is.
 * @returns Lines for a person.
 * @example A list of one's own
 * ```ts
 * import { listLines } from "glmc/cli/data_report.ts";
 * import { parseImageList } from "glmc/data/image_list.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const list = parseImageList(new TextEncoder().encode("a.jpg 0\n"), { name: "my/list.txt" });
 *
 * assertEquals(listLines(list, { known: undefined }), [
 *   "List        list.txt, not one of the known lists",
 *   "Images      1 in 1 class: from 1 to 1 each",
 *   "Shots       0 classes of many (> 100), 0 of medium, 1 of few (<= 20)",
 * ]);
 * ```
 */
export function listLines(
  list: ImageList,
  { known }: { readonly known: RecognisedList | undefined },
): string[] {
  const { counts, gaps, repeated, contradictions } = examineList(list);
  const whole = counts.reduce(
    ([least, most], count) => [Math.min(least!, count), Math.max(most!, count)],
    [Infinity, 0],
  );
  const title = known === undefined
    ? `not one of the known lists${sameName(list.name)}`
    : `${largeSets[known.set].title}, ${known.part}: as published`;
  const places = (rows: readonly { readonly row: number }[]): string =>
    listed(rows.map(({ row }) => list.place(row)));
  return [
    field("List", `${basename(list.name)}, ${title}`),
    field(
      "Images",
      `${format(list.count)} in ${counted(list.classes, "class", "classes")}: ` +
        `from ${whole[0]} to ${whole[1]} each`,
    ),
    field("Shots", shotsText(counts)),
    ...(gaps.length > 0
      ? [
        field(
          "No images",
          `in ${gaps.length === 1 ? "class" : "classes"} ${listed(gaps.map(String))}`,
        ),
      ]
      : []),
    ...(repeated.length > 0 ? [field("Repeated", `paths in ${places(repeated)}`)] : []),
    ...(contradictions.length > 0
      ? [field("", `of another class than before: ${places(contradictions)}`)]
      : []),
  ];
}

/**
 * Says how many classes have many, medium and few training images.
 *
 * @param counts Training images of each class.
 * @returns Part of a line.
 * @example Two classes
 * ```ts
 * import { shotsText } from "glmc/cli/data_report.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(shotsText([500, 20]), "1 class of many (> 100), 0 of medium, 1 of few (<= 20)");
 * ```
 */
export function shotsText(counts: readonly number[]): string {
  const { many, medium, few } = shotSizes(counts);
  return `${counted(many, "class", "classes")} of many (> 100), ${format(medium)} of medium, ` +
    `${format(few)} of few (<= 20)`;
}

/**
 * Says what was found in the files of a list.
 *
 * @param list The list.
 * @param options The findings, and how paths of the list lead to files.
 * @returns Lines for a person, up to ten of each kind of finding.
 */
export function checkReport(
  list: ImageList,
  { report, layout }: { readonly report: ImagesReport; readonly layout: string },
): string[] {
  const { faults, misnamed, same, sides, files, bytes } = report;
  const kinds = new Set(faults.map(({ kind }) => kind));
  const section = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0
      ? []
      : ["", `${title}: ${format(lines.length)}`, ...limited(lines).map((line) => `  ${line}`)];
  return [
    field("Paths", layout),
    field("Files", `${format(files)}, ${(bytes / 1e9).toFixed(2)} GB could be read`),
    ...(sides === null ? [] : [field("Sides", `${sides.least} to ${sides.most} pixels`)]),
    ...[...kinds].flatMap((kind) =>
      section(
        capitalized(kind),
        faults.filter((fault) => fault.kind === kind)
          .map(({ place, path, what }) => `${place}: ${path}: ${what}`),
      )
    ),
    ...section(
      "The same file under several paths",
      same.map(({ rows, contradicting }) =>
        `${listed(rows.map((row) => `${list.place(row)} ${list.path(row)}`))}${
          contradicting ? ", of different classes" : ""
        }`
      ),
    ),
    ...section(
      "Another format than the name says, which can be read",
      misnamed.map(({ row, path, format }) => `${list.place(row)}: ${path} is ${format}`),
    ),
    "",
    faults.length === 0
      ? "Every file can be trained on."
      : `${format(faults.length)} of ${counted(files, "file")} cannot be trained on.`,
  ];
}

/**
 * Says which test images are also trained on.
 *
 * @param shared The images.
 * @param lists Both lists.
 * @returns Lines for a person, up to ten of the images.
 * @example None
 * ```ts
 * import { sharedLines } from "glmc/cli/data_report.ts";
 * import { parseImageList } from "glmc/data/image_list.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const list = parseImageList(new TextEncoder().encode("a.jpg 0\n"), { name: "list.txt" });
 *
 * assertEquals(sharedLines([], { train: list, test: list }), ["", "No test image is trained on."]);
 * ```
 */
export function sharedLines(
  shared: readonly SharedFile[],
  lists: Readonly<Record<"train" | "test", ImageList>>,
): string[] {
  if (shared.length === 0) return ["", "No test image is trained on."];
  const named = (part: "train" | "test", row: number): string =>
    `${lists[part].place(row)} ${lists[part].path(row)}`;
  return [
    "",
    `Test images that are also trained on: ${format(shared.length)}`,
    ...limited(
      shared.map(({ train, test }) => `${named("test", test)} is ${named("train", train)}`),
    )
      .map((line) => `  ${line}`),
  ];
}

/** A list that only calls itself published is another, or was changed. */
function sameName(path: string): string {
  const name = basename(path).toLowerCase();
  const set = Object.values(largeSets).find(({ lists }) =>
    lists.some(({ file }) => file.toLowerCase() === name)
  );
  return set === undefined ? "" : `, though it has the name of one of ${set.title}`;
}

function field(name: string, text: string): string {
  return `${name.padEnd(12)}${text}`;
}

function limited(lines: readonly string[]): string[] {
  const more = lines.length - shown;
  return [...lines.slice(0, shown), ...(more > 0 ? [`and ${format(more)} more`] : [])];
}

function listed(words: readonly string[]): string {
  const more = words.length - 5;
  return `${words.slice(0, 5).join(", ")}${more > 0 ? ` and ${format(more)} more` : ""}`;
}
