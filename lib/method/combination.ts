/**
 * Methods made of two parts: views, and a loss over one classifier.
 *
 * @module
 */

import { cbBeta } from "../loss/fields.ts";
import { effectiveNumberWeights } from "../loss/class_balanced.ts";
import type { Loss } from "../loss/loss.ts";
import { pairLoss } from "../loss/mixed_labels.ts";
import { choiceField, numberField } from "../settings/field.ts";
import { type Tensor, tf } from "../tensor/tfjs.ts";
import type { LossContext, Method, MethodReference } from "./method.ts";
import { perClass } from "./per_class.ts";
import { referenceOf } from "./reference.ts";
import type { Views } from "./views/views.ts";

/** Class weights that a loss can be given, whatever it is; runs before them had none. */
const weightFields = (byDefault: "none" | "always" | "deferred") => ({
  /** Whether classes are weighted by their effective number of images, and from when on. */
  classWeights: choiceField(["none", "always", "deferred"], {
    default: byDefault,
    flags: ["class_weights"],
    help: "class weights by effective numbers; deferred: late in training (DRW)",
    earlier: "none",
    since: 3,
  }),
  /** β of the effective number. */
  cbBeta: { ...cbBeta, earlier: cbBeta.default, since: 3 },
  /** Share of the epochs without class weights, where they are deferred. */
  deferredFrom: numberField({
    default: 0.8,
    most: 1,
    flags: ["drw_from"],
    help: "share of the epochs after which deferred class weights come on",
    earlier: 0.8,
    since: 3,
  }),
});

/** What a combination is made of. */
export interface Combination {
  /** Its name; that of its parts by default. */
  readonly name?: string;
  /** Other names that mean it. */
  readonly aliases?: readonly string[];
  /** Name for people; that of its parts by default. */
  readonly title?: string;
  /** One sentence; those of its parts by default. */
  readonly summary?: string;
  /** What the network is shown. */
  readonly views: Views;
  /** What it learns from. */
  readonly loss: Loss;
  /** Class weights that it has by default; none where nothing is said. */
  readonly classWeights?: "always" | "deferred";
  /** What tables say of it, where that does not follow from its parts. */
  readonly reference?: Partial<MethodReference>;
}

/**
 * Why views and a loss have no meaning together.
 *
 * @param views Views.
 * @param loss A loss.
 * @returns The reason; `undefined` if they go together.
 * @example A margin belongs to one class
 * ```ts
 * import { assertEquals, assertStringIncludes } from "@std/assert";
 * import { losses } from "glmc/loss/losses.ts";
 * import { reasonAgainst } from "glmc/method/combination.ts";
 * import { mixupViews } from "glmc/method/views/mixup.ts";
 * import { plainViews } from "glmc/method/views/plain.ts";
 *
 * const ldam = losses.find(({ name }) => name === "ldam")!;
 *
 * assertEquals(reasonAgainst(plainViews, ldam), undefined);
 * assertStringIncludes(reasonAgainst(mixupViews, ldam)!, "its margin belongs to the true class");
 * ```
 */
export function reasonAgainst(
  views: Pick<Views, "labels">,
  loss: Pick<Loss, "mixedLabels">,
): string | undefined {
  const { mixedLabels } = loss;
  return views.labels !== "mixture" || mixedLabels === true ? undefined : mixedLabels;
}

/**
 * Makes a method of views and a loss.
 *
 * On a mixture the loss of each label is taken by itself and weighted by its share, as the public codes of
 * MixUp, CutMix and CMO do; see {@linkcode pairLoss}.
 *
 * @param combination The parts, and what is special about the method.
 * @returns The method.
 * @throws {RangeError} If the parts have no meaning together.
 * @example CutMix with balanced softmax
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { losses } from "glmc/loss/losses.ts";
 * import { combine } from "glmc/method/combination.ts";
 * import { cutMixViews } from "glmc/method/views/cutmix.ts";
 *
 * const loss = losses.find(({ name }) => name === "balanced_softmax")!;
 *
 * assertEquals(combine({ views: cutMixViews, loss }).name, "cutmix_balanced_softmax");
 * ```
 */
export function combine(combination: Combination): Method {
  const { views, loss, aliases, classWeights } = combination;
  const reason = reasonAgainst(views, loss);
  if (reason !== undefined) {
    throw new RangeError(
      `Cannot combine the views ${views.name} with the loss ${loss.name}: ${reason}: ` +
        "choose others with --views or --loss",
    );
  }
  const head = loss.head === "cosine" ? "cosine" : "logits";
  return {
    name: combination.name ?? (views.labels === "one" ? loss.name : `${views.name}_${loss.name}`),
    title: combination.title ??
      (views.labels === "one" ? loss.title : `${views.title} with ${loss.title}`),
    summary: combination.summary ?? `${views.summary}; ${loss.summary}`,
    reference: referenceOf({ views, loss, classWeights }, combination.reference),
    ...(aliases && { aliases }),
    parts: { views: views.name, loss: loss.name, ...(classWeights && { classWeights }) },
    fields: {
      ...views.fields,
      ...(loss.reweighting === true && weightFields(classWeights ?? "none")),
      ...loss.fields,
    },
    heads: [head],
    testedHead: head,
    ...(loss.scale && { testedScale: (options) => loss.scale!(options) }),
    terms: ["total"],
    groups: 1,
    passes: 1,
    passNames: [views.name],
    unit: "images",
    ...(views.drawsOf && { drawsOf: views.drawsOf }),
    plan: (context) => views.plan(context),
    schedule({ options: { classWeights, deferredFrom }, epoch, epochs }): Record<string, number> {
      if (classWeights !== "deferred") return {};
      return { weighting: epoch >= Math.round(Number(deferredFrom) * epochs) ? 1 : 0 };
    },
    constants({ options, counts }) {
      const { classWeights = "none", cbBeta: beta } = options;
      return perClass({
        ...loss.constants(counts, options),
        ...(classWeights !== "none" && {
          [addedWeights]: effectiveNumberWeights(counts, { beta: Number(beta) }),
        }),
      });
    },
    loss(context) {
      const { images, labels } = views.show(context);
      const outputs = context.network(images)[head];
      const { options, constants } = context;
      const weights = weightsOf(context);
      const of = (labels: Tensor): Tensor =>
        loss.compute(outputs, labels, { options, constants, weights });
      return {
        total: labels.second === undefined
          ? of(labels.first)
          : pairLoss(of, [labels.first, labels.second], labels.share),
      };
    },
  };
}

/** Name of the class weights that are added, beside the constants of a loss. */
const addedWeights = "addedClassWeights";

/** Class weights of a step `[C]`: none, those of the counts, or ones until these come on. */
function weightsOf({ constants, schedule }: LossContext<unknown>): Tensor | undefined {
  const { [addedWeights]: weights } = constants;
  const { weighting } = schedule;
  if (weights === undefined || weighting === undefined) return weights;
  const one = tf.scalar(1);
  return tf.add(one, tf.mul(weighting, tf.sub(weights, one)));
}
