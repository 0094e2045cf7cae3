/**
 * Settings as data: type, default, rule, flag and help text of each in one place.
 *
 * Whatever can be told to a run is a field: the command line makes its flags from them, help texts list
 * them, stored configurations are read through them.
 *
 * @module
 */

import { rangeText } from "./range.ts";

/** A value of a setting; `null` stands for "not given" where a field allows it. */
export type SettingValue = string | number | boolean | null;

/** One setting. */
export interface Field<Value extends SettingValue = SettingValue> {
  /** What its flag takes: a `switch` has no value, a `path` starts from the folder of its user. */
  readonly kind: "number" | "text" | "choice" | "switch" | "path";
  /** Its value where nothing is said. */
  readonly default: Value;
  /** Names of its flag without dashes, the official one first; `-` and `_` are interchangeable. */
  readonly flags: readonly string[];
  /** What it does, in one line. */
  readonly help: string;
  /** What a value must be, as it stands in messages after "it must be". */
  readonly wanted: string;
  /** Whether a value is one of this field's. */
  readonly accepts: (value: unknown) => value is Value;
  /** Values it may have, of a choice. */
  readonly choices?: readonly string[];
  /** Other ways to write a choice on the command line, and what they stand for. */
  readonly spellings?: Readonly<Record<string, string>>;
  /** What its numbers count, in the plural: `epochs`. */
  readonly unit?: string;
  /** The numbers it may have, in few words: `0 to 1`. */
  readonly range?: string;
  /** Whether only whole numbers will do. */
  readonly whole?: boolean;
  /** What holds where the value is `null`, in words. */
  readonly defaultText?: string;
  /** What runs meant that were stored before the field was there; without it such runs are refused. */
  readonly earlier?: Value;
  /** Form of stored configurations in which every run has the field; 2 by default. */
  readonly since?: number;
}

/** Values of settings by name, as flags, presets, grids and notebooks give them: flat and in part. */
export type Settings = { readonly [name: string]: SettingValue };

/** Settings by name. */
export type Fields = { readonly [name: string]: Field };

/** The values of settings, by name. */
export type SettingsOf<F extends Fields> = {
  readonly [Name in keyof F]: F[Name] extends Field<infer Value> ? Value : never;
};

/** The fields of settings whose values an interface describes: one of its type for each. */
export type FieldsOf<Values extends { readonly [Name in keyof Values]: SettingValue }> = {
  readonly [Name in keyof Values]: Field<Values[Name]>;
};

/** What every kind of field is told. */
export interface FieldOptions<Value> {
  /** Its value where nothing is said. */
  readonly default: Value;
  /** Names of its flag without dashes, the official one first. */
  readonly flags: readonly string[];
  /** What it does, in one line. */
  readonly help: string;
  /** What holds where the value is `null`, in words. */
  readonly defaultText?: string;
  /** What runs meant that were stored before the field was there. */
  readonly earlier?: Value;
  /** The stored form from which the field is obligatory. */
  readonly since?: number;
}

/** Settings of {@linkcode numberField}. */
export interface NumberFieldOptions extends FieldOptions<number> {
  /** What its numbers count, in the plural: `epochs`; nothing by default. */
  readonly unit?: string;
  /** Whether only whole numbers will do; false by default. */
  readonly whole?: boolean;
  /** Smallest value; 0 by default. */
  readonly least?: number;
  /** Largest value; none by default. */
  readonly most?: number;
  /** The value must be greater than this, instead of at least `least`. */
  readonly above?: number;
  /** The value must be less than this, instead of at most `most`. */
  readonly below?: number;
}

/**
 * A setting that is a finite number within bounds.
 *
 * @param options Default, flags, help and bounds.
 * @returns The field.
 * @example A rate
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { numberField } from "glmc/settings/field.ts";
 *
 * const rate = numberField({ default: 0.1, flags: ["lr"], help: "learning rate", below: 1 });
 *
 * assertEquals([rate.accepts(0.5), rate.accepts(1), rate.accepts("0.5")], [true, false, false]);
 * assertEquals(rate.wanted, "a number in [0, 1)");
 * ```
 */
export function numberField(options: NumberFieldOptions): Field<number> {
  const { whole = false, least = 0, most = Infinity, above, below, ...common } = options;
  const accepts = (value: unknown): value is number =>
    typeof value === "number" && Number.isFinite(value) &&
    (!whole || Number.isSafeInteger(value)) &&
    (above === undefined ? value >= least : value > above) &&
    (below === undefined ? value <= most : value < below);
  const what = whole ? "a whole number" : "a number";
  const low = above === undefined ? `[${least}` : `(${above}`;
  const high = below === undefined ? `${most}]` : `${below})`;
  const isOpen = below === undefined && most === Infinity;
  const bound = above === undefined ? `, at least ${least}` : ` greater than ${above}`;
  return {
    ...common,
    kind: "number",
    whole,
    wanted: isOpen ? what + bound : `${what} in ${low}, ${high}`,
    range: rangeText({ least, most, above, below }),
    accepts,
  };
}

