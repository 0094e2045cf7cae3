/**
 * Figures and tables as one page that needs nothing else: plotly.js is inside.
 *
 * @module
 */
import { readPlotlyScript } from "./browser_picture.ts";
import type { Figure } from "./figure.ts";
import { figurePicture } from "./picture.ts";
import { escapeHtml, type Table, tableHtml } from "./table.ts";

/** A part of a page. */
export interface PageSection {
  /** Heading. */
  readonly title: string;
  /** Figures, tables and paragraphs in order. */
  readonly items: readonly (Figure | Table | string)[];
}

/** What a page holds. */
export interface PageContents {
  /** Title of the page. */
  readonly title: string;
  /** One paragraph below it. */
  readonly summary: string;
  /** Its parts. */
  readonly sections: readonly PageSection[];
}

const style = `
body { font: 16px/1.5 Arial, Helvetica, sans-serif; color: #222; background: #fff;
  max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2 { line-height: 1.2; font-weight: 600; }
h2 { margin-top: 3rem; border-bottom: 1px solid #ddd; }
table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums; }
th, td { padding: 0.25rem 0.75rem; border-bottom: 1px solid #ddd; }
figure { margin: 1.5rem 0; }
figcaption, caption { color: #555; font-size: 0.9rem; }
.wide { overflow-x: auto; }
.wide img { display: block; max-width: none; }
.wide img.replaced { display: none; }
@media (max-width: 40rem) {
  body { margin: 1rem auto; }
  h1 { font-size: 1.5rem; overflow-wrap: anywhere; }
  th, td { padding: 0.25rem 0.5rem; }
}
@media print {
  body { max-width: none; margin: 0; padding: 0; font-size: 11pt; }
  h2 { margin-top: 1.5rem; break-after: avoid; }
  figure, tr { break-inside: avoid; }
  td { overflow-wrap: anywhere; }
  .wide { overflow: visible; }
  .wide > div { display: none; }
  .wide img, .wide img.replaced { display: block; max-width: 100%; height: auto; }
}
`;

/**
 * Unpacks plotly.js and draws every figure in place of its picture; runs in the reader's browser, if it
 * runs scripts.
 */
const drawing = `
(async () => {
  const read = (id) => document.getElementById(id).textContent;
  const packed = Uint8Array.from(atob(read("plotly")), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const script = document.createElement("script");
  script.textContent = await new Response(stream).text();
  document.head.append(script);
  for (const [i, { data, layout }] of JSON.parse(read("figures")).entries()) {
    const place = document.getElementById("figure" + i);
    await Plotly.newPlot(place, data, layout, { displaylogo: false });
    place.nextElementSibling?.classList.add("replaced");
  }
})();
`;

/**
 * Writes a page of about 3 MB: plotly.js is inside, packed, so that the page works without a network.
 *
 * A still picture of each figure is in it as well, for browsers that run no scripts and for paper.
 *
 * @param contents Title and parts of the page.
 * @returns The text of the HTML file.
 * @example A page without figures
 * ```ts
 * import { htmlPage } from "glmc/plot/page.ts";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const page = await htmlPage({ title: "A < B", summary: "They differ.", sections: [] });
 *
 * assertStringIncludes(page, "<h1>A &lt; B</h1>");
 * ```
 */
export async function htmlPage({ title, summary, sections }: PageContents): Promise<string> {
  const figures = sections.flatMap(({ items }) => items.filter(isFigure));
  const stills = new Map<Figure, string>();
  for (const figure of figures) stills.set(figure, await stillHtml(figure));
  let number = 0;
  const itemHtml = (item: Figure | Table | string): string => {
    if (typeof item === "string") return `<p>${escapeHtml(item)}</p>`;
    if (!isFigure(item)) return `<div class="wide">${tableHtml(item)}</div>`;
    const description = escapeHtml(item.description);
    const drawn = `<div id="figure${number++}" role="img" aria-label="${description}">`;
    return `<figure><div class="wide">${drawn}</div>${stills.get(item)}</div>` +
      `<figcaption>${description}</figcaption></figure>`;
  };
  const body = sections.map(({ title, items }) =>
    `<section><h2>${escapeHtml(title)}</h2>\n${items.map(itemHtml).join("\n")}</section>`
  ).join("\n");
  const drawn = figures.map(({ data, layout }) => ({ data, layout }));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(summary)}</p>
${body}
<script type="application/json" id="figures">${inScript(JSON.stringify(drawn))}</script>
<script type="text/plain" id="plotly">${await packed(await readPlotlyScript())}</script>
<script>${drawing}</script>
</body>
</html>
`;
}

function isFigure(item: Figure | Table | string): item is Figure {
  return typeof item !== "string" && "layout" in item;
}

/** A picture that needs no script; nothing where the figure cannot be drawn. */
async function stillHtml(figure: Figure): Promise<string> {
  const picture = await figurePicture(figure, { format: "svg" });
  if (picture === undefined) return "";
  const { layout: { width, height }, description } = figure;
  const data = new TextEncoder().encode(picture.data).toBase64();
  return `<img src="data:${picture.type};base64,${data}" width="${width}" height="${height}" ` +
    `alt="${escapeHtml(description)}">`;
}

/** JSON that cannot end the script element it stands in. */
function inScript(json: string): string {
  return json.replaceAll("<", "\\u003c");
}

async function packed(text: string): Promise<string> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer()).toBase64();
}
