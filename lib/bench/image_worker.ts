/**
 * Our contender of image files: `deno run -A lib/bench/image_worker.ts '{"folder": "...", "variant": "all"}'`.
 *
 * A step is a batch of normalised views as a training gets them; two more are prepared ahead.
 *
 * @module
 */

import { createInterface } from "node:readline";
import process, { stdin } from "node:process";
import { openFileDataset } from "../data/file_dataset.ts";
import { readPackFacts } from "../data/image_pack.ts";
import { randomStream } from "../data/random.ts";
import { pictureSource } from "../images/picture_source.ts";
import { startEngine } from "../tensor/start.ts";
import { disposeTensors, type NamedTensors } from "../tensor/named_tensors.ts";
import { tf } from "../tensor/tfjs.ts";
import { filesInStep, type ImageVariant, imageVariants, viewsInStep } from "./image_variants.ts";

/** Options of the worker, as JSON in its first argument. */
export interface ImageWorkerOptions {
  /** Folder with `0.jpg` and so on, or a pack of these. */
  readonly folder: string;
  /** How many files it has. */
  readonly files: number;
  /** What is done to views. */
  readonly variant: ImageVariant;
}

async function main({ folder, files, variant }: ImageWorkerOptions): Promise<void> {
  const engine = await startEngine({ device: "cpu" });
  const isPack = await readPackFacts(folder) !== undefined;
  const { train } = isPack ? await openFileDataset("folder", { folder }) : {};
  const source = pictureSource(
    { folder, count: files, path: (row) => `${row}.jpg`, part: train?.partOf },
    { recipe: imageVariants[variant] },
  );
  const random = randomStream(0, "augment", 0);
  const normalised = engine.compile(({ prepared }: { prepared: NamedTensors }) => {
    const [views] = source.views({ rows: tf.zeros([viewsInStep]), prepared, groups: 1 });
    return { views: views! };
  });
  let next = 0;
  const prepare = () => {
    const first = filesInStep * next++;
    const rows = Int32Array.from(
      { length: viewsInStep },
      (_, i) => (first + i % filesInStep) % files,
    );
    return source.prepare({ rows, cuts: source.draw(random, viewsInStep) });
  };
  const ahead = [prepare(), prepare()];

  async function step(): Promise<void> {
    ahead.push(prepare());
    const prepared = await ahead.shift()!;
    const { views } = normalised({ prepared });
    disposeTensors({ prepared, views });
  }

  const start = performance.now();
  await step();
  const first = performance.now() - start;
  // Until the kernels are compiled to the fastest code.
  for (let i = 0; i < 4; i++) await step();
  console.log(JSON.stringify({ ready: engine.tensorflowVersion, first }));
  for await (const line of createInterface({ input: stdin })) {
    const [times, cpu]: [number[], number[]] = [[], []];
    for (let i = 0; i < JSON.parse(line).steps; i++) {
      const [begin, used] = [performance.now(), usedMilliseconds()];
      await step();
      times.push(performance.now() - begin);
      cpu.push(usedMilliseconds() - used);
    }
    const { rss, heapTotal } = Deno.memoryUsage();
    console.log(JSON.stringify({ times, cpu, peakBytes: rss, bytes: rss - heapTotal }));
  }
  Deno.exit(0);
}

/** What processors have worked for this process. */
function usedMilliseconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

if (import.meta.main) await main(JSON.parse(Deno.args[0]!));
