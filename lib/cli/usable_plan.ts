/**
 * The runs of a study, as far as they can be done at all: what cannot is refused before anything runs.
 *
 * @module
 */

import { checkSubset } from "../experiment/check_subset.ts";
import { canonicalJson } from "../experiment/config_name.ts";
import type { ConfigOptions } from "../experiment/config_complete.ts";
import { type PlannedRun, planStudy, type Study } from "../study/study.ts";
import { asUsage, UsageError } from "./shell.ts";

/**
 * Plans a study.
 *
 * @param study The study.
 * @param options The methods there are.
 * @returns Its runs.
 * @throws {UsageError} If a setting does not fit, or a variant asks for more images than there are.
 * @throws {Error} If a file of rows cannot be read.
 * @example More images than a class has
 * ```ts
 * import { assertRejects } from "@std/assert";
 * import { methods } from "glmc";
 * import { usablePlan } from "glmc/cli/usable_plan.ts";
 *
 * const variants = [{ name: "large", settings: { largestClass: 6000 } }];
 * const study = { name: "size", title: "Size", base: {}, variants, seeds: [1] };
 *
 * await assertRejects(() => usablePlan(study, { methods }), Error, 'the variant "large": cannot draw');
 * ```
 */
export async function usablePlan(study: Study, options: ConfigOptions): Promise<PlannedRun[]> {
  const planned = asUsage(() => planStudy(study, options));
  const bySubset = Map.groupBy(planned, ({ config }) => canonicalJson(config.data));
  for (const [{ config, variant }] of bySubset.values() as Iterable<[PlannedRun]>) {
    try {
      await checkSubset(config);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new UsageError(
        `Cannot plan ${study.name}: the variant "${variant}": ${
          error.message.replace(/^Cannot/, "cannot")
        }`,
        { cause: error },
      );
    }
  }
  return planned;
}
