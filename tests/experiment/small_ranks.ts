/**
 * A small run trained by several processes, which can be stopped or killed.
 *
 * @module
 */
import { freeAddresses } from "../../lib/cli/launch_ranks.ts";
import { projectRoot } from "../../lib/setup/project.ts";
import type { Outcome } from "./processes.ts";
import type { SmallRankTask } from "./small_rank.ts";

/** What is done to one of the processes, once its output matches and so many milliseconds later. */
export interface Blow {
  /** Which one. */
  readonly rank: number;
  /** What it gets. */
  readonly signal: "SIGKILL" | "SIGINT" | "SIGTERM";
  /** What it has printed by then. */
  readonly at: RegExp;
  /** Milliseconds that pass after it; 0 by default. */
  readonly later?: number;
}

/** How all have ended, and how long the last one has taken after the blow. */
export interface RanksOutcome {
  /** Each process. */
  readonly ranks: readonly Outcome[];
  /** Seconds from the blow to the end of all; 0 without one. */
  readonly seconds: number;
}

/** Starts `small_rank.ts` in so many processes, and waits until all have ended. */
export async function smallRanks(
  count: number,
  task: Omit<SmallRankTask, "addresses" | "rank">,
  blow?: Blow,
): Promise<RanksOutcome> {
  const addresses = freeAddresses(count);
  let struck: number | undefined;
  const ranks = await Promise.all(addresses.map(async (_, rank): Promise<Outcome> => {
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-q", "-A", "--no-check", `${projectRoot}/tests/experiment/small_rank.ts`],
        JSON.stringify({ ...task, addresses, rank } satisfies SmallRankTask),
      ],
      cwd: projectRoot,
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const errors = new Response(child.stderr).text();
    let stdout = "";
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      stdout += text;
      if (struck !== undefined || blow?.rank !== rank || !blow.at.test(stdout)) continue;
      struck = performance.now();
      await new Promise((resolve) => setTimeout(resolve, blow.later ?? 0));
      try {
        child.kill(blow.signal);
      } catch {
        // It has ended meanwhile.
      }
    }
    const { code } = await child.status;
    return { code, stdout, stderr: await errors };
  }));
  return { ranks, seconds: struck === undefined ? 0 : (performance.now() - struck) / 1000 };
}
