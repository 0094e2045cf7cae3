/**
 * The large long-tailed data sets: what is published of their counts, and the checksums of their lists.
 *
 * @module
 */

/** Names of the large sets. */
export type LargeSetName = "imagenet_lt" | "places_lt" | "inat18";

/** Part of a data set that a list is of. */
export type ListPart = "train" | "validation" | "test";

/** A list of images as it is published. */
export interface KnownList {
  /** Which part. */
  readonly part: ListPart;
  /** Its usual name. */
  readonly file: string;
  /** Lines. */
  readonly lines: number;
  /** How its paths are written, where there are several ways. */
  readonly paths?: string;
  /**
   * The first hexadecimal digits of its hashes, as many as are known; `blob` is Git's: the SHA-1 of
   * `blob <bytes>\0` and the content.
   */
  readonly hashes: Partial<Readonly<Record<"md5" | "sha256" | "blob", string>>>;
}

/** What is published of a large set. */
export interface LargeSet {
  /** Name for people. */
  readonly title: string;
  /** Number of classes. */
  readonly classes: number;
  /** Training images. */
  readonly images: number;
  /** Training images of the largest class. */
  readonly largest: number;
  /** Training images of the smallest class. */
  readonly smallest: number;
  /** Classes with more than 100, with 20 to 100, and with fewer than 20 training images. */
  readonly shots: Readonly<Record<"many" | "medium" | "few", number>>;
  /** The lists. */
  readonly lists: readonly KnownList[];
}

/**
 * The three sets. Lists that differ only in line ends are the same.
 *
 * Counts: README files of BagofTricks, NCL and tensorflow/datasets (ImageNet-LT), the list itself
 * (Places-LT), inat_comp (iNaturalist; its shot groups were not counted from the list). Checksums:
 * tensorflow/datasets (`imagenet_lt/checksums.tsv`), and the files in the repositories of
 * classifier-balancing, GLMC, MiSLAS and Tang et al.
 */
export const largeSets: Readonly<Record<LargeSetName, LargeSet>> = {
  imagenet_lt: {
    title: "ImageNet-LT",
    classes: 1000,
    images: 115_846,
    largest: 1280,
    smallest: 5,
    shots: { many: 385, medium: 479, few: 136 },
    lists: [
      {
        part: "train",
        file: "ImageNet_LT_train.txt",
        lines: 115_846,
        hashes: {
          sha256: "efdbdad4f050237c310b2f354cf95a8b1d7c8d57a63c4ea4bb6bf2bcb012f37f",
          blob: "a063f095fcd475db4cf8b0658c4b73955535bbf9",
        },
      },
      {
        part: "validation",
        file: "ImageNet_LT_val.txt",
        lines: 20_000,
        hashes: {
          sha256: "9af7ba688acf9532ff5845a8fb14a1e97fdc4c51ac48bc72c08ea9c3f7ff142e",
          md5: "ef44f8e43fbc904809a77216042e7498",
        },
      },
      {
        part: "test",
        file: "ImageNet_LT_test.txt",
        lines: 50_000,
        paths: "val/<class>/<file>",
        hashes: { md5: "5f5f97c738923e877c5c78accce6744f" },
      },
      {
        part: "test",
        file: "ImageNet_LT_test.txt",
        lines: 50_000,
        paths: "val/<file>",
        hashes: { md5: "467b330a78bb8245c16feea52be4c559" },
      },
    ],
  },
  places_lt: {
    title: "Places-LT",
    classes: 365,
    images: 62_500,
    largest: 4980,
    smallest: 5,
    shots: { many: 131, medium: 163, few: 71 },
    lists: [
      {
        part: "train",
        file: "Places_LT_train.txt",
        lines: 62_500,
        paths: "train/<class>/<file>",
        hashes: { md5: "e7795ab1bf428a89f900854127b1e556", blob: "6392252f" },
      },
      {
        part: "train",
        file: "Places_LT_train.txt",
        lines: 62_500,
        paths: "data_256/<letter>/<class>/<file>",
        hashes: { md5: "d7a0fa1e2521e7d8fff4338ad1c65bed", blob: "1d608b55" },
      },
      {
        part: "validation",
        file: "Places_LT_val.txt",
        lines: 7300,
        paths: "train/<class>/<file>",
        hashes: { md5: "2f6e727cd6c99c7b7fdecc9876875b1b" },
      },
      {
        part: "validation",
        file: "Places_LT_val.txt",
        lines: 7300,
        paths: "data_256/<letter>/<class>/<file>",
        hashes: { md5: "82c2d809" },
      },
      {
        part: "test",
        file: "Places_LT_test.txt",
        lines: 36_500,
        paths: "val/<class>/<file>",
        hashes: { md5: "1347af35b053bd31cf782256306affe7" },
      },
      {
        part: "test",
        file: "Places_LT_test.txt",
        lines: 36_500,
        paths: "val_256/<file>",
        hashes: { md5: "c27fb6fd" },
      },
    ],
  },
  inat18: {
    title: "iNaturalist 2018",
    classes: 8142,
    images: 437_513,
    largest: 1000,
    smallest: 2,
    shots: { many: 842, medium: 3701, few: 3599 },
    lists: [
      {
        part: "train",
        file: "iNaturalist18_train.txt",
        lines: 437_513,
        hashes: { blob: "4accdb7584d2f0a5106c40a33ed6afa392189bcc" },
      },
      {
        part: "validation",
        file: "iNaturalist18_val.txt",
        lines: 24_426,
        hashes: { md5: "b7ed52f3854c157c487cc3be9deb8abf" },
      },
    ],
  },
};
