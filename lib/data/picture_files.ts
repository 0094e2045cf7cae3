/**
 * Image files of a set as a training reads them: which there are, and what is wrong with one.
 *
 * @module
 */

import { join } from "node:path";
import { readError, rephrase } from "../disk/errors.ts";
import type { FaultKind } from "../images/check_images.ts";

/** Image files below a folder. */
export interface PictureFiles {
  /** The folder that the paths lie below. */
  readonly folder: string;
  /** Number of images. */
  readonly count: number;
  /**
   * Path of an image below the folder.
   *
   * @param row Which image, from 0.
   */
  readonly path: (row: number) => string;
  /** Class of each image `[count]`; needed where bad images are skipped. */
  readonly labels?: Int32Array;
  /**
   * Where the image is named, for messages, such as `line 12 of "train.txt"`.
   *
   * @param row Which image, from 0.
   */
  readonly where?: (row: number) => string;
}

/** An image that cannot be trained on. */
export interface PictureFault {
  /** Which image. */
  readonly row: number;
  /** Its path below the folder. */
  readonly path: string;
  /** What is wrong. */
  readonly kind: FaultKind;
  /** The same in a sentence that names the file and where it is listed. */
  readonly message: string;
}

/** Codes of what is wrong with the machine or the folder, and not with one file. */
const machineCodes = ["EMFILE", "ENFILE", "ENOMEM"];

/**
 * Reads the file of an image.
 *
 * @param folder The folder of the images.
 * @param path The file's path below it.
 * @returns Its bytes.
 * @throws {Deno.errors.NotFound} If there is no such file, or no such folder any more.
 * @throws {Deno.errors.PermissionDenied} If it may not be read.
 * @throws {Error} If it cannot be read for another reason, or too many files are open.
 */
export async function readPicture(
  folder: string,
  path: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const place = join(folder, path);
  try {
    return await Deno.readFile(place);
  } catch (cause) {
    if (!machineCodes.includes(codeOf(cause))) throw readError(place, cause);
    throw rephrase(
      cause,
      `Cannot read "${place}": too many files are open, or there is no memory for one more: close ` +
        "other programs, or raise the limit with ulimit -n",
    );
  }
}

/**
 * Tells what is wrong with an image from the error that reading or decoding it threw.
 *
 * @param error What was thrown.
 * @returns What kind of fault it is; `undefined` if it is none of this image alone.
 * @example A damaged file
 * ```ts
 * import { faultKind } from "glmc/data/picture_files.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(faultKind(new SyntaxError("it ends too early")), "damaged");
 * assertEquals(faultKind(new Error("the engine does not run")), undefined);
 * ```
 */
export function faultKind(error: unknown): FaultKind | undefined {
  if (error instanceof TypeError) return "no image";
  if (error instanceof SyntaxError || error instanceof RangeError) return "damaged";
  if (error instanceof Deno.errors.NotFound) return "missing";
  const code = codeOf(error instanceof Error ? error.cause : undefined);
  return code === "" || machineCodes.includes(code) ? undefined : "unreadable";
}

/**
 * What is said of an image, with the place where it is listed.
 *
 * @param message What reading or decoding said; it names the path.
 * @param options The files, and which image.
 * @returns The message.
 * @example A line of a list
 * ```ts
 * import { withPlace } from "glmc/data/picture_files.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const files = { folder: "cats", count: 1, path: () => "a.jpg", where: () => "line 1 of x.txt" };
 * const message = 'Cannot read "cats/a.jpg": there is no such file';
 *
 * assertEquals(
 *   withPlace(message, { files, row: 0 }),
 *   'Cannot read "cats/a.jpg" (line 1 of x.txt): there is no such file',
 * );
 * ```
 */
export function withPlace(
  message: string,
  { files, row }: { readonly files: PictureFiles; readonly row: number },
): string {
  const path = files.path(row);
  const place = files.where?.(row);
  const named = [`"${join(files.folder, path)}"`, `"${path}"`].find((name) =>
    message.includes(name)
  );
  if (place === undefined || named === undefined) return message;
  return message.replace(named, () => `${named} (${place})`);
}

/**
 * Refuses to go on where the folder itself is gone: its images are not bad.
 *
 * @param folder The folder.
 * @throws {Deno.errors.NotFound} If it is not there.
 */
export async function checkStillThere(folder: string): Promise<void> {
  try {
    await Deno.stat(folder);
  } catch (cause) {
    throw rephrase(
      cause,
      `Cannot read images from "${folder}": the folder is not there any more: bring it back, and ` +
        "leave it as it is during a training",
    );
  }
}

function codeOf(error: unknown): string {
  const code = error instanceof Error ? (error as { readonly code?: unknown }).code : undefined;
  return typeof code === "string" ? code : "";
}
