/**
 * What a JSON value must be, as small functions that are put together.
 *
 * @module
 */

/**
 * Checks a value and types it.
 *
 * Throws a `TypeError` that says in one line which value is wrong, what it is, and what it must be.
 */
export type Schema<Value> = (value: unknown, name: string) => Value;

/** The type that a schema makes sure of. */
export type Checked<S> = S extends Schema<infer Value> ? Value : never;

/** Bounds of {@linkcode numeric}. */
export interface NumericOptions {
  /** Smallest value; none by default. */
  readonly least?: number;
  /** Largest value; none by default. */
  readonly most?: number;
  /** Whether only whole numbers will do; false by default. */
  readonly whole?: boolean;
}

/**
 * A finite number within bounds.
 *
 * @param options The bounds.
 * @returns The schema.
 * @example A percentage
 * ```ts
 * import { numeric } from "glmc/disk/schema.ts";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const percent = numeric({ least: 0, most: 100 });
 *
 * assertEquals(percent(50, "top1"), 50);
 * assertThrows(() => percent(null, "top1"), TypeError, "top1 is null, not a number in [0, 100]");
 * ```
 */
export function numeric(options: NumericOptions = {}): Schema<number> {
  const { least = -Infinity, most = Infinity, whole = false } = options;
  const what = whole ? "a whole number" : "a number";
  const bounds = least === -Infinity && most === Infinity
    ? ""
    : most === Infinity
    ? `, at least ${least}`
    : ` in [${least}, ${most}]`;
  return (value, name) => {
    const fits = typeof value === "number" && Number.isFinite(value) && value >= least &&
      value <= most && (!whole || Number.isSafeInteger(value));
    return fits ? value : misfit(value, name, what + bounds);
  };
}

/**
 * A text, checked by an expression.
 *
 * @param pattern What it must match; any text by default.
 * @returns The schema.
 * @example A hash
 * ```ts
 * import { textual } from "glmc/disk/schema.ts";
 * import { assertThrows } from "@std/assert";
 *
 * const hash = textual(/^[0-9a-f]+$/);
 *
 * assertThrows(() => hash(7, "hash"), TypeError, "hash is 7, not a text");
 * ```
 */
export function textual(pattern = /(?:)/): Schema<string> {
  const what = pattern.source === "(?:)" ? "a text" : `a text of the form ${pattern.source}`;
  return (value, name) =>
    typeof value === "string" && pattern.test(value) ? value : misfit(value, name, what);
}

/**
 * Something, or null.
 *
 * @param schema What it is when it is not null.
 * @returns The schema.
 * @example A class without images
 * ```ts
 * import { nullable, numeric } from "glmc/disk/schema.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(nullable(numeric())(null, "accuracy"), null);
 * ```
 */
export function nullable<Value>(schema: Schema<Value>): Schema<Value | null> {
  return (value, name) => value === null ? null : schema(value, name);
}

/**
 * A list of equal things.
 *
 * @param schema What each is.
 * @param length How many; any number by default.
 * @returns The schema.
 * @example Two numbers
 * ```ts
 * import { listOf, numeric } from "glmc/disk/schema.ts";
 * import { assertThrows } from "@std/assert";
 *
 * const pair = listOf(numeric(), 2);
 *
 * assertThrows(() => pair([1], "pair"), TypeError, "pair has 1 elements, not 2");
 * assertThrows(() => pair([1, "a"], "pair"), TypeError, 'pair[1] is "a", not a number');
 * ```
 */
export function listOf<Value>(schema: Schema<Value>, length?: number): Schema<readonly Value[]> {
  return (value, name) => {
    if (!Array.isArray(value)) return misfit(value, name, "a list");
    if (length !== undefined && value.length !== length) {
      throw new TypeError(`${name} has ${value.length} elements, not ${length}`);
    }
    return value.map((element, index) => schema(element, `${name}[${index}]`));
  };
}

/**
 * Equal things by name.
 *
 * @param schema What each is.
 * @param names The names there must be; any by default.
 * @returns The schema.
 * @example Losses
 * ```ts
 * import { numeric, recordOf } from "glmc/disk/schema.ts";
 * import { assertThrows } from "@std/assert";
 *
 * const losses = recordOf(numeric(), ["total"]);
 *
 * assertThrows(() => losses({ sum: 1 }, "losses"), TypeError, "losses has the names sum, not total");
 * ```
 */
export function recordOf<Value>(
  schema: Schema<Value>,
  names?: readonly string[],
): Schema<Readonly<Record<string, Value>>> {
  return (value, name) => {
    if (!isRecord(value)) return misfit(value, name, "a record");
    const given = Object.keys(value);
    if (names !== undefined && `${given.toSorted()}` !== `${names.toSorted()}`) {
      throw new TypeError(
        `${name} has the names ${given.join(", ") || "(none)"}, not ${names.join(", ")}`,
      );
    }
    return Object.fromEntries(given.map((key) => [key, schema(value[key], `${name}.${key}`)]));
  };
}

/**
 * A record with given fields and no others.
 *
 * @param fields What each field is.
 * @returns The schema.
 * @example A field is missing
 * ```ts
 * import { numeric, object } from "glmc/disk/schema.ts";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const point = object({ x: numeric(), y: numeric() });
 *
 * assertEquals(point({ x: 1, y: 2 }, "point"), { x: 1, y: 2 });
 * assertThrows(() => point({ x: 1 }, "point"), TypeError, "point.y is missing");
 * assertThrows(() => point({ x: 1, y: 2, z: 3 }, "point"), TypeError, "point.z is not known");
 * ```
 */
export function object<Shape extends Record<string, Schema<unknown>>>(
  fields: Shape,
): Schema<{ readonly [Name in keyof Shape]: Checked<Shape[Name]> }> {
  return (value, name) => {
    if (!isRecord(value)) return misfit(value, name, "a record");
    for (const key of Object.keys(fields)) {
      if (!Object.hasOwn(value, key)) throw new TypeError(`${name}.${key} is missing`);
    }
    const entries = Object.entries(value).map(([key, field]) => {
      const schema = Object.hasOwn(fields, key) ? fields[key] : undefined;
      if (schema === undefined) throw new TypeError(`${name}.${key} is not known`);
      return [key, schema(field, `${name}.${key}`)];
    });
    return Object.fromEntries(entries);
  };
}

/**
 * Whether a value of JSON is an object, and no list.
 *
 * @param value The value.
 * @returns `true` for an object.
 * @example A list is none
 * ```ts
 * import { assert } from "@std/assert";
 * import { isRecord } from "glmc/disk/schema.ts";
 *
 * assert(isRecord({}) && !isRecord([]) && !isRecord(null));
 * ```
 */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function misfit(value: unknown, name: string, wanted: string): never {
  const text = JSON.stringify(value) ?? String(value);
  const shown = text.length > 40 ? `${text.slice(0, 40)}...` : text;
  throw new TypeError(`${name} is ${shown}, not ${wanted}`);
}