/**
 * A setting that is one of a few words.
 *
 * @param choices The words.
 * @param options Default, flags and help.
 * @returns The field.
 * @example One of two
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { choiceField } from "glmc/settings/field.ts";
 *
 * const scale = choiceField(["sum", "mean"], { default: "sum", flags: ["scale"], help: "" });
 *
 * assertEquals([scale.accepts("mean"), scale.accepts("max")], [true, false]);
 * ```
 */
export function choiceField<const Choice extends string>(
  choices: readonly Choice[],
  options: Readonly<FieldOptions<NoInfer<Choice>>> & Pick<Field, "spellings">,
): Field<Choice> {
  return {
    ...options,
    kind: "choice",
    choices,
    wanted: `one of ${choices.join(", ")}`,
    accepts: (value): value is Choice => choices.includes(value as Choice),
  };
}

/**
 * A setting that is on or off; off by default.
 *
 * @param options Flags and help.
 * @returns The field.
 * @example Off by default
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { switchField } from "glmc/settings/field.ts";
 *
 * assertEquals(switchField({ flags: ["replace"], help: "draw with replacement" }).default, false);
 * ```
 */
export function switchField(options: Omit<FieldOptions<boolean>, "default">): Field<boolean> {
  return {
    ...options,
    default: false,
    kind: "switch",
    wanted: "true or false",
    accepts: (value): value is boolean => typeof value === "boolean",
  };
}

/**
 * A setting that is a file or a folder, or `null` where it is not given; stored as an absolute path.
 *
 * @param options Flags and help.
 * @returns The field.
 * @example Not given by default
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { optionalPathField } from "glmc/settings/field.ts";
 *
 * assertEquals(optionalPathField({ flags: ["root"], help: "folder of images" }).default, null);
 * ```
 */
export function optionalPathField(
  options: Omit<FieldOptions<string | null>, "default">,
): Field<string | null> {
  return {
    ...options,
    default: null,
    kind: "path",
    wanted: "a path",
    accepts: (value): value is string | null =>
      value === null || (typeof value === "string" && value !== ""),
  };
}

/**
 * A setting that is a finite number within bounds, or `null` where it is not given.
 *
 * @param options Flags, help and bounds.
 * @returns The field.
 * @example Not given by default
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { optionalNumberField } from "glmc/settings/field.ts";
 *
 * const rate = optionalNumberField({ flags: ["second_lr"], help: "rate of the second stage" });
 *
 * assertEquals([rate.default, rate.accepts(0.1), rate.accepts(-1)], [null, true, false]);
 * ```
 */
export function optionalNumberField(
  options: Omit<NumberFieldOptions, "default" | "earlier"> & { readonly earlier?: null },
): Field<number | null> {
  const { earlier, ...bounds } = options;
  const { accepts, ...field } = numberField({ ...bounds, default: 0 });
  return {
    ...field,
    ...(earlier !== undefined && { earlier }),
    default: null,
    accepts: (value): value is number | null => value === null || accepts(value),
  };
}

/**
 * A setting that is a text.
 *
 * @param options Default, flags and help.
 * @returns The field.
 * @example Never empty
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { textField } from "glmc/settings/field.ts";
 *
 * const method = textField({ default: "glmc", flags: ["method"], help: "way to train" });
 *
 * assertEquals([method.accepts("mine"), method.accepts("")], [true, false]);
 * ```
 */
export function textField(options: FieldOptions<string>): Field<string> {
  return {
    ...options,
    kind: "text",
    wanted: "a text that is not empty",
    accepts: (value): value is string => typeof value === "string" && value !== "",
  };
}

/** Settings of {@linkcode optionalTextField}. */
export interface OptionalTextFieldOptions extends Omit<FieldOptions<string | null>, "default"> {
  /** What a text must match as a whole. */
  readonly pattern: RegExp;
  /** What a text must be, as it stands in messages after "it must be". */
  readonly wanted: string;
}

/**
 * A setting that is a text of some form, or `null` where it is not given.
 *
 * @param options Flags, help and form.
 * @returns The field.
 * @example A hash
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { optionalTextField } from "glmc/settings/field.ts";
 *
 * const form = { pattern: /^[0-9a-f]{4}$/, wanted: "4 hexadecimal digits" };
 * const hash = optionalTextField({ ...form, flags: ["hash"], help: "of the file" });
 *
 * assertEquals([hash.default, hash.accepts("00ff"), hash.accepts("ff")], [null, true, false]);
 * ```
 */
export function optionalTextField(options: OptionalTextFieldOptions): Field<string | null> {
  const { pattern, ...field } = options;
  return {
    ...field,
    default: null,
    kind: "text",
    accepts: (value): value is string | null =>
      value === null || (typeof value === "string" && pattern.test(value)),
  };
}

/**
 * The defaults of fields.
 *
 * @param fields The fields.
 * @returns A value for each.
 * @example One field
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { defaultsOf, numberField } from "glmc/settings/field.ts";
 *
 * const epochs = numberField({ default: 2, flags: ["epochs"], help: "epochs", whole: true });
 *
 * assertEquals(defaultsOf({ epochs }), { epochs: 2 });
 * ```
 */
export function defaultsOf<F extends Fields>(fields: F): SettingsOf<F> {
  const values = Object.entries(fields).map(([name, field]) => [name, field.default]);
  return Object.fromEntries(values) as SettingsOf<F>;
}
