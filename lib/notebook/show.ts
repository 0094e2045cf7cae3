/**
 * Shows figures, tables and text: in a notebook as one rich output, elsewhere as plain text.
 *
 * @module
 */
import type { Figure } from "../plot/figure.ts";
import { figurePicture } from "../plot/picture.ts";
import { type Table, tableHtml, tableMarkdown, tableText } from "../plot/table.ts";
import { type Bundle, inNotebook, sendBundle, type SendOptions } from "./kernel.ts";

/** What can be shown: a figure, a table, or text in Markdown. */
export type Showable = Figure | Table | string;

/**
 * Shows something and waits until it is on its way; the only way for a notebook to show anything.
 *
 * In a notebook a figure is interactive and carries a picture and a sentence beside it, so that it
 * is also seen where plotly is not. Elsewhere its sentence is printed.
 *
 * @param item A figure, a table, or text in Markdown.
 * @param options Name of the output, where it is to be replaced later.
 * @example Outside of a notebook
 * ```ts
 * import { show } from "glmc/notebook/show.ts";
 *
 * await show("**Nothing** to see here.");
 * ```
 */
export async function show(item: Showable, options: SendOptions = {}): Promise<void> {
  if (!inNotebook()) return console.log(plainText(item));
  await sendBundle(await bundleOf(item), options);
}

/**
 * The formats in which something is shown, by MIME type.
 *
 * @param item A figure, a table, or text in Markdown.
 * @returns For figures plotly's JSON, a picture where one can be drawn, and a sentence; for tables
 * HTML, Markdown and text; for text Markdown and text.
 * @example A table
 * ```ts
 * import { bundleOf } from "glmc/notebook/show.ts";
 * import { table } from "glmc/plot/table.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bundle = await bundleOf(table(["class"], [["cat"]]));
 *
 * assertEquals(Object.keys(bundle), ["text/html", "text/markdown", "text/plain"]);
 * ```
 */
export async function bundleOf(item: Showable): Promise<Bundle> {
  if (typeof item === "string") return { "text/markdown": item, "text/plain": item };
  if ("rows" in item) {
    return {
      "text/html": tableHtml(item),
      "text/markdown": tableMarkdown(item),
      "text/plain": tableText(item),
    };
  }
  const picture = await figurePicture(item);
  return {
    ...plotlyBundle(item),
    ...(picture && { [picture.type]: picture.data }),
  };
}

/**
 * A figure without a picture, for outputs that are replaced again soon.
 *
 * @param figure The figure.
 * @returns Plotly's JSON and the sentence, by MIME type.
 * @example It is plain data
 * ```ts
 * import { plotlyBundle } from "glmc/notebook/show.ts";
 * import { lineFigure } from "glmc/plot/line.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const figure = lineFigure([{ name: "loss", y: [2, 1] }], {
 *   title: "Training",
 *   description: "The loss falls.",
 *   x: "Epoch",
 *   y: "Loss",
 * });
 *
 * assertEquals(plotlyBundle(figure)["text/plain"], "The loss falls.");
 * ```
 */
export function plotlyBundle({ data, layout, description }: Figure): Bundle {
  return {
    "application/vnd.plotly.v1+json": {
      data,
      layout,
      config: { responsive: true, displaylogo: false },
    },
    "text/plain": description,
  };
}

function plainText(item: Showable): string {
  if (typeof item === "string") return item;
  if ("rows" in item) return tableText(item);
  return `[Figure] ${item.layout.title?.text ?? ""}: ${item.description}`;
}
