import { assertEquals } from "@std/assert";
import { randomStream } from "../../lib/data/random.ts";
import { maxPool, overlappingMaxPool } from "../../lib/ops/max_pool.ts";
import { withGradients } from "../../lib/tensor/gradients.ts";
import { type Tensor, tf } from "../../lib/tensor/tfjs.ts";
import { testEngine } from "../engine.ts";

await testEngine();

/** Value of each output and the pixel that it is, by plain loops over one channel of one image. */
function largest(
  pixels: ArrayLike<number>,
  [height, width]: readonly [number, number],
  { before, size }: { readonly before: number; readonly size: number },
): { readonly values: number[]; readonly places: number[] } {
  const [values, places]: number[][] = [[], []];
  for (let row = 0; row < Math.ceil(height / 2); row++) {
    for (let column = 0; column < Math.ceil(width / 2); column++) {
      let best = -1;
      for (let y = 2 * row - before; y < 2 * row - before + size; y++) {
        for (let x = 2 * column - before; x < 2 * column - before + size; x++) {
          if (y < 0 || y >= height || x < 0 || x >= width) continue;
          const place = y * width + x;
          if (best < 0 || pixels[place]! > pixels[best]!) best = place;
        }
      }
      values!.push(pixels[best]!);
      places!.push(best);
    }
  }
  return { values: values!, places: places! };
}

for (
  const [pool, window] of [
    [maxPool, { before: 0, size: 2 }],
    [overlappingMaxPool, { before: 1, size: 3 }],
  ] as const
) {
  for (const size of [[8, 8], [7, 5], [1, 6], [9, 4]] as const) {
    Deno.test(`${pool.name}() keeps the largest of ${size[0]} x ${size[1]} pixels, and sends their slopes back`, () => {
      tf.engine().startScope();
      const random = randomStream(1, "pixels");
      const pixels = Float32Array.from({ length: size[0] * size[1] }, () => random.uniform());
      const { values, places } = largest(pixels, size, window);
      const slopes = values.map((_, i) => i + 1);
      const expected = new Float32Array(pixels.length);
      places.forEach((place, i) => expected[place]! += slopes[i]!);
      const x: Tensor = tf.tensor4d(pixels, [1, ...size, 1]);

      const { gradients, others } = withGradients(({ x }) => {
        const output = pool(x);
        const weighted = tf.mul(tf.reshape(output, [-1]), tf.tensor1d(slopes));
        return { scalar: tf.sum(weighted), others: { output } };
      }, { x });

      assertEquals([...others.output.dataSync()], values);
      assertEquals(gradients.x.dataSync(), expected);
      tf.engine().endScope();
    });
  }
}
