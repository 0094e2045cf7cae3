/**
 * Parts of an image scaled to views of one size, on threads of TensorFlow's own pools while the host goes on.
 *
 * @module
 */

import { dataType, typeAttribute } from "../tensor/attributes.ts";
import type { Binding } from "../tensor/binding.ts";
import type { TensorBackend } from "../tensor/compile.ts";
import { runOperation } from "../tensor/operation.ts";
import type { TensorRecord } from "../tensor/tensor_record.ts";
import { tf } from "../tensor/tfjs.ts";
import { decodeJpegPart } from "./image_decoders.ts";
import { scaleAttributes } from "./image_resize.ts";

/** Part of an image in pixels. */
export interface Part {
  /** Its first row. */
  readonly top: number;
  /** Its first column. */
  readonly left: number;
  /** Its rows. */
  readonly height: number;
  /** Its columns. */
  readonly width: number;
}

/** A part of an image, and how it is scaled to a view. */
export interface Frame {
  /** What is cut out before it is scaled. */
  readonly part: Part;
  /** Pixels of the view for one of the image, down and across. */
  readonly scale: readonly [down: number, across: number];
  /** First row and column of the scaled part that the view shows. */
  readonly start: readonly [top: number, left: number];
}

/** An image as the host holds it. */
export interface HostImage {
  /** Red, green and blue `[height, width, 3]`. */
  readonly pixels: Uint8Array;
  /** Height in pixels. */
  readonly height: number;
  /** Width in pixels. */
  readonly width: number;
}

/** Makes views of images. */
export interface ImageFramer {
  /**
   * Makes views of a JPEG file, of which only the rows and columns that they show are decoded.
   *
   * @param bytes The whole file.
   * @param frames Its parts.
   * @param options Width of the image in pixels.
   * @returns For each frame whole numbers `[side, side, 3]`.
   * @throws {SyntaxError} With a reason, if TensorFlow cannot decode the bytes.
   */
  readonly ofJpeg: (
    bytes: Uint8Array<ArrayBuffer>,
    frames: readonly Frame[],
    options: { readonly width: number },
  ) => Promise<Uint8Array[]>;
  /**
   * Makes views of an image.
   *
   * @param image The image.
   * @param frames Its parts.
   * @returns For each frame whole numbers `[side, side, 3]`.
   */
  readonly ofPixels: (image: HostImage, frames: readonly Frame[]) => Promise<Uint8Array[]>;
  /** Frees what was recorded. */
  readonly dispose: () => void;
}

let framers = 0;

/**
 * Records how a part of an image of any size becomes a view.
 *
 * Bilinear with antialiasing, rounded to whole numbers, as Pillow and torchvision make them.
 *
 * @param side Height and width of a view.
 * @returns What makes views; the caller disposes it.
 * @throws {Error} If the engine does not run.
 * @example The right one of two pixels
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { startEngine } from "glmc";
 * import { imageFramer } from "glmc/ops/image_frames.ts";
 *
 * await startEngine({ device: "cpu" });
 * const framer = imageFramer(1);
 * const image = { pixels: Uint8Array.of(1, 2, 3, 4, 5, 6), height: 1, width: 2 };
 * const part = { top: 0, left: 1, height: 1, width: 1 };
 * const [view] = await framer.ofPixels(image, [{ part, scale: [1, 1], start: [0, 0] }]);
 *
 * assertEquals([...view!], [4, 5, 6]);
 * framer.dispose();
 * ```
 */
