/**
 * One of several processes that train a small run together: `deno run -A tests/experiment/small_rank.ts
 * <task as JSON>`.
 *
 * Rank 0 begins the run, or continues it. Each prints a line for each event.
 *
 * @module
 */
import { companyOf, meet, type Meeting, tellingOthers } from "../../lib/cli/company.ts";
import { errorLine } from "../../lib/cli/shell.ts";
import { workInCompany } from "../../lib/experiment/company.ts";
import { configure, type Settings } from "../../lib/experiment/config.ts";
import { joinRun } from "../../lib/experiment/join_run.ts";
import { beginRun } from "../../lib/experiment/run.ts";
import { openRunStore } from "../../lib/experiment/run_store.ts";
import { listenForStop } from "../../lib/process/stop.ts";
import { startEngine } from "../../lib/tensor/start.ts";
import { estimateEpochSeconds } from "../../lib/train/estimate.ts";
import { smallDataset } from "../fixtures.ts";

/** What a process is to do. */
export interface SmallRankTask {
  /** Folder of the runs. */
  readonly runs: string;
  /** Name of the run. */
  readonly name: string;
  /** Addresses of all; a single one trains alone. */
  readonly addresses: readonly string[];
  /** Which of them this is. */
  readonly rank: number;
  /** Epochs; 3 by default. */
  readonly epochs?: number;
  /** Other settings of the run. */
  readonly settings?: Settings;
}

async function train(task: SmallRankTask): Promise<void> {
  const { runs, name, addresses, rank, epochs = 3, settings } = task;
  using stop = listenForStop();
  const config = configure({
    ...{ imbalanceRate: 0.2, width: 2, epochs, batchSize: 16, learningRate: 0.01 },
    syncBatchNorm: true,
    ...settings,
  });
  const meeting: Meeting = {};
  const values = { peer_timeout: 60 };
  const onStop = (): void => console.log("stopped before");
  await tellingOthers(meeting, { stop, onStop }, async () => {
    const place = { world: { addresses, rank } };
    const link = meeting.link = addresses.length > 1
      ? await meet(place, { values, config })
      : undefined;
    const engine = await startEngine({ device: "cpu", intraOpThreads: 1, interOpThreads: 1 });
    const company = meeting.company = link && companyOf(link, { engine, values });
    const store = openRunStore(runs);
    const dataset = smallDataset();
    using run = rank === 0
      ? await beginRun({ ...{ config, engine, dataset, store, name, company }, tensorboard: false })
      : await joinRun({
        ...{ config, engine, dataset, methods: store.methods, company: company! },
      });
    console.log(`run from ${run.from.epoch} ${run.from.step}`);
    const estimate = () => estimateEpochSeconds(run.training, run.from.epoch);
    if (company) await workInCompany(company, estimate);
    for await (const event of run.events(stop.signal)) {
      console.log(event.type, event.type === "step" ? `${event.epoch} ${event.step}` : "");
    }
    return true;
  });
  console.log("finished");
}

try {
  await train(JSON.parse(Deno.args[0]!));
} catch (error) {
  console.error(errorLine(error));
  Deno.exit(1);
}
Deno.exit(0);
