import { assertEquals, assertRejects } from "@std/assert";
import { addSpeedCards, readSpeedCards, type SpeedCard } from "../../lib/bench/speed_cards.ts";
import { deviceTimings, speedTable, timings } from "../../lib/cli/readme/speed_tables.ts";
import { temporaryFolder } from "../data/disposables.ts";

const row = { least: null, most: null, examplesPerSecond: null, peakBytes: null };

/** A card of two peers, of which one convolves in bfloat16. */
function cardOf(changes: Partial<SpeedCard> = {}): SpeedCard {
  return {
    ...{ what: "a step", machine: "two cores", date: "2026-11-27" },
    ...{ commit: "0123456789abcdef", command: "deno task bench --peer", unit: "ms a step" },
    rows: [
      { ...row, name: "op by op", median: 9, timesAsFast: { "PyTorch eager": 2 } },
      {
        ...{ ...row, name: "compiled", median: 5 },
        timesAsFast: { "PyTorch eager": 4, "PyTorch compile": 3, "PyTorch bfloat16": 0.5 },
      },
      { ...row, name: "PyTorch eager", median: 20, timesAsFast: {} },
      { ...row, name: "PyTorch compile", median: 15, timesAsFast: {} },
      { ...row, name: "PyTorch bfloat16", median: 2, timesAsFast: {} },
    ],
    ...changes,
  };
}

Deno.test("a card takes the place of that of the same thing on the same machine", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/new/speed.json`;

  await addSpeedCards(path, [cardOf(), cardOf({ machine: "four cores" })]);
  const count = await addSpeedCards(path, [cardOf({ commit: "fedc" }), cardOf({ what: "views" })]);

  assertEquals(count, 3);
  assertEquals(
    (await readSpeedCards(path)).map(({ what, machine, commit }) => [what, machine, commit]),
    [
      ["a step", "two cores", "fedc"],
      ["a step", "four cores", "0123456789abcdef"],
      ["views", "two cores", "0123456789abcdef"],
    ],
  );
});

Deno.test("a file of something else is no file of speed cards, and stays as it is", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/speed.json`;
  const text = JSON.stringify([{ ...cardOf(), date: "yesterday" }]);
  await Deno.writeTextFile(path, text);

  await assertRejects(
    () => addSpeedCards(path, [cardOf()]),
    TypeError,
    "the list of cards[0].date",
  );
  assertEquals(await Deno.readTextFile(path), text);
});

Deno.test("speedTable() has the best peer in float32, by the least time or the most views", () => {
  const views = cardOf({
    ...{ what: "views", unit: "views a second" },
    rows: [
      { ...row, name: "ours", median: 1048, timesAsFast: { "0 workers": 3.8, "4 workers": 2.06 } },
      { ...row, name: "0 workers", median: 275, timesAsFast: {} },
      { ...row, name: "4 workers", median: 440, timesAsFast: {} },
    ],
  });
  const alone = cardOf({ rows: [{ ...row, name: "compiled", median: 5, timesAsFast: {} }] });

  assertEquals(speedTable([cardOf(), views, alone]).rows.map((cells) => cells.slice(1, 6)), [
    ["5 ms", "15 ms (PyTorch compile)", "3.00", "two cores", "`0123456`"],
    ["1,048 a second", "440 a second (4 workers)", "2.06", "two cores", "`0123456`"],
    ["5 ms", "–", "–", "two cores", "`0123456`"],
  ]);
});

Deno.test("timings() leaves out what no contender of a card has", () => {
  const text = timings([cardOf(), cardOf({ unit: "views a second" })]);

  assertEquals(text.match(/^\| contender.*$/gm), ["| contender | ms | times as fast |"]);
  assertEquals(text.match(/^\| op by op.*$/gm), ["| op by op | 9 | 2.00 / – / – |"]);
});

Deno.test("deviceTimings() has steps and sums, and calls a model what is one; the other tables leave them out", () => {
  const sum = (processes: number, numbers: string, median: number) => ({
    ...{ ...row, name: `${processes} processes, ${numbers} numbers`, median, timesAsFast: {} },
  });
  // 2 (P - 1) turns of 1 ms, and of a P-th of 4 bytes a number at 4 MB a ms.
  const sums = cardOf({
    ...{ what: "an all-reduce", unit: "ms of processes" },
    rows: [sum(2, "1,000,000", 3), sum(2, "2,000,000", 4), sum(4, "4,000,000", 12)],
  });
  const steps = cardOf({
    ...{ what: "a step", unit: "ms of processes" },
    rows: [
      { ...row, name: "1 process", median: 200, examplesPerSecond: 320, timesAsFast: {} },
      { ...row, name: "2 processes", median: 100, examplesPerSecond: 640, timesAsFast: {} },
      { ...row, name: "their all-reduce of 1,000 numbers by itself", median: 5, timesAsFast: {} },
    ],
  });
  const text = deviceTimings([cardOf(), steps, sums]);

  assertEquals(
    text.match(/^A step; the all-reduce takes 5.0 % of a step of two processes/m)?.length,
    1,
  );
  assertEquals(
    text.match(/^A model, not measured: 2 \(P − 1\) turns of 1.00 ms.* at 4.00 GB\/s/m)?.length,
    1,
  );
  assertEquals(
    text.match(/^\| +64 \| +4,000,000 .*$/m)?.[0].replaceAll(/\s/g, ""),
    "|64|4,000,000|133.9|128.5|",
  );
  assertEquals([speedTable([steps, sums]).rows.length, timings([steps, sums])], [0, ""]);
});
