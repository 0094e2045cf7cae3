/**
 * Looks at one image file: whether it can be read, what it is, how large its picture is.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { join } from "node:path";
import { readListed } from "../data/class_folders.ts";
import { decodeImage } from "./decode/decode.ts";
import { inWords } from "./decode/decode_file.ts";
import { checkSize } from "./decode/header.ts";
import { readJpegHeader } from "./decode/jpeg.ts";
import { describeOther, type ImageFormat, imageFormat } from "./decode/kind.ts";
import { readPngHeader } from "./decode/png.ts";
import { firstWebpPicture } from "./decode/webp.ts";

/** What there is at a path. */
export type FileFinding =
  & (
    | { readonly fault?: undefined }
    | {
      /** What is wrong. */
      readonly fault: "missing" | "unreadable" | "no image" | "damaged";
      /** The same in words. */
      readonly what: string;
    }
  )
  & {
    /** What was read; nothing if the file could not be. */
    readonly content?: FileContent;
  };

/** What the bytes of a file tell. */
export interface FileContent {
  /** Bytes. */
  readonly size: number;
  /** Their SHA-256. */
  readonly digest: Uint8Array;
  /** What it is, if an image. */
  readonly format?: ImageFormat;
  /** Height and width of the picture, where it is whole. */
  readonly sides?: { readonly height: number; readonly width: number };
}

/**
 * Reads a file and looks at what it is.
 *
 * @param path The file's path below the folder.
 * @param options Folder, and whether pixels are decoded too.
 * @returns What was found; nothing is thrown for a file that is not as it should be.
 * @throws {Error} If too many files are open, or the engine is needed and does not run.
 * @example No such file
 * ```ts
 * import { checkFile } from "glmc/images/check_file.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals((await checkFile("none.png", { root: ".", pixels: false })).fault, "missing");
 * ```
 */
export async function checkFile(
  path: string,
  { root, pixels }: { readonly root: string; readonly pixels: boolean },
): Promise<FileFinding> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await readListed(root, path);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if ((error.cause as { readonly code?: unknown } | undefined)?.code === "EMFILE") {
      throw new Error(
        "Cannot check the images: too many files are open: look at fewer at a time, or raise the " +
          "limit with ulimit -n",
        { cause: error },
      );
    }
    const fault = error instanceof Deno.errors.NotFound ? "missing" : "unreadable";
    return { fault, what: reasonIn(error.message, join(root, path)) };
  }
  const digest = createHash("sha256").update(bytes).digest();
  const format = imageFormat(bytes);
  const content = { size: bytes.length, digest, ...(format && { format }) };
  if (format === undefined) return { fault: "no image", what: describeOther(bytes), content };
  try {
    const sides = pixels
      ? await decodeImage(bytes, path)
      : await headerSize(bytes, { format, path });
    return {
      content: {
        ...content,
        ...(sides && { sides: { height: sides.height, width: sides.width } }),
      },
    };
  } catch (error) {
    const isOfFile = error instanceof SyntaxError || error instanceof RangeError ||
      error instanceof TypeError;
    if (!isOfFile) throw error;
    const fault = error instanceof TypeError ? "no image" : "damaged";
    return { fault, what: reasonIn(error.message, path), content };
  }
}

/** Size from the header; undefined where only the decoder knows it. */
async function headerSize(
  bytes: Uint8Array<ArrayBuffer>,
  { format, path }: { readonly format: ImageFormat; readonly path: string },
): Promise<FileContent["sides"] | undefined> {
  if (format === "gif" || format === "bmp") return await decodeImage(bytes, path);
  try {
    if (format === "webp") {
      firstWebpPicture(bytes);
      return undefined;
    }
    const header = format === "png" ? readPngHeader(bytes) : readJpegHeader(bytes);
    checkSize(header);
    return header;
  } catch (error) {
    throw inWords(error, path);
  }
}

/** The reason in a message that names the file. */
function reasonIn(message: string, path: string): string {
  const starts = [`Cannot read "${path}": `, `Cannot read the image "${path}": `];
  const start = starts.find((start) => message.startsWith(start)) ?? "";
  return message.slice(start.length);
}
