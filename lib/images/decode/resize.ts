/**
 * Brings images to one size.
 *
 * @module
 */

import { attributeKind, typeAttribute } from "../../tensor/attributes.ts";
import { runOperation } from "../../tensor/operation.ts";
import { tf } from "../../tensor/tfjs.ts";
import { uint8Tensor } from "../../ops/gather.ts";
import type { DecodedImage } from "./orientation.ts";

/**
 * Brings an image to a square: its shorter side is scaled to the side, then the middle is cut out.
 *
 * The scaling is bilinear with antialiasing, as Pillow's and torchvision's `Resize` and
 * `CenterCrop` do it; Pillow rounds once more in between, so that values differ by 1 now and then.
 * An image that is a square of this side is left as it is.
 *
 * @param image The image.
 * @param side Height and width wanted, in pixels.
 * @returns The square; its sides are `side`.
 * @example The middle of a row
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { startEngine } from "glmc";
 * import { squareImage } from "glmc/images/decode/resize.ts";
 *
 * await startEngine({ device: "cpu" });
 * const row = { pixels: Uint8Array.of(1, 1, 1, 2, 2, 2, 3, 3, 3), height: 1, width: 3 };
 * assertEquals([...squareImage(row, 1).pixels], [2, 2, 2]);
 * ```
 */
export function squareImage(image: DecodedImage, side: number): DecodedImage {
  const { pixels, height, width } = image;
  if (height === side && width === side) return image;
  const shorter = Math.min(height, width);
  const [rows, columns] = [height, width].map((length) => Math.floor(side * length / shorter)) as [
    number,
    number,
  ];
  const [top, left] = [rows, columns].map((length) => roundHalfToEven((length - side) / 2)) as [
    number,
    number,
  ];
  const values = tf.tidy(() => {
    const [scaled] = runOperation("ScaleAndTranslate", [
      typeAttribute("T", "uint8"),
      { name: "kernel_type", type: attributeKind.string, value: "triangle" },
      { name: "antialias", type: attributeKind.bool, value: true },
    ], [
      uint8Tensor(pixels, [1, height, width, 3]),
      tf.tensor1d([side, side], "int32"),
      tf.tensor1d([rows / height, columns / width]),
      tf.tensor1d([-top, -left]),
    ]);
    return scaled.dataSync();
  });
  // Clamps, and rounds to the nearest whole number.
  return {
    pixels: new Uint8Array(new Uint8ClampedArray(values).buffer),
    height: side,
    width: side,
  };
}

/** As Python rounds, which decides where torchvision cuts. */
function roundHalfToEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
