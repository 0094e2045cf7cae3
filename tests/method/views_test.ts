import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { classCounts } from "../../lib/data/long_tail.ts";
import { randomStream } from "../../lib/data/random.ts";
import type { PlanContext, PlannedDraws } from "../../lib/method/method.ts";
import { views } from "../../lib/method/methods.ts";
import { cmoViews } from "../../lib/method/views/cmo.ts";
import { cutMixViews } from "../../lib/method/views/cutmix.ts";
import { mixupViews } from "../../lib/method/views/mixup.ts";
import type { ViewedBatch, Views } from "../../lib/method/views/views.ts";
import { deviceTensors } from "../../lib/ops/host_arrays.ts";
import { defaultsOf, type Settings } from "../../lib/settings/field.ts";
import { type Tensor, tf } from "../../lib/tensor/tfjs.ts";
import { testEngine } from "../engine.ts";

await testEngine();

const counts = classCounts({ classes: 10, largest: 500, imbalanceRate: 0.02 });
const size = counts.reduce((sum, count) => sum + count, 0);
const classOf = (row: number): number => {
  let end = 0;
  return counts.findIndex((count) => row < (end += count));
};

function plan(
  views: unknown,
  { epoch = 5, epochs = 200, ...options }: Settings & { epoch?: number; epochs?: number } = {},
): PlannedDraws[] {
  const { fields, plan } = views as Views;
  const context: PlanContext<Settings> = {
    options: { ...defaultsOf(fields), ...options },
    counts,
    batchSize: 32,
    height: 32,
    width: 32,
    epoch,
    epochs,
    stream: (name) => randomStream(7, name, epoch),
  };
  return plan(context);
}

/** Shows four images of one value each, of four classes; of two groups of rows the second has 10 more. */
function show(views: unknown, draws: PlannedDraws["draws"], rows = 4): ViewedBatch {
  const values = Array.from({ length: rows }, (_, row) => row < 4 ? row : 6 + row);
  const images = tf.tile(tf.tensor4d(values, [rows, 1, 1, 1]), [1, 32, 32, 1]);
  const labels = tf.oneHot(
    tf.tensor1d(values.map((_, row) => row % 4), "int32"),
    4,
    1,
    0,
    "float32",
  );
  return (views as Views).show({
    options: {},
    images: [images],
    labels: () => labels,
    draws: deviceTensors(draws) as Record<string, Tensor>,
  });
}

for (const shown of views) {
  Deno.test(`${shown.name} shows every image of the subset once an epoch`, () => {
    const steps = plan(shown);

    assertEquals(steps.map(({ count }) => count).slice(0, -1).every((count) => count === 32), true);
    const rows = steps.flatMap(({ count, rows: [rows] }) => [...rows!.subarray(0, count)]);
    assertEquals(rows.length, size);
    assertEquals(new Set(rows).size, size);
    // A plan is a function of its streams.
    assertEquals(plan(shown), steps);
  });
}

Deno.test("mixup blends each image with its partner, and shares the labels alike", () => {
  const draws = {
    mixWeight: { shape: [], data: Float32Array.of(0.75) },
    partner: { shape: [4], data: Int32Array.of(3, 2, 1, 0) },
  };
  const { images, labels } = show(mixupViews, draws);

  const means = tf.mean(images, [1, 2, 3]).dataSync();
  assertEquals([...means], [0.75, 1.25, 1.75, 2.25]);
  assert(labels.second !== undefined);
  assertEquals([...tf.argMax(labels.second, 1).dataSync()], [3, 2, 1, 0]);
  assertAlmostEquals(labels.share.dataSync()[0]!, 0.75);
});

Deno.test("CutMix shares labels by the area that is really pasted", () => {
  const draws = {
    box: { shape: [4], data: Int32Array.of(0, 0, 16, 8) },
    partner: { shape: [4], data: Int32Array.of(3, 2, 1, 0) },
  };
  const { images, labels } = show(cutMixViews, draws);

  const pasted = 16 * 8 / 1024;
  const means = [...tf.mean(images, [1, 2, 3]).dataSync()];
  means.forEach((mean, row) =>
    assertAlmostEquals(mean, row * (1 - pasted) + (3 - row) * pasted, 1e-5)
  );
  assert(labels.second !== undefined);
  assertAlmostEquals(labels.share.dataSync()[0]!, 1 - pasted, 1e-6);
});

Deno.test("CutMix mixes as many steps as its probability says", () => {
  const share = (probability: number): number => {
    const steps = [0, 1, 2, 3, 4].flatMap((epoch) =>
      plan(cutMixViews, { cutMixProbability: probability, epoch })
    );
    const mixed = steps.filter(({ draws }) => draws.box!.data.some((side) => side > 0));
    return mixed.length / steps.length;
  };

  assertEquals(share(0), 0);
  // 310 steps: a standard deviation of 0.03; an empty box is rare.
  assertAlmostEquals(share(0.5), 0.5, 0.1);
  assert(share(1) > 0.95);
});

Deno.test("CMO pastes images of a class-balanced sampler into images of the natural order", () => {
  const pasted = new Array<number>(10).fill(0);
  for (const epoch of [5, 6, 7, 8]) {
    for (const { count, rows: [rows] } of plan(cmoViews, { epoch })) {
      for (const row of rows!.subarray(count)) pasted[classOf(row)]! += 1;
    }
  }
  const total = pasted.reduce((sum, count) => sum + count, 0);
  // About 7,900 draws: a tenth each within four standard deviations.
  for (const count of pasted) assertAlmostEquals(count / total, 0.1, 0.014);
  const { labels } = show(
    cmoViews,
    { box: { shape: [4], data: Int32Array.of(0, 0, 32, 16) } },
    8,
  );
  assert(labels.second !== undefined);
  assertAlmostEquals(labels.share.dataSync()[0]!, 0.5);
});

Deno.test("CMO rests in the first four and the last three of 200 epochs, and in proportion", () => {
  const active = (epochs: number, options: Settings = {}): number[] =>
    Array.from({ length: epochs }, (_, epoch) => epoch).filter((epoch) =>
      plan(cmoViews, { epoch, epochs, cmoProbability: 1, ...options })
        .some(({ draws }) => draws.box!.data.some((side) => side > 0))
    );

  const long = active(200);
  assertEquals([long[0], long.at(-1), long.length], [4, 196, 193]);
  assertEquals(active(2), [0, 1]);
  assertEquals(active(10, { cmoFirst: 2, cmoLast: 5 }), [2, 3, 4]);
});
