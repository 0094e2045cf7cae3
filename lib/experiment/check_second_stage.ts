/**
 * Which second stages go on from which first ones.
 *
 * @module
 */

import type { Method } from "../method/method.ts";
import { settingTitle } from "../settings/check.ts";
import type { Settings } from "../settings/field.ts";
import { secondStageFields } from "./second_stage.ts";

/** What a second stage has to know of a method. */
export type MethodHeads =
  & Pick<Method, "name">
  & Partial<Pick<Method, "testedHead" | "testedHeads" | "heads">>;

/**
 * Makes sure that a second stage can go on with the classifier of the first.
 *
 * @param settings Every setting, complete.
 * @param methods The methods of both stages, and the settings of the first.
 * @throws {RangeError} If the second method has other heads than the plain classifier, or the kind of stage
 * has no meaning for the classifier of the first.
 * @example Rows of a classifier by cosines have no length
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { checkSecondStage } from "glmc/experiment/check_second_stage.ts";
 *
 * const first = { name: "ldam", testedHead: "cosine", heads: ["cosine"] } as const;
 * const second = { name: "cb", testedHead: "logits", heads: ["logits"] } as const;
 * assertThrows(
 *   () => checkSecondStage({ secondStage: "maxnorm" }, { first, second }),
 *   RangeError,
 *   "gives cosines",
 * );
 * ```
 */
export function checkSecondStage(
  { secondStage }: Settings,
  { first, second, options = {} }: {
    readonly first: MethodHeads;
    readonly second: MethodHeads;
    readonly options?: Settings;
  },
): void {
  const stage = `${settingTitle("secondStage", secondStageFields.secondStage)} ${secondStage}`;
  const isSame = first.name === second.name;
  if (secondStage === "classifier" && isSame) return;
  if (second.heads !== undefined && `${second.heads}` !== "logits") {
    throw new RangeError(
      `Cannot use ${stage} with the method ${second.name}: its heads are ` +
        `${
          second.heads.join(", ")
        }, and a second stage trains one linear classifier: choose another ` +
        `with ${settingTitle("secondMethod", secondStageFields.secondMethod)}`,
    );
  }
  const tested = first.testedHeads?.(options) ?? [];
  if (tested.length > 1) {
    throw new RangeError(
      `Cannot use ${stage} after the method ${first.name}: it tests the mean of its classifiers ` +
        `${tested.join(" and ")}, and a second stage goes on with one of them: let it test one` +
        `${isSame ? "" : ", or choose the stage classifier, which trains both"}`,
    );
  }
  if (first.testedHead === "cosine" && secondStage !== "crt") {
    throw new RangeError(
      `Cannot use ${stage} after the method ${first.name}: its classifier gives cosines, which do not ` +
        "depend on the length of its rows: choose crt, which draws a linear one",
    );
  }
}
