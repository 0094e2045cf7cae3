import { assert, assertEquals, assertRejects } from "@std/assert";
import { joinText, readNotebook, withOutputs } from "../../lib/notebook/document.ts";
import { executeNotebook } from "../../lib/notebook/execute.ts";
import { executeCells, notebookOf } from "./temporary_notebook.ts";

const setUp = 'import { byMode, inNotebook, show, startProgress, watchTraining } from "glmc";';

Deno.test("executeNotebook() loses no output, also of cells that are done before it comes", async () => {
  const cells = Array.from({ length: 40 }, (_, i) =>
    i % 2 === 0
      ? `await show("shown ${i}");`
      // Printed after the cell is done, while the next one runs.
      : `setTimeout(() => console.log("late ${i}"), 15);`);

  const { outputs, problem } = await executeCells([setUp, ...cells]);

  assertEquals(problem, undefined);
  const texts = outputs.flat().map(({ data, text = "" }) =>
    String(data?.["text/plain"] ?? joinText(text))
  );
  for (let i = 0; i < 40; i++) {
    const word = i % 2 === 0 ? `shown ${i}` : `late ${i}\n`;
    assertEquals(
      texts.filter((text) => text === word || text.split(/(?<=\n)/).includes(word)).length,
      1,
      word,
    );
  }
});

Deno.test("executeNotebook() runs in the mode it is told and keeps the last state of progress", async () => {
  const { outputs, problem } = await executeCells([
    setUp,
    'await show(`${inNotebook()}, ${byMode({ smoke: "small", full: "large" })}`);',
    'const progress = startProgress("starting");\n' +
    "await new Promise((resolve) => setTimeout(resolve, 300));\n" +
    'progress.update("half", 0.5);\nawait progress.finish("done");',
  ]);

  assertEquals(problem, undefined);
  assertEquals(outputs.slice(1).map((cell) => cell.map(({ data }) => data?.["text/plain"])), [
    ["true, small"],
    ["done"],
  ]);
});

Deno.test("executeNotebook() stops at a cell that fails and names it", async () => {
  const { outputs, problem } = await executeCells([
    "const half = 1 / 2;",
    'throw new RangeError("Half is not enough");',
    'console.log("never");',
  ]);

  assertEquals(problem, "cell 3: RangeError: Half is not enough");
  assertEquals(outputs.map((cell) => cell.length), [0, 1, 0]);
});

Deno.test("executeNotebook() ends a cell that takes too long", async () => {
  const start = performance.now();
  const { problem } = await executeCells(["for (;;);"], { limit: 1 });

  assertEquals(problem, "cell 2: it took longer than 1 s");
  assert(performance.now() - start < 15_000);
});

Deno.test("executeNotebook() notices a kernel that ends and a cell that shows nothing", async () => {
  const [ended, silent] = [
    await executeCells(["Deno.exit(3);"]),
    await executeCells(["const show = (_: unknown) => {};\nshow(1);"]),
  ];

  assertEquals(ended.problem, "cell 2: the kernel has ended");
  assertEquals(silent.problem, "cell 2: it shows something and has no output");
});

Deno.test("watchTraining() in a kernel that is interrupted leaves it alive and says how to go on", async () => {
  const { outputs, problem } = await executeCells([
    setUp,
    `async function* train(signal: AbortSignal) {
  for (let step = 1; step < 100; step++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (signal.aborted) {
      yield { type: "stopped", progress: { epoch: 0, step, history: [] } } as const;
      return;
    }
    yield { type: "step", epoch: 0, step, steps: 100, losses: {}, examplesPerSecond: 1, unit: "pairs" } as const;
  }
}`,
    // What Jupyter's interrupt sends.
    'setTimeout(() => Deno.kill(Deno.pid, "SIGINT"), 200);\n' +
    'const { stopped } = await watchTraining(train, { epochs: 1, title: "Toy" });',
    "await show(`stopped: ${stopped}`);",
  ]);

  assertEquals(problem, undefined);
  const [, , watched = [], last] = outputs.map((cell) =>
    cell.map(({ data }) => String(data?.["text/plain"]))
  );
  assertEquals(
    watched[0],
    "Toy: stopped after 0 of 1 epoch; run this cell again to continue",
  );
  assertEquals(last, ["stopped: true"]);
});

Deno.test("executeNotebook() leaves no kernel behind when its process is killed", async () => {
  const module = new URL("./temporary_notebook.ts", import.meta.url).href;
  const cell = "await new Promise((resolve) => setTimeout(resolve, 1e6));";
  const file = await Deno.makeTempFile();
  const code = `const { executeCells } = await import("${module}");
    await executeCells([\`Deno.writeTextFileSync("${file}", String(Deno.pid));\`, \`${cell}\`]);`;
  const child = new Deno.Command(Deno.execPath(), { args: ["eval", "--no-check", code] }).spawn();
  let kernel = 0;
  while (kernel === 0) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    kernel = Number(Deno.readTextFileSync(file));
  }

  child.kill("SIGKILL");
  await child.status;

  const isThere = (): boolean => {
    try {
      return !/^State:\s+Z/m.test(Deno.readTextFileSync(`/proc/${kernel}/status`));
    } catch {
      return false;
    }
  };
  const start = performance.now();
  // It ends within a moment; a minute is for a machine that is busy with other tests.
  while (isThere() && performance.now() - start < 60_000) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assertEquals(isThere(), false);
  await Deno.remove(file);
});

Deno.test("executeNotebook() says what to do where Jupyter is not complete", async () => {
  const path = await Deno.makeTempFile({ suffix: ".ipynb" });
  // The long one does not fit into a pipe that nobody reads.
  for (const code of ["1;", `// ${"x".repeat(1e6)}`]) {
    await Deno.writeTextFile(path, JSON.stringify(notebookOf([code])));
    await assertRejects(
      () => executeNotebook(path, { python: "/bin/false", mode: "smoke" }),
      Error,
      "run deno task setup --lab",
    );
  }
  await Deno.remove(path);
});

Deno.test("readNotebook() refuses what is no notebook of format 4.5", async () => {
  const path = await Deno.makeTempFile({ suffix: ".ipynb" });
  for (const text of ["not JSON", "[]", '{"cells":[{"cell_type":"code","source":"1;"}]}']) {
    await Deno.writeTextFile(path, text);
    await assertRejects(() => readNotebook(path), SyntaxError, "open it in JupyterLab and save it");
  }
  await Deno.remove(path);
});

Deno.test("withOutputs() keeps names and texts and nothing of the session", () => {
  const notebook = notebookOf(["a;", "b;"]);
  const used = {
    ...notebook,
    cells: notebook.cells.map((cell) => ({
      ...cell,
      metadata: { scrolled: true },
      execution_count: 7,
    })),
    metadata: { widgets: {} },
  };
  const output = { output_type: "stream", name: "stdout", text: "x" } as const;

  const { cells, metadata } = withOutputs(used, { outputs: [[output], []], sourceHash: "abc" });

  assertEquals(cells.map(({ id, source }) => [id, source]), [
    ["title", "# A test"],
    ["cell-0", "a;"],
    ["cell-1", "b;"],
  ]);
  assertEquals(cells.map((cell) => cell.outputs), [undefined, [output], []]);
  assertEquals(
    cells.map((cell) => [cell.metadata, cell.execution_count ?? null]),
    Array(3).fill([{}, null]),
  );
  assertEquals(Object.keys(metadata), ["glmc", "kernelspec", "language_info"]);
  assertEquals(metadata.glmc, { sourceHash: "abc" });
});
