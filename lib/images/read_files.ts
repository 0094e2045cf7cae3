/**
 * Reads and decodes many image files of one size into one array.
 *
 * @module
 */

import { type ClassFile, readListed, unusable } from "../data/class_folders.ts";
import type { DataProgress } from "../data/download.ts";
import { usableMemory } from "../process/memory.ts";
import { decodeImage } from "./decode/decode.ts";
import { imageFormat } from "./decode/kind.ts";
import type { DecodedImage } from "./decode/orientation.ts";
import { squareImage } from "./decode/resize.ts";

/** Settings of {@linkcode readFiles}. */
export interface ReadFilesOptions {
  /** Brings all images to squares of this many pixels. */
  readonly side?: number;
  /** Called as the work goes on. */
  readonly onProgress?: (progress: DataProgress) => void;
}

/** Images that were read. */
export interface ReadImages {
  /** Pixels `[files, height, width, 3]`. */
  readonly images: Uint8Array;
  /** Height of each in pixels. */
  readonly height: number;
  /** Width of each in pixels. */
  readonly width: number;
  /** The file of each. */
  readonly files: readonly ClassFile[];
  /** Files that neither are nor call themselves images. */
  readonly others: readonly ClassFile[];
}

/** Files that are read and decoded at a time. */
const atATime = Math.min(16, Math.max(4, navigator.hardwareConcurrency));
/** Images between two reports of progress. */
const reportEvery = 50;
/** Faults that an error names. */
const shownFaults = 5;

/**
 * Reads image files; all of them must have one size, if they are not brought to one.
 *
 * @param folder The folder that the paths lie below.
 * @param files The files.
 * @param options Size, and progress.
 * @returns The images in the order of the files.
 * @throws {TypeError | SyntaxError | RangeError | Deno.errors.NotFound |
 * Deno.errors.PermissionDenied} If files cannot be read or decoded: of the class that fits the
 * first of them; the message names up to five.
 * @throws {RangeError} If images differ in size, or do not fit into memory.
 */
export async function readFiles(
  folder: string,
  files: readonly ClassFile[],
  options: ReadFilesOptions = {},
): Promise<ReadImages> {
  const { side, onProgress } = options;
  const store = createStore(folder, files);
  const faults: (Error | undefined)[] = [];
  let [next, done] = [0, 0];

  async function work(): Promise<void> {
    while (next < files.length && !store.isMixed()) {
      const row = next++;
      const { path, isNamedImage } = files[row]!;
      try {
        const bytes = await readListed(folder, path);
        if (isNamedImage || imageFormat(bytes) !== undefined) {
          const image = await decodeImage(bytes, path);
          store.put(row, side === undefined ? image : squareImage(image, side));
        }
      } catch (error) {
        if (!(error instanceof Error) || store.isFull()) throw error;
        faults[row] = error;
      }
      done++;
      if (done % reportEvery === 0 || done === files.length) {
        onProgress?.({ label: "Reading images", done, total: files.length, unit: "files" });
      }
    }
  }
  await Promise.all(Array.from({ length: atATime }, work));
  const found = faults.filter((fault) => fault !== undefined);
  if (found.length > 0) throw faultOf(found, { folder, total: files.length });
  return store.finish();
}

/** One error for all files that cannot be used. */
function faultOf(
  faults: readonly Error[],
  { folder, total }: { readonly folder: string; readonly total: number },
): Error {
  const [first, ...others] = faults;
  if (others.length === 0) return first!;
  const shown = faults.slice(0, shownFaults)
    .map(({ message }) => message.replace(/^Cannot read (?:the image )?/, ""));
  const more = faults.length > shownFaults ? `; and ${faults.length - shownFaults} more` : "";
  const Kind = [TypeError, RangeError, SyntaxError].find((Kind) => first instanceof Kind) ?? Error;
  return new Kind(
    `Cannot read ${faults.length} of ${total} files in "${folder}": ${shown.join("; ")}${more}`,
    { cause: first },
  );
}

interface Size {
  readonly height: number;
  readonly width: number;
}

/** Takes images in any order and gives them back in that of the files. */
function createStore(folder: string, files: readonly ClassFile[]): {
  readonly put: (row: number, image: DecodedImage) => void;
  readonly isMixed: () => boolean;
  readonly isFull: () => boolean;
  readonly finish: () => ReadImages;
} {
  let first: (Size & { readonly row: number }) | undefined;
  let odd: (Size & { readonly row: number }) | undefined;
  let images = new Uint8Array();
  let isFull = false;
  const isThere = new Uint8Array(files.length);

  function allocate({ height, width }: Size): void {
    const bytes = 3 * height * width * files.length;
    const available = usableMemory();
    try {
      if (bytes > available) throw new RangeError("it is more than there is");
      images = new Uint8Array(bytes);
    } catch (cause) {
      isFull = true;
      const gigabytes = (size: number): string => `${(size / 1e9).toFixed(1)} GB`;
      throw new RangeError(
        `Cannot hold ${files.length} images of ${width} x ${height} pixels in memory: they take ` +
          `${gigabytes(bytes)}, ${
            gigabytes(available)
          } are free: give a side such as 64 to bring them to`,
        { cause },
      );
    }
  }

  function put(row: number, { pixels, height, width }: DecodedImage): void {
    if (first === undefined) {
      allocate({ height, width });
      first = { row, height, width };
    }
    if (height !== first.height || width !== first.width) {
      odd ??= { row, height, width };
      return;
    }
    images.set(pixels, row * pixels.length);
    isThere[row] = 1;
  }

  function finish(): ReadImages {
    const { height, width } = first ?? { height: 1, width: 1 };
    if (first !== undefined && odd !== undefined) {
      const [a, b] = [first, odd].sort((a, b) => a.row - b.row)
        .map(({ row, height, width }) => `${files[row]!.path} has ${width} x ${height} pixels`);
      throw unusable(
        folder,
        `its images are of different sizes: ${a}, ${b}: bring them to ` +
          "one size, or give a side such as 64 that they are brought to",
      );
    }
    const size = 3 * height * width;
    let count = 0;
    for (let row = 0; row < files.length; row++) {
      if (!isThere[row]) continue;
      if (row > count) images.copyWithin(count * size, row * size, (row + 1) * size);
      count++;
    }
    return {
      images: images.subarray(0, count * size),
      height,
      width,
      files: files.filter((_, row) => isThere[row]),
      others: files.filter((_, row) => !isThere[row]),
    };
  }
  return { put, finish, isMixed: () => odd !== undefined, isFull: () => isFull };
}
