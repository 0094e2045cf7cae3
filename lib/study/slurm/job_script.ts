/**
 * The script of a Slurm job array: one task for each run of a study.
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
export interface JobScriptOptions extends JobWishes {
  /** Name of the job, by which it is found again. */
  readonly name: string;
  /** Names of the runs, in the order of the tasks. */
  readonly runs: readonly string[];
  /** The words of the command that does a run. */
  readonly worker: (run: string) => readonly string[];
  /** Folder that takes what Slurm and the worker say of errors; all nodes share it. */
  readonly logs: string;
  /** Variables of the environment that the worker needs. */
  readonly environment: Readonly<Record<string, string>>;
  /** Files and folders that a node must see. */
  readonly needed: readonly string[];
}

/** Stands for the run of a task among the words of the worker. */
const runWord = "\0run";

/**
 * Writes the script that `sbatch` takes.
 *
 * A task that is told of its time limit (SIGUSR2) has its run write a checkpoint and queues itself again, so
 * that a run may take longer than the limit. A task that is ended by Slurm or a user (SIGTERM) has it write
 * one as well.
 *
 * @param options What it is made of.
 * @returns The script.
 * @throws {RangeError} If a user's wish is none that a script can hold.
 * @example Two runs, one at a time
 * ```ts
 * import { assertMatch } from "@std/assert";
 * import { jobScript } from "glmc/study/slurm/job_script.ts";
 *
 * const script = jobScript({
 *   name: "gamma-01234567.1",
 *   runs: ["a", "b"],
 *   worker: (run) => ["deno", "planned", "--study", "/runs/it's", "--run", run],
 *   logs: "/runs/it's/logs",
 *   environment: { DENO_DIR: "/home/me/.deno" },
 *   needed: ["/runs"],
 *   throttle: 1,
 * });
 *
 * assertMatch(script, /^#SBATCH --array=0-1%1$/m);
 * assertMatch(script, /^worker=\('deno' .* '\/runs\/it'\\''s' '--run' "\$run"\)$/m);
 * ```
 */
export function jobScript(options: JobScriptOptions): string {
  const { name, runs, worker, logs, environment, needed, throttle } = options;
  checkJobWishes(options);
  const directives = directiveLines([
    `--job-name=${directiveWord(name)}`,
    `--array=0-${runs.length - 1}${throttle === undefined ? "" : `%${throttle}`}`,
    `--output=${directiveWord(`${fileNamePattern(logs)}/${taskLogPattern}`)}`,
  ], { ...options, signal: "B:USR2" });
  return `#!/usr/bin/env bash
# One task for each run of a study.
${directives}

runs=(
${runs.map((run) => `  ${quoted(run)}`).join("\n")}
)
needed=(${needed.map(quoted).join(" ")})
${exportLines(environment)}

run=\${runs[$SLURM_ARRAY_TASK_ID]}
worker=(${worker(runWord).map((word) => word === runWord ? '"$run"' : quoted(word)).join(" ")})
${body}`;
}

/** Name of the file that takes what a task says, as `sbatch` fills it in: its array and its index. */
const taskLogPattern = "slurm-%A_%a.log";

/**
 * Name of the file that takes what Slurm and the worker say of a task.
 *
 * @param task Its array and its index.
 * @returns The name.
 * @example The first task
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { taskLogName } from "glmc/study/slurm/job_script.ts";
 *
 * assertEquals(taskLogName({ job: "17", index: 0 }), "slurm-17_0.log");
 * ```
 */
export function taskLogName(task: { readonly job: string; readonly index: number }): string {
  return taskLogPattern.replace("%A", task.job).replace("%a", `${task.index}`);
}

const body = `
for path in "\${needed[@]}"; do
  if [ ! -e "$path" ]; then
    echo "error: Cannot do the run $run: $(hostname) does not see $path: put it on a disk that all nodes share" >&2
    exit 1
  fi
done

pid= told=
tell() { told=$1; [ -z "$pid" ] || kill -s "$told" "$pid" 2>/dev/null; }
trap 'tell USR2' USR2
trap 'trap "" USR2; tell TERM' TERM

# Its reports are for a program that waits for it; here the folder of the run tells how far it is.
"\${worker[@]}" >/dev/null &
pid=$!
# It may have been told before the worker was there.
[ -z "$told" ] || tell "$told"
# A signal ends the waiting, not the worker.
while kill -0 "$pid" 2>/dev/null; do wait "$pid"; done
wait "$pid"
code=$?

${requeueLines("$run", { condition: '[ "$told" != TERM ]' })}`;
