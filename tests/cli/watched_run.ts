/**
 * A small run as the command line watches it, as a process of its own to send signals to:
 * `deno run -A tests/cli/watched_run.ts <runs> <name> [epochs]`.
 *
 * @module
 */
import { reportError } from "../../lib/cli/shell.ts";
import { watchRun } from "../../lib/cli/watch_run.ts";
import { configure } from "../../lib/experiment/config.ts";
import { beginRun } from "../../lib/experiment/run.ts";
import { openRunStore } from "../../lib/experiment/run_store.ts";
import { listenForStop } from "../../lib/process/stop.ts";
import { testEngine } from "../engine.ts";
import { smallDataset } from "../fixtures.ts";

const [runs, name, epochs = "2"] = Deno.args;
try {
  using stop = listenForStop();
  using run = await beginRun({
    config: configure({ imbalanceRate: 0.2, width: 2, epochs: Number(epochs), batchSize: 16 }),
    engine: await testEngine(),
    dataset: smallDataset(),
    store: openRunStore(runs),
    name: name!,
  });
  await watchRun(run, { perEpoch: 1, printEvery: 1, stop });
} catch (error) {
  Deno.exit(reportError(error));
}
Deno.exit(Deno.exitCode);