export function imageFramer(side: number): ImageFramer {
  const backend = tf.backend() as unknown as TensorBackend & { readonly binding?: Binding };
  const { binding } = backend;
  if (binding === undefined) {
    throw new Error("Cannot make views of images: the engine does not run: call startEngine()");
  }
  const { name } = binding.record(`frame_${side}_${framers++}`, {
    inputs: [
      { shape: [-1, -1, 3], dtype: dataType.uint8 },
      { shape: [3], dtype: dataType.int32 },
      { shape: [3], dtype: dataType.int32 },
      { shape: [2], dtype: dataType.float32 },
      { shape: [2], dtype: dataType.float32 },
    ],
    xla: false,
    build: (inputs) => [recordFrame(inputs, { side, backend })],
  });

  async function frame(image: number, { part, scale, start }: Frame): Promise<Uint8Array> {
    const inputs = [
      image,
      binding!.createTensor([3], dataType.int32, Int32Array.of(part.top, part.left, 0)),
      binding!.createTensor([3], dataType.int32, Int32Array.of(part.height, part.width, 3)),
      binding!.createTensor([2], dataType.float32, Float32Array.from(scale)),
      binding!.createTensor([2], dataType.float32, Float32Array.of(-start[0], -start[1])),
    ];
    try {
      const { id } = await binding!.executeBeside(name, [], inputs);
      const view = binding!.tensorDataSync(id) as Uint8Array;
      binding!.deleteTensor(id);
      return view;
    } finally {
      for (const id of inputs.slice(1)) binding!.deleteTensor(id);
    }
  }

  async function framesOf(image: number, frames: readonly Frame[]): Promise<Uint8Array[]> {
    try {
      const views: Uint8Array[] = [];
      for (const each of frames) views.push(await frame(image, each));
      return views;
    } finally {
      binding!.deleteTensor(image);
    }
  }

  return {
    async ofJpeg(bytes, frames, { width }) {
      const shown = surrounding(frames.map(({ part }) => part), width);
      const inside = frames.map(({ part, ...rest }) => ({
        ...rest,
        part: { ...part, top: part.top - shown.top, left: part.left - shown.left },
      }));
      return await framesOf(await decodeJpegPart(bytes, shown), inside);
    },
    async ofPixels({ pixels, height, width }, frames) {
      const image = binding.createTensor([height, width, 3], dataType.uint8, pixels);
      return await framesOf(image, frames);
    },
    dispose: () => binding.removeFunction(name),
  };
}

/** Records a frame on symbolic inputs: image, beginning and size of the part, scale, shift. */
function recordFrame(
  inputs: readonly TensorRecord[],
  { side, backend }: { readonly side: number; readonly backend: TensorBackend },
): number {
  const { id } = tf.tidy(() => {
    const [image, begin, size, scale, shift] = inputs.map((input) =>
      backend.createOutputTensor(input)
    );
    const whole = typeAttribute("T", "uint8");
    const cut = [whole, typeAttribute("Index", "int32")];
    const [part] = runOperation("Slice", cut, [image!, begin!, size!]);
    const axis = [whole, typeAttribute("Tdim", "int32")];
    const [batch] = runOperation("ExpandDims", axis, [part, tf.scalar(0, "int32")]);
    const sides = tf.tensor1d([side, side], "int32");
    const scaleInputs = [batch, sides, scale!, shift!];
    const [scaled] = runOperation("ScaleAndTranslate", scaleAttributes("uint8"), scaleInputs);
    const types = [typeAttribute("SrcT", "float32"), typeAttribute("DstT", "uint8")];
    const [view] = runOperation("Cast", types, [tf.round(scaled)]);
    return { id: backend.getInputTensorIds([view])[0]! };
  });
  return id;
}

/** The smallest part that has all of these in it, and a column beside them, which is not decoded exactly. */
function surrounding(parts: readonly Part[], imageWidth: number): Part {
  const top = Math.min(...parts.map((part) => part.top));
  const left = Math.max(0, Math.min(...parts.map((part) => part.left)) - 1);
  const bottom = Math.max(...parts.map((part) => part.top + part.height));
  const right = Math.max(...parts.map((part) => part.left + part.width)) + 1;
  return { top, left, height: bottom - top, width: Math.min(imageWidth, right) - left };
}
