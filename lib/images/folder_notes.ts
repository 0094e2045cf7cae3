/**
 * What a person should know of a folder of images that was read.
 *
 * @module
 */

import type { LeftOut, Part } from "../data/class_folders.ts";
import { type Duplicate, findDuplicates } from "../data/duplicates.ts";
import type { Dataset } from "../data/image_set.ts";

const parts = ["train", "test"] as const;

/**
 * Says what was left out of a folder, which images are there twice, and which classes cannot be
 * tested.
 *
 * @param dataset The data set.
 * @param options The file of each image, and what was left out.
 * @returns A sentence for each kind, with how many there are and an example.
 */
export function notesOn(
  dataset: Dataset,
  { files, leftOut }: {
    readonly files: Readonly<Record<Part, readonly string[]>>;
    readonly leftOut: readonly LeftOut[];
  },
): string[] {
  const { train, test } = dataset;
  const kinds = Map.groupBy(leftOut, ({ what }) => what);
  const skipped = [...kinds].map(([what, [first, ...others]]) =>
    others.length === 0
      ? `${first!.path} was left out (${what}).`
      : `${others.length + 1} files or folders were left out (${what}), such as ${first!.path}.`
  );
  const tested = new Set(test.labels);
  const untested = train.classNames.filter((_, label) => !tested.has(label));
  const duplicates = findDuplicates([train, test]);
  const pathOf = ({ set, row }: { readonly set: number; readonly row: number }): string =>
    files[parts[set]!][row]!;
  const labelOf = ({ set, row }: { readonly set: number; readonly row: number }): number =>
    [train, test][set]!.labels[row]!;
  const repeats = (text: string, isMeant: (duplicate: Duplicate) => boolean): string[] => {
    const meant = duplicates.filter(isMeant);
    const [example] = meant;
    if (example === undefined) return [];
    const pair = `${pathOf(example)} and ${pathOf(example.first)}`;
    return [`${text}: ${meant.length}, such as ${pair}.`];
  };
  return [
    ...skipped,
    ...(untested.length === 0
      ? []
      : [`No test images, so that their accuracy stays unknown: ${untested.join(", ")}.`]),
    ...repeats(
      "Test images that are also trained on",
      ({ set, first }) => set === 1 && first.set === 0,
    ),
    ...repeats(
      "Images that are in two classes",
      (duplicate) => labelOf(duplicate) !== labelOf(duplicate.first),
    ),
    ...repeats(
      "Images that are twice in a class",
      (duplicate) =>
        duplicate.set === duplicate.first.set && labelOf(duplicate) === labelOf(duplicate.first),
    ),
  ];
}
