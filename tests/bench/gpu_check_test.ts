import { assert, assertEquals, assertMatch } from "@std/assert";
import { checkLines } from "../../lib/bench/gpu_check/lines.ts";
import { gpuFacts, gpuUse } from "../../lib/bench/gpu_check/nvidia.ts";
import { runLine } from "../../lib/bench/gpu_check/run_line.ts";
import {
  comparisons,
  judgeRepeat,
  judgeStep,
  judgeTests,
  judgeTraining,
  type LineResult,
} from "../../lib/bench/gpu_check/verdicts.ts";
import type { Row } from "../../lib/bench/measure.ts";
import { temporaryFolder } from "../data/disposables.ts";

function row(name: string, median: number): Row {
  return {
    ...{ name, version: "2.21.0", milliseconds: { median, min: median - 1, max: median + 1 } },
    ...{ rounds: [median], examplesPerSecond: 64000 / median, unit: "pairs" },
    ...{ operationsPerSecond: 1e12, hostMilliseconds: 1, recordingMilliseconds: 1 },
    ...{ firstMilliseconds: 9000, startMilliseconds: 9000, peakBytes: 1e9 },
  };
}

Deno.test("checkLines() has every size and type on a GPU, and XLA where its compiling is worth it", () => {
  const lines = checkLines({ device: "gpu", short: false, peer: true });
  const ids = lines.map(({ id }) => id);

  assertEquals(ids.slice(0, 5), ["driver", "tensorflow", "golden", "training", "repeatable"]);
  for (const width of [16, 64]) {
    for (const batch of [64, 128, 256, 512]) {
      for (const mode of ["float32", "tf32", "bfloat16"]) {
        assert(ids.includes(`step w${width} b${batch} ${mode}`));
      }
      assertEquals(ids.includes(`step w${width} b${batch} xla`), [64, 512].includes(batch));
    }
    for (const mode of ["float32", "tf32", "bfloat16"]) {
      assert(ids.includes(`pytorch w${width} b64 ${mode}`));
    }
  }
  assertEquals(new Set(ids).size, ids.length);
  assert(lines.reduce((sum, { minutes }) => sum + minutes, 0) < 20);
  assert(
    !checkLines({ device: "gpu", short: false, peer: false }).some(({ id }) => /^pytorch/.test(id)),
  );
});

Deno.test("judgeTests() tells a few tests that round otherwise from a device that computes nonsense", () => {
  const few = "step 12 is near ... FAILED (12ms)\nok | 90 passed (4 steps) | 1 failed (9s)";

  assertEquals(judgeTests("ok | 92 passed | 0 failed (40s)"), {
    verdict: "good",
    found: "92 tests pass",
  });
  assertEquals(judgeTests(few), {
    verdict: "note",
    found: "90 tests pass, 1 fail: step 12 is near",
  });
  assertEquals(judgeTests("FAILED | 40 passed | 50 failed (9s)").verdict, "bad");
  assertMatch(
    judgeTests("error: out of memory\n").found,
    /did not run to their end: error: out of/,
  );
});

Deno.test("judgeTraining() takes the last accuracy, and chance for a fault", () => {
  const verdicts = ["14.68", "21.00", "10.02"].map((top1) =>
    judgeTraining(`epoch 1/1  top-1 10.00 %\nbest top-1 ${top1} % in epoch 1`).verdict
  );
  assertEquals(verdicts, ["good", "note", "bad"]);
  assertEquals(judgeTraining("error: no images").verdict, "bad");
});

Deno.test("judgeRepeat() tells equal bits from rounding, and from numbers that are none", () => {
  assertEquals(judgeRepeat([8.5, -0.25], [8.5, -0.25]).verdict, "good");
  assertEquals(judgeRepeat([8.5, -0.25], [8.5, -0.2500001]).verdict, "note");
  assertEquals(judgeRepeat([8.5], [9.5]).verdict, "bad");
  assertEquals(judgeRepeat([NaN], [NaN]).verdict, "bad");
  assertEquals(judgeRepeat([], []).verdict, "bad");
  assertEquals(judgeRepeat([0, 0], [0, 0]).verdict, "bad");
});

