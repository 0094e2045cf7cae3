import { assert, assertEquals, assertMatch } from "@std/assert";
import { openRunStore } from "../../lib/experiment/run_store.ts";
import { temporaryFolder } from "../data/disposables.ts";
import { copyFolder } from "./run_copies.ts";
import { smallRanks } from "./small_ranks.ts";

Deno.test("two processes stop together when one is asked to, and the run goes on in one and in four", async () => {
  await using temporary = await temporaryFolder();
  const runs = temporary.path;
  const blow = { rank: 1, signal: "SIGTERM", at: /step 0 / } as const;
  const { ranks } = await smallRanks(2, { runs, name: "cut", epochs: 2 }, blow);
  for (const { code, stdout, stderr } of ranks) {
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, /stopped/);
  }

  const records = [];
  for (const count of [1, 4]) {
    copyFolder(`${runs}/cut`, `${runs}/in-${count}`);
    const { ranks } = await smallRanks(count, { runs, name: `in-${count}`, epochs: 2 });
    for (const { stderr } of ranks) assertEquals(stderr, "");
    const { history, description } = await openRunStore(runs).read(`in-${count}`);
    assertEquals(history.length, 2);
    assertEquals(description.resumed[0]?.changes.processes?.now.split(",")[0], `${count}`);
    records.push(history.at(-1)!);
  }
  const [alone, together] = records as [typeof records[0], typeof records[0]];
  // The same plan and the same batches; a dozen steps amplify the rounding of float32.
  for (const [name, loss] of Object.entries(alone.losses)) {
    // Of losses between 1 and 8; the total may be near 0.
    const error = Math.abs(loss - together.losses[name]!);
    assert(error <= 5e-2, `${name} is off by ${error}`);
  }
});

Deno.test("two processes stop together where an epoch has one step and most are not evaluated", async () => {
  await using temporary = await temporaryFolder();
  const { path: runs } = temporary;
  const epochs = 100;
  const task = { runs, name: "short", epochs, settings: { batchSize: 400, evaluateEvery: epochs } };

  const { ranks } = await smallRanks(2, task, { rank: 1, signal: "SIGTERM", at: /step 3 1/ });

  for (const { stdout, stderr, code } of ranks) {
    assertEquals(code, 0, stderr);
    assertMatch(stdout, /step 2 1\n/);
    assertMatch(stdout, /stopped/);
    assert(!stdout.includes(`step ${epochs - 1} 1`), "before its end");
  }
});

Deno.test("a process that is killed before the first step ends the others with one line", async () => {
  await using temporary = await temporaryFolder();
  const runs = temporary.path;
  // While all time a step to say how long the training takes.
  for (const rank of [0, 1]) {
    const blow = { rank, signal: "SIGKILL", at: /^run from/m, later: 300 } as const;
    const { ranks, seconds } = await smallRanks(2, { runs, name: `killed-${rank}` }, blow);
    const { code, stdout, stderr } = ranks[1 - rank]!;
    assertEquals(code, 1, stdout);
    assertMatch(
      stderr,
      /^error: Cannot train on: rank \d \(\S+\) has ended without a word[^\n]*: start all processes again\n$/,
    );
    assert(seconds < 30, `${seconds} s`);
  }
});
