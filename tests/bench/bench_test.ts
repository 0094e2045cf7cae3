import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { startContender } from "../../lib/bench/contender.ts";
import {
  allContenders,
  checkPeer,
  compiledContender,
  fastContenders,
  operationCounts,
  trainingFlags,
} from "../../lib/bench/contenders.ts";
import { measureInTurns, measureOneByOne } from "../../lib/bench/measure.ts";
import { medianRatio, spread } from "../../lib/bench/statistics.ts";
import { crossEntropyMethod, methods } from "../../lib/method/methods.ts";
import { hasPeer } from "../../lib/setup/peer.ts";
import { projectRoot } from "../../lib/setup/project.ts";

Deno.test("spread() finds the middle of odd and even series", () => {
  assertEquals(spread([5, 1, 9]), { median: 5, min: 1, max: 9 });
  assertEquals(spread([5, 1, 9, 7]), { median: 6, min: 1, max: 9 });
  assertThrows(() => spread([]), RangeError);
});

Deno.test("medianRatio() pairs the rounds, so that a slow round of both does not count", () => {
  assertEquals(medianRatio([20, 200, 20], [10, 100, 10]), 2);
  assertThrows(() => medianRatio([20, 200], [10]), RangeError, "2 rounds against 1");
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
    const { times, host, peakBytes } = await contender.run(3);
    assertEquals(times.length, 3);
    assertEquals(host.length, "evaluate" in options ? 0 : 3);
    assert(host.every((ms, i) => ms > 0 && ms < (times[i] ?? 0)), `${host} of ${times}`);
    assert((contender.recordingMilliseconds! > 0) === (options.mode === "compiled"));
    assert(times.every((ms) => ms > 0) && peakBytes > 1e8 && contender.firstMilliseconds > 0);
  }
});

Deno.test("a contender of ours says that there is no method of a name", async () => {
  const worker = `${projectRoot}/lib/bench/worker.ts`;
  const options = JSON.stringify({ method: "cross_entorpy" });
  await assertRejects(
    () =>
      startContender({
        name: "ours",
        program: Deno.execPath(),
        args: ["run", "-A", "--no-check", worker, options],
      }),
    Error,
    "Cannot use --method cross_entorpy: there is no such method",
  );
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

Deno.test("a contender that is killed without a word is told by what", async () => {
  await assertRejects(
    () =>
      startContender({
        name: "killed",
        program: Deno.execPath(),
        args: ["eval", 'Deno.kill(Deno.pid, "SIGKILL")'],
      }),
    Error,
    "Cannot time killed: it ended early: no message, ended by SIGKILL",
  );
});

Deno.test("a contender that ends between two turns says why", async () => {
  const script = `console.log('{"ready": "1", "first": 1}'); console.error("out of luck")`;
  await using contender = await startContender({
    name: "brief",
    program: Deno.execPath(),
    args: ["eval", script],
  });
  await new Promise((resolve) => setTimeout(resolve, 500));
  await assertRejects(
    () => contender.run(1),
    Error,
    "Cannot time brief: it ended early: out of luck",
  );
});

const setting = { width: 2, batchSize: 8, device: "cpu", peer: false, xla: false } as const;
const broken = {
  name: "broken",
  program: Deno.execPath(),
  args: ["eval", "console.error('out of memory'); Deno.exit(1)"],
};

Deno.test("operationCounts() counts three passes of two views for each pair", () => {
  const { step, evaluation } = operationCounts({ width: 16, batchSize: 64 });
  // 69 million multiplications an image: table of the architecture
  assertEquals(Math.round(step / (3 * 2 * 64 * 2) / 1e6), 69);
  assertEquals(step / (3 * 2 * 64), evaluation / 500);
});

Deno.test("operationCounts() counts one view for each image of cross-entropy", () => {
  const method = crossEntropyMethod;
  const { step, evaluation } = operationCounts({ width: 16, batchSize: 64, method });
  assertEquals(step / (3 * 64), evaluation / 500);
});

Deno.test("our contenders run with the flags of the task that trains", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(`${projectRoot}/deno.json`));
  assertEquals(tasks.train, `deno run -q -A ${trainingFlags.join(" ")} lib/cli/main.ts train`);
});

