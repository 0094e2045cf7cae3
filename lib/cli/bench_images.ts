/**
 * `bench --images`: views of image files a second, ours beside torchvision's DataLoader.
 *
 * What was tried, in milliseconds of one core for a view of 224 × 224 with all changes, two views of each file of
 * 500 × 375, on two cores of an EPYC beside other loads:
 *
 * | tried | ms of the processor a view | kept |
 * | --- | --- | --- |
 * | DecodeAndCropJpeg, ScaleAndTranslate, then colours, blur, mirror in the compiled step | 4.3 | no |
 * | colours as one product of matrices, in the step | 3.8 | no: not Pillow's pixels |
 * | ScaleAndTranslate alone; ResizeBilinear, which has no antialiasing | 0.93; 0.15 | no |
 * | colours and blur in the step by XLA | 25 | no: its convolutions on CPUs are slow |
 * | colours alone by XLA, 16 views at a time | 0.44 (0.65 to 0.9 by TensorFlow) | no |
 * | all but decoding by kernels of WebAssembly, on threads of their own | 1.1, and 0.1 in the step | yes |
 * | decoding by a call that does not block, on a thread of Deno's | 0.81 a file (0.65 on the thread itself) | no |
 * | only the part of a file that its views show: of one view; of two | 0.71 to 0.82; 0.82 to 0.83 a file (0.80 to 0.90 the whole) | no: more code for a tenth |
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
import { table, tableText } from "../plot/table.ts";
import { printResult } from "../process/streams.ts";
import type { Engine } from "../tensor/engine.ts";
import { startEngine } from "../tensor/start.ts";
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
    printResult(`${tableText(stagesTable(await stagesOf(engine, { folder, ...options })))}\n`);
    await withProgressLine(async ({ update: onProgress, note }) => {
      for await (const rows of measureImages({ ...options, folder, files, onProgress })) {
        note(`${tableText(viewsTable(rows))}\n`);
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
