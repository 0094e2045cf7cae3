import { assertEquals, assertMatch } from "@std/assert";
import { errorLine, nearest, progressLine } from "../../lib/cli/shell.ts";

function watchLine(options: { terminal: boolean; columns?: number; term?: string }) {
  let time = 0;
  const written: string[] = [];
  const line = progressLine({
    stream: {
      isTerminal: () => options.terminal,
      writeSync: (bytes) => (written.push(new TextDecoder().decode(bytes)), bytes.length),
    },
    columns: () => options.columns ?? 80,
    now: () => time,
    terminal: options.term ?? "xterm",
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

Deno.test("progressLine() counts wide letters twice, and marks above letters not at all", () => {
  for (
    const [text, columns, shown] of [
      ["数据集 加载", 12, "数据集 加载"],
      ["数据集 加载", 11, "数据集 加…"],
      ["cafe\u0301 5", 7, "cafe\u0301 5"],
      ["🚀🚀🚀", 6, "🚀🚀…"],
      ["\x1b[31mred\x1b[0m", 4, "\x1b[31mred\x1b[0m"],
      ["ten", 3, "t…"],
      ["ten", 2, "…"],
      ["ten", 1, ""],
    ] as const
  ) {
    const { line, written } = watchLine({ terminal: true, columns });
    line.update(text);
    assertEquals(written, [`\r\x1b[K${shown}`]);
  }
});

Deno.test("progressLine() keeps within COLUMNS, and takes it where the terminal tells no width", () => {
  const before = Deno.env.get("COLUMNS");
  try {
    for (
      const [wanted, terminal, width] of [
        ["40", 80, 39],
        ["120", 80, 79],
        ["40", 0, 39],
        ["", 0, 79],
        ["wide", 0, 79],
      ] as const
    ) {
      Deno.env.set("COLUMNS", wanted);
      const { line, written } = watchLine({ terminal: true, columns: terminal });
      line.update("x".repeat(200));
      assertEquals(written[0]?.replace("\r\x1b[K", "").length, width, `${wanted}, ${terminal}`);
    }
  } finally {
    if (before === undefined) Deno.env.delete("COLUMNS");
    else Deno.env.set("COLUMNS", before);
  }
});

Deno.test("progressLine() sends a dumb terminal plain lines", () => {
  for (const term of ["dumb", "unknown"]) {
    const { line, written, wait } = watchLine({ terminal: true, term });

    for (let step = 0; step <= 100; step++) {
      line.update(`step ${step}`, step / 100);
      wait(10);
    }
    line.note("note");
    line.finish("done");

    assertEquals(written.length, 12);
    assertEquals(written.filter((text) => !/^[\w ]+\n$/.test(text)), []);
  }
});

Deno.test("progressLine() goes by a clock that nobody sets", () => {
  const { now } = Date;
  const written: string[] = [];
  const stream = {
    isTerminal: () => true,
    writeSync: (bytes: Uint8Array) => (written.push(new TextDecoder().decode(bytes)), bytes.length),
  };
  try {
    for (const jump of [-3_600_000, 3_600_000]) {
      written.length = 0;
      const line = progressLine({ stream, columns: () => 80, terminal: "xterm" });
      line.update("before");
      Date.now = () => now() + jump;
      const start = performance.now();
      // At once it would come too soon, whatever the clock of the machine says.
      line.update("too soon");
      while (performance.now() - start < 110);
      line.update("after");
      assertEquals(written, ["\r\x1b[Kbefore", "\r\x1b[Kafter"]);
      Date.now = now;
    }
  } finally {
    Date.now = now;
  }
});

Deno.test("progressLine() drops what cannot be written", () => {
  for (const isTerminal of [true, false]) {
    const line = progressLine({
      stream: {
        isTerminal: () => isTerminal,
        writeSync: () => {
          throw new Deno.errors.BrokenPipe("Broken pipe (os error 32)");
        },
      },
      terminal: "xterm",
    });

    line.update("half", 0.5);
    line.note("note");
    line.finish("done");
  }
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
