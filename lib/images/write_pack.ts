/**
 * Makes the images of a data set small once and packs them into a few large files.
 *
 * @module
 */

import { join } from "node:path";
import type { DataProgress } from "../data/download.ts";
import type { FileDataset, FileSet } from "../data/file_dataset.ts";
import { packBytes, type PackFacts, packFiles, readPackFacts } from "../data/image_pack.ts";
import { hashList } from "../data/list_parts.ts";
import { readPicture, withPlace } from "../data/picture_files.ts";
import { writeJpegFile } from "../ops/image_encoder.ts";
import { resizeImages } from "../ops/image_resize.ts";
import { uint8Tensor } from "../ops/gather.ts";
import { tf } from "../tensor/tfjs.ts";
import { decodeImage } from "./decode/decode.ts";
import type { DecodedImage } from "./decode/orientation.ts";

/** Settings of {@linkcode writePack}. */
export interface WritePackOptions {
  /** Folder of the pack; what a stopped command has left there is gone on with. */
  readonly out: string;
  /** Shorter side that larger images are scaled to, in pixels; 256 by default. */
  readonly side?: number;
  /** Quality of JPEG files that are written anew, 1 to 100; 95 by default. */
  readonly quality?: number;
  /** Images in a file; 2,000 by default, some 80 MB. */
  readonly perFile?: number;
  /** Writes a file whole. */
  readonly write: (path: string, content: Uint8Array | string) => Promise<void>;
  /** Called as the work goes on. */
  readonly onProgress?: (progress: DataProgress) => void;
}

/** Images that are read and decoded at a time. */
const atATime = 8;
/** Images between two reports of progress. */
const reportEvery = 50;

/**
 * Packs the images of a data set. The engine must run.
 *
 * An image whose shorter side is no longer than wanted is kept as it is, byte for byte; others are scaled as
 * test images are, upright, and written as JPEG. Each file of the pack is written whole: a command that was
 * stopped is gone on with by the same command, at the first file that is missing.
 *
 * @param dataset The data set.
 * @param options Where, how small, progress.
 * @returns What the pack holds.
 * @throws {RangeError} If the folder has a pack of something else, whole or begun.
 * @throws {Error} If an image cannot be read or decoded; names it with its line.
 */
export async function writePack(
  dataset: FileDataset,
  options: WritePackOptions,
): Promise<PackFacts> {
  const { out, side = 256, quality = 95, perFile = 2000, write, onProgress } = options;
  const { train, test, name } = dataset;
  const facts: PackFacts = {
    dataset: name,
    ...{ side, quality, perFile },
    ...{ train: train.list.count, test: test.list.count },
    ...{ trainHash: hashList(train.list), testHash: hashList(test.list) },
    classNames: train.list.classNames ?? null,
  };
  await begin(facts, { out, write });
  const total = facts.train + facts.test;
  let done = 0;
  const count = (images: number): void => {
    const before = Math.floor(done / reportEvery);
    done += images;
    if (Math.floor(done / reportEvery) === before && done < total) return;
    onProgress?.({ label: "Packing images", done, total, unit: "files" });
  };
  for (const part of ["train", "test"] as const) {
    const set = dataset[part];
    await write(join(out, packFiles.list(part)), listText(set));
    for (let file = 0; file * perFile < facts[part]; file++) {
      const path = join(out, packFiles.images(part, file));
      const first = file * perFile;
      const rows = Math.min(perFile, facts[part] - first);
      if (await isFile(path)) {
        count(rows);
        continue;
      }
      const images = await smallImages(dataset.folder, {
        ...{ set, first, rows, side, quality },
        onImage: () => count(1),
      });
      await write(path, packBytes(images));
    }
  }
  await Deno.rename(join(out, packFiles.begun), join(out, packFiles.facts));
  return facts;
}

/** Refuses a folder with another pack; a new one is begun with what it is going to be. */
async function begin(
  facts: PackFacts,
  { out, write }: Pick<WritePackOptions, "out" | "write">,
): Promise<void> {
  const whole = await readPackFacts(out);
  const begun = whole ?? await readPackFacts(out, packFiles.begun);
  if (begun !== undefined && JSON.stringify(begun) !== JSON.stringify(facts)) {
    const what = whole === undefined ? "the beginning of a pack" : "a pack";
    throw new RangeError(
      `Cannot pack the images into "${out}": there is ${what} of other images or another size: name ` +
        "another folder with --out, or delete it",
    );
  }
  if (whole !== undefined) await Deno.remove(join(out, packFiles.facts));
  await write(join(out, packFiles.begun), JSON.stringify(facts));
}

/** Lines of a path and a label. */
function listText({ list }: FileSet): string {
  const lines = Array.from(list.labels, (label, row) => `${list.path(row)} ${label}\n`);
  return lines.join("");
}

async function smallImages(
  folder: string,
  { set, first, rows, side, quality, onImage }: {
    readonly set: FileSet;
    readonly first: number;
    readonly rows: number;
    readonly side: number;
    readonly quality: number;
    readonly onImage: () => void;
  },
): Promise<Uint8Array[]> {
  const { list, place } = set;
  const files = {
    folder,
    count: list.count,
    path: (row: number) => place(list.path(row)),
    where: (row: number) => `${list.place(row)} of "${list.name}"`,
  };
  const images: Uint8Array[] = new Array(rows);
  let next = 0;
  async function work(): Promise<void> {
    while (next < rows) {
      const index = next++;
      const row = first + index;
      try {
        const path = files.path(row);
        const bytes = await readPicture(folder, path);
        const image = await decodeImage(bytes, path);
        const isSmall = Math.min(image.height, image.width) <= side;
        images[index] = isSmall ? bytes : await scaledFile(image, { side, quality });
      } catch (error) {
        next = rows;
        if (error instanceof Error) error.message = withPlace(error.message, { files, row });
        throw error;
      }
      onImage();
    }
  }
  // All of them, so that none is cut off before it has taken its temporary file away.
  const ended = await Promise.allSettled(Array.from({ length: atATime }, work));
  const failed = ended.find(({ status }) => status === "rejected");
  if (failed !== undefined) throw (failed as PromiseRejectedResult).reason;
  return images;
}

async function scaledFile(
  { pixels, height, width }: DecodedImage,
  { side, quality }: { readonly side: number; readonly quality: number },
): Promise<Uint8Array> {
  const shorter = Math.min(height, width);
  // As torchvision's Resize rounds the longer side.
  const [rows, columns] = [height, width].map((length) => Math.floor(side * length / shorter)) as [
    number,
    number,
  ];
  const values = tf.tidy(() => {
    const whole = uint8Tensor(pixels, [1, height, width, 3]);
    return resizeImages(whole, { size: [rows, columns], type: "uint8" }).dataSync();
  });
  const scaled = new Uint8Array(new Uint8ClampedArray(values).buffer);
  const path = await Deno.makeTempFile({ suffix: ".jpg" });
  try {
    writeJpegFile(path, { pixels: scaled, height: rows, width: columns, quality });
    return await Deno.readFile(path);
  } finally {
    await Deno.remove(path);
  }
}

async function isFile(path: string): Promise<boolean> {
  return (await Deno.stat(path).catch(() => undefined))?.isFile ?? false;
}
