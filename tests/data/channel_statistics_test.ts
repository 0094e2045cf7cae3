import { assertEquals, assertThrows } from "@std/assert";
import { channelStatistics } from "../../lib/data/channel_statistics.ts";
import type { ImageSet } from "../../lib/data/image_set.ts";
import { smallDataset } from "../fixtures.ts";
import { assertClose } from "../assertions.ts";

function setOf(images: Uint8Array, { channels = 3 } = {}): ImageSet {
  const size = { height: 1, width: 1, channels, classNames: ["a"] };
  return { ...size, images, labels: new Int32Array(images.length / channels) };
}

Deno.test("mean and deviation are those over all pixels", () => {
  const { train } = smallDataset();
  const { mean, std } = channelStatistics(train);
  for (let channel = 0; channel < 3; channel++) {
    const values = Array.from(train.images).filter((_, i) => i % 3 === channel).map((v) => v / 255);
    const expected = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, v) => sum + (v - expected) ** 2, 0) / values.length;
    // Sums in another order.
    assertClose([mean[channel]!, std[channel]!], [expected, Math.sqrt(variance)], {
      relative: 1e-9,
    });
  }
});

Deno.test("any number of channels is measured", () => {
  assertEquals(channelStatistics(setOf(Uint8Array.of(0, 255), { channels: 1 })), {
    mean: [0.5],
    std: [0.5],
  });
  assertEquals(channelStatistics(setOf(Uint8Array.of(0, 0, 255, 255), { channels: 2 })).mean, [
    0.5,
    0.5,
  ]);
});

Deno.test("a channel that never changes has the deviation 1", () => {
  const { mean, std } = channelStatistics(setOf(Uint8Array.of(0, 51, 7, 255, 51, 7)));
  assertEquals(mean[1], 0.2);
  assertEquals(std, [0.5, 1, 1]);
});

Deno.test("no images, and images of one colour, are refused in words", () => {
  assertThrows(() => channelStatistics(setOf(new Uint8Array())), RangeError, "there are no images");
  for (const color of [[255, 255, 255], [0, 0, 0], [1, 2, 3]]) {
    const images = Uint8Array.from([color, color, color].flat());
    const words = `every pixel of all 3 is the same, (${color.join(", ")})`;
    assertThrows(() => channelStatistics(setOf(images)), RangeError, words);
  }
});
