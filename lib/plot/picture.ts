/**
 * Static pictures of figures, for places where plotly does not run.
 *
 * @module
 */
import { decode } from "fast-png";
// @ts-types="@types/upng-js"
import upng from "upng-js";
import { sha256 } from "../disk/digest.ts";
import { projectRoot } from "../disk/project_root.ts";
import { removeLeftovers, writeWholeFile } from "../disk/whole_file.ts";
import { drawInBrowser, findChromium } from "./browser_picture.ts";
import { drawWithEcharts } from "./echarts_picture.ts";
import type { Figure } from "./figure.ts";

/** A picture. */
export interface Picture {
  /** Kind of picture. */
  readonly type: "image/png" | "image/svg+xml";
  /** A PNG in base64, or the text of an SVG. */
  readonly data: string;
}

const cacheFolder = `${projectRoot}/data/cache/pictures`;
/** Part of the names in the cache; to be raised when the same figure is to look different. */
const cacheVersion = 3;
const cacheLimit = 500;
/** Milliseconds after which a picture that is still being written has been given up: an hour. */
const leftoverAge = 3_600_000;

/**
 * Draws a figure: as PNG by plotly.js where a Chromium is installed, else as SVG by ECharts.
 *
 * A PNG is drawn once and then read from `data/cache/pictures`.
 *
 * @param figure The figure.
 * @param options `format: "svg"` asks for the SVG in any case, which takes milliseconds.
 * @returns The picture; `undefined` if it cannot be drawn.
 * @example As SVG
 * ```ts
 * import { figurePicture, lineFigure } from "glmc";
 * import { assertEquals } from "@std/assert";
 *
 * const figure = lineFigure([{ name: "loss", y: [2, 1] }], {
 *   title: "Training",
 *   description: "The loss falls.",
 *   x: "Epoch",
 *   y: "Loss",
 * });
 *
 * assertEquals((await figurePicture(figure, { format: "svg" }))?.type, "image/svg+xml");
 * ```
 */
export async function figurePicture(
  figure: Figure,
  options: { readonly format?: "png" | "svg" } = {},
): Promise<Picture | undefined> {
  const chromium = options.format === "svg" ? undefined : findChromium();
  // A picture that cannot be drawn must not fail a notebook.
  const png = chromium && await pngOf(figure, chromium).catch(() => undefined);
  if (png) return { type: "image/png", data: png.toBase64() };
  const svg = await drawWithEcharts(figure).catch(() => undefined);
  return svg === undefined ? undefined : { type: "image/svg+xml", data: svg };
}

async function pngOf(figure: Figure, chromium: string): Promise<Uint8Array> {
  const { data, layout } = figure;
  const content = JSON.stringify({ data, layout, cacheVersion });
  const hash = sha256(content).slice(0, 32);
  const file = `${cacheFolder}/${hash}.png`;
  const kept = await Deno.readFile(file).catch(() => undefined);
  if (kept) return kept;
  const picture = shrink(await drawInBrowser(figure, chromium), figure);
  // A disk that is full or read-only only means that it is drawn again.
  await keep(file, picture).catch(() => {});
  return picture;
}

async function keep(file: string, picture: Uint8Array): Promise<void> {
  await Deno.mkdir(cacheFolder, { recursive: true });
  await writeWholeFile(file, picture);
  await removeLeftovers(cacheFolder, { olderThan: leftoverAge });
  const files = await Array.fromAsync(Deno.readDir(cacheFolder), async ({ name }) => {
    const { mtime } = await Deno.stat(new URL(name, cacheFolder));
    return { name, time: mtime?.getTime() ?? 0 };
  });
  const oldest = files.sort((a, b) => b.time - a.time).slice(cacheLimit);
  for (const { name } of oldest) await Deno.remove(new URL(name, cacheFolder));
}

/** With a palette a picture takes a third of the room; charts have few colours anyway. */
function shrink(png: Uint8Array, { data }: Figure): Uint8Array {
  const colors = data.some(({ type }) => type === "image") ? 256 : 128;
  const { data: pixels, width, height } = decode(png);
  return new Uint8Array(upng.encode([new Uint8Array(pixels).buffer], width, height, colors));
}
