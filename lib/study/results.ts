/**
 * Results for notebooks: what is known of a study, or of any runs, as a table and figures to be shown.
 *
 * @module
 */

import type { Figure } from "../plot/figure.ts";
import type { Table } from "../plot/table.ts";
import { openRunStore, type RunStore } from "../experiment/run_store.ts";
import type { Settings } from "../settings/field.ts";
import { compareVariants, type Comparison, groupResults } from "./compare.ts";
import { comparisonFigures } from "./comparison_figures.ts";
import { comparisonTable } from "./comparison_table.ts";
import { findStudy } from "./find_study.ts";
import { knownResults, type KnownResultsOptions } from "./read_results.ts";
import { planStudy, type Study } from "./study.ts";
import { checkWhere, hasSettings } from "./where.ts";

/** Settings of {@linkcode results}. */
export interface ResultsOptions extends KnownResultsOptions {
  /** A study, or the name of one that `deno task ablate` has begun. */
  readonly study?: string | Study | undefined;
  /** Settings that results must have. */
  readonly where?: Settings | undefined;
  /** Name of the row, or method, that the others are compared with; that of the study by default. */
  readonly baseline?: string | undefined;
  /** Where the runs are; the default store by default. */
  readonly store?: RunStore | undefined;
}

/** A comparison with what is to be shown of it. */
export interface ShownComparison extends Comparison {
  /** The comparison as a table. */
  readonly table: Table;
  /** Accuracy after the last epoch, a bar for each row. */
  readonly bars: Figure;
  /** Accuracy by epoch, a line for each row. */
  readonly curves: Figure;
}

/**
 * Compares what is known: of a study by its variants, of other runs by their configuration without seed.
 *
 * @param options Which results, and what they are compared with.
 * @returns The comparison; show its `table`, `bars` or `curves`.
 * @throws {Deno.errors.NotFound} If there is no such study.
 * @throws {RangeError} If the baseline is no row, or a setting is unknown or out of range.
 * @example No run yet
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { openRunStore, results, show } from "glmc";
 *
 * const store = openRunStore(Deno.makeTempDirSync());
 * const { rows, table } = await results({ store, cards: [] });
 *
 * await show(table);
 * assertEquals(rows, []);
 * ```
 */
export async function results(options: ResultsOptions = {}): Promise<ShownComparison> {
  const { store = openRunStore(), study, baseline } = options;
  const where = checkWhere(options.where ?? {}, store);
  const known = await knownResults(store, options);
  const found = typeof study === "string" ? await findStudy(study, store) : study;
  const comparison = found === undefined
    ? groupResults(known.filter((result) => hasSettings(result, where, store)), { baseline })
    : compareVariants(narrowed(found, { where, baseline, store }), known, store);
  return {
    ...comparison,
    table: comparisonTable(comparison),
    ...comparisonFigures(comparison),
  };
}

/**
 * A study with those of its variants that have settings, and with another baseline.
 *
 * @param study The study.
 * @param options The settings, the baseline, and the methods there are.
 * @returns The study.
 * @throws {RangeError} If the study asks for what cannot be.
 * @example One variant of two
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { openRunStore } from "glmc";
 * import { narrowed } from "glmc/study/results.ts";
 *
 * const variants = [0, 4].map((weight) => ({
 *   name: `${weight}`,
 *   settings: { consistencyWeight: weight },
 * }));
 * const study = { name: "gamma", title: "Consistency", base: {}, variants, seeds: [1] };
 * const store = openRunStore(Deno.makeTempDirSync());
 *
 * const { variants: left } = narrowed(study, { where: { consistencyWeight: 4 }, store });
 *
 * assertEquals(left.map(({ name }) => name), ["4"]);
 * ```
 */
export function narrowed(
  study: Study,
  { where, baseline, store }: {
    readonly where: Settings;
    readonly baseline?: string | undefined;
    readonly store: Pick<RunStore, "methods">;
  },
): Study {
  const fitting = planStudy(study, store).filter((run) => hasSettings(run, where, store));
  const chosen = new Set(fitting.map(({ variant }) => variant));
  const seeds = new Set(fitting.map(({ seed }) => seed));
  const { baseline: own, ...rest } = study;
  // What is not chosen is compared with only where that is asked for.
  const row = baseline ?? (own !== undefined && chosen.has(own) ? own : undefined);
  return {
    ...rest,
    variants: study.variants.filter(({ name }) => chosen.has(name)),
    seeds: study.seeds.filter((seed) => seeds.has(seed)),
    ...(row !== undefined && { baseline: row }),
  };
}
