/**
 * The commands of Slurm that are used, with errors a user understands.
 *
 * @module
 */

import { parseQueue, type QueuedTask, queueOptions } from "./queue.ts";

/**
 * Gives a script to Slurm.
 *
 * @param path The script.
 * @param folder The folder its tasks are started in.
 * @returns Id of the job.
 * @throws {Deno.errors.NotFound} If Slurm is not installed.
 * @throws {Error} If Slurm does not take it; says its reason.
 */
export async function submitScript(path: string, folder: string): Promise<string> {
  const what = "submit the runs";
  const answer = await slurm("sbatch", ["--parsable", `--chdir=${folder}`, path], what);
  // Behind a semicolon stands the name of a cluster.
  const [, id] = /^(\d+)(;.*)?$/m.exec(answer) ?? [];
  if (id !== undefined) return id;
  throw new Error(
    `Cannot ${what}: sbatch has answered ${
      JSON.stringify(answer.slice(0, 200))
    } and not with the id ` +
      "of a job: see with squeue whether there is one",
  );
}

/**
 * The tasks of this user that Slurm knows of; it forgets those that have ended after some minutes.
 *
 * @returns The tasks.
 * @throws {Deno.errors.NotFound} If Slurm is not installed.
 * @throws {Error} If Slurm does not answer; says its reason.
 */
export async function queuedTasks(): Promise<QueuedTask[]> {
  return parseQueue(await slurm("squeue", queueOptions, "see how far the runs are"));
}

/**
 * How many tasks a job array may have.
 *
 * @returns The number; that of a fresh Slurm where it does not say.
 */
export async function largestArray(): Promise<number> {
  const text = await slurm("scontrol", ["show", "config"], "submit the runs").catch(() => "");
  const [, size] = /^MaxArraySize\s*=\s*(\d+)/m.exec(text) ?? [];
  return Math.max(1, Number(size ?? 1001));
}

async function slurm(command: string, args: readonly string[], what: string): Promise<string> {
  let output: Deno.CommandOutput;
  try {
    output = await new Deno.Command(command, { args: [...args], stdin: "null" }).output();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Deno.errors.NotFound(
      `Cannot ${what}: there is no command ${command} here: work on a machine that submits to Slurm, ` +
        "or leave out --executor slurm",
      { cause: error },
    );
  }
  const [text, errors] = [output.stdout, output.stderr].map((bytes) =>
    new TextDecoder().decode(bytes).trim()
  );
  if (output.success) return text!;
  const said = errors!.split("\n").map((line) => line.replace(/^\w+: (error|fatal): /, "").trim());
  throw new Error(
    `Cannot ${what}: ${command} says: ${said.at(-1) || `it has ended with ${output.code}`}: ` +
      advice(command, errors!),
  );
}

function advice(command: string, errors: string): string {
  if (/contact slurm controller|Socket timed out|configuration file/i.test(errors)) {
    return "look with sinfo whether Slurm is up";
  }
  return command === "sbatch"
    ? 'name what this cluster wants, as in --sbatch "--partition=gpu --account=me", see sinfo'
    : "look with squeue what it wants";
}
