/**
 * Pictures of figures by plotly.js itself, in a Chromium without a window where one is installed.
 *
 * @module
 */
import type { Browser, Page } from "playwright-core";
import type { Figure } from "./figure.ts";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** What keeps a Chromium from looking for a display, a GPU or the network. */
export const chromiumFlags: readonly string[] = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

/**
 * Path of a Chromium on this machine: `$GLMC_CHROMIUM`, else the first one on `PATH`.
 *
 * @returns `undefined` where there is none, or where `GLMC_CHROMIUM` is `none`.
 * @example None is wanted
 * ```ts
 * import { findChromium } from "glmc/plot/browser_picture.ts";
 * import { assertEquals } from "@std/assert";
 *
 * Deno.env.set("GLMC_CHROMIUM", "none");
 * assertEquals(findChromium(), undefined);
 * Deno.env.delete("GLMC_CHROMIUM");
 * ```
 */
export function findChromium(): string | undefined {
  const chosen = Deno.env.get("GLMC_CHROMIUM");
  const folders = (Deno.env.get("PATH") ?? "").split(":").filter((folder) => folder !== "");
  const candidates = chosen
    ? [chosen]
    : folders.flatMap((folder) => names.map((name) => `${folder}/${name}`));
  return candidates.find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });
}

/** A browser that has nothing to draw for so long is closed. */
const idleMilliseconds = 60_000;

let opened: Promise<{ browser: Browser; page: Page }> | undefined;
let idleTimer: ReturnType<typeof setTimeout> | undefined;

/**
 * Draws a figure as PNG with plotly.js; the browser is started once and kept for a minute.
 *
 * @param figure The figure.
 * @param chromium Path of the browser, from {@linkcode findChromium}.
 * @returns The PNG, as large as the figure.
 * @throws {Error} If the browser does not start or plotly.js refuses the figure.
 */
export async function drawInBrowser(figure: Figure, chromium: string): Promise<Uint8Array> {
  clearTimeout(idleTimer);
  try {
    return await draw(figure, chromium);
  } catch {
    // A browser that was open may have ended meanwhile, in a long training between two figures for example.
    return await draw(figure, chromium);
  } finally {
    clearTimeout(idleTimer);
    idleTimer = setTimeout(closePictureBrowser, idleMilliseconds);
    idleTimer.unref();
  }
}

async function draw({ data, layout }: Figure, chromium: string): Promise<Uint8Array> {
  opened ??= openPage(chromium);
  try {
    const { page } = await opened;
    const { width, height } = layout;
    // JupyterLab shows a stored picture in its own size, until the mouse makes it interactive.
    const options = { format: "png", width, height, scale: 1 };
    const address = await page.evaluate<string>(
      `Plotly.toImage(${JSON.stringify({ data, layout })}, ${JSON.stringify(options)})`,
    );
    return Uint8Array.fromBase64(address.slice(address.indexOf(",") + 1));
  } catch (error) {
    await closePictureBrowser();
    throw error;
  }
}

/** Closes the browser that draws pictures, if it is open; the next picture opens it again. */
export async function closePictureBrowser(): Promise<void> {
  clearTimeout(idleTimer);
  const closing = opened;
  opened = undefined;
  await closing?.then(({ browser }) => browser.close()).catch(() => {});
}

async function openPage(executablePath: string): Promise<{ browser: Browser; page: Page }> {
  const { chromium } = await import("playwright-core");
  const browser = await chromium.launch({
    executablePath,
    headless: true,
    args: [...chromiumFlags],
    timeout: 30_000,
    // A kernel has its own use for these.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
  const page = await browser.newPage();
  await page.addScriptTag({ content: await readPlotlyScript() });
  return { browser, page };
}

/**
 * The text of plotly.js, from its npm package.
 *
 * @returns The script, about 4 MB.
 * @example It is a large one
 * ```ts
 * import { readPlotlyScript } from "glmc/plot/browser_picture.ts";
 * import { assert } from "@std/assert";
 *
 * assert((await readPlotlyScript()).length > 1e6);
 * ```
 */
export async function readPlotlyScript(): Promise<string> {
  const script = await import("plotly.js-dist/plotly.js", { with: { type: "text" } });
  return script.default;
}
