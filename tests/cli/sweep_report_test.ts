import { assertEquals } from "@std/assert";
import { liveBlock } from "../../lib/cli/live_block.ts";
import { changeLine, incompleteText, stateText, sweepLines } from "../../lib/cli/sweep_report.ts";
import { methods } from "../../lib/method/methods.ts";
import type { RunProgress } from "../../lib/study/progress.ts";
import { planStudy } from "../../lib/study/study.ts";

const variants = [0, 1, 2, 3].map((weight) => ({
  name: `gamma ${weight}`,
  settings: { consistencyWeight: weight },
}));
const planned = planStudy({ name: "g", title: "G", base: {}, variants, seeds: [1] }, { methods });
const [waiting, running, failed, known] = ([
  { state: "waiting", epoch: 0 },
  { state: "running", epoch: 3.26, top1: 41.237, secondsLeft: 61 },
  { state: "failed", epoch: 1, problem: "the disk is full" },
  { state: "known", epoch: 10, top1: 70 },
] as const).map((report, index): RunProgress => ({
  run: planned[index]!,
  totalEpochs: 10,
  ...report,
})) as [RunProgress, RunProgress, RunProgress, RunProgress];
const all = [waiting, running, failed, known];

Deno.test("the table of a sweep has a line for each run, with its error where it failed", () => {
  assertEquals(sweepLines(all, { room: 24, title: "G" }), [
    "G: 1 of 4 runs finished, 1 failed",
    "  gamma 0, seed 1  waits",
    "  gamma 1, seed 1  at work, 3.2 of 10 epochs, top-1 41.24 %, 1m 1s left",
    "  gamma 2, seed 1  failed, 1 of 10 epochs: the disk is full",
    "  gamma 3, seed 1  known, top-1 70.00 %",
  ]);
});

Deno.test("where there is no room, runs at work and failed ones are shown and the others counted", () => {
  assertEquals(sweepLines(all, { room: 4, title: "G" }), [
    "G: 1 of 4 runs finished, 1 failed",
    "  gamma 1, seed 1  at work, 3.2 of 10 epochs, top-1 41.24 %, 1m 1s left",
    "  gamma 2, seed 1  failed, 1 of 10 epochs: the disk is full",
    "  and 2 more: 1 waits, 1 known",
  ]);
});

Deno.test("without a terminal there is a line for each other state and each tenth of a run", () => {
  assertEquals(changeLine(waiting, undefined), undefined);
  assertEquals(changeLine(running, waiting), `gamma 1, seed 1: ${stateText(running)}`);
  assertEquals(changeLine({ ...running, epoch: 3.9 }, running), undefined);
  assertEquals(
    changeLine({ ...running, epoch: 4 }, running),
    "gamma 1, seed 1: at work, 4 of 10 epochs, top-1 41.24 %, 1m 1s left",
  );
  assertEquals(changeLine(failed, failed), undefined);
});

Deno.test("what is left of a sweep is said in one line", () => {
  assertEquals(incompleteText([known]), undefined);
  assertEquals(
    incompleteText(all),
    "1 of 4 runs failed, 2 of 4 runs are not finished: the same command goes on with them",
  );
  assertEquals(
    incompleteText([waiting], { onlyFailed: true }),
    "1 of 1 run is not finished: the same command without --only failed goes on with them",
  );
  assertEquals(
    incompleteText([failed], { onlyFailed: true }),
    "1 of 1 run failed: the same command goes on with them",
  );
});

Deno.test("the live table is rewritten in place, cut to the terminal, and stays at the end", () => {
  let written = "";
  let now = 0;
  const block = liveBlock({
    stream: {
      isTerminal: () => true,
      writeSync: (bytes) => (written += new TextDecoder().decode(bytes)).length,
    },
    size: () => ({ columns: 10, rows: 3 }),
    now: () => now,
    terminal: "xterm",
  });
  const shown = (): string => [written, written = ""][0]!;

  block.update(["a", "b", "c"]);
  assertEquals(shown(), "a\nb\n", "one line of the terminal is left for the cursor");
  block.update(["late"]);
  assertEquals(shown(), "", "not before a tenth of a second has passed");
  now = 100;
  block.update(["0123456789"]);
  assertEquals(shown(), "\x1b[2A\r\x1b[J01234567…\n");
  block.note("stays");
  assertEquals(shown(), "\x1b[1A\r\x1b[Jstays\n01234567…\n");
  block.finish(["end"]);
  assertEquals(shown(), "\x1b[1A\r\x1b[Jend\n");
});
