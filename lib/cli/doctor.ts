/**
 * The command `doctor`: shows what is installed and what mends the rest.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { printResult } from "../process/streams.ts";
import { canTrain, type Check, checkMachine } from "../setup/checks.ts";
import type { HelpScreen } from "./help_screen.ts";
import { outputColumns } from "./progress_line.ts";
import { UsageError } from "./shell.ts";
import { wrapped } from "./wrap.ts";

/** What `--help` shows. */
export const help: HelpScreen = {
  summary:
    "Lists what training needs, what was found, and the command that mends each missing thing. " +
    "Installs nothing; ends with code 1 if training cannot start.",
  examples: [
    { command: "deno task doctor", does: "what is there, and what is missing" },
    { command: "deno task doctor --json", does: "the same, for a program" },
  ],
  usage: ["deno task doctor [--json]"],
  sections: [{
    title: "Flags",
    flags: [{ names: ["json"], kind: "switch", help: "print the same as JSON" }],
  }],
};

/**
 * Runs the command; the exit code is 1 if training cannot start.
 *
 * @param args Its flags.
 * @throws {UsageError} If there is an unknown argument.
 */
export async function run(args: string[]): Promise<void> {
  const json = read(args);
  const checks = await checkMachine();
  const ready = canTrain(checks);
  printResult(
    json ? JSON.stringify({ ready, checks }, null, 2) : formatChecks(checks, outputColumns()),
  );
  if (!ready) Deno.exitCode = 1;
}

/**
 * The checks as a table for people, with one closing line.
 *
 * @param checks What was found.
 * @param columns Columns there are; as many as wanted by default.
 * @returns The lines.
 * @example One line per check
 * ```ts
 * import { formatChecks } from "glmc/cli/doctor.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(
 *   formatChecks([{ name: "Disk", state: "note", found: "12 MB free", mend: "free some space" }]),
 *   "note     Disk  12 MB free\n               → free some space\n\nTraining can start: deno task train",
 * );
 * ```
 */
export function formatChecks(checks: readonly Check[], columns = Infinity): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const lines = checks.map(({ name, state, found, mend }) => {
    const indent = " ".repeat(width + 11);
    const [first = "", ...others] = wrapped(found, { columns, indent, keepsWords: true });
    const start = `${state.padEnd(8)} ${name.padEnd(width)}  `;
    const mends = mend
      ? wrapped(`→ ${mend}`, { columns, indent, hanging: `${indent}  `, keepsWords: true })
      : [];
    return [start + first.slice(indent.length), ...others, ...mends].join("\n");
  });
  const last = canTrain(checks)
    ? "Training can start: deno task train"
    : "Training cannot start yet: see the lines marked missing";
  return [...lines, "", last].join("\n");
}

/**
 * Reads the command line; nothing is looked at.
 *
 * @param args Its flags.
 * @returns Whether JSON is wanted.
 * @throws {UsageError} If there is an unknown argument.
 */
export function read(args: string[]): boolean {
  try {
    return parseArgs({ args, options: { json: { type: "boolean" } } }).values.json ?? false;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${reason}: see deno task doctor --help`);
  }
}
