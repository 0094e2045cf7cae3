/**
 * What many runs are for: variants of one base, each with several seeds.
 *
 * A study is plain data. Named ablations, grids and reproductions make one; {@linkcode planStudy} turns it
 * into configurations, which are run by themselves and are known by the hash of what they ask for.
 *
 * @module
 */

import {
  configure,
  defaultRunName,
  resultHash,
  type RunConfig,
  type Settings,
} from "../experiment/config.ts";
import { type ConfigOptions, sharedFields } from "../experiment/config_complete.ts";
import { chooseMethod } from "../method/choose.ts";
import { methodFields, partFields } from "../experiment/config_fields.ts";

/** One line of a study: what differs from its base, and how it is called. */
export interface Variant {
  /** Its name, as it stands in tables. */
  readonly name: string;
  /** Settings that differ from those of the base. */
  readonly settings: Settings;
}

/** Runs that are compared with each other. */
export interface Study {
  /** Its name, of small letters, digits and dashes. */
  readonly name: string;
  /** Its name for people. */
  readonly title: string;
  /** Settings of all its runs; those of a method count for the variants that use the method. */
  readonly base: Settings;
  /** Its variants, at least one. */
  readonly variants: readonly Variant[];
  /** Seeds, each of which every variant is run with. */
  readonly seeds: readonly number[];
  /** Name of the variant that the others are compared with; none by default. */
  readonly baseline?: string;
}

/** A run of a study. */
export interface PlannedRun {
  /** Name of its variant. */
  readonly variant: string;
  /** Its seed. */
  readonly seed: number;
  /** Its configuration. */
  readonly config: RunConfig;
  /** Name of its folder. */
  readonly name: string;
  /** Hash of what it asks for; see {@linkcode resultHash}. */
  readonly hash: string;
}

/**
 * The runs of a study: all variants with the first seed, then all with the second, and so on.
 *
 * Two variants may ask for the same; their runs have the same hash and are done once.
 *
 * @param study The study.
 * @param options The methods there are.
 * @returns The runs.
 * @throws {RangeError} If a setting is unknown or out of range; says of which variant.
 * @example Two weights of the consistency, two seeds
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { planStudy } from "glmc/study/study.ts";
 * import { methods } from "glmc";
 *
 * const variants = [0, 4].map((consistencyWeight) => ({
 *   name: `gamma ${consistencyWeight}`,
 *   settings: { consistencyWeight },
 * }));
 * const study = { name: "gamma", title: "Consistency", base: { epochs: 1 }, variants, seeds: [1, 2] };
 *
 * assertEquals(planStudy(study, { methods }).map(({ variant, seed }) => `${variant}, ${seed}`), [
 *   "gamma 0, 1",
 *   "gamma 4, 1",
 *   "gamma 0, 2",
 *   "gamma 4, 2",
 * ]);
 * ```
 */
export function planStudy(study: Study, options: ConfigOptions): PlannedRun[] {
  return study.seeds.flatMap((seed) =>
    study.variants.map((variant) => {
      const config = variantConfig(study, { variant, seed, ...options });
      return {
        variant: variant.name,
        seed,
        config,
        name: defaultRunName(config, options),
        hash: resultHash(config),
      };
    })
  );
}

function variantConfig(
  { base, name }: Study,
  { variant, seed, methods }: { readonly variant: Variant; readonly seed: number } & ConfigOptions,
): RunConfig {
  try {
    const settings = { ...base, ...variant.settings, seed };
    const choosing = Object.keys({ ...methodFields, ...partFields });
    // Who chooses the method by its parts does not mean that of the base.
    const chosen = choosing.some((key) => key in variant.settings) ? variant.settings : base;
    const choice = Object.fromEntries(
      choosing.filter((key) => key in chosen).map((key) => [key, `${chosen[key]}`]),
    );
    const method = chooseMethod(
      Object.keys(choice).length === 0 ? { method: methodFields.method.default } : choice,
      methods,
    );
    const known = Object.entries(settings).filter(([key]) =>
      !choosing.includes(key) &&
      (key in sharedFields || key in method.fields || key in variant.settings)
    );
    return configure({ ...Object.fromEntries(known), method: method.name }, { methods });
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
    throw new RangeError(
      `Cannot plan ${name}: the variant "${variant.name}": ${
        error.message.replace(/^Cannot use/, "cannot use")
      }`,
      { cause: error },
    );
  }
}
