/**
 * Large images that stay in their files: JPEG and others, made into views while the step before runs.
 *
 * @module
 */

import {
  checkStillThere,
  type PictureFault,
  type PictureFiles,
  withPlace,
} from "../data/picture_files.ts";
import type { NamedArrays } from "../data/plan.ts";
import { bytesAsFloats, uint8Tensor } from "../ops/gather.ts";
import { type Tensor, tf } from "../tensor/tfjs.ts";
import { type AugmentPlan, drawAugmentation } from "./augment/draw.ts";
import { middleFrame } from "./augment/framing.ts";
import type { AugmentRecipe } from "./augment/recipe.ts";
import { normalise } from "./normalise.ts";
import { joinPicturePool } from "./pictures/pool.ts";
import type { JobFault, PictureJob } from "./pictures/task.ts";
import type { ImageSource, ViewsPlan, ViewsStep } from "./source.ts";

/** Settings of {@linkcode pictureSource}. */
export interface PictureSourceOptions {
  /** How views are drawn, cut, changed and normalised. */
  readonly recipe: AugmentRecipe;
  /**
   * What a file that cannot be used does: `stop` (the default) throws; `skip` shows the next image of the
   * same class in its place.
   */
  readonly onBadImage?: "stop" | "skip";
  /** Told of each image that is skipped, once. */
  readonly onSkip?: (fault: PictureFault) => void;
}

/**
 * Opens image files as an image source: each is decoded, cut, scaled and changed while the steps before run, on
 * threads of its own.
 *
 * A plan with cuts gets augmented views: windows by torchvision's law, colours, blur, mirrors. One without
 * cuts gets the middle of each image, as tests do. What a file is decides its content, not its name;
 * pixels are those of `decodeImage`, so that images are turned upright by their Exif data, as the official
 * code does not. Views of one file in one step are cut out of one decoding.
 *
 * The same plan gives the same bits, whatever the threads and the order in which files come in. An image that
 * is skipped is replaced by the next one of its class, so that labels stay right and a continued training sees
 * what an uninterrupted one would. The engine must run.
 *
 * Memory: a byte a value for the views of a step, such as 154 MB for 1,024 views of 224 × 224, and as much
 * for each step that is prepared ahead; besides, each thread has one image decoded, and of those of more than 22
 * megapixels there is one at a time.
 *
 * @param files The files.
 * @param options Recipe, and what happens to files that cannot be used.
 * @returns The source; the caller disposes it.
 * @throws {TypeError} If bad images are to be skipped and the labels are not given.
 * @throws {RangeError} If there are no files, or a test view is larger than the image it is cut from.
 * @example Training and test of a list
 * ```ts ignore
 * import { imageNetRecipe, pictureSource, readImageList } from "glmc";
 *
 * const list = await readImageList("ImageNet_LT_train.txt");
 * const where = (row: number) => `${list.place(row)} of "${list.name}"`;
 * const source = pictureSource({ ...list, folder: "imagenet", where }, { recipe: imageNetRecipe });
 * ```
 */
export function pictureSource(files: PictureFiles, options: PictureSourceOptions): ImageSource {
  const { recipe } = options;
  const { side } = recipe;
  checkFiles(files, options);
  const pool = joinPicturePool();
  const skipping = skipper(files, options);

  async function prepare({ rows, cuts }: ViewsPlan): Promise<{ readonly pictures: Tensor }> {
    const views = new SharedArrayBuffer(rows.length * 3 * side * side);
    const task = {
      folder: files.folder,
      recipe: { side, testResize: recipe.testResize, crop: recipe.crop },
      ...(cuts && { plan: cuts as AugmentPlan }),
      views,
    };
    // Again for those in whose place another image is shown.
    for (let waiting = placesByRow(rows); waiting.size > 0;) {
      const shown = [...skipping.replaced(waiting)];
      const jobs = shown.map(([row, places]): PictureJob => ({
        path: files.path(row),
        places,
        ...(files.part && { part: files.part(row) }),
      }));
      const faults = await pool.run({ ...task, jobs });
      await skipping.note(faults.map((fault) => ({ ...fault, row: shown[fault.job]![0] })));
      waiting = new Map(faults.map(({ job }) => shown[job]!));
    }
    return { pictures: uint8Tensor(new Uint8Array(views), [rows.length, side, side, 3]) };
  }

  return {
    count: files.count,
    height: side,
    width: side,
    channels: 3,
    viewBytes: 3 * side * side,
    draw: (random, views): NamedArrays => drawAugmentation(random, views, recipe),
    prepare,
    views: ({ prepared, groups }: ViewsStep) => {
      const images = bytesAsFloats(prepared.pictures as Tensor);
      const parts = groups === 1 ? [images] : tf.split(images, groups);
      return parts.map((part) => normalise(part, recipe));
    },
    dispose: () => pool[Symbol.dispose](),
  };
}

