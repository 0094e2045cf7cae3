/**
 * Views of images, made on the host by kernels that take sixteen pixels at a time.
 *
 * @module
 */

import { colourOrders } from "../augment/draw.ts";
import { blurKernel } from "../augment/blur_kernel.ts";
import type { Frame } from "../augment/framing.ts";
import * as kernels from "./kernels.wasm";
import { resampling, weightPairs } from "./weights.ts";

/** What is changed of a view after it was cut out. */
export interface ViewChange {
  /** Whether it is mirrored. */
  readonly isMirrored: boolean;
  /** Factors of brightness, contrast and saturation. */
  readonly factors: readonly [brightness: number, contrast: number, saturation: number];
  /** Which of `colourOrders` they have. */
  readonly order: number;
  /** Whether its colour is taken out. */
  readonly isGrey: boolean;
  /** Standard deviation of its blur in pixels; 0 leaves it sharp. */
  readonly sigma: number;
}

/** An image whose pixels can be copied to the kernels' memory. */
export interface ViewedImage {
  /** Height in pixels. */
  readonly height: number;
  /** Width in pixels. */
  readonly width: number;
  /**
   * Copies its pixels `[height, width, 3]`.
   *
   * @param target Where to.
   */
  readonly copyInto: (target: Uint8Array<ArrayBuffer>) => void;
}

/** The kernels read and write up to three blocks of sixteen bytes beyond what is asked for. */
const beyond = 64;
const pageBytes = 2 ** 16;
/** What the compiler keeps for itself at the beginning. */
const firstFree = 2 ** 10;

/**
 * Copies an image to the kernels, which then make views of it.
 *
 * @param image The image.
 * @returns Makes one view; see {@linkcode MakeView}. It is used up when the next image is opened.
 */
export function openImage(image: ViewedImage): MakeView {
  const { height, width } = image;
  const memory = new Space(firstFree);
  const pixels = memory.take(3 * height * width);
  image.copyInto(memory.bytes(pixels, 3 * height * width));
  const free = memory.next;
  return (frame, options) => makeView({ pixels, width, free }, frame, options);
}

/**
 * Makes a view of the image.
 *
 * Cut and scaled as Pillow scales, with weights of 14 bits where Pillow has 22: some values differ by one level.
 * Colours are Pillow's to the last bit; its blur rounds in other places.
 *
 * @param frame Which part, and how it is scaled.
 * @param options Side of the view, and what is changed.
 * @returns Whole numbers `[side, side, 3]`, in memory that the next view takes.
 */
export type MakeView = (
  frame: Frame,
  options: { readonly side: number; readonly change?: ViewChange },
) => Uint8Array;

interface Opened {
  readonly pixels: number;
  readonly width: number;
  readonly free: number;
}

function makeView(
  { pixels, width, free }: Opened,
  { part, scale, start }: Frame,
  { side, change }: { readonly side: number; readonly change?: ViewChange },
): Uint8Array {
  const memory = new Space(free);
  const [down, across] = [
    resampling({ length: part.height, scale: scale[0], start: start[0], size: side }),
    resampling({
      length: part.width,
      scale: scale[1],
      start: start[1],
      size: side,
      isMirrored: change?.isMirrored ?? false,
    }),
  ];
  const bytes = 3 * side;
  const top = down.first[0]!;
  const bottom = Math.min(part.height, down.first[side - 1]! + 2 * down.pairs);
  const rows = memory.take(bytes * (bottom - top));
  const view = memory.take(bytes * side);
  kernels.scaleRows(
    pixels + 3 * ((part.top + top) * width + part.left),
    3 * width,
    rows,
    bytes,
    bottom - top,
    side,
    memory.put(across.first.map((first) => 3 * first)),
    memory.put(across.weights),
    across.pairs,
  );
  const lines = lineTable(
    down.first,
    2 * down.pairs,
    (row) => bytes * (Math.min(row, bottom - 1) - top),
  );
  sum(memory, {
    from: rows,
    to: view,
    bytes,
    rows: side,
    lines,
    weights: down.weights,
    weightStep: 4 * down.pairs,
  });
  if (change !== undefined) {
    changeColours(memory, { view, side }, change);
    if (change.sigma > 0) blur(memory, { view, side }, change.sigma);
  }
  return memory.bytes(view, bytes * side);
}

