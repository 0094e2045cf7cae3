/**
 * The views of one image file.
 *
 * @module
 */

import { damaged, type DecodedPixels, decoders, jpegPartDecoder } from "../../ops/decoder_calls.ts";
import type { BytesRunner } from "../../tensor/bytes_operation.ts";
import { OutOfMemoryError } from "../../tensor/status.ts";
import type { Frame } from "../augment/framing.ts";
import type { Size, Window } from "../augment/window.ts";
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
 * Of an upright JPEG file only the rows and columns that the views show are decoded.
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
  const isDone = header?.isUprightJpeg === true &&
    await gate(space, () => viewParts(bytes, header, options));
  if (isDone) return;
  const decodePixels = pixelDecoder(runner);
  await gate(space, async () => {
    const { pixels, ...whole } = await decodeFile(bytes, { name, decodePixels });
    const shown = { top: 0, left: 0, ...whole };
    viewImage(pixels, { shown, frames: framesOf(options, whole), options });
  });
}

/** Makes the views of the part that they show; false if it could not be decoded by itself. */
function viewParts(
  bytes: Uint8Array<ArrayBuffer>,
  whole: Size,
  options: FileViewsOptions,
): boolean {
  const frames = framesOf(options, whole);
  const shown = surrounding(frames.map(({ part }) => part), whole.width);
  const { top, left, height, width } = shown;
  const inputs = { file: bytes, numbers: Int32Array.of(top, left, height, width) };
  try {
    options.runner.run(jpegPartDecoder, inputs, ({ bytes: pixels }) => {
      viewImage(pixels, { shown, frames, options });
    });
    return true;
  } catch (error) {
    // What is wrong is found out, and said, where the whole is decoded.
    if (error instanceof OutOfMemoryError) throw error;
    return false;
  }
}

function framesOf({ views }: FileViewsOptions, whole: Size): Frame[] {
  return views.map(({ frame }) => frame(whole));
}

/** Makes the views of pixels that are a part of the image. */
function viewImage(
  pixels: Uint8Array,
  { shown, frames, options: { views, side } }: {
    readonly shown: Window;
    readonly frames: readonly Frame[];
    readonly options: FileViewsOptions;
  },
): void {
  const { height, width, top, left } = shown;
  const makeView = openImage({ height, width, copyInto: (target) => target.set(pixels) });
  frames.forEach(({ part, ...scaling }, place) => {
    const { change, take } = views[place]!;
    const inside = { ...part, top: part.top - top, left: part.left - left };
    take(makeView({ ...scaling, part: inside }, { side, ...(change && { change }) }));
  });
}

/** The smallest part that has all of these in it, and a column beside them, which is not decoded exactly. */
function surrounding(parts: readonly Window[], imageWidth: number): Window {
  const top = Math.min(...parts.map((part) => part.top));
  const left = Math.max(0, Math.min(...parts.map((part) => part.left)) - 1);
  const bottom = Math.max(...parts.map((part) => part.top + part.height));
  const right = Math.max(...parts.map((part) => part.left + part.width)) + 1;
  return { top, left, height: bottom - top, width: Math.min(imageWidth, right) - left };
}

/** Size of an image where its file begins with it, as stored; and whether parts of it can be decoded. */
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
      return runner.run(decoders[format](channels), { file }, ({ shape, bytes }): DecodedPixels => {
        // WebP has an axis more.
        const [height, width, depth] = shape.slice(-3) as [number, number, number];
        return { pixels: bytes.slice(), height, width, channels: depth };
      });
    } catch (cause) {
      throw damaged(format, cause);
    }
  };
}
