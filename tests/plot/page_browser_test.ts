import { assert, assertEquals } from "@std/assert";
import { pathToFileURL } from "node:url";
import { chromium, type Page } from "playwright-core";
import { chromiumFlags, findChromium } from "../../lib/plot/browser_picture.ts";
import { htmlPage } from "../../lib/plot/page.ts";
import { table } from "../../lib/plot/table.ts";
import { temporaryFolder } from "../data/disposables.ts";
import { sampleFigures } from "./samples.ts";

const executablePath = findChromium();

interface Look {
  readonly width?: number;
  readonly colorScheme?: "light" | "dark";
  readonly javaScriptEnabled?: boolean;
}

/** Opens a page of three figures and two tables in a browser, in several ways. */
async function withPage(look: (open: (look: Look) => Promise<Page>) => Promise<void>) {
  using folder = temporaryFolder();
  const file = `${folder.path}/page #1?.html`;
  const { training, matrix } = sampleFigures;
  const hash = "0123456789abcdef".repeat(4);
  const page = await htmlPage({
    title: `Run ${hash}`,
    summary: [["This run", `It has the hash ${hash}.`], ["Next", "Try `deno task train`."]],
    sections: [
      {
        title: "Result",
        items: [
          table(["what", ...Array.from({ length: 12 }, (_, i) => `column ${i}`)], [
            [hash, ...Array.from({ length: 12 }, (_, i) => 1000 + i)],
          ]),
        ],
      },
      // One of them twice: each place has its own plot.
      { title: "Curves", items: [training, matrix, training] },
    ],
  });
  await Deno.writeTextFile(file, page);
  const browser = await chromium.launch({ executablePath, args: [...chromiumFlags] });
  try {
    await look(async ({ width = 360, ...options }) => {
      const context = await browser.newContext({ ...options, viewport: { width, height: 800 } });
      const opened = await context.newPage();
      await opened.goto(pathToFileURL(file).href);
      if (options.javaScriptEnabled !== false) {
        await opened.locator(".still.replaced").nth(2).waitFor({ state: "attached" });
      }
      return opened;
    });
  } finally {
    await browser.close();
  }
}

/** Which elements are seen. */
async function seen(page: Page, selector: string): Promise<boolean[]> {
  const all = await page.locator(selector).all();
  return await Promise.all(all.map((element) => element.isVisible()));
}

async function widthOf(page: Page, selector: string): Promise<number> {
  return (await page.locator(selector).first().boundingBox())?.width ?? 0;
}

/** A style of the first element, as the browser computes it. */
async function styleOf(page: Page, selector: string, name: string): Promise<string> {
  return await page.evaluate<string>(
    `getComputedStyle(document.querySelector(${JSON.stringify(selector)}))[${
      JSON.stringify(name)
    }]`,
  );
}

const ignore = executablePath === undefined;
// The browser's pipes close when it does.
const sanitizeResources = false;
const three = (value: boolean): boolean[] => [value, value, value];

Deno.test({
  name: "the figures of a page fill the window, and follow it",
  ignore,
  sanitizeResources,
  fn: () =>
    withPage(async (open) => {
      const page = await open({ width: 1200 });
      assertEquals(await seen(page, ".still"), three(false));
      assertEquals(await page.locator("figure .plot-container").count(), 3);
      const wide = await widthOf(page, "figure .main-svg");
      assertEquals(wide, await widthOf(page, "section"));
      assert(wide > 1000, `${wide}`);
      const beside = await page.locator(".drawn").first().boundingBox();

      await page.setViewportSize({ width: 420, height: 800 });
      await page.waitForFunction("document.querySelector('figure .main-svg').clientWidth < 420");
      await page.waitForFunction(
        `document.querySelector(".drawn").clientHeight > ${1.5 * beside!.height}`,
      );
      const overflow = await page.evaluate("document.documentElement.scrollWidth");
      assertEquals(overflow, 420, "The page is wider than the window");
    }),
});

Deno.test({
  name: "a wide table scrolls within the page, and keeps its first column",
  ignore,
  sanitizeResources,
  fn: () =>
    withPage(async (open) => {
      const page = await open({ width: 360 });
      const first = page.locator("tbody th").first();
      const before = await first.boundingBox();
      const scrolled = await page.evaluate<number>(
        "(document.querySelector('.wide').scrollLeft = 300, document.querySelector('.wide').scrollLeft)",
      );
      assertEquals(scrolled, 300);
      assertEquals(await first.boundingBox(), before);
      assertEquals(await page.evaluate("document.documentElement.scrollWidth"), 360);
      assertEquals(await styleOf(page, "tbody td", "textAlign"), "right");
      assertEquals(await styleOf(page, "thead th:nth-child(2)", "textAlign"), "right");
    }),
});

Deno.test({
  name: "a page is dark where the reader's system is, with and without scripts, and light on paper",
  ignore,
  sanitizeResources,
  fn: () =>
    withPage(async (open) => {
      const colors = { light: "rgb(255, 255, 255)", dark: "rgb(27, 29, 33)" };
      for (const colorScheme of ["light", "dark"] as const) {
        const drawn = await open({ colorScheme });
        assertEquals(await styleOf(drawn, "body", "backgroundColor"), colors[colorScheme]);
        assertEquals(
          await styleOf(drawn, "figure .main-svg", "backgroundColor"),
          colors[colorScheme],
        );

        const still = await open({ colorScheme, javaScriptEnabled: false });
        assertEquals(await seen(still, "img.day"), three(colorScheme === "light"));
        assertEquals(await seen(still, "img.night"), three(colorScheme === "dark"));

        for (const page of [drawn, still]) {
          await page.emulateMedia({ media: "print", colorScheme });
          assertEquals(await styleOf(page, "body", "backgroundColor"), colors.light);
          assertEquals(await seen(page, "img.day"), three(true));
          assertEquals(await seen(page, "img.night"), three(false));
          assertEquals(await seen(page, ".drawn"), three(false));
          for (const picture of await page.locator("img.day").all()) {
            const { width = 0, x = 0 } = await picture.boundingBox() ?? {};
            assert(width > 200 && x + width <= 360, `${x} to ${x + width}`);
          }
        }
      }

      const turned = await open({ colorScheme: "light" });
      await turned.emulateMedia({ colorScheme: "dark" });
      await turned.waitForFunction(
        `getComputedStyle(document.querySelector("figure .main-svg")).backgroundColor === "${colors.dark}"`,
      );
    }),
});
