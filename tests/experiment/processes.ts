/**
 * Small runs in processes of their own, and what they leave on the disk.
 *
 * @module
 */
import { readSafetensors } from "../../lib/disk/safetensors.ts";
import { runFiles } from "../../lib/experiment/run_folder.ts";
import { openRunStore } from "../../lib/experiment/run_store.ts";
import { projectRoot } from "../../lib/setup/project.ts";

/** How a process ended. */
export interface Outcome {
  /** 137 if it was killed. */
  readonly code: number;
  /** What it printed. */
  readonly stdout: string;
  /** What it said about errors. */
  readonly stderr: string;
}

/** When a process is killed with SIGKILL: when its output matches, and so many milliseconds later. */
export interface Kill {
  /** What it has printed by then. */
  readonly at: RegExp;
  /** Milliseconds that pass after it; 0 by default. */
  readonly later?: number;
}

/** Starts `small_run.ts`; see there for its arguments. */
export async function smallRun(args: readonly string[], kill?: Kill): Promise<Outcome> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", `${projectRoot}/tests/experiment/small_run.ts`, ...args],
    cwd: projectRoot,
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const errors = new Response(child.stderr).text();
  let stdout = "";
  let isHit = false;
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    stdout += text;
    if (isHit || !kill?.at.test(stdout)) continue;
    isHit = true;
    await new Promise((resolve) => setTimeout(resolve, kill.later ?? 0));
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended meanwhile.
    }
  }
  const { code } = await child.status;
  return { code, stdout, stderr: await errors };
}

/** Everything of a run that does not tell of time: weights, optimiser, best weights, records. */
export async function contentsOf(runs: string, name: string): Promise<unknown> {
  const tensors = (file: string): unknown =>
    readSafetensors(Deno.readFileSync(`${runs}/${name}/${file}`)).tensors;
  const { history, best, last } = await openRunStore(runs).read(name);
  return {
    checkpoint: tensors(runFiles.checkpoint),
    weights: tensors(runFiles.best),
    history: history.map(({ trainSeconds: _, evaluateSeconds: __, ...record }) => record),
    evaluations: [best, last],
  };
}
