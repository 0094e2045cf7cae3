import { assert, assertEquals } from "@std/assert";
import { inNotebook } from "../../lib/notebook/kernel.ts";
import { startProgress } from "../../lib/notebook/progress.ts";
import { bundleOf, show } from "../../lib/notebook/show.ts";
import { table } from "../../lib/plot/table.ts";
import { sampleFigures } from "../plot/samples.ts";
import { inPretendedNotebook } from "./pretended_kernel.ts";

/** What some work prints. */
async function printed(work: () => Promise<unknown>): Promise<string[]> {
  const lines: string[] = [];
  const { log } = console;
  console.log = (...words: unknown[]) => void lines.push(words.join(" "));
  try {
    await work();
  } finally {
    console.log = log;
  }
  return lines;
}

const counts = table(["class", "images"], [["cat", 5000]]);

Deno.test("bundleOf() gives a figure plotly's data, a picture and its sentence", async () => {
  const bundle = await bundleOf(sampleFigures.lines, { format: "svg" });

  const { data, layout, description } = sampleFigures.lines;
  assertEquals(Object.keys(bundle), [
    "application/vnd.plotly.v1+json",
    "image/svg+xml",
    "text/plain",
  ]);
  const plotly = bundle["application/vnd.plotly.v1+json"] as Record<string, unknown>;
  assertEquals([plotly.data, plotly.layout], [data, layout]);
  assertEquals(bundle["text/plain"], description);
});

Deno.test("bundleOf() gives tables and text every format that a reader may need", async () => {
  assertEquals(Object.keys(await bundleOf(counts)), ["text/html", "text/markdown", "text/plain"]);
  assertEquals(await bundleOf("**x**"), { "text/markdown": "**x**", "text/plain": "**x**" });
});

Deno.test("show() prints plain text outside of a notebook", async () => {
  assertEquals(inNotebook(), false);
  const lines = await printed(async () => {
    await show("Some *words*");
    await show(counts);
    await show(sampleFigures.lines);
  });

  assertEquals(lines, [
    "Some *words*",
    "class  images\n-----  ------\ncat     5,000",
    "[Figure] Loss: A sample.",
  ]);
});

Deno.test("show() sends one output for each item, in order", async () => {
  const page = await inPretendedNotebook(async () => {
    await show("first");
    await show(sampleFigures.matrix);
    await show(counts);
  });

  assertEquals(page.map(({ bundle }) => Object.keys(bundle)[0]), [
    "text/markdown",
    "application/vnd.plotly.v1+json",
    "text/html",
  ]);
});

Deno.test("startProgress() leaves one clean line and is seldom redrawn", async () => {
  const start = performance.now();
  const page = await inPretendedNotebook(async () => {
    const progress = startProgress("Counting");
    for (let i = 0; i < 50; i++) {
      progress.update(`Counting: ${i}`, i / 50);
      await new Promise((resolve) => setTimeout(resolve, 12));
    }
    await progress.finish("Counted to 50");
  });

  assertEquals(page.map(({ bundle }) => bundle), [{ "text/plain": "Counted to 50" }]);
  // Four redraws a second, in 0.6 s or what a busy machine makes of it, and the last words.
  const most = (performance.now() - start) / 250 + 2;
  const updates = page[0]?.updates ?? 0;
  assert(updates >= 2 && updates <= most, `${updates} updates, of at most ${most}`);
});

Deno.test("startProgress() draws how far the job is", async () => {
  let line = "";
  await inPretendedNotebook(async () => {
    const progress = startProgress("Counting");
    await new Promise((resolve) => setTimeout(resolve, 260));
    const jupyter = (Deno as unknown as {
      jupyter: { display: (bundle: { "text/plain": string }) => Promise<void> };
    }).jupyter;
    jupyter.display = (bundle) => Promise.resolve(void (line ||= bundle["text/plain"]));
    progress.update("half", 0.5);
    await progress.finish("done");
  });

  assertEquals(line, "█".repeat(12) + "░".repeat(12) + " half");
});

Deno.test("startProgress() prints only its last words outside of a notebook", async () => {
  const lines = await printed(async () => {
    const progress = startProgress("Counting");
    progress.update("Counting: 1", 0.5);
    await progress.finish("Counted to 2");
  });

  assertEquals(lines, ["Counted to 2"]);
});
