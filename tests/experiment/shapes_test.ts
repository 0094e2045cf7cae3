import { assert, assertEquals, assertRejects } from "@std/assert";
import { randomStream } from "../../lib/data/random.ts";
import { beginRun } from "../../lib/experiment/run.ts";
import { configure } from "../../lib/experiment/config.ts";
import { openRunStore } from "../../lib/experiment/run_store.ts";
import type { Dataset, ImageSet } from "../../lib/data/image_set.ts";
import { assertNoLeak } from "../assertions.ts";
import { temporaryFolder } from "../data/disposables.ts";
import { testEngine } from "../engine.ts";

const engine = await testEngine();

interface Shape {
  readonly height: number;
  readonly width: number;
  readonly channels?: number;
  readonly classes?: number;
  readonly tests?: number;
}

function noise({ height, width, channels = 3, classes = 3, tests = classes }: Shape): Dataset {
  const random = randomStream(1, "noise");
  const set = (count: number): ImageSet => ({
    images: Uint8Array.from(
      { length: count * height * width * channels },
      () => random.integer(256),
    ),
    labels: Int32Array.from({ length: count }, (_, i) => i % classes),
    height,
    width,
    channels,
    classNames: Array.from({ length: classes }, (_, label) => `class ${label}`),
  });
  const [mean, std] = [0.5, 0.25].map((value) => new Array<number>(channels).fill(value));
  return {
    name: "own",
    train: set(Math.max(24, classes)),
    test: set(tests),
    mean: mean!,
    std: std!,
  };
}

/** Trains one epoch of a method, with a second one of its classifier. */
async function train(shape: Shape, method: string): Promise<number> {
  await using temporary = await temporaryFolder();
  const { classes = 3 } = shape;
  using run = await beginRun({
    config: configure({
      ...{ dataset: "own", profile: "given", classes, method },
      ...{ width: 2, epochs: 1, batchSize: 12, secondStage: "classifier", secondEpochs: 1 },
    }),
    engine,
    dataset: noise(shape),
    store: openRunStore(temporary.path),
  });
  let epochs = 0;
  for await (const event of run.events()) {
    if (event.type !== "epoch") continue;
    epochs++;
    assert(Object.values(event.record.losses).every(Number.isFinite));
  }
  return epochs;
}

const shapes: Readonly<Record<string, Shape>> = {
  "rectangles of 16 x 48": { height: 16, width: 48 },
  "grey rectangles of 48 x 16": { height: 48, width: 16, channels: 1 },
  "the smallest images": { height: 4, width: 4 },
  "one class": { height: 8, width: 8, classes: 1 },
  "300 classes": { height: 4, width: 5, classes: 300 },
};
for (const [title, shape] of Object.entries(shapes)) {
  for (const method of ["glmc", "cross_entropy"]) {
    Deno.test(`${method} trains on ${title}`, async () => {
      assertEquals(await train(shape, method), 2);
    });
  }
}

Deno.test("images too small, and a set without test images, are refused before anything starts", async () => {
  await assertNoLeak(engine, async () => {
    const refused = [
      [{ height: 1, width: 1 }, "at least 4 x 4 pixels"],
      [{ height: 3, width: 32 }, "images of 3 x 32 pixels"],
      [{ height: 8, width: 8, tests: 0 }, "there are no test images"],
    ] as const;
    for (const [shape, text] of refused) {
      await assertRejects(() => train(shape, "glmc"), RangeError, text);
    }
  });
});