Deno.test("PyTorch takes part where it is asked for, XLA too", () => {
  const names = (given: Partial<typeof setting> | { peer: boolean; xla: boolean }) =>
    allContenders({ ...setting, ...given }).map(({ name }) => name);
  assertEquals(names({}), ["op by op", "compiled", "compiled bfloat16", "evaluation of 500"]);
  assertEquals(names({ peer: true, xla: true }).length, 9);
  assertEquals(fastContenders({ ...setting, peer: true }).map(({ name }) => name), [
    "compiled",
    "compiled bfloat16",
    "PyTorch channels last",
    "PyTorch bfloat16",
  ]);
});

Deno.test("all take the device that is asked for, and TensorFloat-32 takes part on a GPU", () => {
  const contenders = allContenders({ ...setting, device: "gpu", peer: true });
  for (const { name, args } of contenders) {
    const told = name.startsWith("PyTorch") ? "--device gpu" : '"device":"gpu"';
    assert(args.join(" ").includes(told), `${name}: ${args}`);
  }
  const shortened = contenders.filter(({ args }) => args.join().includes('"tensorFloat32":true'));
  assertEquals(shortened.map(({ name }) => name), ["compiled tf32"]);
});

Deno.test("every contender takes a step of the method that is asked for", () => {
  const contenders = allContenders({ ...setting, peer: true, method: crossEntropyMethod });
  for (const { name, args } of contenders) {
    const told = name.startsWith("PyTorch") ? "--method cross_entropy" : '"method":"cross_entropy"';
    assert(args.join(" ").includes(told), `${name}: ${args}`);
  }
  assertEquals(contenders.length, 8);
});

Deno.test("PyTorch is refused a method whose step it does not have", () => {
  const method = methods.find(({ name }) => name === "focal")!;
  checkPeer({ method, peer: false });
  for (const contenders of [allContenders, fastContenders]) {
    assertEquals(contenders({ ...setting, method }).some(({ name }) => name === "compiled"), true);
    assertThrows(
      () => contenders({ ...setting, method, peer: true }),
      RangeError,
      "Cannot time PyTorch with the method focal: its step is written for glmc and cross_entropy",
    );
  }
});

Deno.test({
  name: "PyTorch takes a step of each method that it has (needs PyTorch in .venv)",
  ignore: !hasPeer(),
  async fn() {
    for (const method of [methods[0]!, crossEntropyMethod]) {
      const contenders = allContenders({ ...setting, peer: true, method });
      const eager = contenders.find(({ name }) => name === "PyTorch eager")!;
      await using contender = await startContender(eager);
      const { times, peakBytes } = await contender.run(2);
      assert(times.length === 2 && times.every((ms) => ms > 0) && peakBytes > 1e8, `${times}`);
    }
  },
});

Deno.test("measureInTurns() counts images where the method does", async () => {
  const counted = { ...setting, method: crossEntropyMethod };
  const [row] = await measureInTurns([compiledContender(counted)], {
    setting: counted,
    rounds: 1,
    steps: 1,
  });
  assertEquals(row?.unit, "images");
});

Deno.test("measureInTurns() gives all rounds of every contender, and fails if one fails", async () => {
  const compiled = compiledContender(setting);
  const seen: string[] = [];
  const rows = await measureInTurns([compiled, compiled], {
    setting,
    rounds: 2,
    steps: 1,
    onProgress: (text) => seen.push(text),
  });
  assertEquals(rows.map(({ rounds }) => rounds.length), [2, 2]);
  assert(
    rows.every(({ milliseconds, examplesPerSecond, unit }) =>
      unit === "pairs" && Math.abs(examplesPerSecond * milliseconds.median - 8000) < 1e-6
    ),
  );
  assertEquals(seen.filter((text) => text.startsWith("round 2/2")).length, 2);
  await assertRejects(
    () => measureInTurns([broken], { setting, rounds: 1, steps: 1 }),
    Error,
    "Cannot time broken",
  );
});

Deno.test("measureOneByOne() goes on when one does not fit into memory", async () => {
  const compiled = compiledContender(setting);
  const { rows, failures } = await measureOneByOne([broken, compiled], {
    setting,
    rounds: 1,
    steps: 1,
  });
  assertEquals(rows.map(({ name }) => name), ["compiled"]);
  assertEquals(failures, ["Cannot time broken: it ended early: out of memory"]);
});
