/**
 * A pack: the images of a data set, made small once, in a few large files.
 *
 * ```
 * <folder>/
 *   pack.json          what it holds; it comes last, so a pack that has it is whole
 *   train.txt test.txt the lists of its images
 *   train-0000.pack    2,000 image files: their number, where each begins, and their bytes
 * ```
 *
 * Images are stored as JPEG rather than as pixels: a disk reads a sixth of the bytes, and decoding 256 rows is
 * cheap.
 *
 * @module
 */

import { join } from "node:path";
import { readError } from "../disk/errors.ts";
import { listOf, nullable, numeric, object, type Schema, textual } from "../disk/schema.ts";
import type { FilePart } from "./picture_files.ts";

/** What a pack says of itself. */
export interface PackFacts {
  /** Name of the data set. */
  readonly dataset: string;
  /** Shorter side that larger images were scaled to, in pixels. */
  readonly side: number;
  /** Quality of their JPEG files. */
  readonly quality: number;
  /** Images in a file. */
  readonly perFile: number;
  /** Training images. */
  readonly train: number;
  /** Test images. */
  readonly test: number;
  /** SHA-256 of the list of training images. */
  readonly trainHash: string;
  /** SHA-256 of the list of test images. */
  readonly testHash: string;
  /** Names of the classes, where the lists have them. */
  readonly classNames: readonly string[] | null;
}

const whole = numeric({ least: 1, whole: true });
const hash = textual(/^[0-9a-f]{64}$/);

const packSchema: Schema<PackFacts> = object({
  dataset: textual(),
  side: whole,
  quality: whole,
  perFile: whole,
  train: whole,
  test: whole,
  trainHash: hash,
  testHash: hash,
  classNames: nullable(listOf(textual())),
});

/** Names of a pack's files. */
export const packFiles = {
  facts: "pack.json",
  /** Of a pack in the making. */
  begun: "packing.json",
  list: (part: "train" | "test") => `${part}.txt`,
  images: (part: "train" | "test", file: number) => `${part}-${`${file}`.padStart(4, "0")}.pack`,
} as const;

/**
 * Reads what a pack says of itself.
 *
 * @param folder A folder.
 * @param file Which file says it; that of a whole pack by default.
 * @returns The facts; `undefined` if the folder is no pack.
 * @throws {SyntaxError} If the file is damaged.
 * @example A folder that is none
 * ```ts
 * import { readPackFacts } from "glmc/data/image_pack.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await readPackFacts(Deno.makeTempDirSync()), undefined);
 * ```
 */
export async function readPackFacts(
  folder: string,
  file: string = packFiles.facts,
): Promise<PackFacts | undefined> {
  const path = join(folder, file);
  try {
    return packSchema(JSON.parse(await Deno.readTextFile(path)), "the pack");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw readError(path, error);
    throw new SyntaxError(
      `Cannot use the pack "${folder}": ${file} is damaged: pack the images again`,
      { cause: error },
    );
  }
}

const wordBytes = Uint32Array.BYTES_PER_ELEMENT;

/**
 * Puts image files one after another, behind their number and where each begins.
 *
 * @param images Content of each file.
 * @returns Content of the large file, below 4 GB.
 * @example Two files
 * ```ts
 * import { packBytes } from "glmc/data/image_pack.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(packBytes([Uint8Array.of(7), Uint8Array.of(8, 9)]).length, 4 * 4 + 3);
 * ```
 */
export function packBytes(images: readonly Uint8Array[]): Uint8Array {
  const head = new Uint32Array(images.length + 2);
  head[0] = images.length;
  head[1] = head.byteLength;
  images.forEach(({ length }, i) => head[i + 2] = head[i + 1]! + length);
  const bytes = new Uint8Array(head.at(-1)!);
  bytes.set(new Uint8Array(head.buffer));
  images.forEach((image, i) => bytes.set(image, head[i + 1]));
  return bytes;
}

/**
 * Finds out where the images of a part lie.
 *
 * @param folder The pack.
 * @param part Which part.
 * @param facts What the pack says of itself.
 * @returns The place of each image, by its row.
 * @throws {SyntaxError} If a file is damaged.
 * @throws {Deno.errors.NotFound} If one is gone.
 */
export async function packPlaces(
  folder: string,
  part: "train" | "test",
  facts: PackFacts,
): Promise<(row: number) => FilePart> {
  const files = Math.ceil(facts[part] / facts.perFile);
  const heads = await Promise.all(Array.from({ length: files }, async (_, file) => {
    const count = Math.min(facts.perFile, facts[part] - file * facts.perFile);
    return await readHead(join(folder, packFiles.images(part, file)), count);
  }));
  return (row) => {
    const file = Math.floor(row / facts.perFile);
    const place = row % facts.perFile;
    const [offset, end] = [heads[file]![place + 1]!, heads[file]![place + 2]!];
    return { path: packFiles.images(part, file), offset, length: end - offset };
  };
}

async function readHead(path: string, count: number): Promise<Uint32Array> {
  const damaged = (): never => {
    throw new SyntaxError(
      `Cannot use "${path}": it is damaged: delete it, and pack the images again`,
    );
  };
  const head = new Uint32Array(count + 2);
  const file = await Deno.open(path).catch((error) => {
    throw readError(path, error);
  });
  try {
    const bytes = new Uint8Array(head.buffer);
    for (let filled = 0; filled < bytes.length;) {
      filled += await file.read(bytes.subarray(filled)) ?? damaged();
    }
    const { size } = await file.stat();
    const isSound = head[0] === count && head[1] === (count + 2) * wordBytes &&
      head.at(-1) === size;
    return isSound ? head : damaged();
  } finally {
    file.close();
  }
}
