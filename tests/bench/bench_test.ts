import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { startContender } from "../../lib/bench/contender.ts";
import { medianRatio, spread } from "../../lib/bench/statistics.ts";
import { projectRoot } from "../../lib/setup/project.ts";

Deno.test("spread() finds the middle of odd and even series", () => {
  assertEquals(spread([5, 1, 9]), { median: 5, min: 1, max: 9 });
  assertEquals(spread([5, 1, 9, 7]), { median: 6, min: 1, max: 9 });
  assertThrows(() => spread([]), RangeError);
});

Deno.test("medianRatio() pairs the rounds, so that a slow round of both does not count", () => {
  assertEquals(medianRatio([20, 200, 20], [10, 100, 10]), 2);
});

Deno.test("a contender runs as many steps as asked, in every mode", async () => {
  for (
    const options of [
      { mode: "compiled", trainingType: "float32" },
      { mode: "compiled", trainingType: "bfloat16" },
      { mode: "eager", trainingType: "float32" },
      { mode: "compiled", trainingType: "float32", evaluate: true },
    ]
  ) {
    await using contender = await startContender({
      name: options.mode,
      program: Deno.execPath(),
      args: [
        ...["run", "-A", "--no-check", `${projectRoot}/lib/bench/worker.ts`],
        JSON.stringify({ width: 2, batchSize: 8, device: "cpu", ...options }),
      ],
    });
    const { times, peakBytes } = await contender.run(3);
    assertEquals(times.length, 3);
    assert(times.every((ms) => ms > 0) && peakBytes > 1e8 && contender.firstMilliseconds > 0);
  }
});

Deno.test("a contender that ends early is named with its last words", async () => {
  await assertRejects(
    () =>
      startContender({
        name: "silent",
        program: Deno.execPath(),
        args: ["eval", "console.error('no such thing'); Deno.exit(1)"],
      }),
    Error,
    "Cannot time silent: it ended early: no such thing",
  );
});