interface Sum {
  readonly from: number;
  readonly to: number;
  /** Bytes of a row of the result. */
  readonly bytes: number;
  readonly rows: number;
  /** Where the lines of each row begin `[rows, lines]`. */
  readonly lines: Int32Array;
  readonly weights: Int32Array;
  /** Bytes from the weights of one row to those of the next; 0 where they are the same. */
  readonly weightStep: number;
}

function sum(memory: Space, { from, to, bytes, rows, lines, weights, weightStep }: Sum): void {
  const perRow = lines.length / rows;
  kernels.sumLines(
    ...[from, memory.put(lines), 4 * perRow, to, bytes, rows, bytes] as const,
    ...[memory.put(weights), weightStep, perRow / 2] as const,
  );
}

/** Where `count` lines from each first one on begin. */
function lineTable(
  first: Int32Array,
  count: number,
  begins: (line: number) => number,
): Int32Array {
  const table = new Int32Array(first.length * count);
  let place = 0;
  for (const line of first) for (let i = 0; i < count; i++) table[place++] = begins(line + i);
  return table;
}

interface View {
  readonly view: number;
  readonly side: number;
}

/** Brightness, contrast and saturation in their order, then grey. */
function changeColours(memory: Space, { view, side }: View, change: ViewChange): void {
  const count = side * side;
  const plane = count + beyond;
  const planes = memory.take(3 * plane);
  const grey = memory.take(count);
  const [brightness, contrast, saturation] = change.factors;
  const stretch = (level: number, factor: number): void =>
    kernels.stretch(planes, 3 * plane, level, factor);
  const steps = [
    () => stretch(0, brightness),
    () => {
      // Pillow rounds the mean to a whole level.
      const sum = kernels.greyInto(planes, plane, grey, count);
      stretch(Math.floor(sum / count + 0.5), contrast);
    },
    () => {
      kernels.greyInto(planes, plane, grey, count);
      for (const channel of [0, 1, 2]) {
        kernels.stretchFrom(planes + channel * plane, grey, count, saturation);
      }
    },
  ];
  kernels.split(view, 3 * side, planes, plane, side, side);
  for (const step of colourOrders[change.order]!) {
    if (change.factors[step] !== 1) steps[step]!();
  }
  if (change.isGrey) {
    kernels.greyInto(planes, plane, grey, count);
    // Grey in place of each of the three planes.
    kernels.join(grey, 0, view, count);
  } else {
    kernels.join(planes, plane, view, count);
  }
}

/** Blurs along rows, then along columns. */
function blur(memory: Space, { view, side }: View, sigma: number): void {
  const kernel = blurKernel(sigma);
  const reach = (kernel.length - 1) / 2;
  const weights = weightPairs(kernel);
  const bytes = 3 * side;
  const paddedBytes = bytes + 6 * reach;
  const padded = memory.take(side * paddedBytes);
  const across = memory.take(side * bytes);
  kernels.padRows(view, bytes, padded, side, reach);
  const all = Int32Array.from({ length: side }, (_, row) => row);
  const count = 2 * weights.length;
  const pixelsOf = new Int32Array(side * count);
  for (const row of all) {
    for (let i = 0; i < count; i++) pixelsOf[row * count + i] = row * paddedBytes + 3 * i;
  }
  const common = { bytes, rows: side, weights, weightStep: 0 };
  sum(memory, { ...common, from: padded, to: across, lines: pixelsOf });
  const rowsOf = lineTable(
    all.map((row) => row - reach),
    count,
    (row) => bytes * Math.max(0, Math.min(side - 1, row)),
  );
  sum(memory, { ...common, from: across, to: view, lines: rowsOf });
}

/** Takes pieces of the kernels' memory, one behind the other. */
class Space {
  /** Where the next piece begins. */
  next: number;

  /** Begins at an address. */
  constructor(from: number) {
    this.next = from;
  }

  /** Takes a piece, with room behind it for the kernels' last block. */
  take(bytes: number): number {
    const start = this.next;
    this.next = start + 16 * Math.ceil((bytes + beyond) / 16);
    const missing = this.next - kernels.memory.buffer.byteLength;
    if (missing > 0) kernels.memory.grow(Math.ceil(missing / pageBytes));
    return start;
  }

  /** Copies numbers into a piece of their own. */
  put(numbers: Int32Array): number {
    const start = this.take(4 * numbers.length);
    new Int32Array(kernels.memory.buffer, start, numbers.length).set(numbers);
    return start;
  }

  /** The bytes of a piece. */
  bytes(start: number, length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(kernels.memory.buffer as ArrayBuffer, start, length);
  }
}
