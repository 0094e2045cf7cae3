/**
 * What every command shares: how it is found and run, and how its errors are shown.
 *
 * Nothing here needs a package, so that it works before the set-up.
 *
 * @module
 */
import { stripVTControlCharacters } from "node:util";
import { explainSystemError } from "../disk/errors.ts";
import { printResult, tell } from "../process/streams.ts";
import { nearest } from "../settings/nearest.ts";
import { type HelpScreen, helpText } from "./help_screen.ts";
import { terminalColumns, usableColumns } from "./progress_line.ts";

export { nearest } from "../settings/nearest.ts";
export {
  type ProgressLine,
  progressLine,
  type ProgressLineOptions,
  withProgressLine,
} from "./progress_line.ts";

/**
 * A mistake in the command line; ends the process with code 2 instead of 1.
 *
 * @example Told apart by its class
 * ```ts
 * import { UsageError } from "glmc/cli/shell.ts";
 * import { assert } from "@std/assert";
 *
 * assert(new UsageError('Unknown flag "--epoch"') instanceof Error);
 * ```
 */
export class UsageError extends Error {
  /** Name shown before the message in a stack trace. */
  override name = "UsageError";
}

/**
 * Takes what a function refuses for a mistake on the command line.
 *
 * @param f Throws a RangeError if a value of the user's does not fit.
 * @param hint What to add to its message; nothing by default.
 * @returns What the function returns.
 * @throws {UsageError} In place of a RangeError.
 * @example No such thing
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { asUsage, UsageError } from "glmc/cli/shell.ts";
 *
 * const refuse = () => {
 *   throw new RangeError("Cannot use 0 epochs: there must be one: write --epochs 1");
 * };
 *
 * assertThrows(() => asUsage(refuse), UsageError, "0 epochs");
 * ```
 */
export function asUsage<Value>(f: () => Value, hint = (_message: string) => ""): Value {
  try {
    return f();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UsageError(error.message + hint(error.message), { cause: error });
  }
}

/**
 * As {@linkcode asUsage}, of work that takes time.
 *
 * @param work Rejects with a RangeError if a value of the user's does not fit.
 * @returns What the work gives.
 * @throws {UsageError} In place of a RangeError.
 * @example No such list
 * ```ts
 * import { assertRejects } from "@std/assert";
 * import { asUsageLater, UsageError } from "glmc/cli/shell.ts";
 *
 * const work = Promise.reject(new RangeError("Cannot use the list: it is empty: name another"));
 *
 * await assertRejects(() => asUsageLater(work), UsageError, "it is empty");
 * ```
 */
export async function asUsageLater<Value>(work: Promise<Value>): Promise<Value> {
  try {
    return await work;
  } catch (error) {
    return asUsage(() => {
      throw error;
    });
  }
}

/** A help screen, or an answer that stands as it is. */
export type Help = HelpScreen | string;

/** What the module of a command exports. */
export interface Command {
  /** What `--help` and `-h` show, or how it follows from the arguments beside them. */
  help: Help | ((args: readonly string[]) => Help | Promise<Help>);
  /** Reads arguments as the command does, and does nothing else; throws for what does not fit. */
  read?(args: readonly string[]): unknown;
  /** Runs the command with the arguments after its name. */
  run(args: string[]): Promise<void>;
}

/** A command as it stands in the list of commands. */
export interface CommandEntry {
  /** What it does, in a few words. */
  summary: string;
  /** Whether everything must be installed before it is loaded. */
  needsSetup: boolean;
  /** Whether other commands start it and nobody types it: it is not listed then. */
  isInternal?: boolean;
}

/** The commands, and what is done around them. */
export interface CommandOptions {
  /** The commands by name. */
  commands: Readonly<Record<string, CommandEntry>>;
  /** Loads the module of a command. */
  load: (name: string) => Promise<Command>;
  /** Installs what is missing. */
  prepare: () => Promise<void>;
}

