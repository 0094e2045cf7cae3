/**
 * The settings of losses, each in one place, whichever losses have it.
 *
 * @module
 */

import { type Field, numberField } from "../settings/field.ts";

/** β of the effective number of images. */
export const cbBeta: Field<number> = numberField({
  default: 0.9999,
  below: 1,
  flags: ["cb_beta"],
  help: "beta of the effective number of images: 0 no weighting, towards 1 inverse frequency",
});

/** Exponent γ of the focal loss. */
export const focalGamma: Field<number> = numberField({
  default: 1,
  most: 10,
  flags: ["focal_gamma"],
  help: "exponent of the focal loss: 0 cross-entropy",
});

/** Margin of the rarest class. */
export const ldamMargin: Field<number> = numberField({
  default: 0.5,
  most: 2,
  flags: ["ldam_margin"],
  help: "margin of the rarest class, in cosines; large sets use 0.3",
});

/** What LDAM multiplies cosines by. */
export const ldamScale: Field<number> = numberField({
  default: 30,
  above: 0,
  most: 1000,
  flags: ["ldam_scale"],
  help: "what the cosines are multiplied by",
});

/** Strength τ of the logit adjustment. */
export const tau: Field<number> = numberField({
  default: 1,
  most: 10,
  flags: ["tau"],
  help: "strength of the logit adjustment: 0 none, 1 as the priors are",
});

/** Exponent γ of the temperatures of the VS loss. */
export const vsGamma: Field<number> = numberField({
  default: 0.3,
  most: 5,
  flags: ["vs_gamma"],
  help: "exponent of the temperatures of classes: 0 none",
});

/** Exponent γ of the temperatures of CDT. */
export const cdtGamma: Field<number> = numberField({
  default: 0.2,
  most: 5,
  flags: ["cdt_gamma"],
  help: "exponent of the temperatures of classes: 0 none",
});
