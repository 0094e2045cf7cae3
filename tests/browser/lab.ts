import { assert, assertEquals } from "@std/assert";
import { type Browser, chromium, type Page } from "playwright-core";
import { listNotebooks } from "../../lib/cli/notebooks.ts";
import { codeCells, readNotebook } from "../../lib/notebook/document.ts";
import { chromiumFlags, findChromium } from "../../lib/plot/browser_picture.ts";
import { projectRoot } from "../../lib/setup/project.ts";
import { startLabServer } from "./lab_server.ts";

const browserPath = findChromium();
const shots = `${projectRoot}/data/cache/screenshots`;
const plotly = "application/vnd.plotly.v1+json";

for (const name of ["00", "02"]) {
  Deno.test({
    name: `notebook ${name} runs in JupyterLab and draws all its figures` +
      (browserPath ? "" : " (skipped: no Chromium: for example sudo apt install chromium)"),
    ignore: browserPath === undefined,
    fn: () => checkNotebook(name),
  });
}

async function checkNotebook(name: string): Promise<void> {
  const path = (await listNotebooks()).find((path) => path.includes(`/${name}_`));
  assert(path, `There is no notebook ${name}`);
  await using server = await startLabServer([path]);
  const browser = await chromium.launch({ executablePath: browserPath, args: [...chromiumFlags] });
  try {
    const page = await openNotebook(browser, server.open(path));
    const expected = await figuresIn(path);
    await runAllCells(page);
    await shoot(page, name);

    assertEquals(await page.locator(".jp-OutputArea [data-mime-type$=stderr]").count(), 0);
    const drawn = page.locator(".jp-RenderedPlotly .main-svg:first-child");
    assertEquals(await drawn.count(), expected.figures);
    assertEquals(
      await page.locator(".jp-RenderedPlotly .imagelayer image").count(),
      expected.grids,
    );
    for (const box of await Promise.all((await drawn.all()).map((svg) => svg.boundingBox()))) {
      assert(box && box.width > 300 && box.height > 100, "A figure has no size");
    }
  } finally {
    await browser.close();
  }
}

async function openNotebook(browser: Browser, address: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(address);
  await page.getByText("Deno | Idle").waitFor({ timeout: 90_000 });
  return page;
}

async function runAllCells(page: Page): Promise<void> {
  // Outputs that are stored in the file must not be taken for new ones.
  await page.getByRole("menuitem", { name: "Edit", exact: true }).click();
  await page.getByRole("menuitem", { name: "Clear Outputs of All Cells" }).click();
  assertEquals(await page.locator(".jp-RenderedPlotly").count(), 0);
  await page.getByRole("menuitem", { name: "Run", exact: true }).click();
  await page.getByRole("menuitem", { name: "Run All Cells", exact: true }).click();
  await page.waitForFunction(
    `[...document.querySelectorAll(".jp-CodeCell .jp-InputPrompt")]
      .every((prompt) => /\\[\\d+\\]/.test(prompt.textContent))`,
    undefined,
    { timeout: 180_000 },
  );
  // The last outputs may come after the last cell is done.
  await page.waitForTimeout(1000);
}

/** Figures and image grids that the notebook had at its last full run. */
async function figuresIn(path: string): Promise<{ figures: number; grids: number }> {
  const outputs = codeCells(await readNotebook(path)).flatMap(({ outputs }) => outputs);
  const figures = outputs.flatMap(({ data }) => data && plotly in data ? [data[plotly]] : []);
  const grids = figures.filter((figure) =>
    (figure as { data: { type: string }[] }).data.some(({ type }) => type === "image")
  );
  assert(figures.length > 0, `${path} holds no figures: run deno task notebooks --full`);
  return { figures: figures.length, grids: grids.length };
}

/** Keeps a picture of the whole notebook for people to look at. */
async function shoot(page: Page, name: string): Promise<void> {
  await page.setViewportSize({ width: 1280, height: 12_000 });
  await page.locator(".jp-WindowedPanel-outer").first()
    .evaluate((panel: { scrollTop: number }) => void (panel.scrollTop = 0));
  await page.waitForTimeout(500);
  const last = await page.locator(".jp-Notebook .jp-Cell").last().boundingBox();
  const height = Math.min(12_000, (last?.y ?? 0) + (last?.height ?? 0) + 40);
  await Deno.mkdir(shots, { recursive: true });
  await page.screenshot({
    path: `${shots}/notebook-${name}.png`,
    clip: { x: 0, y: 0, width: 1280, height },
  });
  await page.setViewportSize({ width: 1280, height: 900 });
}