/**
 * Runs the command named by the first argument; every failure ends as one line on standard error.
 *
 * @param args The command line behind `deno task`.
 * @param options The commands, and what is done around them.
 * @returns The exit code: 0, 1 for a failure, 2 for a mistake in the command line.
 *
 * @example A command that does nothing
 * ```ts
 * import { runCommand } from "glmc/cli/shell.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const code = await runCommand(["rest"], {
 *   commands: { rest: { summary: "Do nothing", needsSetup: false } },
 *   load: () => Promise.resolve({ help: "", run: () => Promise.resolve() }),
 *   prepare: () => Promise.resolve(),
 * });
 * assertEquals(code, 0);
 * ```
 */
export async function runCommand(
  args: readonly string[],
  options: CommandOptions,
): Promise<number> {
  const [name = "--help", ...rest] = args;
  try {
    if (name === "--help" || name === "-h") {
      printResult(listCommands(options.commands));
      return 0;
    }
    const entry = Object.hasOwn(options.commands, name) ? options.commands[name] : undefined;
    if (entry === undefined) throw unknownCommand(name, options.commands);
    const asksForHelp = rest.includes("--help") || rest.includes("-h");
    if (entry.needsSetup && !asksForHelp) await options.prepare();
    const command = await options.load(name);
    if (asksForHelp) {
      const { help } = command;
      const others = rest.filter((word) => word !== "--help" && word !== "-h");
      const shown = typeof help === "function" ? await help(others) : help;
      const isShort = !rest.includes("--help");
      printResult(
        typeof shown === "string" ? shown.trim() : helpText(shown, { columns: columns(), isShort }),
      );
    } else await command.run(rest);
    return 0;
  } catch (error) {
    return reportError(error);
  }
}

/**
 * Prints an error as one line on standard error, with its stack trace where `GLMC_DEBUG` is 1.
 *
 * @param error Anything that was thrown.
 * @returns The exit code that fits.
 *
 * @example A usage error
 * ```ts
 * import { reportError, UsageError } from "glmc/cli/shell.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(reportError(new UsageError('Unknown flag "--epoch"')), 2);
 * ```
 */
export function reportError(error: unknown): number {
  tell(errorLine(error));
  if (Deno.env.get("GLMC_DEBUG") === "1" && error instanceof Error) tell(`${error.stack}`);
  return error instanceof UsageError ? 2 : 1;
}

/**
 * The one line that tells a user about an error.
 *
 * @param error Anything that was thrown.
 * @returns The line, without a line break.
 * @example Line breaks are taken out
 * ```ts
 * import { errorLine } from "glmc/cli/shell.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(errorLine(new Error("Cannot read it:\n  no such file")), "error: Cannot read it: no such file");
 * ```
 */
export function errorLine(error: unknown): string {
  const told = explainSystemError(error);
  const message = told instanceof Error ? told.message || told.name : String(told);
  const line = stripVTControlCharacters(message).replaceAll(/\s*\n\s*/g, " ").trim();
  const isDiskFull = /os error 28|ENOSPC|No space left on device/.test(line);
  return `error: ${
    isDiskFull ? `The disk is full: free some space, then run it again: ${line}` : line
  }`;
}

function columns(): number {
  return usableColumns(terminalColumns());
}

function listed(commands: CommandOptions["commands"]): [name: string, entry: CommandEntry][] {
  return Object.entries(commands).filter(([, { isInternal }]) => !isInternal);
}

function unknownCommand(name: string, commands: CommandOptions["commands"]): UsageError {
  const names = listed(commands).map(([name]) => name);
  const suggestion = nearest(name, names);
  return new UsageError(
    `Unknown command "${name}": ${suggestion ? `did you mean "${suggestion}"? ` : ""}` +
      `The commands are ${names.join(", ")}`,
  );
}

function listCommands(commands: CommandOptions["commands"]): string {
  const rows = listed(commands).map(([name, { summary }]) => [name, summary] as const);
  return helpText({
    summary: "Trains and compares methods of long-tailed visual recognition.",
    examples: [
      { command: "deno task train", does: "a first training, of some minutes" },
      { command: "deno task results", does: "what all trainings have come to" },
      {
        command: "deno task train --help",
        does: "the flags of a command; -h shows the common ones",
      },
    ],
    usage: ["deno task <command> [flags]"],
    sections: [
      { title: "Commands", rows },
      {
        title: "Where something fails",
        text:
          "deno task doctor says what is missing; GLMC_DEBUG=1 shows where an error comes from.",
      },
    ],
  }, { columns: columns() });
}
