/**
 * The training of a process that is not the first one: it writes nothing and prints nothing but errors.
 *
 * @module
 */

import { unlessAlone, workInCompany } from "../experiment/company.ts";
import type { RunConfig } from "../experiment/config.ts";
import { configuredStages } from "../experiment/configured.ts";
import { joinRun } from "../experiment/join_run.ts";
import { listenForStop, type StopRequest } from "../process/stop.ts";
import { tell } from "../process/streams.ts";
import { estimateEpochSeconds } from "../train/estimate.ts";
import type { AnyDataset } from "../images/dataset_images.ts";
import {
  companyOf,
  meet,
  type Meeting,
  type Place,
  stopOptions,
  tellingOthers,
} from "./company.ts";
import type { FlagValues } from "./flags.ts";
import {
  executionMode,
  type FileNotes,
  loadConfiguredDataset,
  loadImagesOf,
  startConfiguredEngine,
} from "./machine.ts";
import type { ChosenMethod } from "./method_flag.ts";
import { computable } from "./run_training.ts";
import { settledConfig } from "./settled_config.ts";
import type { TrainFlagsOptions } from "./train_flags.ts";

/**
 * Exit code where another process was asked to stop, and this one was not (`EX_TEMPFAIL`): below those of
 * signals, for `srun` ends with the largest of all, by which a job knows that its time is over.
 */
const stoppedByOther = 75;

/**
 * Trains together with the others until the run is finished, or one is told to stop.
 *
 * @param values Parsed flags.
 * @param options The methods, the settings of a preset, and the place of this process.
 * @throws {Error} If another process ends, or this one cannot do its part.
 */
export async function trainRank(
  values: FlagValues,
  { place, ...chosen }: ChosenMethod & TrainFlagsOptions & { readonly place: Place },
): Promise<void> {
  using stop = listenForStop(stopOptions(place));
  const meeting: Part["meeting"] = {};
  const onStop = (words: string | undefined): void => {
    if (words !== undefined) tell(words);
    Deno.exitCode = stop.exitCode || (words === undefined ? stoppedByOther : 0);
  };
  await tellingOthers(meeting, { stop, onStop }, async () => {
    const work = doPart({ values, place, chosen, meeting, stop });
    // Before the first step a request to stop is not waited with.
    work.catch(() => {});
    const isTogether = await Promise.race([work, stopBefore(meeting, stop)]);
    if (stop.signal.aborted) Deno.exitCode = stop.exitCode;
    return isTogether;
  });
}

/** Rank 0 tells the same of its images. */
const toNobody: FileNotes = { onNote: () => {} };

interface Part {
  readonly values: FlagValues;
  readonly place: Place;
  readonly chosen: ChosenMethod & TrainFlagsOptions;
  readonly meeting: Meeting & { isTraining?: boolean };
  readonly stop: StopRequest;
}

async function stopBefore(meeting: Part["meeting"], { signal }: StopRequest): Promise<boolean> {
  await new Promise<void>((resolve) => {
    const look = (): void => meeting.isTraining ? undefined : resolve();
    if (signal.aborted) look();
    else signal.addEventListener("abort", look);
  });
  return false;
}

/** Whether it has come to an end that all have come to. */
async function doPart({ values, place, chosen, meeting, stop }: Part): Promise<boolean> {
  const own = values.resume === undefined
    ? await settledConfig(values, { ...chosen, ...toNobody })
    : undefined;
  const link = meeting.link = await meet(place, { values, config: own?.config });
  const [config] = await unlessAlone({ link }, link.hear()) as [RunConfig];
  const passes = Math.max(...configuredStages(config, chosen).map(({ method }) => method.passes));
  const engine = await startConfiguredEngine(values, {
    precision: config.network.precision,
    passes,
  });
  const company = meeting.company = companyOf(link, { engine, values });
  using run = await joinRun({
    config: own === undefined ? config : computable(config, engine),
    engine,
    dataset: own?.files ?? await imagesOf(config, values),
    methods: chosen.methods,
    company,
    mode: executionMode(values),
  });
  if (run.from.epoch < run.training.epochs) {
    await workInCompany(company, () => estimateEpochSeconds(run.training, run.from.epoch));
  }
  meeting.isTraining = true;
  for await (const event of run.events(stop.signal)) {
    if (event.type === "stopped") Deno.exitCode = stop.exitCode || stoppedByOther;
  }
  return true;
}

async function imagesOf(config: RunConfig, values: FlagValues): Promise<AnyDataset> {
  return values.resume === undefined
    ? await loadConfiguredDataset(config.data, toNobody)
    : await loadImagesOf({ config, dataHash: "" }, values, toNobody);
}
