import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { readSpeedCards } from "../../lib/bench/speed_cards.ts";
import type { BenchReport } from "../../lib/cli/bench_report.ts";
import { projectRoot } from "../../lib/setup/project.ts";
import { temporaryFolder } from "../data/disposables.ts";

async function bench(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", `${projectRoot}/lib/cli/main.ts`, "bench", ...args],
  }).output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

Deno.test("bench prints a table and writes the numbers and a page with a plot", async () => {
  using folder = temporaryFolder();
  const out = `${folder.path}/new/numbers.json`;
  const cards = `${folder.path}/cards/speed.json`;
  const { code, stdout, stderr } = await bench(
    ...[
      "--width",
      "2",
      "-b",
      "8",
      "--rounds",
      "2",
      "--steps",
      "1",
      "--device",
      "cpu",
      "--out",
      out,
      "--export",
      cards,
    ],
  );
  assertEquals(code, 0, stderr);
  for (const name of ["op by op", "compiled", "compiled bfloat16", "evaluation of 500"]) {
    assertMatch(stdout, new RegExp(`^${name} +[\\d.,]+ `, "m"));
  }
  assertMatch(stdout, /Best single convolution of this width: [1-9]\d* GFLOP\/s in float32/);
  const report: BenchReport = JSON.parse(await Deno.readTextFile(out));
  assertEquals([report.width, report.rounds, report.device], [2, 2, "cpu"]);
  assertEquals(report.method, "glmc");
  assertEquals(report.results.map(({ batchSize }) => batchSize), [8]);
  const rows = report.results.flatMap(({ rows }) => rows);
  assertMatch(stdout, /pairs\/s +images\/s/);
  assertEquals(rows.map(({ unit }) => unit), ["pairs", "pairs", "pairs", "images"]);
  assert(
    rows.every(({ milliseconds: { min, median, max } }) =>
      0 < min && min <= median && median <= max
    ),
  );
  const page = await Deno.readTextFile(`${folder.path}/new/numbers.html`);
  assertStringIncludes(page, "Training step, width 2, batch 8");
  const [card, ...others] = await readSpeedCards(cards);
  assertEquals(others, []);
  assertEquals(
    { ...card, machine: "", date: "", commit: "", rows: [] },
    {
      what: "a step of glmc, ResNet-32 of width 2, batch of 8 pairs",
      ...{ machine: "", date: "", commit: "", unit: "ms a step", rows: [] },
      command: "deno task bench --width 2 -b 8 --rounds 2 --steps 1 --device cpu",
    },
  );
  assertEquals(card?.machine, report.processor);
  assertEquals(
    card?.rows.map(({ name, median, peakBytes }) => [name, median, peakBytes]),
    rows.slice(0, -1).map(({ name, milliseconds: { median }, peakBytes }) => [
      name,
      median,
      peakBytes,
    ]),
  );
});

Deno.test("bench refuses numbers that are no counts, in one line", async () => {
  for (
    const [flag, value] of [["--rounds", "0"], ["--inter_op_threads", "1.5"], ["-b", "0"]] as const
  ) {
    const { code, stderr } = await bench(flag, value);
    assertEquals(code, 2);
    assertEquals(
      stderr,
      `error: Cannot use ${flag} ${value}: it must be a whole number, at least 1\n`,
    );
  }
});

Deno.test("bench times the step of another method, which counts images", async () => {
  using folder = temporaryFolder();
  const out = `${folder.path}/numbers.json`;
  const { code, stdout, stderr } = await bench(
    ...["--method", "ce", "--width", "2", "-b", "8", "--rounds", "1", "--steps", "1"],
    ...["--device", "cpu", "--out", out],
  );
  assertEquals(code, 0, stderr);
  assertMatch(stdout, /^A step of cross_entropy, ResNet-32 of width 2, batch of 8 images;/m);
  assertMatch(stdout, /max +images\/s +GFLOP\/s/);
  const report: BenchReport = JSON.parse(await Deno.readTextFile(out));
  assertEquals(report.method, "cross_entropy");
  assertEquals(new Set(report.results[0]?.rows.map(({ unit }) => unit)), new Set(["images"]));
  assertStringIncludes(
    await Deno.readTextFile(`${folder.path}/numbers.html`),
    "Training step of ResNet-32, width 2, method cross_entropy",
  );
});

Deno.test("bench refuses what it cannot time or keep, in one line", async () => {
  for (
    const [args, message] of [
      [["--method", "cross_entorpy"], "there is no such method: did you mean cross_entropy"],
      [["--peer", "--method", "focal"], "Cannot time PyTorch with the method focal: its step is"],
      [
        ["--method", "ce", "--methods", "glmc"],
        "Cannot use --method ce with --methods: that compares",
      ],
      [["--memory", "--export", "speed.json"], "Cannot use --export with --memory: its numbers"],
    ] as const
  ) {
    const { code, stdout, stderr } = await bench(...args);
    assertEquals([code, stdout], [2, ""]);
    assertStringIncludes(stderr, message);
    assertEquals(stderr.trim().split("\n").length, 1);
  }
});

Deno.test("bench compares the steps of methods with that of the first", async () => {
  const { code, stdout, stderr } = await bench(
    ...[
      "--methods",
      "glmc,ce",
      "--width",
      "2",
      "-b",
      "8",
      "--rounds",
      "1",
      "--steps",
      "1",
      "--device",
      "cpu",
    ],
  );
  assertEquals(code, 0, stderr);
  assertMatch(stdout, /of glmc's time/);
  assertMatch(stdout, /^glmc .* 1$/m);
  assertMatch(stdout, /^cross_entropy +[\d.]+ +[\d.]+ +[\d.]+ +[\d.]+$/m);
});
