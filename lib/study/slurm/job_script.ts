/**
 * The script of a Slurm job array: one task for each run of a study.
 *
 * @module
 */

import { workerCodes } from "../executor.ts";

/** What a user may say about the jobs. */
export interface JobWishes {
  /** Tasks that run at a time at most; as many as the cluster allows by default. */
  readonly throttle?: number;
  /** Time limit of each task, as Slurm writes it, such as `4:00:00`; that of the partition by default. */
  readonly timeLimit?: string;
  /** Further options of `sbatch`, such as `--partition=gpu --gres=gpu:1`. */
  readonly sbatch?: string;
}

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

/** Seconds before the time limit at which a run writes its checkpoint; Slurm may be a minute early. */
const warning = 120;

/** Stands for the run of a task among the words of the worker. */
const runWord = "\0run";

/** A run that does not end after so many time limits is not going to. */
export const mostRequeues = 200;

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
  const { name, runs, worker, logs, environment, needed, throttle, timeLimit, sbatch } = options;
  checkJobWishes(options);
  const directives = [
    `--job-name=${directiveWord(name)}`,
    `--array=0-${runs.length - 1}${throttle === undefined ? "" : `%${throttle}`}`,
    `--output=${directiveWord(`${fileNamePattern(logs)}/${taskLogPattern}`)}`,
    `--signal=B:USR2@${warning}`,
    "--requeue",
    "--open-mode=append",
    ...(timeLimit === undefined ? [] : [`--time=${timeLimit}`]),
    // Last, for the last word on an option holds.
    ...(sbatch === undefined ? [] : [sbatch.trim()]),
  ];
  const exports = Object.entries(environment).map(([key, value]) =>
    `export ${key}=${quoted(value)}`
  );
  return `#!/usr/bin/env bash
# One task for each run of a study.
${directives.map((words) => `#SBATCH ${words}`).join("\n")}

runs=(
${runs.map((run) => `  ${quoted(run)}`).join("\n")}
)
needed=(${needed.map(quoted).join(" ")})
${exports.join("\n")}

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

if [ "$code" = ${workerCodes.outOfTime} ] && [ "$told" != TERM ]; then
  if [ "\${SLURM_RESTART_COUNT:-0}" -ge ${mostRequeues} ]; then
    echo "error: Cannot finish the run $run: it has run into its time limit ${mostRequeues} times: raise --time-limit" >&2
    exit 1
  fi
  # Slurm ends this script when it has queued it again.
  scontrol requeue "$SLURM_JOB_ID" && code=0
fi
exit "$code"
`;

/** Options of `sbatch` that the executor needs as they are. */
const ours = ["array", "job-name", "output", "signal", "wrap", "open-mode"];
const oursShort = "aJo";

/**
 * Makes sure that a script can hold what a user has said.
 *
 * @param wishes What was said.
 * @throws {RangeError} If a value is not one of Slurm's, or touches what the executor itself says.
 * @example An array of one's own
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { checkJobWishes } from "glmc/study/slurm/job_script.ts";
 *
 * assertThrows(() => checkJobWishes({ sbatch: "--array=0-7" }), RangeError, "--array");
 * ```
 */
export function checkJobWishes({ throttle, timeLimit, sbatch }: JobWishes): void {
  if (throttle !== undefined && !(Number.isSafeInteger(throttle) && throttle >= 1)) {
    throw new RangeError(
      `Cannot use the throttle ${throttle}: it must be a whole number, at least 1: ` +
        "leave it out for as many jobs at a time as the cluster allows",
    );
  }
  if (timeLimit !== undefined && !/^(\d+-)?\d+(:\d+){0,2}$/.test(timeLimit)) {
    throw new RangeError(
      `Cannot use the time limit ${timeLimit}: it is not one of Slurm's: ` +
        "write minutes, hours:minutes:seconds, or days-hours:minutes:seconds",
    );
  }
  if (sbatch === undefined) return;
  const text = JSON.stringify(sbatch);
  if (/[\r\n]/.test(sbatch) || !/^\s*-/.test(sbatch)) {
    throw new RangeError(
      `Cannot pass ${text} to sbatch: it must be one line of options that begin with a dash: ` +
        'write them as in --sbatch "--partition=gpu --gres=gpu:1"',
    );
  }
  const taken = [...sbatch.matchAll(/(?<=^|\s)(?:--([a-z-]+)|-([A-Za-z]))/g)].find(
    ([, long, short]) => ours.includes(long ?? "") || oursShort.includes(short ?? "-"),
  );
  if (taken !== undefined) {
    throw new RangeError(
      `Cannot pass ${text} to sbatch: ${taken[0]} is said by the executor: leave it out`,
    );
  }
}

/**
 * A word of bash that stands for a text as it is.
 *
 * @param text The text.
 * @returns The word.
 * @example A quotation mark
 * ```ts
 * import { quoted } from "glmc/study/slurm/job_script.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(quoted("it's"), "'it'\\''s'");
 * ```
 */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * A word of a line that begins with #SBATCH.
 *
 * @param text The text.
 * @returns The word.
 * @example One with a space
 * ```ts
 * import { directiveWord } from "glmc/study/slurm/job_script.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(directiveWord("first run"), '"first run"');
 * ```
 */
export function directiveWord(text: string): string {
  return `"${text.replaceAll('"', '\\"')}"`;
}

/**
 * A path as sbatch takes it in the name of a file, where % begins a pattern.
 *
 * @param folder The path.
 * @returns The pattern that means it.
 * @throws {RangeError} If Slurm takes no such path.
 * @example A percent sign
 * ```ts
 * import { fileNamePattern } from "glmc/study/slurm/job_script.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(fileNamePattern("/runs/50%"), "/runs/50%%");
 * ```
 */
export function fileNamePattern(folder: string): string {
  if (/[\\\r\n]/.test(folder)) {
    throw new RangeError(
      `Cannot write logs to ${
        JSON.stringify(folder)
      }: Slurm takes no path with a backslash or a line ` +
        "break: move the runs to another folder",
    );
  }
  return folder.replaceAll("%", "%%");
}
