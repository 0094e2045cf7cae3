/**
 * The command `train`: trains on a long-tailed subset and evaluates after each epoch.
 *
 * @module
 */

import { runArgument } from "../experiment/place.ts";
import { checkedRunName } from "../experiment/reserve.ts";
import { beginRun } from "../experiment/run.ts";
import type { RunDescription } from "../experiment/run_folder.ts";
import { openRunStore, type RunStore } from "../experiment/run_store.ts";
import { isInFiles } from "../experiment/data_fields.ts";
import { configuredStages, createConfiguredNetwork } from "../experiment/configured.ts";
import { methods as kitMethods } from "../method/methods.ts";
import type { Network } from "../model/network.ts";
import { print, printResult, tell } from "../process/streams.ts";
import type { Settings } from "../settings/field.ts";
import type { Preset } from "../study/presets.ts";
import { disposeTensors } from "../tensor/named_tensors.ts";
import { totalEpochs } from "../train/stage.ts";
import { companyOf, meet, type Meeting, type Place } from "./company.ts";
import { checkCompanyFlags, worldOf } from "./company_flags.ts";
import { type Flag, type FlagValues, parseFlags } from "./flags.ts";
import { idleFlags, wordsOnIdleFlags } from "./idle_flags.ts";
import { launchRanks } from "./launch_ranks.ts";
import {
  executionMode,
  loadConfiguredDataset,
  loadImagesOf,
  startConfiguredEngine,
} from "./machine.ts";
import { chooseMethod, type ChosenMethod, flagText, requireMethods } from "./method_flag.ts";
import { namedPreset, presetAnswer, usualPreset } from "./preset_flag.ts";
import { submitTraining } from "./submit_training.ts";
import { settledConfig } from "./settled_config.ts";
import { asUsage, type Help, UsageError } from "./shell.ts";
import { checkRunFlags, configFlags, conflicts, trainFlags, withoutPlaces } from "./train_flags.ts";
import { trainHelp } from "./train_help.ts";
import { type BegunRun, computable, trainBegun } from "./run_training.ts";
import { summary } from "./train_report.ts";
import { trainRank } from "./train_rank.ts";
import { userPathOrName } from "./user_path.ts";

/**
 * What `--help` shows.
 *
 * @param args The other arguments; `--method` says whose flags are listed, `--preset` which preset is
 * explained instead.
 * @returns The help screen, or what the preset is.
 */
export async function help(args: readonly string[]): Promise<Help> {
  const asked = flagText(args, "preset") === undefined ? args : [...args, "?"];
  const answer = presetAnswer(asked, { methods: kitMethods });
  if (answer !== undefined) return answer;
  return trainHelp(await chooseMethod(args, { methods: kitMethods, runFlag: "resume" }));
}

/** What a command line of a training says. */
export interface TrainArguments {
  /** Values of the flags. */
  readonly values: FlagValues;
  /** The method. */
  readonly chosen: ChosenMethod;
  /** The preset that the settings start from, if there is one. */
  readonly preset: Preset | undefined;
  /** Flags that were given and mean nothing here. */
  readonly idle: readonly Flag[];
}

/**
 * Reads the command line; nothing is started.
 *
 * @param args Flags.
 * @returns Their values, the method and the preset.
 * @throws {UsageError} If a flag is unknown, or its value does not fit.
 */
export async function read(args: readonly string[]): Promise<TrainArguments> {
  const named = namedPreset(args);
  const usual = named?.settings.method ?? undefined;
  const chosen = await chooseMethod(args, {
    methods: kitMethods,
    runFlag: "resume",
    ...(usual !== undefined && { usual: `${usual}` }),
  });
  const flags = trainFlags(chosen);
  const values = parseFlags(chosen.args, flags);
  checkRunFlags(values);
  checkCompanyFlags(values);
  const preset = named ?? usualPreset(values, configFlags(chosen));
  return { values, chosen, preset, idle: flags.filter((flag) => idleFlags.includes(flag)) };
}

/**
 * Runs the command.
 *
 * @param args Flags.
 * @throws {UsageError} If a flag is unknown or its value does not fit.
 * @throws {Error} If data, engine or run folder are not to be had, or the training diverges.
 */
export async function run(args: string[]): Promise<void> {
  await trainAt(args);
}

/**
 * As {@linkcode run}, in a process that another one may have started as one of several.
 *
 * @param args Flags.
 * @param given Where this process is; by default its flags tell.
 */
export async function trainAt(args: readonly string[], given?: Place): Promise<void> {
  const answer = presetAnswer(args, { methods: kitMethods });
  if (answer !== undefined) {
    printResult(answer);
    return;
  }
  const { chosen, preset, idle, ...told } = await read(args);
  const values = { ...told.values, ...given?.machine };
  if (given === undefined && values.executor === "slurm") return await submitTraining(args, values);
  if (given === undefined && Number(values.devices ?? 1) > 1) {
    return await launchRanks(args, { values, passes: chosen.method.passes });
  }
  const world = given?.world ?? worldOf(values);
  const place = given ?? (world && { world });
  const base = preset?.settings;
  const options = { ...chosen, ...(base && { base }), place };
  if (place !== undefined && place.world.rank > 0) {
    return await trainRank(values, { ...options, place });
  }
  for (const line of wordsOnIdleFlags(values, idle)) tell(line);
  const meeting: Meeting = {};
  await trainBegun(
    async () => {
      const begun = await begin(values, { ...options, meeting, preset });
      return begun && { ...begun, preset };
    },
    values,
    { place, meeting },
  );
}

