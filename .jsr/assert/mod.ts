/**
 * Stand-in for `jsr:@std/assert` on networks that reach npm but not JSR: the same code, as published
 * on npm by the package `deno-std`, with types for the functions used here.
 *
 * @module
 */
// deno-lint-ignore-file no-explicit-any
import * as untyped from "deno-std/assert/mod.js";

type ErrorClass<E extends Error> = abstract new (...args: any[]) => E;

/** Fails unless `condition` holds. */
export const assert: (condition: unknown, message?: string) => asserts condition = (untyped as any)
  .assert;
/** Fails unless both values are deeply equal. */
export const assertEquals: <T>(actual: T, expected: T, message?: string) => void =
  (untyped as any).assertEquals;
/** Fails if both values are deeply equal. */
export const assertNotEquals: <T>(actual: T, expected: T, message?: string) => void =
  (untyped as any).assertNotEquals;
/** Fails unless the numbers differ by at most `tolerance`. */
export const assertAlmostEquals: (
  actual: number,
  expected: number,
  tolerance?: number,
  message?: string,
) => void = (untyped as any).assertAlmostEquals;
/** Fails unless `text` contains `part`. */
export const assertStringIncludes: (text: string, part: string, message?: string) => void =
  (untyped as any).assertStringIncludes;
/** Fails unless `text` matches `pattern`. */
export const assertMatch: (text: string, pattern: RegExp, message?: string) => void =
  (untyped as any).assertMatch;
/** Fails unless `actual < expected`. */
export const assertLess: <T>(actual: T, expected: T, message?: string) => void =
  (untyped as any).assertLess;
/** Fails unless `actual > expected`. */
export const assertGreater: <T>(actual: T, expected: T, message?: string) => void =
  (untyped as any).assertGreater;
/** Fails unless `f` throws an error of the class with the text in its message; returns it. */
export const assertThrows: <E extends Error = Error>(
  f: () => unknown,
  errorClass?: ErrorClass<E>,
  text?: string,
) => E = (untyped as any).assertThrows;
/** Fails unless `f` rejects with an error of the class with the text in its message; returns it. */
export const assertRejects: <E extends Error = Error>(
  f: () => PromiseLike<unknown>,
  errorClass?: ErrorClass<E>,
  text?: string,
) => Promise<E> = (untyped as any).assertRejects;
