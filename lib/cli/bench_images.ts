/**
 * `bench --images`: views of image files a second, ours beside torchvision's DataLoader, and of a pack of them.
 *
 * What it measured and what was tried stands in lib/bench/README.md.
 *
 * @module
 */

import { join } from "node:path";
import { writeJpeg } from "../bench/jpeg_files.ts";
import { imageStages, measureImageStages, type StageCosts } from "../bench/image_stages.ts";
import { imageVariants, measuredSize } from "../bench/image_variants.ts";
import {
  type ImageRow,
  measureImages,
  type MeasureImagesOptions,
  measurePack,
  peerStages,
} from "../bench/measure_images.ts";
import { viewRows } from "../bench/speed_cards.ts";
import { openFileDataset } from "../data/file_dataset.ts";
import { makeFolder, writeWholeFile } from "../disk/whole_file.ts";
import { writePack } from "../images/write_pack.ts";
import { table } from "../plot/table.ts";
import { printResult } from "../process/streams.ts";
import type { Engine } from "../tensor/engine.ts";
import { startEngine } from "../tensor/start.ts";
import type { MeasuredSpeed } from "./bench_export.ts";
import { fittedTable } from "./fit_table.ts";
import { withProgressLine } from "./shell.ts";

/** Files that are made for it; all are in the cache of the disk after the first round. */
const files = 256;

/**
 * Makes image files, measures, and prints.
 *
 * @param options Whether torchvision takes part, rounds, steps of a turn.
 * @returns What was measured of each variant, as cards keep it.
 * @throws {Error} If a contender cannot be started.
 */
export async function benchImages(
  options: Pick<MeasureImagesOptions, "peer" | "rounds" | "steps">,
): Promise<MeasuredSpeed[]> {
  const measured: MeasuredSpeed[] = [];
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
        measured.push({ what: viewsText(rows[0]!), unit: "views a second", rows: viewRows(rows) });
      }
      const pack = await packOf(folder);
      const rows = await measurePack(pack, { ...options, folder, files, onProgress });
      note(`${fittedTable(viewsTable(rows, "pack x as fast"))}\n`);
    });
    return measured;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function viewsText({ variant }: ImageRow): string {
  const { side } = imageVariants[variant];
  const changes = variant === "all" ? "all changes" : variant;
  return `views of ${side} × ${side} pixels from JPEG files, ${changes}`;
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

/** The files once more as `data pack` makes them small. */
async function packOf(folder: string): Promise<string> {
  const [trainList, testList, out] = ["train.txt", "test.txt", "pack"].map((name) =>
    join(folder, name)
  ) as [string, string, string];
  const lines = Array.from({ length: files }, (_, file) => `${file}.jpg ${file % 2}\n`);
  await Deno.writeTextFile(trainList, lines.join(""));
  await Deno.writeTextFile(testList, lines.slice(0, 2).join(""));
  await makeFolder(out);
  const dataset = await openFileDataset("folder", { folder, trainList, testList });
  await writePack(dataset, { out, write: writeWholeFile });
  return out;
}

function viewsTable(
  rows: readonly ImageRow[],
  ratio = "ours x as fast",
): ReturnType<typeof table> {
  return table(
    ["views", "contender", "views/s", "CPU ms a view", ratio, "by CPU time"],
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
