/**
 * Where the blocks of a residual network stand.
 *
 * @module
 */

/** Place and size of a residual block. */
export interface BlockPosition {
  /** Stage, from 0. */
  readonly stage: number;
  /** Block within the stage, from 0. */
  readonly index: number;
  /** Step between two of its outputs. */
  readonly stride: 1 | 2;
  /** Channels of its input. */
  readonly inputs: number;
  /** Channels of its 3 × 3 convolutions. */
  readonly channels: number;
}

/**
 * Places the blocks of a network; every stage but the first halves the image and doubles the channels.
 *
 * @param depths Blocks of each stage.
 * @param options `width`: channels of the first stage; `expansion`: how many times as many channels a
 * block ends in as its 3 × 3 convolutions have, 1 by default.
 * @returns Positions in order.
 * @example The first block of the second stage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { blockPositions } from "glmc/model/resnet_stages.ts";
 *
 * const [, second] = blockPositions([1, 1], { width: 16 });
 * assertEquals(second, { stage: 1, index: 0, stride: 2, inputs: 16, channels: 32 });
 * ```
 */
export function blockPositions(
  depths: readonly number[],
  { width, expansion = 1 }: { readonly width: number; readonly expansion?: number },
): BlockPosition[] {
  return depths.flatMap((depth, stage) =>
    Array.from({ length: depth }, (_, index): BlockPosition => {
      const channels = width * 2 ** stage;
      const before = stage === 0 ? width : channels / 2 * expansion;
      return {
        stage,
        index,
        stride: stage > 0 && index === 0 ? 2 : 1,
        inputs: index === 0 ? before : channels * expansion,
        channels,
      };
    })
  );
}
