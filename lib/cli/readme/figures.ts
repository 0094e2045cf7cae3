/**
 * Figures of README.md: drawn from the result cards, and stored beside them.
 *
 * @module
 */

import { findDataset } from "../../data/dataset.ts";
import { barFigure } from "../../plot/bar.ts";
import { darkColors } from "../../plot/dark.ts";
import { drawWithEcharts } from "../../plot/echarts_picture.ts";
import type { Figure } from "../../plot/figure.ts";
import { ablationStudy } from "../../study/ablations.ts";
import { compareVariants } from "../../study/compare.ts";
import { resolvePreset } from "../../study/presets.ts";
import type { RunResult } from "../../study/result.ts";

/** The variants that the figure shows, the plainest first. */
const shown = ["cross-entropy", "GLMC"] as const;

/**
 * Accuracy of each class, cross-entropy beside GLMC, in the scale of the preset `quick`.
 *
 * @param results All results that are known.
 * @returns The figure: means of the last epoch over the seeds that are finished.
 * @throws {RangeError} If cross-entropy or GLMC has no finished run there.
 * @example From the runs of the ablation components
 * ```ts ignore
 * import { classAccuracyFigure } from "glmc/cli/readme/figures.ts";
 * import { cardResults } from "glmc/study/read_results.ts";
 *
 * const figure = classAccuracyFigure(await cardResults(["data/results"]));
 * ```
 */
export function classAccuracyFigure(results: readonly RunResult[]): Figure {
  const { rows } = compareVariants(
    ablationStudy("components", { base: resolvePreset("quick") }),
    results,
  );
  const series = shown.map((variant) => {
    const { results = [] } = rows.find(({ name }) => name === variant) ?? {};
    const accuracies = results.map(({ last }) => last!.classAccuracy);
    if (accuracies.length === 0) {
      throw new RangeError(
        `Cannot draw the classes: ${variant} has no finished run: run deno task ablate components, ` +
          "then deno task results --export data/results/components.jsonl",
      );
    }
    return { name: `${variant} (${seedText(accuracies.length)})`, values: meanOf(accuracies) };
  });
  const [plain, glmc] = series.map(({ values }) => values.at(-1)!.toFixed(1));
  return barFigure(series, {
    title: "Accuracy of each class, the commonest first",
    description:
      "Accuracy on the test set of each class of CIFAR-10-LT, imbalance factor 50, from 5,000 training " +
      `images on the left to 100 on the right: the rarest reaches ${plain} % with cross-entropy and ` +
      `${glmc} % with GLMC.`,
    categories: findDataset("cifar10").classNames,
    x: "Class",
    y: "Accuracy (%)",
  });
}

function seedText(count: number): string {
  return count === 1 ? "one seed" : `mean of ${count} seeds`;
}

/** The mean of several rows, column by column. */
function meanOf(rows: readonly (readonly (number | null)[])[]): number[] {
  return rows[0]!.map((_, column) =>
    rows.reduce((sum, row) => sum + (row[column] ?? 0), 0) / rows.length
  );
}

/**
 * A figure as the text of an SVG that says the same whenever it is drawn, light or dark as its reader's
 * screen is.
 *
 * @param figure The figure.
 * @returns The SVG.
 * @example Drawn twice
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { figureSvg } from "glmc/cli/readme/figures.ts";
 * import { lineFigure } from "glmc/plot/line.ts";
 *
 * const words = { title: "Training", description: "The loss falls.", x: "Epoch", y: "Loss" };
 * const figure = lineFigure([{ name: "loss", y: [2, 1] }], words);
 *
 * assertEquals(await figureSvg(figure), await figureSvg(figure));
 * ```
 */
export async function figureSvg(figure: Figure): Promise<string> {
  const drawn = await drawWithEcharts(figure);
  // Names count the charts of the process, those of styles its styles.
  const styles = [...new Set(drawn.match(/\bzr\d+-cls-\d+/g))];
  const named = drawn.replaceAll(/\bzr\d+-cls-\d+/g, (name) => `zr-cls-${styles.indexOf(name)}`)
    .replaceAll(/\bzr\d+-/g, "zr-");
  return `${named.replace(/(?<=<svg[^>]*>)/, `\n${darkStyle(named)}`)}\n`;
}

/** Exchanges the colours of a drawing where its reader's screen is dark. */
function darkStyle(svg: string): string {
  const used = new Set(svg.match(/(?:fill|stroke)="#[0-9A-F]{6}"/g));
  const rules = [...used].flatMap((attribute) => {
    const [, property, color] = attribute.match(/(\w+)="(.*)"/)!;
    const dark = darkColors[color!];
    return dark === undefined ? [] : [`[${attribute}]{${property}:${dark}}`];
  });
  return `<style>@media (prefers-color-scheme:dark){${rules.join("")}}</style>`;
}
