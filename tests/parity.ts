/**
 * How near the kit comes to values of the public codes: noted while the golden tests run, for the table of
 * the README.
 *
 * @module
 */
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { projectRoot } from "../lib/setup/project.ts";

/** A comparison, and how near it came. */
export interface Parity {
  /** What is compared, for people. */
  readonly what: string;
  /** The difference that is allowed. */
  readonly tolerance: number;
  /** What the tolerance counts: a share of the value, or a difference in its own unit. */
  readonly unit: "relative" | "absolute" | "points";
  /** The largest difference, in parts of what is allowed. */
  readonly share: number;
}

const noted = new Map<string, Parity>();

/** Notes a comparison, the worst of those with one name, in the file that `GLMC_PARITY` names, if any. */
export function noteParity(parity: Parity): void {
  const file = Deno.env.get("GLMC_PARITY");
  if (!file) return;
  const { what, share, tolerance, unit } = parity;
  if (share <= (noted.get(what)?.share ?? -1)) return;
  noted.set(what, parity);
  const test = relative(projectRoot, testFile());
  const others = rowsOf(file).filter((row) => row.what !== what);
  const row = { what, unit, tolerance, measured: Number((share * tolerance).toPrecision(2)), test };
  const rows = [...others, row].sort((a, b) => a.test < b.test ? -1 : a.test > b.test ? 1 : 0);
  Deno.writeTextFileSync(file, `${JSON.stringify(rows, null, 2)}\n`);
}

interface Row {
  readonly what: string;
  readonly test: string;
}

function rowsOf(file: string): Row[] {
  try {
    return JSON.parse(Deno.readTextFileSync(file));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** The file of the test that runs. */
function testFile(): string {
  return fileURLToPath(Deno.mainModule);
}
