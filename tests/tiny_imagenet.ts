/**
 * A tiny set in the form of ImageNet-LT: real JPEG files of several kinds under the right names, and lists.
 *
 * @module
 */

/** Kinds of JPEG: with and without colour, progressive, of inks, turned, of reduced colour. */
const kinds = [
  ...["full_color.jpg", "grey.jpg", "progressive.jpg", "cmyk.jpg", "ycck.jpg", "turned_6.jpg"],
  ...["half_color.jpg", "quarter_color.jpg", "rgb.jpg", "small.jpg"],
].map((name) => Deno.readFileSync(new URL(`fixtures/pictures/${name}`, import.meta.url)));

/** Where a tiny set lies. */
export interface TinySet {
  /** The folder of the images. */
  readonly root: string;
  /** The list of training images. */
  readonly trainList: string;
  /** The list of test images. */
  readonly testList: string;
}

/**
 * Writes a tiny set. Its lists name validation images in the folders of their classes, on the disk they lie in
 * one, as in the archive of ILSVRC.
 *
 * @param folder Where to write.
 * @param counts Training images of each class; one image of each is for testing.
 */
export function writeTinyImageNet(folder: string, counts: readonly number[]): TinySet {
  const root = `${folder}/images`;
  Deno.mkdirSync(`${root}/val`, { recursive: true });
  const [train, test]: [string[], string[]] = [[], []];
  counts.forEach((count, label) => {
    const name = `n${`${label}`.padStart(8, "0")}`;
    Deno.mkdirSync(`${root}/train/${name}`, { recursive: true });
    for (let i = 0; i < count; i++) {
      const path = `train/${name}/${name}_${i}.JPEG`;
      Deno.writeFileSync(`${root}/${path}`, kinds[(label + i) % kinds.length]!);
      train.push(`${path} ${label}`);
    }
    const file = `ILSVRC2012_val_${`${label + 1}`.padStart(8, "0")}.JPEG`;
    Deno.writeFileSync(`${root}/val/${file}`, kinds[label % kinds.length]!);
    test.push(`val/${name}/${file} ${label}`);
  });
  const [trainList, testList] = [train, test].map((lines, part) => {
    const path = `${folder}/ImageNet_LT_${part === 0 ? "train" : "test"}.txt`;
    Deno.writeTextFileSync(path, lines.join("\n"));
    return path;
  }) as [string, string];
  return { root, trainList, testList };
}
