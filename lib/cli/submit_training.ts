/**
 * Gives a training on several nodes to Slurm.
 *
 * @module
 */

import { dirname, join } from "node:path";
import { makeFolder, writeWholeFile } from "../disk/whole_file.ts";
import { checkedRunName } from "../experiment/reserve.ts";
import { openRunStore } from "../experiment/run_store.ts";
import { runFiles } from "../experiment/run_folder.ts";
import { print } from "../process/streams.ts";
import { kitProgram, startFolder } from "../setup/project.ts";
import { submitScript } from "../study/slurm/commands.ts";
import { workerEnvironment } from "../study/slurm/submit.ts";
import { trainScript } from "../study/slurm/train_script.ts";
import type { FlagValues } from "./flags.ts";
import { asUsage, UsageError } from "./shell.ts";

/** What says how the job is, and not what it trains. */
const ofTheJob = ["executor", "nodes", "devices", "time-limit", "sbatch"];

/** What a run has of its own once it has begun. */
const ofTheBeginning = ["name", "store-name", "preset", "resume"];

/**
 * Writes the script of a training on several nodes, and submits it.
 *
 * @param args Flags of `train`.
 * @param values The same, parsed.
 * @throws {UsageError} If the run has no name.
 * @throws {Error} If Slurm does not take the job.
 */
export async function submitTraining(args: readonly string[], values: FlagValues): Promise<void> {
  const { name: given, resume, root_model, nodes = 1, devices = 1, sbatch } = values;
  const name = given ?? resume;
  if (name === undefined) {
    throw new UsageError(
      "Cannot submit a training: a run that goes on in a second job has to be found: add --name <name>",
    );
  }
  const run = asUsage(() => checkedRunName(`${name}`));
  const { folder } = openRunStore(root_model === undefined ? undefined : String(root_model));
  const jobs = join(folder, ".jobs");
  const script = join(jobs, `${run}.sh`);
  const words = withoutFlags(args, ofTheJob);
  const command = (...flags: readonly string[]): string[] => [
    Deno.execPath(),
    ...["run", "-q", "-A"],
    "--v8-flags=--no-allocation-site-pretenuring,--max-semi-space-size=4",
    ...[...kitProgram("lib/cli/main.ts"), "train", ...flags],
    ...["--world", "slurm"],
  ];
  const text = asUsage(() =>
    trainScript({
      name: run,
      nodes: Number(nodes),
      perNode: Number(devices),
      begin: command(...words),
      resume: command(...withoutFlags(words, ofTheBeginning), "--resume", run),
      begun: join(folder, run, runFiles.description),
      logs: jobs,
      environment: workerEnvironment(),
      ...(values["time-limit"] !== undefined && { timeLimit: `${values["time-limit"]}` }),
      ...(sbatch !== undefined && { sbatch: `${sbatch}` }),
    })
  );
  await makeFolder(dirname(script));
  await writeWholeFile(script, text);
  const job = await submitScript(script, startFolder);
  print(`Submitted as job ${job}: what it says goes to ${jobs}/${run}-${job}.log`);
}

/**
 * Arguments without some flags and their values.
 *
 * @param args Arguments.
 * @param names Flags that have a value, without dashes; `-` and `_` are the same.
 * @returns The other arguments.
 * @example Both ways to write a value
 * ```ts
 * import { withoutFlags } from "glmc/cli/submit_training.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const args = ["--epochs", "3", "--time_limit=1:00", "--nodes", "2"];
 *
 * assertEquals(withoutFlags(args, ["nodes", "time-limit"]), ["--epochs", "3"]);
 * ```
 */
export function withoutFlags(args: readonly string[], names: readonly string[]): string[] {
  const isNamed = (word: string): boolean =>
    word.startsWith("--") && names.includes(word.slice(2).split("=")[0]!.replaceAll("_", "-"));
  return args.filter((word, i) => {
    const before = args[i - 1];
    const isValue = before !== undefined && !before.includes("=") && isNamed(before);
    return !isNamed(word) && !isValue;
  });
}
