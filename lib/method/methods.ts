/**
 * The methods that come with the kit.
 *
 * @module
 */

import type { Loss } from "../loss/loss.ts";
import { losses } from "../loss/losses.ts";
import { combine, reasonAgainst } from "./combination.ts";
import { madeOf } from "./choose.ts";
import { glmc, glmcWith } from "./glmc/glmc.ts";
import type { Method } from "./method.ts";
import { cmoViews } from "./views/cmo.ts";
import { cutMixViews } from "./views/cutmix.ts";
import { mixupViews } from "./views/mixup.ts";
import { plainViews } from "./views/plain.ts";
import type { Views } from "./views/views.ts";

/** All views that go with any loss; new ones are a file of their own and a line here. */
export const views: readonly Views[] = [plainViews, mixupViews, cutMixViews, cmoViews];

const [plain, mixup, cutMix, cmo] = [plainViews, mixupViews, cutMixViews, cmoViews] as Views[];

function lossNamed(name: string): Loss {
  const loss = losses.find((loss) => loss.name === name);
  if (loss !== undefined) return loss;
  throw new RangeError(
    `Cannot find the loss ${name}: there are ${losses.map(({ name }) => name).join(", ")}`,
  );
}

/** Plain cross-entropy: each image once an epoch, cropped and mirrored; the baseline of the field. */
export const crossEntropyMethod: Method = combine({
  name: "cross_entropy",
  aliases: ["ce"],
  views: plain!,
  loss: lossNamed("cross_entropy"),
  summary: "Each image as it is, one classifier, no regard for rarity: the baseline",
});

/** The methods that tables of the field have, under their names there; the default one first. */
export const namedMethods: readonly Method[] = [
  glmc,
  glmcWith(lossNamed("balanced_softmax"), {
    name: "glmc_bs",
    title: "GLMC with balanced softmax",
  }),
  crossEntropyMethod,
  combine({
    name: "cb",
    title: "Class-balanced",
    views: plain!,
    loss: lossNamed("class_balanced_by_weights"),
  }),
  combine({
    name: "ce_drw",
    title: "Cross-entropy, deferred weights",
    summary: "Cross-entropy with class weights by effective numbers late in training " +
      "(DRW; Cao et al., NeurIPS 2019)",
    reference: { source: "Cao et al., NeurIPS 2019; LDAM-DRW" },
    views: plain!,
    loss: lossNamed("cross_entropy"),
    classWeights: "deferred",
  }),
  combine({ views: plain!, loss: lossNamed("focal") }),
  combine({
    name: "cb_focal",
    title: "Class-balanced focal",
    reference: { formula: "focal with $w$ inside its exponential", source: "LDAM-DRW" },
    views: plain!,
    loss: lossNamed("focal"),
    classWeights: "always",
  }),
  combine({ views: plain!, loss: lossNamed("ldam") }),
  combine({
    name: "ldam_drw",
    title: "LDAM-DRW",
    summary: "LDAM with class weights by effective numbers late in training " +
      "(Cao et al., NeurIPS 2019)",
    views: plain!,
    loss: lossNamed("ldam"),
    classWeights: "deferred",
  }),
  combine({ aliases: ["bs"], views: plain!, loss: lossNamed("balanced_softmax") }),
  combine({ aliases: ["la"], views: plain!, loss: lossNamed("logit_adjusted") }),
  combine({ views: plain!, loss: lossNamed("vs") }),
  combine({ views: plain!, loss: lossNamed("cdt") }),
  combine({ name: "mixup", title: "MixUp", views: mixup!, loss: lossNamed("cross_entropy") }),
  combine({
    name: "mixup_drw",
    title: "MixUp, deferred weights",
    reference: { source: "imbalanced-DL" },
    views: mixup!,
    loss: lossNamed("cross_entropy"),
    classWeights: "deferred",
  }),
  combine({ name: "cutmix", title: "CutMix", views: cutMix!, loss: lossNamed("cross_entropy") }),
  combine({ name: "cmo", title: "CMO", views: cmo!, loss: lossNamed("cross_entropy") }),
  combine({
    name: "cmo_bs",
    title: "CMO with balanced softmax",
    views: cmo!,
    loss: lossNamed("balanced_softmax"),
  }),
  combine({
    name: "cmo_ldam_drw",
    title: "CMO with LDAM-DRW",
    views: cmo!,
    loss: lossNamed("ldam"),
    classWeights: "deferred",
  }),
];

/** All other views with all other losses, as far as they have a meaning together. */
function otherCombinations(): Method[] {
  const pairs = views.flatMap((views) =>
    losses.filter((loss) => reasonAgainst(views, loss) === undefined)
      .map((loss) => combine({ views, loss }))
  );
  const withGlmc = losses.filter(({ mixedLabels }) => mixedLabels === true)
    .map((loss) => glmcWith(loss));
  return [...pairs, ...withGlmc].filter(({ parts }) => madeOf(parts!, namedMethods) === undefined);
}

/** All methods, the default one first and those with a name in the field before the others. */
export const methods: readonly Method[] = [...namedMethods, ...otherCombinations()];