Deno.test("judgeStep() wants a GPU to be busy where the kernels are large", () => {
  const judge = (width: number, utilisation: number): string => {
    const work = { kind: "step", mode: "float32", width, batchSize: 256 } as const;
    return judgeStep(row("compiled", 40), { work, use: { utilisation, bytes: 8e9 } }).verdict;
  };
  assertEquals([judge(64, 95), judge(64, 40), judge(16, 40)], ["good", "note", "good"]);
});

Deno.test("comparisons() sets the fastest of each side against each other, size by size", () => {
  const result = (id: string, measured: Row): LineResult => ({
    ...{ id, title: id, verdict: "good", found: "", row: measured },
  });

  const sentences = comparisons([
    result("step w16 b64 float32", row("compiled", 12)),
    result("step w16 b64 bfloat16", row("compiled bfloat16", 10)),
    result("step w64 b64 float32", row("compiled", 30)),
    result("pytorch w16 b64 float32", row("PyTorch channels last", 25)),
    result("pytorch w16 b64 tf32", row("PyTorch tf32", 20)),
  ]);

  assertEquals(sentences.length, 1);
  assertMatch(
    sentences[0]!,
    /^Width 16, batch 64: .*compiled bfloat16\), .*PyTorch tf32\): 2\.00 times/,
  );
});

Deno.test("gpuUse() leaves the start of a program out, and takes the most memory of all", () => {
  const lines = [...Array(20).fill("0, 300"), ...Array(9).fill("95, 9000"), "10, 100"].join("\n");

  assertEquals(gpuUse(lines, 2000), { utilisation: 95, bytes: 9000 * 2 ** 20 });
  assertEquals(gpuUse("", 2000), undefined);
  assertEquals(gpuUse("50, 1", 2000)?.utilisation, 50);
});

Deno.test("gpuFacts() reads what nvidia-smi says of the GPU that trainings take", async () => {
  using folder = temporaryFolder();
  await Deno.writeTextFile(
    `${folder.path}/nvidia-smi`,
    '#!/bin/sh\n[ "$4" = 6 ] && echo "NVIDIA Pretend, 9000, 550.54.15, 40960, 512"\n',
    { mode: 0o755 },
  );
  const [path, visible] = [Deno.env.get("PATH")!, Deno.env.get("CUDA_VISIBLE_DEVICES")];
  try {
    Deno.env.set("PATH", `${folder.path}:${path}`);
    Deno.env.set("CUDA_VISIBLE_DEVICES", "6,7");
    assertEquals(await gpuFacts(), {
      ...{ name: "NVIDIA Pretend, 9000", driver: "550.54.15" },
      ...{ bytes: 40960 * 2 ** 20, used: 512 * 2 ** 20 },
    });
    Deno.env.set("CUDA_VISIBLE_DEVICES", "5");
    assertEquals(await gpuFacts(), undefined);
  } finally {
    Deno.env.set("PATH", path);
    if (visible === undefined) Deno.env.delete("CUDA_VISIBLE_DEVICES");
    else Deno.env.set("CUDA_VISIBLE_DEVICES", visible);
  }
});

Deno.test("runLine() makes a verdict of what goes wrong", async () => {
  const line = checkLines({ device: "cpu", short: true, peer: true }).find(({ id }) =>
    /^pytorch/.test(id)
  )!;

  const result = await runLine(line, { device: "cpu", short: true, python: "/nowhere/python" });

  assertEquals(result.verdict, "note");
  assert(result.found.length > 0);
});

Deno.test("runLine() ends a program that hangs, and says how far it came", async () => {
  const line = checkLines({ device: "cpu", short: true, peer: false }).find(({ id }) =>
    id === "golden"
  )!;

  const result = await runLine(line, { device: "cpu", short: true, patience: 1 });

  assertEquals(result.verdict, "bad");
  assertEquals(
    result.found,
    "it has not ended within 0.001 s; the last that it printed: nothing",
  );
});
