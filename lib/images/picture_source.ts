/**
 * Large images that stay in their files: JPEG and others, decoded and cut while the step before runs.
 *
 * @module
 */

import type { NamedArrays } from "../data/plan.ts";
import { bytesAsFloats, uint8Tensor } from "../ops/gather.ts";
import { deviceTensors } from "../ops/host_arrays.ts";
import { type Frame, type ImageFramer, imageFramer } from "../ops/image_frames.ts";
import { type Tensor, tf } from "../tensor/tfjs.ts";
import { type AugmentTensors, augmentViews } from "./augment/augment.ts";
import { augmentArrays, type AugmentPlan, drawAugmentation } from "./augment/draw.ts";
import { middleFrame, windowFrame } from "./augment/frame.ts";
import type { AugmentRecipe } from "./augment/recipe.ts";
import { plannedWindow, type Size } from "./augment/window.ts";
import { decodeImage } from "./decode/decode.ts";
import { checkSize } from "./decode/header.ts";
import { readJpegHeader } from "./decode/jpeg.ts";
import { imageFormat } from "./decode/kind.ts";
import { readOrientation } from "./decode/orientation.ts";
import { normalise } from "./normalise.ts";
import {
  checkStillThere,
  faultKind,
  namedFault,
  type PictureFault,
  type PictureFiles,
  readPicture,
} from "../data/picture_files.ts";
import { type Queue, workQueue } from "./queue.ts";
import type { ImageSource, ViewsPlan, ViewsStep } from "./source.ts";

/** Settings of {@linkcode pictureSource}. */
export interface PictureSourceOptions {
  /** How views are drawn, cut and normalised. */
  readonly recipe: AugmentRecipe;
  /**
   * What a file that cannot be used does: `stop` (the default) throws; `skip` shows the next image of the
   * same class in its place.
   */
  readonly onBadImage?: "stop" | "skip";
  /** Told of each image that is skipped, once. */
  readonly onSkip?: (fault: PictureFault) => void;
}

/** Files that are open at a time: enough for a disk across a network, far below any system's limit. */
const openFiles = 16;

/**
 * Bytes of decoded images in memory at a time, besides views: three photographs of 24 megapixels. Larger
 * ones are decoded alone; those of usual data sets, of half a megabyte, never wait.
 */
const decodedBytes = 2 ** 28;

/**
 * Opens image files as an image source: each is decoded, cut and scaled while the steps before run.
 *
 * A plan with cuts gets augmented views: windows by torchvision's law, colours, blur, mirrors. One without
 * cuts gets the middle of each image, as tests do. What a file is decides its content, not its name;
 * pixels are those of `decodeImage`, so that images are turned upright by their Exif data, as the official
 * code does not. Views of one file in one step are cut out of one decoding.
 *
 * The same plan gives the same bits, whatever the threads and the order in which files come in. The engine
 * must run.
 *
 * @param files The files.
 * @param options Recipe, and what happens to files that cannot be used.
 * @returns The source; the caller disposes it.
 * @throws {TypeError} If bad images are to be skipped and the labels are not given.
 * @example Views of the middle
 * ```ts ignore
 * import { imageNetRecipe, pictureSource, readImageList } from "glmc";
 *
 * const list = await readImageList("train.txt");
 * const { count, path, labels, place } = list;
 * const where = (row: number) => `${place(row)} of "${list.name}"`;
 * const files = { folder: "images", count, path, labels, where };
 * const source = pictureSource(files, { recipe: imageNetRecipe });
 * const { pictures } = await source.prepare({ rows: Int32Array.of(0, 1) });
 * ```
 */
export function pictureSource(files: PictureFiles, options: PictureSourceOptions): ImageSource {
  const { recipe } = options;
  const { side } = recipe;
  const framer = imageFramer(side);
  const viewsOf = pictureViews(files, { ...options, framer });

  async function prepare({ rows, cuts }: ViewsPlan): Promise<Record<string, Tensor>> {
    const plan = cuts as AugmentPlan | undefined;
    const viewBytes = 3 * side * side;
    const pictures = new Uint8Array(rows.length * viewBytes);
    await Promise.all(Array.from(placesByRow(rows), async ([row, places]) => {
      const frames = (size: Size): Frame[] =>
        places.map((place) => frameOf(size, plan?.windows.data[place], recipe));
      const views = await viewsOf(row, frames);
      views.forEach((view, i) => pictures.set(view, places[i]! * viewBytes));
    }));
    return {
      ...(plan && deviceTensors(augmentArrays(plan, recipe))),
      pictures: uint8Tensor(pictures, [rows.length, side, side, 3]),
    };
  }

  return {
    count: files.count,
    height: side,
    width: side,
    channels: 3,
    draw: (random, views): NamedArrays => drawAugmentation(random, views, recipe),
    prepare,
    views: (step) => augmented(step, recipe),
    dispose: () => framer.dispose(),
  };
}