/** Undefined if the run is finished. */
async function begin(
  values: FlagValues,
  { place: seat, meeting, preset, ...chosen }: ChosenMethod & {
    readonly base?: Settings;
    readonly place: Place | undefined;
    readonly meeting: Meeting;
    readonly preset: Preset | undefined;
  },
): Promise<BegunRun | undefined> {
  const { root_model } = values;
  const store = openRunStore(root_model === undefined ? undefined : String(root_model), chosen);
  const resumed = values.resume === undefined
    ? undefined
    : await resumedRun(values, { chosen, store });
  // Before the engine starts: what a file of rows or a list lacks is said at once.
  const { config, files } = resumed === undefined
    ? await settledConfig(values, chosen)
    : { config: resumed.config };
  const place = placeOf(values);
  if (resumed === undefined && place.name !== undefined) await refuseTakenName(place.name, store);
  const link = meeting.link = seat && await meet(seat, { values, config });
  await link?.tell(config);
  const engine = await startConfiguredEngine(values, {
    precision: config.network.precision,
    passes: Math.max(...configuredStages(config, chosen).map(({ method }) => method.passes)),
  });
  if (resumed !== undefined) {
    const network = createConfiguredNetwork(config, chosen);
    if (await saysFinished(place.name!, { store, network })) {
      return void await link?.end({ isStop: true, words: "The run is finished" });
    }
  }
  const company = meeting.company = link && companyOf(link, { engine, values });
  const run = await beginRun({
    ...place,
    config: resumed === undefined ? computable(config, engine) : config,
    engine,
    dataset: files ??
      (({ data }) =>
        resumed === undefined ? loadConfiguredDataset(data) : loadImagesOf(resumed, values)),
    store,
    preset: preset?.name,
    mode: executionMode(values),
    xla: values.xla === true,
    company,
    tensorboard: values.no_tensorboard !== true,
  });
  return { run, engine };
}

/** Where the run is, and whether it must be there already. */
function placeOf({ name, store_name, resume }: FlagValues): {
  readonly name?: string;
  readonly resume: "must" | "never";
} {
  if (resume !== undefined) {
    if (store_name !== undefined) {
      tell("--store_name has no effect here: a run that is resumed keeps its name");
    }
    return { name: userPathOrName(String(resume)), resume: "must" };
  }
  const wanted = name ?? (store_name === undefined ? undefined : safeName(String(store_name)));
  if (wanted === undefined) return { resume: "never" };
  return { name: asUsage(() => checkedRunName(String(wanted))), resume: "never" };
}

/** A name of the official code as one of a folder: theirs hold slashes, colons and spaces. */
function safeName(text: string): string {
  const name = text.replaceAll(/[^\w.-]+/g, "_").replaceAll(/^[_.]+|[_.]+$/g, "").slice(0, 200);
  if (name !== text) tell(`--store_name ${text}: the run is named "${name}"`);
  return name;
}

/** Before anything is loaded; should two begin at once, the store refuses one of them. */
async function refuseTakenName(name: string, store: RunStore): Promise<void> {
  try {
    await store.find(name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    // A run that cannot be read has the name all the same.
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new UsageError(
    `Cannot start a run named ${name}: there is one already: continue it with ` +
      `--resume ${runArgument(`${store.folder}/${name}`)}, ` +
      "or choose another --name",
  );
}

async function resumedRun(
  values: FlagValues,
  { chosen, store }: { readonly chosen: ChosenMethod; readonly store: RunStore },
): Promise<RunDescription> {
  const { "start-epoch": start, ...settings } = withoutPlaces(values);
  if (start !== undefined) {
    tell(
      "--start-epoch has no effect here: a run that is resumed goes on where it stopped",
    );
  }
  const { name, description } = await store.find(userPathOrName(String(values.resume)));
  const { config } = description;
  requireMethods(config, { ...chosen, run: name });
  const { on_bad_image: _, ...others } = settings;
  // Which images are bad shows itself on the way.
  const fixed = isInFiles(config.data) ? others : settings;
  const differing = conflicts(fixed, config, chosen);
  if (differing.length === 0) return description;
  throw new UsageError(
    `Cannot resume "${name}" with other settings: ${differing.join(", ")}: ` +
      "leave them out, or start a new run",
  );
}

/** Before images are loaded: there is nothing to do for a finished run whose files are sound. */
async function saysFinished(
  nameOrPath: string,
  { store, network }: { readonly store: RunStore; readonly network: Network },
): Promise<boolean> {
  const { folder, description: { config } } = await store.find(nameOrPath);
  try {
    const { history } = await store.read(folder);
    if (history.at(-1)!.epoch + 1 < totalEpochs(config.stages)) return false;
    for (const which of ["best", "last"] as const) {
      disposeTensors(await store.weights(folder, { which, network }));
    }
    print(`The run in "${folder}" is finished: ${summary(history)}`);
    return true;
  } catch {
    // Whatever is missing or damaged, continuing the run says so, and may mend it.
    return false;
  }
}
