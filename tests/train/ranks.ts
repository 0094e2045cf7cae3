/**
 * Processes that compute together, started for a test.
 *
 * @module
 */
import { projectRoot } from "../../lib/setup/project.ts";
import type { RankOutcome, RankTask } from "./rank.ts";

/** Addresses of this machine that nobody listens at. */
export function freeAddresses(count: number): string[] {
  const listeners = Array.from(
    { length: count },
    () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
  );
  const addresses = listeners.map(({ addr }) => `127.0.0.1:${addr.port}`);
  for (const listener of listeners) listener.close();
  return addresses;
}

/** Runs `rank.ts` in so many processes; gives what each has found. */
export async function trainInRanks(
  count: number,
  task: Omit<RankTask, "rank" | "addresses">,
): Promise<RankOutcome[]> {
  const addresses = freeAddresses(count);
  return await Promise.all(addresses.map(async (_, rank) => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-q", "-A", "--no-check", `${projectRoot}/tests/train/rank.ts`],
        JSON.stringify({ ...task, rank, addresses } satisfies RankTask),
      ],
      cwd: projectRoot,
    }).output();
    if (code === 0) return JSON.parse(new TextDecoder().decode(stdout)) as RankOutcome;
    throw new Error(`Rank ${rank} has ended with ${code}: ${new TextDecoder().decode(stderr)}`);
  }));
}
