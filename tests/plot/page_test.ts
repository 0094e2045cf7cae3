import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { readPlotlyScript } from "../../lib/plot/browser_picture.ts";
import { htmlPage } from "../../lib/plot/page.ts";
import { table, tableHtml, tableMarkdown, tableText } from "../../lib/plot/table.ts";
import { sampleFigures } from "./samples.ts";

const hostile = '</script><script>alert("x")</script>';

Deno.test("htmlPage() holds plotly.js and the figures, and asks for nothing else", async () => {
  const page = await htmlPage({
    title: "Run",
    summary: "One run.",
    sections: [{ title: "Curves", items: [sampleFigures.training, sampleFigures.matrix] }],
  });

  const packed = page.match(/id="plotly">([^<]+)</)?.[1] ?? "";
  const stream = new Blob([Uint8Array.fromBase64(packed)]).stream()
    .pipeThrough(new DecompressionStream("gzip"));
  assertEquals(await new Response(stream).text(), await readPlotlyScript());
  const figures = JSON.parse(page.match(/id="figures">([^<]+)</)?.[1] ?? "");
  assertEquals(figures.map(({ data }: { data: unknown }) => data), [
    sampleFigures.training.data,
    sampleFigures.matrix.data,
  ]);
  assertStringIncludes(page, `aria-label="${sampleFigures.training.description}"`);
  assert(!/(?:src|href)="(?!data:)/.test(page.replace(packed, "")), "It refers to another file");
});

Deno.test("htmlPage() lets no name become code", async () => {
  const { data, layout } = sampleFigures.lines;
  const page = await htmlPage({
    title: hostile,
    summary: hostile,
    sections: [{
      title: hostile,
      items: [hostile, table([hostile], [[hostile]]), {
        data: data.map((trace) => ({ ...trace, name: hostile })),
        layout,
        description: hostile,
      }],
    }],
  });

  assert(!page.includes('alert("x")</script>'));
});

Deno.test("table() shows numbers for people and gaps as dashes", () => {
  const { rows, numeric } = table(["name", "value"], [["a", 12345.678], ["b", null], ["c", 1e-5]]);

  assertEquals(rows, [["a", "12,345.68"], ["b", "–"], ["c", "1.0e-5"]]);
  assertEquals(numeric, [false, true]);
});

Deno.test("tables say the same in Markdown, HTML and text", () => {
  const counts = table(["class", "images"], [["cat", 5000], ["dog", 7]], {
    caption: "Two classes.",
  });

  const words = ["class", "images", "cat", "5,000", "dog", "7", "Two classes."];
  for (const text of [tableMarkdown(counts), tableHtml(counts), tableText(counts)]) {
    for (const word of words) assertStringIncludes(text, word);
  }
});
