/**
 * Kills processes of a run that several train together, and continues it each time with another number of
 * them: `deno run -A tests/experiment/rank_kills.ts [times]`.
 *
 * Each kill hits any process at any time. All others have to end within 30 s, with one line, and the run has
 * to go on from its last checkpoint.
 *
 * @module
 */
import { randomStream } from "../../lib/data/random.ts";
import { openRunStore } from "../../lib/experiment/run_store.ts";
import { smallRanks } from "./small_ranks.ts";

/** What became of a run whose processes were killed. */
export interface RankKillReport {
  /** Kills that hit a process before its end. */
  readonly kills: number;
  /** Seconds from a kill to the end of all, at most. */
  readonly slowest: number;
  /** What was not as it has to be. */
  readonly problems: readonly string[];
}

/** Kills so many processes of small runs of two or three, and continues each run to its end. */
export async function killRanks(
  runs: string,
  { times, seed = 1 }: { readonly times: number; readonly seed?: number },
): Promise<RankKillReport> {
  const random = randomStream(seed, "rank kills");
  const problems: string[] = [];
  let [kills, slowest, runCount] = [0, 0, 0];
  while (kills < times) {
    const name = `killed-${++runCount}`;
    let reached = "0 0";
    for (let isDone = false; !isDone;) {
      const count = 2 + random.integer(2);
      const rank = random.integer(count);
      // While the first step is recorded; or in a step, an evaluation, or between files.
      const isEarly = random.uniform() < 0.3;
      const later = Math.floor((isEarly ? 4000 : 1500) * random.uniform());
      const at = isEarly ? /^run/m : [/^step/m, /^checkpoint/m, /^epoch/m][random.integer(3)]!;
      const blow = { rank, signal: "SIGKILL", at, later } as const;
      const isStruck = kills < times;
      const { ranks, seconds } = await smallRanks(
        count,
        { runs, name },
        isStruck ? blow : undefined,
      );
      const hit = ranks[rank]!.code === 137;
      isDone = !hit && ranks.every(({ code }) => code === 0);
      if (hit) {
        kills++;
        slowest = Math.max(slowest, seconds - later / 1000);
        if (seconds - later / 1000 > 30) problems.push(`${name}: ended after ${seconds} s`);
      }
      for (const [other, { code, stderr, stdout }] of ranks.entries()) {
        const lines = stderr.trim().split("\n").filter((line) => line !== "");
        const isClear = lines.length === 1 && lines[0]!.startsWith("error: Cannot train on: rank ");
        // One that was done already has nothing to say.
        const isSound = other === rank && hit ? lines.length === 0 : code === 0 || isClear;
        if (!isSound) problems.push(`${name}, rank ${other}: ${code} ${stderr || stdout}`);
      }
      const [, from] = /^run from (.*)$/m.exec(ranks[0]!.stdout) ?? [];
      // Epochs are single digits, steps too.
      if (from !== undefined && from < reached) problems.push(`${name}: ${from} after ${reached}`);
      reached = from ?? reached;
      console.error(`${kills} kills, ${problems.length} problems, ${name} at ${reached}`);
    }
    const { history } = await openRunStore(runs).read(name);
    if (history.length !== 3) problems.push(`${name}: ${history.length} epochs`);
  }
  return { kills, slowest, problems };
}

if (import.meta.main) {
  const runs = await Deno.makeTempDir();
  const report = await killRanks(runs, { times: Number(Deno.args[0] ?? 30) });
  console.log(JSON.stringify(report, null, 2));
  await Deno.remove(runs, { recursive: true });
  Deno.exit(report.problems.length === 0 ? 0 : 1);
}