/** Where the views of each image stand in a step. */
function placesByRow(rows: Int32Array): Map<number, number[]> {
  const places = new Map<number, number[]>();
  rows.forEach((row, place) => {
    const known = places.get(row);
    if (known === undefined) places.set(row, [place]);
    else known.push(place);
  });
  return places;
}

function frameOf(size: Size, window: number | undefined, recipe: AugmentRecipe): Frame {
  const { side, testResize, crop } = recipe;
  return window === undefined
    ? middleFrame(size, { side, resize: testResize })
    : windowFrame(plannedWindow(window, size, crop), side);
}

/** Views on the device: as they are in a test, changed as it was drawn in a training. */
function augmented({ prepared, groups }: ViewsStep, recipe: AugmentRecipe): Tensor[] {
  const { pictures, ...drawn } = prepared as Record<string, Tensor>;
  const partsOf = (tensor: Tensor): Tensor[] => groups === 1 ? [tensor] : tf.split(tensor, groups);
  const drawnParts = Object.entries(drawn).map(([name, tensor]) =>
    [name, partsOf(tensor)] as const
  );
  const images = bytesAsFloats(pictures!);
  return partsOf(images).map((part, group) => {
    if (drawnParts.length === 0) return normalise(part, recipe);
    const ofPart = drawnParts.map(([name, parts]) => [name, parts[group]!]);
    return augmentViews(part, Object.fromEntries(ofPart) as AugmentTensors, recipe);
  });
}

type FramesOf = (size: Size) => Frame[];

/** Reads, decodes and cuts images; those that cannot be used are reported or replaced. */
function pictureViews(
  files: PictureFiles,
  { onBadImage = "stop", onSkip, framer }: PictureSourceOptions & { readonly framer: ImageFramer },
): (row: number, frames: FramesOf) => Promise<Uint8Array[]> {
  const { labels } = files;
  if (onBadImage === "skip" && labels?.length !== files.count) {
    throw new TypeError(
      `Cannot skip bad images in "${files.folder}": the class of each image is needed to replace ` +
        "it: give the labels",
    );
  }
  const reading = workQueue(openFiles);
  const decoding = workQueue(navigator.hardwareConcurrency);
  const memory = workQueue(decodedBytes);
  const bad = new Set<number>();

  async function viewsOfFile(row: number, frames: FramesOf): Promise<Uint8Array[]> {
    const bytes = await reading(1, () => readPicture(files, row));
    return await decoding(
      1,
      () => framesOfBytes(bytes, { name: files.path(row), frames, framer, memory }),
    );
  }

  async function viewsOf(row: number, frames: FramesOf): Promise<Uint8Array[]> {
    for (let candidate = row;;) {
      if (!bad.has(candidate)) {
        try {
          return await viewsOfFile(candidate, frames);
        } catch (error) {
          const kind = faultKind(error);
          if (kind === undefined || !(error instanceof Error)) throw error;
          const named = namedFault(error, { files, row: candidate });
          if (onBadImage === "stop") throw named;
          await checkStillThere(files.folder);
          if (!bad.has(candidate)) {
            bad.add(candidate);
            const path = files.path(candidate);
            onSkip?.({ row: candidate, path, kind, message: named.message });
          }
        }
      }
      candidate = nextOfClass(labels!, candidate);
      if (candidate === row) {
        throw new RangeError(
          `Cannot skip ${files.path(row)}: no image of its class ${
            labels![row]
          } can be used: check ` +
            `the images in "${files.folder}"`,
        );
      }
    }
  }
  return viewsOf;
}

/** The next image of the same class, after the last one the first. */
function nextOfClass(labels: Int32Array, row: number): number {
  const label = labels[row]!;
  const next = labels.indexOf(label, row + 1);
  return next === -1 ? labels.indexOf(label) : next;
}

async function framesOfBytes(
  bytes: Uint8Array<ArrayBuffer>,
  { name, frames, framer, memory }: {
    readonly name: string;
    readonly frames: FramesOf;
    readonly framer: ImageFramer;
    readonly memory: Queue;
  },
): Promise<Uint8Array[]> {
  const size = uprightJpeg(bytes);
  if (size !== undefined) {
    try {
      const space = 3 * size.height * size.width;
      return await memory(space, () => framer.ofJpeg(bytes, frames(size), size));
    } catch (error) {
      // Decoded as a whole, it says what is wrong with it.
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  // How large it is shows when it is decoded: alone, it may be as large as it likes.
  return await memory(decodedBytes, async () => {
    const image = await decodeImage(bytes, name);
    return await framer.ofPixels(image, frames(image));
  });
}

/** Size of a JPEG image of which parts can be decoded: one that is whole and upright. */
function uprightJpeg(bytes: Uint8Array<ArrayBuffer>): Size | undefined {
  if (imageFormat(bytes) !== "jpeg") return undefined;
  try {
    const header = readJpegHeader(bytes);
    checkSize(header);
    const { exif } = header;
    return exif === undefined || readOrientation(exif) === 1 ? header : undefined;
  } catch {
    // What is wrong is said when it is decoded.
    return undefined;
  }
}
