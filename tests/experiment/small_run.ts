/**
 * A small run as a process of its own, to be killed: `deno run -A tests/experiment/small_run.ts <folder>`.
 *
 * It starts the run, or continues it, and prints a line for each event.
 *
 * @module
 */
import { defaultConfig } from "../../lib/experiment/config.ts";
import { createRunFolder, readDescription } from "../../lib/experiment/run_folder.ts";
import { executeRun, prepareRun, readProgress } from "../../lib/experiment/run.ts";
import { initialProgress } from "../../lib/train/loop.ts";
import { testEngine } from "../engine.ts";
import { smallDataset } from "../fixtures.ts";

const [folder] = Deno.args;
const config = { ...defaultConfig, imbalanceRate: 0.2, width: 4, epochs: 4, batchSize: 16 };
const run = prepareRun(config, { engine: await testEngine(), dataset: smallDataset() });
if (await readDescription(folder) === undefined) {
  const { hash: splitHash, counts: classCounts } = run.split;
  await createRunFolder(folder, {
    description: { config, splitHash, classCounts, parameters: 0, environment: {} },
    split: run.split,
  });
}
const from = await readProgress(folder, run.network) ?? initialProgress(run.training);
for await (const event of executeRun(run, { folder, from })) {
  console.log(event.type, event.type === "step" ? `${event.epoch} ${event.step}` : "");
}
Deno.exit(0);
