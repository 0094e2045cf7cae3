/**
 * `bench --images`: views of image files a second, ours beside torchvision's DataLoader.
 *
 * What was tried, in milliseconds of one core for a view of 224 × 224 with all changes, two views of each file of
 * 500 × 375, on two cores of an EPYC beside other loads:
 *
 * | tried | ms of the processor a view | kept |
 * | --- | --- | --- |
 * | DecodeAndCropJpeg, ScaleAndTranslate, then colours, blur, mirror in the compiled step | 4.3 | no |
 * | colours in the step, by TensorFlow: step by step; as one product of matrices | 0.65 to 0.90; 0.14 to 0.17 | no; no: not Pillow's pixels |
 * | ScaleAndTranslate alone; ResizeBilinear, which has no antialiasing | 0.93; 0.15 | no |
 * | all changes in the step by XLA | 25 | no: its convolutions on CPUs are slow |
 * | the same step by step by XLA, 16 views at a time | 0.44 | no |
 * | all but decoding by kernels of WebAssembly, on threads of their own | 1.1, and 0.1 in the step | yes |
 * | only the part of a file that its views show: of one view; of two | 0.71 to 0.82; 0.82 to 0.83 a file (0.80 to 0.90 the whole) | no: more code for a tenth |
 *
 * `deno task bench --images --peer --rounds 3 --steps 3` on the same cores beside some twenty other programs, so
 * that only the processors' time says much; torchvision 0.28 with Pillow 12.3. On files without colours and blur
 * most of the time is decoding, by the same library:
 *
 * | views | ours, ms of the processor | torchvision, by workers | times as much |
 * | --- | --- | --- | --- |
 * | all changes | 2.05 | 0: 4.67, 1: 4.55, 2: 6.35, 4: 5.30 | 2.3 to 3.1 |
 * | no blur | 1.68 | 1: 3.63 | 2.2 |
 * | no blur, no colours | 1.48 | 1: 2.89 | 1.9 |
 *
 * | stage, ms of the processor a view, least of 15 rounds (torchvision: 5) | ours | torchvision |
 * | --- | --- | --- |
 * | read and decode, half of a file | 0.58 | 0.55 |
 * | cut and scale | 0.28 | 0.69 |
 * | colours | 0.21 | 0.65 |
 * | blur, of every second view | 0.12 | 0.75 |
 * | mirror | 0, part of the scaling | 0.02 |
 * | normalise | 0.09, in the step | 0.23 |
 *
 * A ResNet-50 with 16 images of 224 × 224 a step waits 0 to 5 ms for them where its step takes 12 to 16 seconds of
 * that machine, and 2.7 seconds of its processors.
 *
 * @module
 */

import { join } from "node:path";
import { writeJpeg } from "../bench/jpeg_files.ts";
import { imageStages, measureImageStages, type StageCosts } from "../bench/image_stages.ts";
import { measuredSize } from "../bench/image_variants.ts";
import {
  type ImageRow,
  measureImages,
  type MeasureImagesOptions,
  peerStages,
} from "../bench/measure_images.ts";
import { table } from "../plot/table.ts";
import { printResult } from "../process/streams.ts";
import type { Engine } from "../tensor/engine.ts";
import { startEngine } from "../tensor/start.ts";
import { fittedTable } from "./fit_table.ts";
import { withProgressLine } from "./shell.ts";

/** Files that are made for it; all are in the cache of the disk after the first round. */
const files = 256;

/**
 * Makes image files, measures, and prints.
 *
 * @param options Whether torchvision takes part, rounds, steps of a turn.
 * @throws {Error} If a contender cannot be started.
 */
export async function benchImages(
  options: Pick<MeasureImagesOptions, "peer" | "rounds" | "steps">,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "glmc-bench-" });
  try {
    const engine = await startEngine({ device: "cpu" });
    for (let file = 0; file < files; file++) {
      writeJpeg(join(folder, `${file}.jpg`), file, measuredSize);
    }
    printResult(`${fittedTable(stagesTable(await stagesOf(engine, { folder, ...options })))}\n`);
    await withProgressLine(async ({ update: onProgress, note }) => {
      for await (const rows of measureImages({ ...options, folder, files, onProgress })) {
        note(`${fittedTable(viewsTable(rows))}\n`);
      }
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What stages take, ours and torchvision's. */
interface Stages {
  readonly ours: StageCosts;
  readonly torchvision: StageCosts | null;
}

async function stagesOf(
  engine: Engine,
  { folder, peer }: { readonly folder: string; readonly peer: boolean },
): Promise<Stages> {
  return {
    ours: await measureImageStages(engine, folder),
    torchvision: peer ? await peerStages({ folder, files }) : null,
  };
}

function viewsTable(rows: readonly ImageRow[]): ReturnType<typeof table> {
  return table(
    ["views", "contender", "views/s", "CPU ms a view", "ours x as fast", "by CPU time"],
    rows.map((row) => [
      ...[row.variant, row.name, row.viewsPerSecond, row.cpuMilliseconds, row.ratio, row.cpuRatio],
    ]),
  );
}

function stagesTable({ ours, torchvision }: Stages): ReturnType<typeof table> {
  return table(
    ["stage, CPU ms a view", "ours", ...(torchvision === null ? [] : ["torchvision"])],
    imageStages.map((stage) => [
      ...[stage, ours[stage], ...(torchvision === null ? [] : [torchvision[stage]])],
    ]),
  );
}
