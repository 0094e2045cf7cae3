import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { decode } from "fast-png";
import { closePictureBrowser, findChromium } from "../../lib/plot/browser_picture.ts";
import { drawWithEcharts } from "../../lib/plot/echarts_picture.ts";
import { escapeHtml } from "../../lib/plot/table.ts";
import { figurePicture } from "../../lib/plot/picture.ts";
import type { Figure } from "../../lib/plot/figure.ts";
import { sampleFigures } from "./samples.ts";

/** Words that a reader must find on the picture. */
function wordsOf({ data, layout }: Figure): string[] {
  const axes = [layout.xaxis, layout.yaxis].filter((axis) => axis?.visible !== false);
  const captions = data.flatMap((trace) =>
    trace.type === "scatter" && trace.mode === "text" ? trace.text ?? [] : []
  );
  return [layout.title?.text, ...axes.map((axis) => axis?.title?.text), ...captions]
    .flatMap((text) => text?.split("<br>") ?? []).map((text) => text.trim());
}

for (const [name, figure] of Object.entries(sampleFigures)) {
  Deno.test(`drawWithEcharts() writes the words of "${name}" into an SVG of its size`, async () => {
    const svg = await drawWithEcharts(figure);

    const { width, height } = figure.layout;
    assertStringIncludes(svg, `<svg width="${width}" height="${height}"`);
    for (const word of wordsOf(figure)) assertStringIncludes(svg, `>${escapeHtml(word)}</text>`);
    const drawn = svg.replaceAll(/base64,[^"]*/g, "");
    assert(!/NaN|undefined/.test(drawn), "A number is missing");
  });
}

Deno.test("drawWithEcharts() draws as many bars as there are values", async () => {
  const svg = await drawWithEcharts(sampleFigures.counts);

  for (const color of ["#004488", "#DDAA33", "#BB5566"]) {
    const bars = svg.match(new RegExp(`<path [^>]*fill="${color}"`, "g"))?.length ?? 0;
    // Its key in the legend has the same colour.
    assertEquals(bars, (color === "#004488" ? 2 : 1) + 1, color);
  }
});

Deno.test({
  name: "figurePicture() has plotly.js draw every kind of figure where there is a Chromium",
  ignore: findChromium() === undefined,
  fn: async () => {
    try {
      for (const [name, figure] of Object.entries(sampleFigures)) {
        const picture = await figurePicture(figure);

        assertEquals(picture?.type, "image/png", name);
        const png = decode(Uint8Array.fromBase64(picture?.data ?? ""));
        assertEquals([png.width, png.height], [figure.layout.width, figure.layout.height]);
        assert(new Set(png.data).size > 20, `${name} is empty`);
        assert((picture?.data.length ?? 0) < 60_000, `${name} is too large for a notebook`);
      }
    } finally {
      await closePictureBrowser();
    }
  },
});

Deno.test("figurePicture() draws an SVG where the browser does not start", async () => {
  Deno.env.set("GLMC_CHROMIUM", "/bin/false");
  try {
    const figure = {
      ...sampleFigures.lines,
      layout: { ...sampleFigures.lines.layout, height: 381 },
    };

    assertEquals((await figurePicture(figure))?.type, "image/svg+xml");
  } finally {
    Deno.env.delete("GLMC_CHROMIUM");
  }
});
