/**
 * What the scripts of Slurm's jobs have in common: what a user may say of them, their words, and how they end.
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

/** Seconds before the time limit at which a run writes its checkpoint; Slurm may be a minute early. */
const warning = 120;

/** A run that does not end after so many time limits is not going to. */
const mostRequeues = 200;

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
 * import { checkJobWishes } from "glmc/study/slurm/script_parts.ts";
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
 * import { quoted } from "glmc/study/slurm/script_parts.ts";
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
 * import { directiveWord } from "glmc/study/slurm/script_parts.ts";
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
 * import { fileNamePattern } from "glmc/study/slurm/script_parts.ts";
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

/** What {@linkcode directiveLines} adds to a script's own words. */
export interface DirectiveOptions extends Omit<JobWishes, "throttle"> {
  /** What is told of the time limit, and whom, as `--signal` takes it. */
  readonly signal: string;
}

/**
 * The lines of a script that sbatch reads: a job that is told of its time limit and can be queued again.
 *
 * @param own Options of the script's own.
 * @param options The signal, and what the user has said.
 * @returns The lines.
 * @example Without wishes
 * ```ts
 * import { directiveLines } from "glmc/study/slurm/script_parts.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const lines = directiveLines(["--nodes=2"], { signal: "USR2" }).split("\n");
 *
 * assertEquals(lines.slice(0, 2), ["#SBATCH --nodes=2", "#SBATCH --signal=USR2@120"]);
 * ```
 */
export function directiveLines(
  own: readonly string[],
  { signal, timeLimit, sbatch }: DirectiveOptions,
): string {
  return [
    ...own,
    `--signal=${signal}@${warning}`,
    "--requeue",
    "--open-mode=append",
    ...(timeLimit === undefined ? [] : [`--time=${timeLimit}`]),
    // Last, for the last word on an option holds.
    ...(sbatch === undefined ? [] : [sbatch.trim()]),
  ].map((words) => `#SBATCH ${words}`).join("\n");
}

/**
 * The lines of a script that set variables of the environment.
 *
 * @param environment The variables.
 * @returns The lines.
 * @example One
 * ```ts
 * import { exportLines } from "glmc/study/slurm/script_parts.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(exportLines({ A: "x y" }), "export A='x y'");
 * ```
 */
export function exportLines(environment: Readonly<Record<string, string>>): string {
  return Object.entries(environment).map(([key, value]) => `export ${key}=${quoted(value)}`)
    .join("\n");
}

/**
 * The last lines of a script: a run whose time was up is queued again, and the script ends with the run's code.
 *
 * @param run Name of the run, in words of bash between quotation marks; its code is in `$code`.
 * @param options What else has to hold for it to be queued again, as bash tests it; nothing by default.
 * @returns The lines.
 * @example How often
 * ```ts
 * import { requeueLines } from "glmc/study/slurm/script_parts.ts";
 * import { assertStringIncludes } from "@std/assert";
 *
 * assertStringIncludes(requeueLines("first"), "Cannot finish the run first");
 * ```
 */
export function requeueLines(
  run: string,
  { condition }: { readonly condition?: string } = {},
): string {
  const isOver = [`[ "$code" = ${workerCodes.outOfTime} ]`, ...(condition ? [condition] : [])];
  return `if ${isOver.join(" && ")}; then
  if [ "\${SLURM_RESTART_COUNT:-0}" -ge ${mostRequeues} ]; then
    echo "error: Cannot finish the run ${run}: it has run into its time limit ${mostRequeues} times: raise --time-limit" >&2
    exit 1
  fi
  # Slurm ends this script when it has queued it again.
  scontrol requeue "$SLURM_JOB_ID" && code=0
fi
exit "$code"
`;
}
