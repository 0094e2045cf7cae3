/**
 * The table of parity: how near the kit comes to values that the public codes gave on fixed inputs.
 *
 * @module
 */

import { type Table, table } from "../../plot/table.ts";

/** A comparison, as the golden tests note it. */
export interface ParityRow {
  /** What is compared. */
  readonly what: string;
  /** Share of the value, difference in its own unit, or points of a percentage. */
  readonly unit: "relative" | "absolute" | "points";
  /** Largest difference that the test allows. */
  readonly tolerance: number;
  /** Largest difference that was found. */
  readonly measured: number;
  /** The test, from the folder of the project. */
  readonly test: string;
}

/**
 * The comparisons as a table.
 *
 * @param rows The comparisons, by what they compare.
 * @returns The table, its cells in Markdown.
 * @example One comparison
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parityTable } from "glmc/cli/readme/parity_table.ts";
 *
 * const row = { what: "loss", unit: "relative", tolerance: 1e-5, measured: 2.5e-7 } as const;
 *
 * assertEquals(parityTable([{ ...row, test: "tests/loss_test.ts" }]).rows, [
 *   ["loss", "1e-5 relative", "2.5e-7", "[loss_test.ts](tests/loss_test.ts)"],
 * ]);
 * ```
 */
export function parityTable(rows: readonly ParityRow[]): Table {
  return table(
    ["values of the public codes", "tolerance", "largest difference", "test"],
    rows.map(({ what, unit, tolerance, measured, test }) => [
      what,
      `${numberText(tolerance)} ${unit}`,
      numberText(measured),
      `[${test.replace(/^tests\//, "")}](${test})`,
    ]),
    { caption: "Measured by `deno task parity` on a CPU, the larger of both modes." },
  );
}

/** A number as tolerances are written: with an exponent where it is small. */
function numberText(value: number): string {
  return value >= 0.01 || value === 0 ? `${value}` : value.toExponential().replace("e-0", "e-");
}
