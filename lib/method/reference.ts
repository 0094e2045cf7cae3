/**
 * What tables say of methods that are made of views and a loss: formula, source and file follow from these.
 *
 * @module
 */

import type { Loss } from "../loss/loss.ts";
import type { MethodReference } from "./method.ts";
import type { Views } from "./views/views.ts";

/** Parts of a method, as far as tables speak of them. */
export interface ReferenceParts {
  /** The views. */
  readonly views: Pick<Views, "name" | "labels" | "formula" | "source">;
  /** The loss. */
  readonly loss: Pick<Loss, "title" | "summary" | "source" | "formula" | "file">;
  /** When classes are weighted; never by default. */
  readonly classWeights?: "always" | "deferred" | undefined;
}

const weightTexts = {
  always: "weighted by $w$",
  deferred: "weighted by $w$ from 0.8 of the epochs on",
};

/**
 * Formula, source and file of a combination.
 *
 * @param parts Views, loss and class weights.
 * @param own What of it is not as it follows from them.
 * @returns What tables say; the file is that of the views where they are not the plain ones.
 * @example A loss on images as they are
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { losses } from "glmc/loss/losses.ts";
 * import { referenceOf } from "glmc/method/reference.ts";
 * import { plainViews } from "glmc/method/views/plain.ts";
 *
 * const focal = losses.find(({ name }) => name === "focal")!;
 *
 * assertEquals(referenceOf({ views: plainViews, loss: focal }).file, "lib/loss/focal.ts");
 * ```
 */
export function referenceOf(
  { views, loss, classWeights }: ReferenceParts,
  own: Partial<MethodReference> = {},
): MethodReference {
  const title = classWeights === undefined
    ? loss.title
    : `${loss.title}, ${weightTexts[classWeights]}`;
  const isPlain = views.formula === undefined;
  const formula = !isPlain
    ? `${views.formula}; $L$: ${title}`
    : classWeights === undefined
    ? loss.formula ?? loss.summary
    : title;
  return {
    formula,
    source: views.source ?? loss.source,
    file: isPlain && loss.file !== undefined
      ? `lib/loss/${loss.file}`
      : `lib/method/views/${views.name}.ts`,
    ...own,
  };
}
