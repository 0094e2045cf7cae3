/**
 * How a method is chosen: by a name, or by the views and the loss that it is made of.
 *
 * @module
 */

import { losses } from "../loss/losses.ts";
import { suggestion } from "../settings/check.ts";
import type { Method, MethodParts } from "./method.ts";

/** Names that choose a method. */
export interface MethodChoice {
  /** Name of a method, or another name for it. */
  readonly method?: string | undefined;
  /** Name of views; those of the method, or plain ones, by default. */
  readonly views?: string | undefined;
  /** Name of a loss; that of the method, or cross-entropy, by default. */
  readonly loss?: string | undefined;
}

/** What a choice needs to know of a method. */
export type Choosable = Pick<Method, "name" | "aliases" | "parts">;

/**
 * The first method of a list that is made of certain parts.
 *
 * @param parts The parts, class weights by default included.
 * @param list The methods there are.
 * @returns The method, if there is one.
 * @example None
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { madeOf } from "glmc/method/choose.ts";
 *
 * assertEquals(madeOf({ views: "plain", loss: "cross_entropy" }, []), undefined);
 * ```
 */
export function madeOf<M extends Choosable>(
  parts: MethodParts,
  list: readonly M[],
): M | undefined {
  const isSame = (name: keyof MethodParts, other: M): boolean =>
    other.parts?.[name] === parts[name];
  return list.find((other) =>
    isSame("views", other) && isSame("loss", other) && isSame("classWeights", other)
  );
}

/**
 * Finds the method that names choose: a method by its own name, or the one made of views and a loss.
 *
 * @param choice Names; with none of them the first method of the list is chosen.
 * @param list The methods there are.
 * @returns The method.
 * @throws {RangeError} If a name is unknown, or the parts have no meaning together; says why.
 * @example A method by another of its names, and by its parts
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 * import { methods } from "glmc";
 * import { chooseMethod } from "glmc/method/choose.ts";
 *
 * assertEquals(chooseMethod({ method: "ce" }, methods).name, "cross_entropy");
 * assertEquals(chooseMethod({ method: "ldam_drw", views: "cmo" }, methods).name, "cmo_ldam_drw");
 * assertThrows(() => chooseMethod({ views: "mixup", loss: "ldam" }, methods), RangeError, "margin");
 * ```
 */
export function chooseMethod<M extends Choosable>(choice: MethodChoice, list: readonly M[]): M {
  const { method, views, loss } = choice;
  const named = method === undefined ? undefined : methodNamed(method, list);
  if (views === undefined && loss === undefined) return named ?? list[0]!;
  if (named !== undefined && named.parts === undefined) {
    throw new RangeError(
      `Cannot use --method ${method} with ${
        given(choice)
      }: it is not made of views and a loss: leave these out`,
    );
  }
  const parts = {
    ...named?.parts,
    views: views ?? named?.parts?.views ?? "plain",
    loss: loss ?? named?.parts?.loss ?? "cross_entropy",
  };
  const found = madeOf(parts, list);
  if (found !== undefined) return found;
  throw new RangeError(`Cannot use ${given(choice)}: ${whyNot(parts, list)}`);
}

function given({ method, views, loss }: MethodChoice): string {
  return Object.entries({ method, views, loss }).filter(([, value]) => value !== undefined)
    .map(([name, value]) => `--${name} ${value}`).join(" ");
}

function methodNamed<M extends Choosable>(name: string, list: readonly M[]): M {
  const method = list.find((method) => method.name === name || method.aliases?.includes(name));
  if (method !== undefined) return method;
  const names = list.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
  throw new RangeError(
    `Cannot use --method ${name}: there is no such method: ${suggestion(name, names)}`,
  );
}

/** Why there is no method of these parts, and what to do. */
function whyNot({ classWeights, ...parts }: MethodParts, list: readonly Choosable[]): string {
  for (const part of ["views", "loss"] as const) {
    const names = [...new Set(list.flatMap(({ parts }) => parts === undefined ? [] : parts[part]))];
    if (names.includes(parts[part])) continue;
    return `there ${part === "views" ? "are no such views" : "is no such loss"}: ${
      suggestion(parts[part], names)
    }`;
  }
  if (classWeights !== undefined && madeOf(parts, list) !== undefined) {
    return `there is no method of this name with these views: write --views ${parts.views} ` +
      `--loss ${parts.loss} --class_weights ${classWeights}`;
  }
  const reason = losses.find(({ name }) => name === parts.loss)?.mixedLabels;
  return `${parts.loss} has no meaning for the mixed labels of ${parts.views}: ` +
    `${reason}: choose other views or another loss`;
}
