import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { readPlotlyScript } from "../../lib/plot/browser_picture.ts";
import { darkColors, darkFigure } from "../../lib/plot/dark.ts";
import type { Figure } from "../../lib/plot/figure.ts";
import { narrowLayout } from "../../lib/plot/narrow.ts";
import { htmlPage } from "../../lib/plot/page.ts";
import { gridColor, inkColor, paperColor, seriesColors } from "../../lib/plot/theme.ts";
import { escapeHtml, table, tableHtml, tableMarkdown, tableText } from "../../lib/plot/table.ts";
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

Deno.test("htmlPage() gives every figure its words, a picture for light and one for dark pages", async () => {
  for (const figure of Object.values(sampleFigures)) {
    const page = await htmlPage({
      title: "One figure",
      summary: [["What", "Type `deno task train --epochs 1`."]],
      sections: [{ title: "Figure", items: [figure] }],
    });
    const description = escapeHtml(figure.description);
    assert(description.length > 5);
    assertStringIncludes(page, `role="img" aria-label="${description}"`);
    assertStringIncludes(page, `<figcaption>${description}</figcaption>`);
    const pictures = [...page.matchAll(/<img class="(\w+)" [^>]*alt="([^"]*)"/g)];
    assertEquals(pictures.map(([, kind, words]) => [kind, words]), [
      ["day", description],
      ["night", description],
    ]);
    assertStringIncludes(page, "<dt>What</dt><dd>Type <code><span>deno</span> ");
    const [still] = page.match(/<body>[^]*<\/main>/) ?? [];
    assert(still?.includes("</figure>"), "what needs no script stands in the page itself");
  }
});

Deno.test("a page puts tables side by side, and their captions where they do not scroll", async () => {
  const counts = table(["class", "images"], [["cat", 5]], { caption: "One class." });
  const page = await htmlPage({
    title: "Tables",
    summary: "Two.",
    sections: [{ title: "Both", items: ["Words.", counts, counts] }],
  });

  assertMatch(page, /<p>Words\.<\/p>\n<div class="tables"><div class="wide" /);
  assertEquals(page.match(/<\/table><\/div><p class="caption">One class\.<\/p>/g)?.length, 2);
  assertStringIncludes(page, '<th scope="row"');
  assertStringIncludes(page, '<th scope="col"');
});

Deno.test("darkFigure() exchanges colours, and nothing else", () => {
  const light = sampleFigures.resultCurves;
  const dark = darkFigure(light);
  const text = JSON.stringify(dark);

  for (const color of [paperColor, inkColor, gridColor]) assert(!text.includes(color), color);
  assert(text.includes(`${darkColors[seriesColors[0]]}33`), "bands keep their opacity");
  const shapes = (figure: Figure): unknown =>
    JSON.stringify(figure).replaceAll(/#[0-9A-F]{6}/g, "");
  assertEquals(shapes(dark), shapes(light));
  assertEquals(new Set(Object.values(darkColors)).size, Object.keys(darkColors).length);
});

Deno.test("narrowLayout() puts panels under each other and leaves other figures as they are", () => {
  const { layout } = sampleFigures.training;
  const narrow = narrowLayout(sampleFigures.training);
  assert(narrow.height > 1.7 * layout.height);
  assertEquals([narrow.xaxis?.domain?.[0], narrow.xaxis2?.domain?.[0]], [0, 0]);
  assert(narrow.yaxis!.domain![0] > narrow.yaxis2!.domain![1], "one above the other");
  for (const { x } of narrow.annotations ?? []) assertEquals(x, 0);

  const { xaxis, yaxis, height } = narrowLayout(sampleFigures.matrix);
  assertEquals({ xaxis, yaxis, height }, {
    xaxis: sampleFigures.matrix.layout.xaxis,
    yaxis: sampleFigures.matrix.layout.yaxis,
    height: sampleFigures.matrix.layout.height,
  });
  const images = narrowLayout(sampleFigures.images);
  assertEquals(images.xaxis2, sampleFigures.images.layout.xaxis2);
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
