/**
 * Figures on a dark page: the same figure with every colour of the theme exchanged for its dark partner.
 *
 * @module
 */

import type { Figure } from "./figure.ts";
import {
  gridColor,
  inkColor,
  matrixColors,
  paperColor,
  referenceColor,
  seriesColors,
  shotColors,
} from "./theme.ts";

/** Paul Tol's "light" and "medium contrast" where they have the hue, lightened where they do not. */
const darkSeries = ["#77AADD", "#EE8866", "#44BB99", "#EEDD88", "#99DDFF", "#D48BB8", "#AAAAAA"];
const darkPaper = "#1B1D21";
const darkMatrix = [darkPaper, "#24415E", "#2F6DA8", "#7BA7D0", "#DCE9F5"];

/** Dark partner of each colour of the theme. */
export const darkColors: Readonly<Record<string, string>> = {
  [paperColor]: darkPaper,
  [inkColor]: "#E4E6EB",
  [gridColor]: "#33373E",
  [referenceColor]: "#A3A8B0",
  [shotColors.many]: "#6699CC",
  [shotColors.medium]: "#EECC66",
  [shotColors.few]: "#EE99AA",
  ...Object.fromEntries(seriesColors.map((color, i) => [color, darkSeries[i]!])),
  ...Object.fromEntries(matrixColors.map(([, color], i) => [color, darkMatrix[i]!])),
};

/**
 * A figure in dark colours.
 *
 * @param figure The figure.
 * @returns The same figure; colours that are not of the theme stay as they are.
 * @example Its background
 * ```ts
 * import { darkColors, darkFigure } from "glmc/plot/dark.ts";
 * import { lineFigure } from "glmc/plot/line.ts";
 * import { paperColor } from "glmc/plot/theme.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const about = { title: "Loss", description: "It falls.", x: "Epoch", y: "Loss" };
 * const { layout } = darkFigure(lineFigure([{ name: "loss", y: [2, 1] }], about));
 *
 * assertEquals(layout.paper_bgcolor, darkColors[paperColor]);
 * ```
 */
export function darkFigure(figure: Figure): Figure {
  return JSON.parse(
    JSON.stringify(figure, (_, value) => typeof value === "string" ? darkColor(value) : value),
  );
}

/** The partner of a colour, which may have an opacity behind it; any other text as it is. */
function darkColor(text: string): string {
  const dark = text.length <= 9 ? darkColors[text.slice(0, 7)] : undefined;
  return dark === undefined ? text : dark + text.slice(7);
}
