/**
 * Grids: settings that go through several values each, multiplied.
 *
 * @module
 */

import { type MethodSettings, sharedFields } from "../experiment/config_complete.ts";
import { checkedSetting, typedValue } from "../settings/check.ts";
import type { Field, SettingValue } from "../settings/field.ts";
import { nearest } from "../settings/nearest.ts";
import type { Variant } from "./study.ts";

/** A setting and the values it goes through. */
export interface GridAxis {
  /** The setting. */
  readonly setting: string;
  /** The flag that names it, as it was typed. */
  readonly flag: string;
  /** Its values, as they were typed. */
  readonly values: readonly { readonly text: string; readonly value: SettingValue }[];
}

/** What an axis is read with. */
export interface GridOptions {
  /** The methods whose settings may be named; of two with one flag the first one's is meant. */
  readonly methods: readonly MethodSettings[];
  /** What a path means; it stands for itself by default. */
  readonly pathOf?: (text: string) => string;
}

/**
 * Reads an axis as it is typed: a flag of `train` by any of its names, and values between commas.
 *
 * @param text Such as `contrast_weight=0,1,2`.
 * @param options The methods there are.
 * @returns The axis.
 * @throws {RangeError} If there is no such flag, or a value is none of its values; says the nearest.
 * @example Two values
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 * import { methods } from "glmc";
 * import { parseAxis } from "glmc/study/grid.ts";
 *
 * const { setting, values } = parseAxis("contrast_weight=0,4", { methods });
 *
 * assertEquals([setting, values.map(({ value }) => value)], ["consistencyWeight", [0, 4]]);
 * assertThrows(() => parseAxis("contrast_wait=0", { methods }), RangeError, "did you mean contrast_weight?");
 * ```
 */
export function parseAxis(text: string, options: GridOptions): GridAxis {
  const [, flag, list] = text.match(/^-{0,2}([^=]+)=(.*)$/s) ?? [];
  const refuse = (what: string): never => {
    throw new RangeError(`Cannot use --grid ${text}: ${what}`);
  };
  if (flag === undefined || list === undefined) {
    return refuse("it must be a flag and its values: write --grid <flag>=<value>,<value>");
  }
  const flags = fieldsByFlag(options.methods);
  const found = flags.get(plain(flag));
  if (found === undefined) {
    const close = nearest(flag, flagNames(options.methods));
    const advice = close === undefined
      ? "deno task train --help lists the flags"
      : `did you mean ${close}?`;
    return refuse(`there is no flag of that name: ${advice}`);
  }
  const { setting, field } = found;
  if (setting === "seed") return refuse("seeds are no variants: give them with --seeds");
  const texts = list.split(",").map((value) => value.trim());
  const values = texts.map((text) => {
    try {
      return { text, value: checkedSetting(setting, valueOf(text, field, options), field) };
    } catch (error) {
      return refuse(
        error instanceof Error ? error.message.replace(/^Cannot/, "cannot") : `${error}`,
      );
    }
  });
  const twice = values.find(({ value }, index) =>
    values.findIndex((other) => other.value === value) < index
  );
  if (twice !== undefined) return refuse(`the value ${twice.text} is there twice: leave one out`);
  return { setting, flag, values };
}

/**
 * The variants of a grid: every value of each axis with every value of the others.
 *
 * @param axes The axes; with none there is one variant, which changes nothing.
 * @returns The variants, named by flags and values; the last axis goes fastest.
 * @throws {RangeError} If two axes have one setting.
 * @example Two axes
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { methods } from "glmc";
 * import { gridVariants, parseAxis } from "glmc/study/grid.ts";
 *
 * const axes = ["contrast_weight=0,4", "cutmix-label=area"].map((text) => parseAxis(text, { methods }));
 *
 * assertEquals(gridVariants(axes)[1], {
 *   name: "contrast_weight 4, cutmix-label area",
 *   settings: { consistencyWeight: 4, cutMixLabel: "area" },
 * });
 * ```
 */
export function gridVariants(axes: readonly GridAxis[]): Variant[] {
  for (const [index, { setting, flag }] of axes.entries()) {
    const other = axes.slice(0, index).find((axis) => axis.setting === setting);
    if (other === undefined) continue;
    throw new RangeError(
      `Cannot use --grid ${other.flag} with --grid ${flag}: they are one setting: write all values ` +
        `in one --grid ${flag}=`,
    );
  }
  return axes.reduce<Variant[]>(
    (variants, { setting, flag, values }) =>
      variants.flatMap(({ name, settings }) =>
        values.map(({ text, value }) => ({
          name: [...(name === "" ? [] : [name]), `${flag} ${text}`].join(", "),
          settings: { ...settings, [setting]: value },
        }))
      ),
    [{ name: "", settings: {} }],
  );
}

/**
 * Reads seeds as they are typed.
 *
 * @param text Whole numbers between commas, and ranges such as `1-5`.
 * @returns The seeds in their order.
 * @throws {RangeError} If one is none, or is there twice.
 * @example A range and a single one
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 * import { parseSeeds } from "glmc/study/grid.ts";
 *
 * assertEquals(parseSeeds("1-3,7"), [1, 2, 3, 7]);
 * assertThrows(() => parseSeeds("1,one"), RangeError, "whole numbers");
 * ```
 */
export function parseSeeds(text: string): number[] {
  const refuse = (what: string): never => {
    throw new RangeError(`Cannot use --seeds ${text}: ${what}`);
  };
  const seeds = text.split(",").flatMap((part) => {
    const [, first, last = first] = part.trim().match(/^(\d+)(?:-(\d+))?$/) ?? [];
    const [from, to] = [Number(first), Number(last)];
    const fits = first !== undefined && Number.isSafeInteger(to) && from <= to;
    if (!fits) return refuse("they must be whole numbers such as 1,2,3 or 1-5");
    if (to - from >= longestRange) {
      return refuse(`these are more than ${longestRange} seeds: give fewer`);
    }
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
  const twice = seeds.find((seed, index) => seeds.indexOf(seed) < index);
  return twice === undefined ? seeds : refuse(`the seed ${twice} is there twice: leave one out`);
}

/** A slip of the finger, beyond it. */
const longestRange = 1000;

interface FoundField {
  readonly setting: string;
  readonly field: Field;
}

function entriesOf(methods: readonly MethodSettings[]): FoundField[] {
  return [sharedFields, ...methods.map(({ fields }) => fields)].flatMap((fields) =>
    Object.entries(fields).map(([setting, field]) => ({ setting, field }))
  );
}

function fieldsByFlag(methods: readonly MethodSettings[]): Map<string, FoundField> {
  const found = new Map<string, FoundField>();
  for (const entry of entriesOf(methods)) {
    for (const flag of entry.field.flags) {
      if (!found.has(plain(flag))) found.set(plain(flag), entry);
    }
  }
  return found;
}

function flagNames(methods: readonly MethodSettings[]): string[] {
  return [...new Set(entriesOf(methods).flatMap(({ field }) => field.flags))];
}

/** As flags are told apart: `-` and `_` are interchangeable. */
function plain(flag: string): string {
  return flag.replaceAll("-", "_");
}

function valueOf(text: string, field: Field, { pathOf = (path) => path }: GridOptions): unknown {
  return field.kind === "path" ? pathOf(text) : typedValue(text, field);
}
