import { assertEquals, assertMatch } from "@std/assert";
import { errorLine, nearest, progressLine } from "../../lib/cli/shell.ts";

function watchLine(options: { terminal: boolean; columns?: number }) {
  let time = 0;
  const written: string[] = [];
  const line = progressLine({
    stream: {
      isTerminal: () => options.terminal,
      writeSync: (bytes) => written.push(new TextDecoder().decode(bytes)),
    },
    columns: () => options.columns ?? 80,
    now: () => time,
  });
  return { line, written, wait: (milliseconds: number) => void (time += milliseconds) };
}

Deno.test("progressLine() rewrites one line at most 10 times a second on terminals", () => {
  const { line, written, wait } = watchLine({ terminal: true });

  for (let step = 0; step < 100; step++) {
    line.update(`step ${step}`);
    wait(20);
  }
  line.finish("done");

  const updates = written.filter((text) => text.includes("step"));
  assertEquals(updates.length, 20);
  assertEquals(updates.every((text) => text.startsWith("\r\x1b[Kstep ")), true);
  assertEquals(written.slice(-2), ["\r\x1b[K", "done\n"]);
});

Deno.test("progressLine() never fills the terminal, so that the line does not wrap", () => {
  const { line, written } = watchLine({ terminal: true, columns: 20 });

  line.update("epoch 1 step 17 loss 2.302585");

  assertEquals(written, ["\r\x1b[Kepoch 1 step 17 lo…"]);
  assertEquals(written[0]?.replace("\r\x1b[K", "").length, 19);
});

Deno.test("progressLine() prints notes above the line on terminals", () => {
  const { line, written } = watchLine({ terminal: true });

  line.note("first");
  line.update("step 1");
  line.note("epoch 1 is done");

  assertEquals(written, ["first\n", "\r\x1b[Kstep 1", "\r\x1b[Kepoch 1 is done\nstep 1"]);
});

Deno.test("progressLine() prints every tenth of the job where there is no terminal", () => {
  const { line, written, wait } = watchLine({ terminal: false });

  for (let step = 0; step <= 100; step++) {
    line.update(`step ${step}`, step / 100);
    wait(10);
  }

  assertEquals(written, [10, 20, 30, 40, 50, 60, 70, 80, 90, 100].map((step) => `step ${step}\n`));
});

Deno.test("progressLine() prints every 10 s of a slow job where there is no terminal", () => {
  const { line, written, wait } = watchLine({ terminal: false });

  for (let second = 1; second <= 35; second++) {
    wait(1000);
    line.update(`after ${second} s`);
  }
  line.finish();

  assertEquals(written, ["after 10 s\n", "after 20 s\n", "after 30 s\n"]);
});

Deno.test("errorLine() is one line without colours, and explains a full disk", () => {
  assertEquals(errorLine(new Error("\x1b[31mOne\x1b[0m\n\n  two\n")), "error: One two");
  assertEquals(errorLine("text"), "error: text");
  assertEquals(errorLine(new RangeError()), "error: RangeError");
  assertMatch(
    errorLine(new Error("No space left on device (os error 28): writefile 'x'")),
    /^error: The disk is full: free some space/,
  );
});

Deno.test("nearest() finds slips of the finger and nothing far-fetched", () => {
  const flags = ["imbanlance_rate", "epochs", "label_weighting", "lr", "beta"];
  for (
    const [typed, meant] of [
      ["imbalance_rate", "imbanlance_rate"],
      ["epoch", "epochs"],
      ["epohcs", "epochs"],
      ["label", "label_weighting"],
      ["rl", "lr"],
      ["BETA", "beta"],
      ["gamma", undefined],
      ["x", undefined],
    ] as const
  ) {
    assertEquals(nearest(typed, flags), meant, typed);
  }
});
