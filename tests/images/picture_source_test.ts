import { assert, assertEquals } from "@std/assert";
import { imageNetRecipe } from "../../lib/images/augment/recipe.ts";
import { pictureSource } from "../../lib/images/picture_source.ts";
import type { PictureFiles } from "../../lib/data/picture_files.ts";
import { disposeTensors } from "../../lib/tensor/named_tensors.ts";
import { randomStream } from "../../lib/data/random.ts";
import { tf } from "../../lib/tensor/tfjs.ts";
import { assertNoLeak } from "../assertions.ts";
import { testEngine } from "../engine.ts";

const engine = await testEngine();
const folder = new URL("../fixtures/pictures", import.meta.url).pathname;
const recipe = { ...imageNetRecipe, side: 12, testResize: 14 };

function filesOf(...names: string[]): PictureFiles {
  return { folder, count: names.length, path: (row) => names[row]! };
}

async function viewsOf(files: PictureFiles, seed: number | undefined): Promise<Float32Array> {
  const source = pictureSource(files, { recipe });
  const rows = Int32Array.from({ length: 2 * files.count }, (_, i) => i % files.count);
  const cuts = seed === undefined
    ? undefined
    : source.draw(randomStream(seed, "augment", 0), rows.length);
  const prepared = await source.prepare({ rows, ...(cuts && { cuts }) });
  const step = { rows: tf.tensor1d(rows, "int32"), prepared };
  const views = tf.tidy(() => tf.concat(source.views({ ...step, groups: 2 })));
  const values = await views.data() as Float32Array;
  disposeTensors({ step, views });
  source.dispose();
  return values;
}

Deno.test("pictureSource() gives the same bits again, and leaves nothing behind", async () => {
  const files = filesOf("quarter_color.jpg", "rgb.png", "turned_6.jpg", "plain.gif");
  await assertNoLeak(engine, async () => {
    const first = await viewsOf(files, 1);
    assertEquals(first.length, 2 * 4 * 12 * 12 * 3);
    assert(first.some((value) => value > 0) && first.some((value) => value < 0));
    assertEquals(await viewsOf(files, 1), first);
    assert(first.some((value, i) => value !== first[(i + first.length / 2) % first.length]));
    const middle = await viewsOf(files, undefined);
    assertEquals(middle.subarray(0, middle.length / 2), middle.subarray(middle.length / 2));
  });
});
