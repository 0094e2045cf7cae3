/**
 * GLMC on large images, each set in three readings.
 *
 * The numbers of a set are those of the commands in the official README (ynu-yangpeng/GLMC, GLMC-2023), which that
 * code cannot run: `--dir_train_txt` and `--dir_test_txt` are read and never declared. Places-LT has no command.
 *
 * @module
 */

import type { Settings } from "../../settings/field.ts";
import {
  officialSeed,
  type Reading,
  readings,
  readingSettings,
  readingSummary,
  rowPresetName,
} from "./glmc_rows.ts";
import type { Preset } from "./preset.ts";

/** What is told of a large set beside its row. */
interface LargeRow {
  readonly name: string;
  readonly title: string;
  readonly settings: Settings;
}

const rows: readonly LargeRow[] = [
  {
    name: "imagenet-lt",
    title: "ImageNet-LT",
    settings: { dataset: "imagenet_lt", epochs: 135, batchSize: 120, weightDecay: 2e-4 },
  },
  {
    name: "inat18",
    title: "iNaturalist 2018",
    settings: { dataset: "inat18", epochs: 120, batchSize: 128, weightDecay: 1e-4 },
  },
];

/** What both commands have in common; the rate rises over ten epochs, as their code does by itself. */
const common: Settings = {
  architecture: "resnext50_32x4d",
  width: 64,
  imageSize: 224,
  learningRate: 0.1,
  warmUp: true,
};

function largePreset({ name, title, settings }: LargeRow, reading: Reading): Preset {
  const row = { resampleExponent: 0.2, labelWeightExponent: 1, consistencyWeight: 10 };
  // All images are trained on: there is no subset to draw.
  const { replace: _, splitGenerator: __, splitSeed: ___, ...ofReading } = readingSettings(
    row,
    reading,
  );
  return {
    name: rowPresetName(name, reading),
    title: `GLMC, ${title} (${reading})`,
    summary: `ResNeXt-50, ${settings.epochs} epochs: ` +
      readingSummary(reading).replace(", on the field's subset", ""),
    settings: { ...ofReading, ...common, ...settings },
    seeds: [officialSeed, 1, 2],
    target: "glmc-large",
  };
}

/** Names of the rows. */
export const largeRowNames: readonly string[] = rows.map(({ name }) => name);

/** Every large set in every reading. */
export const largePresets: readonly Preset[] = rows.flatMap((row) =>
  readings.map((reading) => largePreset(row, reading))
);
