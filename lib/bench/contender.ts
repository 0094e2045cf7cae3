/**
 * A process that runs training steps on demand, so that several can take turns on one machine.
 *
 * It prints `{"ready": version, "first": ms}`, then answers each line `{"steps": n}` with
 * `{"times": [ms, ...], "peakBytes": n, "bytes": n}`. Ours is `worker.ts`, which adds `"recording": ms` to
 * the first and `"host": [ms, ...], "losses": [number, ...]` to the other; PyTorch's is `pytorch_step.py`. Those
 * that make views of image files, `image_worker.ts` and `torchvision_views.py`, add `"cpu": [ms, ...]`.
 *
 * @module
 */

import { stripVTControlCharacters } from "node:util";
import { linesOf } from "../process/lines.ts";

/** How to start a contender. */
export interface ContenderCommand {
  /** Name in the table. */
  readonly name: string;
  /** Program. */
  readonly program: string;
  /** Its arguments. */
  readonly args: readonly string[];
  /** Variables of its environment, beside those of this process. */
  readonly env?: Readonly<Record<string, string>>;
}

/** What a contender says of a turn. */
export interface Turn {
  /** Milliseconds of each step. */
  readonly times: readonly number[];
  /** Milliseconds of each step outside of TensorFlow; none where they are not known. */
  readonly host: readonly number[];
  /** Loss terms of the last step; none where they are not told. */
  readonly losses: readonly number[];
  /** Milliseconds of processors each step took, in all threads and child processes; none where not known. */
  readonly cpu: readonly number[];
  /** Largest memory of the process so far. */
  readonly peakBytes: number;
  /** Memory of the process now, without JavaScript's heap. */
  readonly bytes: number;
}

/** A running contender. */
export interface Contender extends AsyncDisposable {
  /** Name in the table. */
  readonly name: string;
  /** Version of what runs the steps. */
  readonly version: string;
  /** Milliseconds of the first step, compilation included. */
  readonly firstMilliseconds: number;
  /** Milliseconds it took to record the step, or null where that is not known. */
  readonly recordingMilliseconds: number | null;
  /** Milliseconds from the start of the process to the end of its warm-up. */
  readonly startMilliseconds: number;
  /** Runs so many steps. */
  run(steps: number): Promise<Turn>;
}

/**
 * Starts a contender and waits until it is warm.
 *
 * @param command Name, program and arguments.
 * @returns The contender; disposing it ends its process.
 * @throws {Error} If it ends before; with the last line of what it wrote to standard error.
 */
export async function startContender(
  { name, program, args, env = {} }: ContenderCommand,
): Promise<Contender> {
  const started = performance.now();
  const child = new Deno.Command(program, {
    args: [...args],
    env,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const input = child.stdin.getWriter();
  const answers = linesOf(child.stdout);
  const errors = new Response(child.stderr).text();
  const answer = async (): Promise<Record<string, unknown>> => {
    let line = await answers.next();
    while (line.value === "") line = await answers.next();
    if (!line.done) return JSON.parse(line.value);
    const said = stripVTControlCharacters(await errors).trim().split("\n");
    // Behind the error of a program of ours stands where it comes from.
    const last = said.findLast((line) => line.startsWith("error: ")) ?? said.at(-1);
    const { code, signal } = await child.status;
    const unsaid = `no message, ${signal === null ? `exit code ${code}` : `ended by ${signal}`}`;
    throw new Error(`Cannot time ${name}: it ended early: ${last || unsaid}`);
  };
  const { ready, first, recording = null } = await answer();
  return {
    name,
    version: String(ready),
    firstMilliseconds: Number(first),
    recordingMilliseconds: recording as number | null,
    startMilliseconds: performance.now() - started,
    async run(steps) {
      // One that has ended takes no line; what it said is in the error of the answer.
      await input.write(new TextEncoder().encode(JSON.stringify({ steps }) + "\n")).catch(() => {});
      const { times, host = [], losses = [], cpu = [], peakBytes, bytes } = await answer();
      return {
        times: times as number[],
        host: host as number[],
        losses: losses as number[],
        cpu: cpu as number[],
        peakBytes: Number(peakBytes),
        bytes: Number(bytes),
      };
    },
    async [Symbol.asyncDispose]() {
      await input.close().catch(() => {});
      await child.status;
    },
  };
}
