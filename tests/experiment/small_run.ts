/**
 * A small run as a process of its own, to be killed:
 * `deno run -A tests/experiment/small_run.ts <runs> [name] [learning rate]`.
 *
 * It starts the run, or continues it, and prints its name and a line for each event. Without a name each
 * process starts a run of its own.
 *
 * @module
 */
import { errorLine } from "../../lib/cli/shell.ts";
import { configure } from "../../lib/experiment/config.ts";
import { beginRun } from "../../lib/experiment/run.ts";
import { openRunStore } from "../../lib/experiment/run_store.ts";
import { testEngine } from "../engine.ts";
import { smallDataset } from "../fixtures.ts";

const [runs, name, learningRate = "0.01"] = Deno.args;
try {
  using run = await beginRun({
    config: configure({
      imbalanceRate: 0.2,
      width: 4,
      epochs: 4,
      batchSize: 16,
      learningRate: Number(learningRate),
    }),
    engine: await testEngine(),
    dataset: smallDataset(),
    store: openRunStore(runs),
    ...(name === undefined ? { resume: "never" } : { name }),
  });
  console.log(`run ${run.name}`);
  for await (const event of run.events()) {
    console.log(event.type, event.type === "step" ? `${event.epoch} ${event.step}` : "");
  }
  console.log("finished");
} catch (error) {
  console.error(errorLine(error));
  Deno.exit(1);
}
Deno.exit(0);
