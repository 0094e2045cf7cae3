import { assert, assertEquals } from "@std/assert";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { chromiumFlags, findChromium } from "../../lib/plot/browser_picture.ts";
import { htmlPage } from "../../lib/plot/page.ts";
import { table } from "../../lib/plot/table.ts";
import { temporaryFolder } from "../data/disposables.ts";
import { sampleFigures } from "./samples.ts";

const executablePath = findChromium();

Deno.test({
  name: "htmlPage() is read on a narrow screen, without scripts, and on paper",
  ignore: executablePath === undefined,
  // The browser's pipes close when it does.
  sanitizeResources: false,
  async fn() {
    using folder = temporaryFolder();
    const file = `${folder.path}/page #1?.html`;
    const { training, matrix } = sampleFigures;
    const hash = "0123456789abcdef".repeat(4);
    const page = await htmlPage({
      title: `Run ${hash}`,
      summary: "One run.",
      sections: [
        { title: "Result", items: [table(["what", "value"], [["hash", hash]])] },
        // One of them twice: each place has its own plot.
        { title: "Curves", items: [training, matrix, training] },
      ],
    });
    await Deno.writeTextFile(file, page);
    const browser = await chromium.launch({ executablePath, args: [...chromiumFlags] });
    try {
      for (const javaScriptEnabled of [true, false]) {
        const context = await browser.newContext({
          javaScriptEnabled,
          viewport: { width: 360, height: 800 },
        });
        const opened = await context.newPage();
        await opened.goto(pathToFileURL(file).href);
        const pictures = opened.locator("figure img");
        assertEquals(await pictures.count(), 3);
        const visible = async (): Promise<boolean[]> =>
          await Promise.all((await pictures.all()).map((picture) => picture.isVisible()));
        if (javaScriptEnabled) {
          await opened.locator("img.replaced").nth(2).waitFor({ state: "attached" });
          assertEquals(await visible(), [false, false, false]);
          assertEquals(await opened.locator("figure .plot-container").count(), 3);
          const width = await opened.evaluate("document.documentElement.scrollWidth");
          assertEquals(width, 360, "The page is wider than the screen");
        } else {
          assertEquals(await visible(), [true, true, true]);
          const box = await pictures.first().boundingBox();
          assertEquals(box?.width, training.layout.width);
        }
        await opened.emulateMedia({ media: "print" });
        assertEquals(await visible(), [true, true, true]);
        for (const picture of await pictures.all()) {
          const { width = 0, x = 0 } = await picture.boundingBox() ?? {};
          assert(width > 200 && x + width <= 360, `${x} to ${x + width}`);
        }
        await context.close();
      }
    } finally {
      await browser.close();
    }
  },
});
