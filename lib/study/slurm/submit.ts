/**
 * Gives runs of a study to Slurm.
 *
 * @module
 */

import { dirname, join } from "node:path";
import { writeWholeFile } from "../../disk/whole_file.ts";
import { denoCache } from "../../setup/npm_cache.ts";
import { isCheckout, kitFile, startFolder } from "../../setup/project.ts";
import type { PlannedRun } from "../study.ts";
import { logFile } from "../study_folder.ts";
import { workerCommand } from "../worker_command.ts";
import { largestArray, submitScript } from "./commands.ts";
import { jobScript } from "./job_script.ts";
import type { JobWishes } from "./script_parts.ts";
import { nextJobName, type Submission, writeSubmissions } from "./submissions.ts";

/** How runs are submitted. */
export interface SubmitOptions extends JobWishes {
  /** Folder of the study. */
  readonly study: string;
  /** What was submitted before. */
  readonly submissions: readonly Submission[];
  /** Flags of the machine for each run. */
  readonly machine?: readonly string[] | undefined;
  /** Told what is submitted. */
  readonly onNotice: (line: string) => void;
}

/**
 * Submits runs as a job array, or as several where one may not have so many tasks.
 *
 * A job is written down before it is submitted: should this process be killed between the two, the next one
 * finds no such job and submits the runs again.
 *
 * @param runs The runs.
 * @param options The study, and what the jobs shall be like.
 * @returns Ids of the jobs.
 * @throws {Error} If Slurm does not take them; says its reason.
 */
export async function submitRuns(
  runs: readonly PlannedRun[],
  options: SubmitOptions,
): Promise<string[]> {
  const { study, machine, onNotice, throttle, timeLimit, sbatch } = options;
  const most = await largestArray();
  let { submissions } = options;
  const jobs: string[] = [];
  for (let begin = 0; begin < runs.length; begin += most) {
    const part = runs.slice(begin, begin + most);
    const name = nextJobName(study, submissions);
    const script = join(study, `${name}.sh`);
    const text = jobScript({
      ...{ name, throttle, timeLimit, sbatch },
      runs: part.map((run) => run.name),
      worker: (run) => workerCommand({ study, run, machine }),
      logs: logsFolder(study),
      environment: workerEnvironment(),
      needed: [
        ...[Deno.execPath(), denoCache(), study],
        ...(isCheckout ? [kitFile("lib/cli/main.ts")] : []),
      ],
    });
    await writeWholeFile(script, text);
    const before = submissions;
    submissions = [...before, { name, runs: part.map(({ hash }) => hash) }];
    await writeSubmissions(study, submissions);
    try {
      const job = await submitScript(script, startFolder);
      const count = part.length === 1 ? "1 run" : `${part.length} runs`;
      jobs.push(job);
      onNotice(`Submitted ${count} to Slurm as job ${job}`);
    } catch (error) {
      await writeSubmissions(study, before);
      throw error;
    }
  }
  return jobs;
}

/**
 * Folder of the logs of a study.
 *
 * @param study Folder of the study.
 * @returns Absolute path.
 * @example Where the workers write theirs
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { logsFolder } from "glmc/study/slurm/submit.ts";
 *
 * assertEquals(logsFolder("/runs/.studies/gamma-01234567"), "/runs/.studies/gamma-01234567/logs");
 * ```
 */
export function logsFolder(study: string): string {
  return dirname(logFile(study, "any"));
}

/**
 * What a worker takes from its environment; a cluster may give its jobs another one than ours.
 *
 * @returns Variables by name.
 * @example Where Deno keeps what it has fetched
 * ```ts
 * import { workerEnvironment } from "glmc/study/slurm/submit.ts";
 * import { assert } from "@std/assert";
 *
 * assert("DENO_DIR" in workerEnvironment());
 * ```
 */
export function workerEnvironment(): Record<string, string> {
  const own = Object.entries(Deno.env.toObject()).filter(([name]) => /^GLMC_\w+$/.test(name));
  return { ...Object.fromEntries(own), DENO_DIR: denoCache() };
}
