/**
 * On what a run was trained: machine, versions, commit.
 *
 * @module
 */

import { isCheckout, kitFile, kitVersion, projectRoot } from "../setup/project.ts";
import type { Engine, ExecutionMode } from "../tensor/engine.ts";
import { type AnyDataset, isFileDataset } from "../images/dataset_images.ts";
import type { Company } from "./company.ts";
import type { RunConfig } from "./config.ts";
import type { Change, Environment, RunDescription } from "./run_folder.ts";

/** How a run uses the machine. */
export interface CardOptions {
  /** The engine. */
  readonly engine: Engine;
  /** `eager` runs steps op by op. */
  readonly mode?: ExecutionMode | undefined;
  /** Whether XLA compiles the steps. */
  readonly xla?: boolean | undefined;
  /** What is run. */
  readonly config: RunConfig;
  /** The images; what a bad one does is told where they stay in files. */
  readonly dataset?: AnyDataset | undefined;
  /** The other processes that train the run. */
  readonly company?: Pick<Company, "peers"> | undefined;
}

/**
 * Describes machine, versions and commit as texts for people.
 *
 * @param options Engine and how it is used.
 * @returns The texts by name, the time among them.
 */
export async function describeEnvironment(options: CardOptions): Promise<Environment> {
  const { engine, mode = "compiled", xla = false, dataset } = options;
  const { device, threads, tensorflowVersion, deterministic } = engine;
  return {
    started: new Date().toISOString(),
    kit: kitVersion,
    commit: isCheckout ? await describeCommit(projectRoot) : `of ${kitFile("")}`,
    deno: Deno.version.deno,
    tensorflow: tensorflowVersion,
    machine: Deno.hostname(),
    system: `${Deno.build.os} ${Deno.build.arch}`,
    device,
    threads: `${threads.intraOp} in an operation, ${threads.interOp} operations`,
    execution: mode,
    xla: xla ? "on" : "off",
    deterministic: deterministic ? "on" : "off",
    processes: processesText(options),
    ...(dataset && isFileDataset(dataset) && { "bad images": dataset.onBadImage }),
  };
}

/** Batch norm by parts makes the result depend on how many there are. */
function processesText({ company, config }: Pick<CardOptions, "company" | "config">): string {
  if (company === undefined) return "1";
  const synchronised = config.network.syncBatchNorm;
  return `${company.peers.count}, batch norm ${synchronised ? "by the whole batch" : "by parts"}`;
}

/**
 * The commit of a folder, and whether its files are those of the commit.
 *
 * @param folder The folder; a commit of a folder around it does not count.
 * @returns Such as `1a2b3c4 with changes`; `no git` if there is no commit, or no program `git`.
 * @example A folder of its own
 * ```ts
 * import { describeCommit } from "glmc/experiment/run_card.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await describeCommit(Deno.makeTempDirSync()), "no git");
 * ```
 */
export async function describeCommit(folder: string): Promise<string> {
  const [root, commit] = await git(folder, ["rev-parse", "--show-toplevel", "HEAD"]) ?? [];
  if (root === undefined || commit === undefined) return "no git";
  if (await Deno.realPath(root) !== await Deno.realPath(folder)) return "no git";
  const changed = await git(folder, ["status", "--porcelain"]);
  return changed?.length === 0 ? commit : `${commit} with changes`;
}

/** Lines of what git says; `undefined` if it fails or is not there. */
async function git(folder: string, args: readonly string[]): Promise<string[] | undefined> {
  try {
    // Git refuses folders of other users, lest it run their programs; this one's program is running.
    const trust = ["-c", `safe.directory=${folder}`];
    const command = new Deno.Command("git", {
      args: [...trust, "-C", folder, ...args],
      stderr: "null",
    });
    const { success, stdout } = await command.output();
    if (!success) return undefined;
    return new TextDecoder().decode(stdout).split("\n").filter((line) => line !== "");
  } catch {
    return undefined;
  }
}

/**
 * What is other than when a run was last at work.
 *
 * @param description What the run is, with its earlier continuations.
 * @param now Machine and versions of today.
 * @returns Before and now by name; the time does not count.
 * @example Other threads
 * ```ts
 * import { environmentChanges } from "glmc/experiment/run_card.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const run = { environment: { started: "a", threads: "2" }, resumed: [] };
 *
 * assertEquals(environmentChanges(run, { started: "b", threads: "4" }), {
 *   threads: { before: "2", now: "4" },
 * });
 * ```
 */
export function environmentChanges(
  { environment, resumed }: Pick<RunDescription, "environment" | "resumed">,
  now: Environment,
): Readonly<Record<string, Change>> {
  const later = resumed.flatMap(({ changes }) =>
    Object.entries(changes).map(([name, { now }]) => [name, now])
  );
  const before: Environment = { ...environment, ...Object.fromEntries(later) };
  const changed = Object.entries(now)
    .filter(([name, value]) => name !== "started" && before[name] !== value)
    .map(([name, value]) => [name, { before: before[name] ?? "not known", now: value }]);
  return Object.fromEntries(changed);
}
