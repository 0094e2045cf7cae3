/**
 * Kills a run again and again and continues it each time: `deno run -A tests/experiment/kills.ts [times]`.
 *
 * Half of the kills come in the milliseconds after an epoch's steps, when files are being written, the
 * others anywhere. In the end weights, records and evaluations must be those of a run that was left alone.
 *
 * @module
 */
import { isDeepStrictEqual } from "node:util";
import { randomStream } from "../../lib/data/random.ts";
import { contentsOf, type Kill, smallRun } from "./processes.ts";

/** What became of a run that was killed many times. */
export interface KillReport {
  /** Kills that hit a process before its end. */
  readonly kills: number;
  /** Whether what it holds is what a run holds that was left alone. */
  readonly isSame: boolean;
  /** What processes said about files that they found damaged; whole-file writing leaves none. */
  readonly notices: readonly string[];
}

/**
 * Kills a small run so many times, continues it each time, and compares it in the end.
 *
 * A run that reaches its end before is followed by another one.
 */
export async function killAndContinue(
  runs: string,
  { times, seed = 1 }: { readonly times: number; readonly seed?: number },
): Promise<KillReport> {
  const random = randomStream(seed, "kills");
  await smallRun([runs, "whole"]);
  const whole = await contentsOf(runs, "whole");
  const notices: string[] = [];
  let [kills, runCount] = [0, 0];
  let isSame = true;
  while (kills < times) {
    const name = `killed-${++runCount}`;
    for (;;) {
      const { code, stderr } = await smallRun(
        [runs, name],
        kills < times ? nextKill() : undefined,
      );
      if (stderr !== "") notices.push(stderr.trim());
      if (code === 0) break;
      if (code !== 137) throw new Error(`The run ended with code ${code}: ${stderr}`);
      kills++;
    }
    isSame &&= isDeepStrictEqual(await contentsOf(runs, name), whole);
  }
  return { kills, isSame, notices };

  function nextKill(): Kill {
    // Steps of the epoch are done: the checkpoint, then evaluation, weights and records are written.
    if (random.uniform() < 0.5) {
      return { at: /step \d 5/, later: Math.floor(60 * random.uniform()) };
    }
    return { at: /run /, later: Math.floor(2500 * random.uniform()) };
  }
}

if (import.meta.main) {
  const runs = await Deno.makeTempDir();
  const report = await killAndContinue(runs, { times: Number(Deno.args[0] ?? 30) });
  console.log(JSON.stringify(report, null, 2));
  await Deno.remove(runs, { recursive: true });
  Deno.exit(report.isSame ? 0 : 1);
}
