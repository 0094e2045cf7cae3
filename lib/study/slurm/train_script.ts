/**
 * The script of a Slurm job that trains one run on several nodes.
 *
 * @module
 */

import {
  checkJobWishes,
  directiveLines,
  directiveWord,
  exportLines,
  fileNamePattern,
  type JobWishes,
  quoted,
  requeueLines,
} from "./script_parts.ts";

/** What a script is made of. */
export interface TrainScriptOptions extends Omit<JobWishes, "throttle"> {
  /** Name of the run, and of the job. */
  readonly name: string;
  /** Nodes. */
  readonly nodes: number;
  /** Processes on each. */
  readonly perNode: number;
  /** The words of the command that begins the run. */
  readonly begin: readonly string[];
  /** The words of the command that continues it. */
  readonly resume: readonly string[];
  /** The file that is there once the run has begun. */
  readonly begun: string;
  /** The folder of the file that takes what Slurm and the processes say. */
  readonly logs: string;
  /** Variables of the environment that the processes need. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Writes the script that `sbatch` takes.
 *
 * All processes are told of the time limit (SIGUSR2): they stop after the same step with one checkpoint, and
 * the job queues itself again to go on.
 *
 * @param options What it is made of.
 * @returns The script.
 * @throws {RangeError} If a user's wish is none that a script can hold.
 * @example Two nodes with four processes each
 * ```ts
 * import { trainScript } from "glmc/study/slurm/train_script.ts";
 * import { assertMatch } from "@std/assert";
 *
 * const script = trainScript({
 *   name: "first",
 *   nodes: 2,
 *   perNode: 4,
 *   begin: ["deno", "train", "--name", "first"],
 *   resume: ["deno", "train", "--resume", "first"],
 *   begun: "/runs/first/config.json",
 *   logs: "/runs/.jobs",
 *   environment: {},
 *   sbatch: "--gpus-per-task=1",
 * });
 *
 * assertMatch(script, /^#SBATCH --nodes=2 --ntasks-per-node=4$/m);
 * assertMatch(script, /^srun --distribution=block --kill-on-bad-exit=0 "\$\{words\[@\]\}"$/m);
 * ```
 */
export function trainScript(options: TrainScriptOptions): string {
  const { name, nodes, perNode, begin, resume, begun, logs, environment } = options;
  checkJobWishes(options);
  const directives = directiveLines([
    `--job-name=${directiveWord(name)}`,
    `--nodes=${nodes} --ntasks-per-node=${perNode}`,
    `--output=${directiveWord(`${fileNamePattern(logs)}/${name}-%j.log`)}`,
  ], { ...options, signal: "USR2" });
  return `#!/usr/bin/env bash
# One run on ${nodes} nodes.
${directives}

${exportLines(environment)}

if [ -e ${quoted(begun)} ]; then
  words=(${resume.map(quoted).join(" ")})
else
  words=(${begin.map(quoted).join(" ")})
fi

# Since 22.05 srun takes the cores of a process from this variable alone.
[ -z "\${SLURM_CPUS_PER_TASK:-}" ] || export SRUN_CPUS_PER_TASK=$SLURM_CPUS_PER_TASK

srun --distribution=block --kill-on-bad-exit=0 "\${words[@]}"
code=$?

${requeueLines(name)}`;
}
