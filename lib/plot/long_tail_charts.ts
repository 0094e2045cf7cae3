/**
 * Figures of a long tail: images of each class, and what a sampler makes of them.
 *
 * @module
 */
import { counted } from "../settings/count.ts";
import { barFigure } from "./bar.ts";
import type { AxisOptions, Figure } from "./figure.ts";
import { lineFigure } from "./line.ts";
import { shotColors } from "./theme.ts";

/** Group of a class by its number of training images. */
export type ShotGroup = keyof typeof shotColors;

/** Names of the groups, as they are drawn. */
export const shotNames: Readonly<Record<ShotGroup, string>> = {
  many: "many (> 100 images)",
  medium: "medium (21 to 100)",
  few: "few (≤ 20)",
};

const groups = ["many", "medium", "few"] as const;

/** What the figures of classes need to be told. */
export interface ClassFigureOptions {
  /** Title. */
  readonly title?: string;
  /** Name of each class `[classes]`. */
  readonly classNames?: readonly string[];
  /** Group of each class `[classes]`, from `shotGroup`. */
  readonly groups: readonly ShotGroup[];
  /** Whether the axis of images is logarithmic. */
  readonly log?: boolean;
}

/**
 * Training images of each class, in the colours of the shot groups.
 *
 * @param counts Images of each class `[classes]`.
 * @param options Names and groups of the classes.
 * @returns The figure.
 * @example Three classes
 * ```ts
 * import { classCountsFigure } from "glmc/plot/long_tail_charts.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const { data } = classCountsFigure([500, 50, 5], { groups: ["many", "medium", "few"] });
 *
 * assertEquals(data.map(({ name }) => name?.split(" ")[0]), ["many", "medium", "few"]);
 * ```
 */
export function classCountsFigure(
  counts: readonly number[],
  options: ClassFigureOptions,
): Figure {
  const names = options.classNames ?? counts.map((_, label) => `${label}`);
  const [most, least] = [Math.max(...counts), Math.min(...counts)];
  return groupedBars(counts, {
    ...options,
    names,
    title: options.title ?? "Training images of each class",
    y: { title: "Training images", log: options.log },
    description:
      `${counted(counts.length, "class", "classes")} with ${format(most)} to ${
        format(least)
      } training images` +
      `${groupShares(options.groups)}.`,
    digits: counts.length <= 20 ? 0 : undefined,
  });
}

/**
 * Share of each class in what a sampler draws, for several samplers.
 *
 * @param samplers Name and shares of each sampler, such as from `samplerMass`.
 * @param options Names of the classes.
 * @returns The figure.
 * @example Uniform and balanced
 * ```ts
 * import { samplerMassFigure } from "glmc/plot/long_tail_charts.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const figure = samplerMassFigure([
 *   { name: "q = 0", mass: [0.9, 0.1] },
 *   { name: "q = 1", mass: [0.5, 0.5] },
 * ]);
 *
 * assertEquals(figure.layout.yaxis?.title?.text, "Share of drawn images (%)");
 * ```
 */
export function samplerMassFigure(
  samplers: readonly { readonly name: string; readonly mass: readonly number[] }[],
  options: { readonly classNames?: readonly string[]; readonly title?: string } = {},
): Figure {
  const last = (mass: readonly number[]): string => (100 * Number(mass.at(-1))).toFixed(1);
  return lineFigure(
    samplers.map(({ name, mass }) => ({
      name,
      x: options.classNames ?? mass.map((_, label) => label),
      y: mass.map((share) => 100 * share),
      markers: mass.length <= 20,
    })),
    {
      title: options.title ?? "What the sampler draws",
      description: `Share of the rarest class among drawn images: ${
        samplers.map(({ name, mass }) => `${last(mass)} % with ${name}`).join(", ")
      }.`,
      x: "Class, from common to rare",
      y: { title: "Share of drawn images (%)" },
    },
  );
}

/** Settings of {@linkcode classAccuracyFigure}. */
export interface ClassAccuracyOptions extends ClassFigureOptions {
  /** Name of the method or run, for the title. */
  readonly method?: string;
}

/**
 * Accuracy of each class, in the colours of the shot groups.
 *
 * @param accuracy Accuracy of each class in percent `[classes]`; null for a class without images.
 * @param options Names and groups of the classes.
 * @returns The figure.
 * @example Three classes
 * ```ts
 * import { classAccuracyFigure } from "glmc/plot/long_tail_charts.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const figure = classAccuracyFigure([90, 50, 20], { groups: ["many", "medium", "few"] });
 *
 * assertEquals(figure.layout.yaxis?.range, [0, 107]); // with room for the numbers at the bars
 * ```
 */
export function classAccuracyFigure(
  accuracy: readonly (number | null)[],
  options: ClassAccuracyOptions,
): Figure {
  const names = options.classNames ?? accuracy.map((_, label) => `${label}`);
  const known = accuracy.filter((value) => value !== null);
  const of = options.method ? ` of ${options.method}` : "";
  const span = known.length === 0
    ? "no class has test images"
    : `from ${Math.min(...known).toFixed(1)} to ${Math.max(...known).toFixed(1)} %`;
  return groupedBars(accuracy, {
    ...options,
    names,
    title: options.title ?? `Accuracy of each class${options.method ? `: ${options.method}` : ""}`,
    y: { title: "Accuracy on test images (%)", range: [0, 100] },
    description: `Accuracy of each class${of}, ${span}; classes go from common to rare.`,
    digits: accuracy.length <= 20 ? 1 : undefined,
  });
}

function groupedBars(
  values: readonly (number | null)[],
  options: ClassFigureOptions & {
    readonly title: string;
    readonly names: readonly string[];
    readonly y: AxisOptions;
    readonly description: string;
    readonly digits?: number;
  },
): Figure {
  const { names, title, y, description, digits } = options;
  const present = groups.filter((group) => options.groups.includes(group));
  return barFigure(
    present.map((group) => ({
      name: shotNames[group],
      values: values.map((value, label) => options.groups[label] === group ? value : null),
      color: shotColors[group],
    })),
    // Stacked, so that empty bars of other groups take no room.
    { title, description, categories: names, x: "Class", y, mode: "stack", digits },
  );
}

function groupShares(members: readonly ShotGroup[]): string {
  const present = groups.filter((group) => members.includes(group));
  const counts = present.map((group) =>
    `${members.filter((member) => member === group).length} ${group}`
  );
  return `: ${counts.join(", ")}`;
}

function format(count: number): string {
  return count.toLocaleString("en");
}
