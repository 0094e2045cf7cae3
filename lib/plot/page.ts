/**
 * Figures and tables as one page that needs nothing else: plotly.js is inside.
 *
 * @module
 */
import { readPlotlyScript } from "./browser_picture.ts";
import { darkColors, darkFigure } from "./dark.ts";
import type { Figure } from "./figure.ts";
import { narrowLayout } from "./narrow.ts";
import { pageDrawing } from "./page_drawing.ts";
import { pageStyle } from "./page_style.ts";
import { figurePicture } from "./picture.ts";
import { escapeHtml, type Table, tableHtml } from "./table.ts";

/** A part of a page. */
export interface PageSection {
  /** Heading. */
  readonly title: string;
  /** Figures, tables and paragraphs in order. */
  readonly items: readonly (Figure | Table | string)[];
}

/** A line of a summary: what it answers, and the answer, in which `words` are commands. */
export type SummaryLine = readonly [question: string, answer: string];

/** What a page holds. */
export interface PageContents {
  /** Title of the page. */
  readonly title: string;
  /** What is to be known first: a paragraph, or a few lines with a word or two before each. */
  readonly summary: string | readonly SummaryLine[];
  /** Its parts. */
  readonly sections: readonly PageSection[];
}

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
  const itemHtml = (item: Figure | Table | string, label: string): string => {
    if (typeof item === "string") return `<p>${textHtml(item)}</p>`;
    if (!isFigure(item)) return tableRegion(item, label);
    const description = escapeHtml(item.description);
    const drawn =
      `<div class="drawn" id="figure${number++}" role="img" aria-label="${description}">`;
    return `<figure>${drawn}</div>${stills.get(item)}` +
      `<figcaption>${description}</figcaption></figure>`;
  };
  const body = sections.map(({ title, items }) =>
    `<section><h2>${escapeHtml(title)}</h2>\n${
      inRows(items).map((row) => {
        const parts = row.map((item) => itemHtml(item, title)).join("\n");
        return row.length === 1 ? parts : `<div class="tables">${parts}</div>`;
      }).join("\n")
    }</section>`
  ).join("\n");
  const drawn = figures.map((figure) => {
    const { data, layout } = figure;
    return { data, layout, narrow: narrowLayout(figure) };
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>${pageStyle}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${summaryHtml(summary)}
${body}
</main>
<script type="application/json" id="figures">${inScript(JSON.stringify(drawn))}</script>
<script type="application/json" id="dark">${inScript(JSON.stringify(darkColors))}</script>
<script type="text/plain" id="plotly">${await packed(await readPlotlyScript())}</script>
<script>${pageDrawing}</script>
</body>
</html>
`;
}

/** Tables that follow each other stand side by side where there is room. */
function inRows<Item extends Figure | Table | string>(items: readonly Item[]): Item[][] {
  const isTable = (item: Item | undefined): boolean =>
    item !== undefined && typeof item !== "string" && !isFigure(item);
  const rows: Item[][] = [];
  for (const item of items) {
    if (isTable(item) && isTable(rows.at(-1)?.[0])) rows.at(-1)!.push(item);
    else rows.push([item]);
  }
  return rows;
}

/** A table in a region that scrolls, by keys too; what is said below it does not scroll. */
function tableRegion({ caption, ...table }: Table, label: string): string {
  const isLong = table.rows.some(([name = ""]) => name.length > 28);
  const region = `<div class="wide${isLong ? " long" : ""}" tabindex="0" role="region" ` +
    `aria-label="${escapeHtml(label)}">${tableHtml(table)}</div>`;
  return caption === undefined ? region : `${region}<p class="caption">${escapeHtml(caption)}</p>`;
}

function summaryHtml(summary: PageContents["summary"]): string {
  if (typeof summary === "string") return `<p>${textHtml(summary)}</p>`;
  const lines = summary.map(([question, answer]) =>
    `<dt>${escapeHtml(question)}</dt><dd>${textHtml(answer)}</dd>`
  );
  return `<dl class="summary">${lines.join("\n")}</dl>`;
}

/** Text whose `words` are commands. */
function textHtml(text: string): string {
  // No line ends within a flag.
  const word = (word: string): string => `<span>${word}</span>`;
  return escapeHtml(text).replaceAll(
    /`([^`]+)`/g,
    (_, command: string) => `<code>${command.split(" ").map(word).join(" ")}</code>`,
  );
}

function isFigure(item: Figure | Table | string): item is Figure {
  return typeof item !== "string" && "layout" in item;
}

/** Pictures that need no script, for light and for dark pages; nothing where the figure cannot be drawn. */
async function stillHtml(figure: Figure): Promise<string> {
  const { layout: { width, height }, description } = figure;
  const image = async (drawn: Figure, kind: "day" | "night"): Promise<string> => {
    const picture = await figurePicture(drawn, { format: "svg" });
    if (picture === undefined) return "";
    const data = new TextEncoder().encode(picture.data).toBase64();
    return `<img class="${kind}" src="data:${picture.type};base64,${data}" width="${width}" ` +
      `height="${height}" alt="${escapeHtml(description)}">`;
  };
  const day = await image(figure, "day");
  return day && `<div class="still">${day}${await image(darkFigure(figure), "night")}</div>`;
}

/** JSON that cannot end the script element it stands in. */
function inScript(json: string): string {
  return json.replaceAll("<", "\\u003c");
}

async function packed(text: string): Promise<string> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer()).toBase64();
}
