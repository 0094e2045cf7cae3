/**
 * The command of a worker, which does one run of a study in a process of its own.
 *
 * @module
 */

import { kitProgram } from "../setup/project.ts";

/** What a worker is told. */
export interface WorkerOptions {
  /** Folder of the study. */
  readonly study: string;
  /** Name of the run, or its hash. */
  readonly run: string;
  /** Flags of the machine, such as `--device cpu`. */
  readonly machine?: readonly string[] | undefined;
  /** Id of the process with whose end it ends; it outlives the one that starts it by default. */
  readonly parent?: number | undefined;
  /** Whether it only prints the seconds of an epoch by estimate, as JSON; false by default. */
  readonly estimate?: boolean;
}

/**
 * The command of a worker.
 *
 * @param options Study, run and machine.
 * @returns Program and arguments.
 * @example On one thread
 * ```ts
 * import { workerCommand } from "glmc/study/worker_command.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const [program, ...args] = workerCommand({
 *   study: "/runs/.studies/gamma-01234567",
 *   run: "first",
 *   machine: ["--intra_op_threads", "1"],
 * });
 *
 * assertEquals(program, Deno.execPath());
 * assertEquals(args.slice(-2), ["--intra_op_threads", "1"]);
 * ```
 */
export function workerCommand(
  { study, run, machine = [], parent, estimate }: WorkerOptions,
): string[] {
  return [
    Deno.execPath(),
    ...["run", "-q", "-A"],
    // As the task train in deno.json has it.
    "--v8-flags=--no-allocation-site-pretenuring,--max-semi-space-size=4",
    ...kitProgram("lib/cli/main.ts"),
    ...["planned", "--study", study, "--run", run],
    ...(parent === undefined ? [] : ["--parent", `${parent}`]),
    ...(estimate === true ? ["--estimate"] : []),
    ...machine,
  ];
}
