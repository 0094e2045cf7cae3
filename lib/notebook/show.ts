/**
 * Shows figures, tables and text: in a notebook as one rich output, elsewhere as plain text.
 *
 * @module
 */
import type { Figure } from "../plot/figure.ts";
import { print } from "../process/streams.ts";
import { figurePicture } from "../plot/picture.ts";
import { type Table, tableHtml, tableMarkdown, tableText } from "../plot/table.ts";
import { type Bundle, inNotebook, sendBundle, type SendOptions } from "./kernel.ts";

/** What can be shown: a figure, a table, or text in Markdown. */
export type Showable = Figure | Table | string;

/**
 * Shows something and waits until it is on its way; the only way for a notebook to show anything.
 *
 * In a notebook a figure is interactive and carries a picture and a sentence beside it, so that it
 * is also seen where plotly is not. Elsewhere its sentence is printed. The picture is an SVG, which is
 * drawn at once; where `GLMC_PICTURES` is `png`, as when notebooks are run to be stored, it is a PNG.
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
  if (!inNotebook()) return print(plainText(item));
  const format = Deno.env.get("GLMC_PICTURES") === "png" ? "png" : "svg";
  await sendBundle(await bundleOf(item, { format }), options);
}

/**
 * The formats in which something is shown, by MIME type.
 *
 * @param item A figure, a table, or text in Markdown.
 * @param options Format of pictures; PNG where it can be drawn by default.
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
export async function bundleOf(
  item: Showable,
  options: { readonly format?: "png" | "svg" } = {},
): Promise<Bundle> {
  if (typeof item === "string") return { "text/markdown": item, "text/plain": item };
  if ("rows" in item) {
    return {
      "text/html": tableHtml(item),
      "text/markdown": tableMarkdown(item),
      "text/plain": tableText(item),
    };
  }
  const { data, layout, description } = item;
  const picture = await figurePicture(item, options);
  return {
    "application/vnd.plotly.v1+json": { data, layout, config: { displaylogo: false } },
    ...(picture && { [picture.type]: picture.data }),
    "text/plain": description,
  };
}

function plainText(item: Showable): string {
  if (typeof item === "string") return item;
  if ("rows" in item) return tableText(item);
  return `[Figure] ${item.layout.title?.text ?? ""}: ${item.description}`;
}
