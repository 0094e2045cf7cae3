/**
 * Why a task has failed, by what it has left in its log.
 *
 * @module
 */

import { join } from "node:path";
import { taskLogName } from "./job_script.ts";
import type { QueuedTask } from "./queue.ts";

/**
 * What a task that has failed has said.
 *
 * @param logs Folder of the logs.
 * @param task The task.
 * @returns Its error in one line, else what stands last in its log; that there is no log; `undefined` if
 * the log is empty.
 * @example A node that does not see the folder
 * ```ts
 * import { assertMatch } from "@std/assert";
 * import { taskProblem } from "glmc/study/slurm/task_log.ts";
 *
 * const problem = await taskProblem(Deno.makeTempDirSync(), { job: "17", index: 0, node: "node4" });
 *
 * assertMatch(problem!, /node4 has left no log/);
 * ```
 */
export async function taskProblem(
  logs: string,
  task: Pick<QueuedTask, "job" | "index" | "node">,
): Promise<string | undefined> {
  let text: string;
  try {
    text = await Deno.readTextFile(join(logs, taskLogName(task)));
  } catch {
    const who = task.node === "" ? "its job" : `its job on ${task.node}`;
    return `${who} has left no log in ${logs}: put the runs on a disk that all nodes share (GLMC_RUNS)`;
  }
  const lines = text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  // A task that was requeued goes on in the same file: the last words count.
  const said = lines.findLast((line) => line.startsWith("error: ")) ?? lines.at(-1);
  return said?.replace(/^error: /, "");
}
