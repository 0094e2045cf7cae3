/**
 * Presets for minutes: GLMC in a network and a schedule that two processor cores finish while one waits.
 *
 * What was tried for them, with numbers, stands in `lib/study/presets/README.md`.
 *
 * @module
 */

import type { Settings } from "../../settings/field.ts";
import type { Preset } from "./preset.ts";

/** What both have in common; short trainings like less decay and weaker mixtures than long ones. */
const common: Settings = {
  dataset: "cifar10",
  imbalanceRate: 0.02,
  architecture: "resnet9",
  width: 32,
  method: "glmc",
  learningRate: 0.05,
  nesterov: true,
  weightDecay: 1e-3,
  labelWeightExponent: 1,
  consistencyWeight: 1,
  mixtureBeta: 0.5,
};

/** The presets, the longer one first. */
export const minutePresets: readonly Preset[] = [
  {
    name: "quick",
    title: "Quick: GLMC in ten minutes",
    summary: "GLMC on CIFAR-10-LT 50 in about 10 minutes of two cores with bfloat16 instructions",
    settings: { ...common, precision: "bfloat16", epochs: 48 },
    seeds: [1, 2, 3],
  },
  {
    name: "first-look",
    title: "First look: GLMC in three minutes",
    summary: "GLMC on CIFAR-10-LT 50 in about 3 minutes of two cores",
    settings: { ...common, epochs: 8 },
    seeds: [1, 2, 3],
  },
];
