/**
 * What an event can say: a number, a histogram, a picture, a text.
 *
 * Field numbers are those of TensorFlow's `summary.proto`, `tensor.proto` and `tensor_shape.proto`.
 *
 * @module
 */

import { encode } from "fast-png";
import { histogramBuckets } from "./histogram_buckets.ts";
import {
  type Bytes,
  bytesField,
  floatField,
  integerField,
  joined,
  littleEndian,
} from "../disk/protobuf.ts";

/** A value under a tag, encoded as `Summary.Value`. */
export type SummaryValue = Bytes;

/** Element types of tensors, by TensorFlow's numbers. */
const types = { float64: 2, string: 7 } as const;

/**
 * A number.
 *
 * In the older of TensorBoard's two forms: all its readers take it, those for scripts too.
 *
 * @param tag Its name; what stands before a slash is the group that it is shown in.
 * @param value The number; it is rounded to float32.
 * @returns The value.
 * @example A loss
 * ```ts
 * import { scalar } from "glmc/tensorboard/summary.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([...scalar("a", 1)], [0x0a, 1, 97, 0x15, 0, 0, 0x80, 0x3f]);
 * ```
 */
export function scalar(tag: string, value: number): SummaryValue {
  return joined([bytesField(1, tag), floatField(2, value)]);
}

/**
 * A histogram, shown as one and as a distribution over the steps.
 *
 * @param tag Its name.
 * @param values The values, all finite.
 * @returns The value.
 * @example Its size does not grow with the values
 * ```ts
 * import { histogram } from "glmc/tensorboard/summary.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(histogram("a", [1, 2]).length, histogram("a", Array(999).fill(3)).length);
 * ```
 */
export function histogram(tag: string, values: readonly number[]): SummaryValue {
  const buckets = histogramBuckets(values);
  const content = buckets.flatMap(({ left, right, count }) => [left, right, count]);
  const tensor = joined([
    integerField(1, types.float64),
    bytesField(2, shape([buckets.length, 3])),
    bytesField(4, littleEndian(content, 8)),
  ]);
  return pluginValue(tag, tensor, "histograms");
}

/** A picture. */
export interface Picture {
  /** Width in pixels. */
  readonly width: number;
  /** Height in pixels. */
  readonly height: number;
  /** Values of a pixel: 1 is grey, 3 is colour. */
  readonly channels: number;
  /** The values, 0 to 255, row after row `[height, width, channels]`. */
  readonly data: Uint8Array;
}

/**
 * A picture, stored as PNG.
 *
 * @param tag Its name.
 * @param picture The picture.
 * @returns The value.
 * @example One black pixel
 * ```ts
 * import { image } from "glmc/tensorboard/summary.ts";
 * import { assert } from "@std/assert";
 *
 * const black = { width: 1, height: 1, channels: 1, data: Uint8Array.of(0) };
 *
 * assert(new TextDecoder("latin1").decode(image("a", black)).includes("PNG"));
 * ```
 */
export function image(tag: string, picture: Picture): SummaryValue {
  const { width, height } = picture;
  return pluginValue(tag, strings([`${width}`, `${height}`, encode({ ...picture })]), "images");
}

/**
 * A text.
 *
 * @param tag Its name.
 * @param markdown The text, which is shown as Markdown.
 * @returns The value.
 * @example A word
 * ```ts
 * import { text } from "glmc/tensorboard/summary.ts";
 * import { assert } from "@std/assert";
 *
 * assert(new TextDecoder("latin1").decode(text("a", "word")).includes("word"));
 * ```
 */
export function text(tag: string, markdown: string): SummaryValue {
  // A scalar: a list, even of one text, is shown as a table around it.
  const tensor = joined([
    integerField(1, types.string),
    bytesField(2, ""),
    bytesField(8, markdown),
  ]);
  return pluginValue(tag, tensor, "text");
}

/** A tensor, and the part of TensorBoard that shows it. */
function pluginValue(tag: string, tensor: Bytes, plugin: string): SummaryValue {
  const metadata = bytesField(1, bytesField(1, plugin));
  return joined([bytesField(1, tag), bytesField(8, tensor), bytesField(9, metadata)]);
}

function strings(values: readonly (Uint8Array | string)[]): Bytes {
  return joined([
    integerField(1, types.string),
    bytesField(2, shape([values.length])),
    ...values.map((value) => bytesField(8, value)),
  ]);
}

function shape(sizes: readonly number[]): Bytes {
  return joined(sizes.map((size) => bytesField(2, integerField(1, size))));
}