function checkFiles(
  { count, folder, labels }: PictureFiles,
  { onBadImage, recipe }: PictureSourceOptions,
): void {
  if (count < 1) {
    throw new RangeError(`Cannot read images from "${folder}": none are listed: check the list`);
  }
  if (onBadImage === "skip" && labels?.length !== count) {
    throw new TypeError(
      `Cannot skip bad images in "${folder}": the class of each is needed to replace it: give the ` +
        "labels",
    );
  }
  const { side, testResize: resize } = recipe;
  middleFrame({ height: resize, width: resize }, { side, resize });
}

/** Where the views of each image stand in a step. */
function placesByRow(rows: Int32Array): Map<number, number[]> {
  const places = new Map<number, number[]>();
  rows.forEach((row, place) => add(places, row, [place]));
  return places;
}

function add(places: Map<number, number[]>, row: number, more: readonly number[]): void {
  const known = places.get(row);
  if (known === undefined) places.set(row, [...more]);
  else known.push(...more);
}

interface Skipper {
  /** The same places with the images that are shown in place of bad ones. */
  readonly replaced: (places: Map<number, number[]>) => Map<number, number[]>;
  /** Notes what could not be used, or throws. */
  readonly note: (faults: readonly (JobFault & { readonly row: number })[]) => Promise<void>;
}

function skipper(files: PictureFiles, options: PictureSourceOptions): Skipper {
  const { onBadImage = "stop", onSkip } = options;
  const { folder, labels } = files;
  const bad = new Set<number>();

  function replacementOf(row: number): number {
    let shown = row;
    while (bad.has(shown)) {
      shown = nextOfClass(labels!, shown);
      if (shown !== row) continue;
      throw new RangeError(
        `Cannot skip "${files.path(row)}": no image of its class, ${labels![row]}, can be used: ` +
          `check the images in "${folder}"`,
      );
    }
    return shown;
  }

  return {
    replaced(places) {
      if (bad.size === 0) return places;
      const shown = new Map<number, number[]>();
      for (const [row, ofRow] of places) add(shown, replacementOf(row), ofRow);
      return shown;
    },
    async note(faults) {
      if (faults.length === 0) return;
      await checkStillThere(folder);
      for (const { row, kind, type, message } of faults) {
        const said = withPlace(message, { files, row });
        if (kind === undefined) throw errorOf(type, said);
        if (onBadImage === "stop") throw errorOf(type, `${said}${skipAdvice}`);
        if (bad.has(row)) continue;
        bad.add(row);
        onSkip?.({ row, path: files.path(row), kind, message: said });
      }
    },
  };
}

/** How a training goes on without mending its files. */
const skipAdvice = ", or show another image of its class instead: --on_bad_image skip";

/** The next image of the same class, after the last one the first. */
function nextOfClass(labels: Int32Array, row: number): number {
  const next = labels.indexOf(labels[row]!, row + 1);
  return next === -1 ? labels.indexOf(labels[row]!) : next;
}

/** An error of a class that came from another thread. */
function errorOf(type: string, message: string): Error {
  const { NotFound, PermissionDenied } = Deno.errors;
  const classes = [TypeError, RangeError, SyntaxError, NotFound, PermissionDenied];
  const Kind = classes.find(({ name }) => name === type) ?? Error;
  return new Kind(message);
}
