/**
 * Static pictures of figures, for places where plotly does not run.
 *
 * @module
 */
import { decode } from "fast-png";
import { createHash } from "node:crypto";
// @ts-types="@types/upng-js"
import upng from "upng-js";
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

const cacheFolder = new URL("../../data/cache/pictures/", import.meta.url);
/** Part of the names in the cache; to be raised when the same figure is to look different. */
const cacheVersion = 1;
const cacheLimit = 500;

/**
 * Draws a figure: as PNG by plotly.js where a Chromium is installed, else as SVG by ECharts.
 *
 * The same figure is drawn once and then read from `data/cache/pictures`.
 *
 * @param figure The figure.
 * @returns The picture; `undefined` if it cannot be drawn.
 * @example Without a browser
 * ```ts
 * import { figurePicture, lineFigure } from "glmc";
 * import { assertEquals } from "@std/assert";
 *
 * Deno.env.set("GLMC_CHROMIUM", "none");
 * const picture = await figurePicture(
 *   lineFigure([{ name: "loss", y: [2, 1] }], {
 *     title: "Training",
 *     description: "The loss falls.",
 *     x: "Epoch",
 *     y: "Loss",
 *   }),
 * );
 * assertEquals(picture?.type, "image/svg+xml");
 * Deno.env.delete("GLMC_CHROMIUM");
 * ```
 */
export async function figurePicture(figure: Figure): Promise<Picture | undefined> {
  const chromium = findChromium();
  if (chromium) {
    const png = await cached(
      figure,
      "png",
      async () => shrink(await drawInBrowser(figure, chromium), figure),
    );
    if (png) return { type: "image/png", data: png.toBase64() };
  }
  const svg = await cached(
    figure,
    "svg",
    async () => encoder.encode(await drawWithEcharts(figure)),
  );
  return svg && { type: "image/svg+xml", data: new TextDecoder().decode(svg) };
}

const encoder = new TextEncoder();

/** A picture from the cache, or drawn; a picture that fails must not fail a notebook. */
async function cached(
  figure: Figure,
  ending: "png" | "svg",
  draw: () => Promise<Uint8Array>,
): Promise<Uint8Array | undefined> {
  const { data, layout } = figure;
  const content = JSON.stringify({ data, layout, cacheVersion });
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 32);
  const file = new URL(`${hash}.${ending}`, cacheFolder);
  try {
    return await Deno.readFile(file);
  } catch {
    // Not drawn yet.
  }
  try {
    const picture = await draw();
    await keep(file, picture).catch(() => {});
    return picture;
  } catch {
    return undefined;
  }
}

async function keep(file: URL, picture: Uint8Array): Promise<void> {
  await Deno.mkdir(cacheFolder, { recursive: true });
  const part = new URL(`${file}.${crypto.randomUUID()}`);
  await Deno.writeFile(part, picture);
  await Deno.rename(part, file);
  const files = await Array.fromAsync(Deno.readDir(cacheFolder), async ({ name }) => {
    const { mtime } = await Deno.stat(new URL(name, cacheFolder));
    return { name, time: mtime?.getTime() ?? 0 };
  });
  const oldest = files.sort((a, b) => b.time - a.time).slice(cacheLimit);
  for (const { name } of oldest) await Deno.remove(new URL(name, cacheFolder));
}

/** Charts have few colours: with a palette they take a quarter of the room. */
function shrink(png: Uint8Array, { data }: Figure): Uint8Array {
  if (data.some(({ type }) => type === "image")) return png;
  const { data: pixels, width, height } = decode(png);
  return new Uint8Array(upng.encode([new Uint8Array(pixels).buffer], width, height, 128));
}
