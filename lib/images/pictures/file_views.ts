/**
 * The views of one image file.
 *
 * @module
 */

import { damaged, type DecodedPixels, decoders } from "../../ops/decoder_calls.ts";
import type { BytesRunner } from "../../tensor/bytes_operation.ts";
import { OutOfMemoryError } from "../../tensor/status.ts";
import type { Frame } from "../augment/framing.ts";
import type { Size } from "../augment/window.ts";
import { decodeFile, type PixelDecoder } from "../decode/decode_file.ts";
import { checkSize } from "../decode/header.ts";
import { readJpegHeader } from "../decode/jpeg.ts";
import { imageFormat } from "../decode/kind.ts";
import { readOrientation } from "../decode/orientation.ts";
import { readPngHeader } from "../decode/png.ts";
import type { LargeImageGate } from "./large_image_gate.ts";
import { openImage, type ViewChange } from "./make_view.ts";

/** A view that is wanted. */
export interface WantedView {
  /**
   * Which part of the image it shows.
   *
   * @param size Size of the image.
   */
  readonly frame: (size: Size) => Frame;
  /** What is changed of it. */
  readonly change?: ViewChange;
  /**
   * Takes it.
   *
   * @param view Whole numbers `[side, side, 3]`, in memory that is used again.
   */
  readonly take: (view: Uint8Array) => void;
}

/** How {@linkcode makeFileViews} works. */
export interface FileViewsOptions {
  /** What errors call the file. */
  readonly name: string;
  /** Height and width of a view. */
  readonly side: number;
  /** The views. */
  readonly views: readonly WantedView[];
  /** Runs TensorFlow's decoders. */
  readonly runner: BytesRunner;
  /** Lets large images through one by one. */
  readonly gate: LargeImageGate;
}

/**
 * Decodes a file once and makes all views of it.
 *
 * Files are decoded as a whole: parts take a JPEG decoder nearly as long, most of whose work is in reading the
 * bytes one after the other.
 *
 * @param bytes The whole file.
 * @param options The views, and what decodes.
 * @throws {TypeError | SyntaxError | RangeError} If the file cannot be decoded, as `decodeImage` does.
 */
export async function makeFileViews(
  bytes: Uint8Array<ArrayBuffer>,
  options: FileViewsOptions,
): Promise<void> {
  const { name, runner, gate } = options;
  const header = headerOf(bytes);
  const space = header === undefined ? unknownSizeBytes(bytes) : 3 * header.height * header.width;
  await gate(space, async () => {
    if (header?.isUprightJpeg === true && isViewedAtOnce(bytes, header, options)) return;
    const decodePixels = pixelDecoder(runner);
    const { pixels, ...size } = await decodeFile(bytes, { name, decodePixels });
    viewImage(pixels, size, options);
  });
}

/** Makes the views of a usual JPEG file without a copy of its pixels; false if it could not be decoded. */
function isViewedAtOnce(
  file: Uint8Array<ArrayBuffer>,
  size: Size,
  options: FileViewsOptions,
): boolean {
  try {
    options.runner.run(decoders.jpeg(3), file, ({ bytes }) => viewImage(bytes, size, options));
    return true;
  } catch (error) {
    if (error instanceof OutOfMemoryError) throw error;
    // What is wrong is said where all formats are decoded.
    return false;
  }
}

function viewImage(
  pixels: Uint8Array,
  { height, width }: Size,
  { views, side }: FileViewsOptions,
): void {
  const size = { height, width };
  const makeView = openImage({ ...size, copyInto: (target) => target.set(pixels) });
  for (const { frame, change, take } of views) {
    take(makeView(frame(size), { side, ...(change && { change }) }));
  }
}

/** Size of an image where its file begins with it, as stored; and whether it is a JPEG file to be shown as stored. */
function headerOf(
  bytes: Uint8Array<ArrayBuffer>,
): (Size & { readonly isUprightJpeg: boolean }) | undefined {
  const format = imageFormat(bytes);
  if (format !== "jpeg" && format !== "png") return undefined;
  try {
    const header = format === "jpeg" ? readJpegHeader(bytes) : readPngHeader(bytes);
    checkSize(header);
    const { height, width, exif } = header;
    const isUpright = exif === undefined || readOrientation(exif) === 1;
    return { height, width, isUprightJpeg: format === "jpeg" && isUpright };
  } catch {
    // What is wrong is said where it is decoded.
    return undefined;
  }
}

/** BMP has no fewer bytes than pixels, GIF and WebP of photographs seldom less than a tenth of them. */
function unknownSizeBytes({ length }: Uint8Array): number {
  return 30 * length;
}

function pixelDecoder(runner: BytesRunner): PixelDecoder {
  return (file, format, channels = 3) => {
    try {
      return runner.run(decoders[format](channels), file, ({ shape, bytes }): DecodedPixels => {
        // WebP has an axis more.
        const [height, width, depth] = shape.slice(-3) as [number, number, number];
        return { pixels: bytes.slice(), height, width, channels: depth };
      });
    } catch (cause) {
      throw damaged(format, cause);
    }
  };
}
