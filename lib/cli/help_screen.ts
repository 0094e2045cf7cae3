/**
 * The help screen of a command as data, and as lines that fit a terminal: what the command does, commands to
 * copy, and its flags with what holds where they are not given.
 *
 * Nothing here needs a package, so that a screen can be read before the set-up.
 *
 * @module
 */

import { dashed } from "../settings/check.ts";
import { counted } from "../settings/count.ts";
import type { Flag } from "./flags.ts";
import { wrapped } from "./wrap.ts";

/** A command to copy. */
export interface HelpExample {
  /** The whole command line, as it is typed. */
  readonly command: string;
  /** What it does. */
  readonly does: string;
}

/** A row of two columns: what is written, and what it means. */
export type HelpRow = readonly [term: string, meaning: string];

/** A part of a help screen under a title. */
export interface HelpSection {
  /** Its title, without a colon. */
  readonly title: string;
  /** What is said before the rows; nothing by default. */
  readonly text?: string;
  /** Its flags; none by default. */
  readonly flags?: readonly Flag[];
  /** Rows beside the flags; none by default. */
  readonly rows?: readonly HelpRow[];
}

/** What `--help` shows of a command. */
export interface HelpScreen {
  /** What the command does, in a sentence or two. */
  readonly summary: string;
  /** Commands to copy, the most usual first. */
  readonly examples: readonly [HelpExample, ...HelpExample[]];
  /** Ways to write the command. */
  readonly usage: readonly [string, ...string[]];
  /** What has to be known before the flags, a paragraph each; nothing by default. */
  readonly notes?: readonly string[];
  /** The flags in groups. */
  readonly sections: readonly HelpSection[];
  /**
   * First names of the flags that `-h` shows, in order. Without them the whole screen is short, and `-h` and
   * `--help` show the same.
   */
  readonly common?: readonly string[];
}

/** How a help screen is printed. */
export interface HelpOptions {
  /** Columns of the terminal. */
  readonly columns: number;
  /** Whether only the common flags are shown, as `-h` does; false by default. */
  readonly isShort?: boolean;
}

/** Wider lines are hard to read. */
const widest = 100;

/** Below it, what a flag means stands under the flag. */
const leastForTwo = 72;

/** A first column beyond it would leave too little for the second. */
const widestTerm = 30;

/**
 * A help screen as text.
 *
 * @param screen The screen.
 * @param options Width of the terminal, and whether the short form is wanted.
 * @returns Lines without a closing line break, none wider than the terminal.
 * @example One flag
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { helpText } from "glmc/cli/help_screen.ts";
 *
 * const lr = { names: ["lr"], kind: "number", help: "learning rate", default: 0.01 } as const;
 * const text = helpText({
 *   summary: "Trains.",
 *   examples: [{ command: "deno task train --lr 0.1", does: "ten times as fast" }],
 *   usage: ["deno task train [flags]"],
 *   sections: [{ title: "Flags", flags: [lr] }],
 * }, { columns: 80 });
 *
 * assertStringIncludes(text, "  --lr <number>  learning rate [default: 0.01]");
 * ```
 */
export function helpText(screen: HelpScreen, { columns, isShort = false }: HelpOptions): string {
  const { summary, examples, usage, notes = [], common } = screen;
  const width = Math.min(columns, widest);
  const short = isShort && common !== undefined;
  const paragraph = (text: string): string => wrapped(text, { columns: width }).join("\n");
  return [
    paragraph(summary),
    "Examples:",
    ...examples.map((example) => exampleText(example, width)),
    usageText(usage, width),
    ...(short ? [] : notes.map(paragraph)),
    ...(short
      ? commonTexts(screen, { common, width })
      : screen.sections.map((section) => sectionText(section, width))),
  ].join("\n\n");
}

/**
 * The flags of all sections.
 *
 * @param screen The screen.
 * @returns Its flags, in order.
 * @example None
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { flagsOfScreen } from "glmc/cli/help_screen.ts";
 *
 * assertEquals(flagsOfScreen({ sections: [{ title: "Rows", rows: [["a", "b"]] }] }), []);
 * ```
 */
export function flagsOfScreen({ sections }: Pick<HelpScreen, "sections">): Flag[] {
  return sections.flatMap(({ flags = [] }) => flags);
}

function usageText(usage: HelpScreen["usage"], columns: number): string {
  const [first, ...others] = usage;
  if (others.length === 0 && first.length + 7 <= columns) return `Usage: ${first}`;
  const lines = usage.flatMap((line) =>
    wrapped(line, { columns, indent: "  ", hanging: "      " })
  );
  return ["Usage:", ...lines].join("\n");
}

function exampleText({ command, does }: HelpExample, columns: number): string {
  return [
    ...wrapped(command, { columns, indent: "  ", hanging: "    ", continued: " \\" }),
    ...wrapped(does, { columns, indent: "      " }),
  ].join("\n");
}

function commonTexts(
  screen: HelpScreen,
  { common, width }: { readonly common: readonly string[]; readonly width: number },
): string[] {
  const all = flagsOfScreen(screen);
  const flags = common.flatMap((name) => all.find(({ names: [first] }) => first === name) ?? [])
    .map((flag) => ({ ...flag, range: undefined }));
  return [
    sectionText({ title: "Common flags", flags }, width),
    wrapped(`--help explains all ${all.length} flags.`, { columns: width }).join("\n"),
  ];
}

function sectionText({ title, text, flags = [], rows = [] }: HelpSection, width: number): string {
  const all = [...rows, ...flags.map(flagRow)];
  return [
    ...wrapped(`${title}:`, { columns: width }),
    ...(text === undefined ? [] : ["", ...wrapped(text, { columns: width, indent: "  " })]),
    ...(all.length === 0 ? [] : ["", ...rowLines(all, width)]),
  ].join("\n");
}

/**
 * Rows in two columns, or each meaning under its term where the terminal is narrow.
 *
 * @param rows The rows.
 * @param columns Columns of the terminal.
 * @returns Lines that fit it.
 * @example Wide and narrow
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { rowLines } from "glmc/cli/help_screen.ts";
 *
 * assertEquals(rowLines([["tau", "an exponent"]], 80), ["  tau  an exponent"]);
 * assertEquals(rowLines([["tau", "an exponent"]], 40), ["  tau", "      an exponent"]);
 * ```
 */
export function rowLines(rows: readonly HelpRow[], columns: number): string[] {
  const longest = Math.max(0, ...rows.map(([term]) => term.length).filter((n) => n <= widestTerm));
  const isStacked = columns < leastForTwo || longest === 0;
  const indent = isStacked ? "      " : " ".repeat(longest + 4);
  return rows.flatMap(([term, meaning]) => {
    const lines = wrapped(meaning, { columns, indent });
    if (isStacked || term.length > longest) {
      return [...wrapped(term, { columns, indent: "  ", hanging: "    " }), ...lines];
    }
    return [`  ${term.padEnd(longest)}  ${lines[0]!.trimStart()}`, ...lines.slice(1)];
  });
}

/**
 * A flag as a row: its spellings with what stands for a value; what it does, what it may be, and what holds
 * without it.
 *
 * @param flag The flag.
 * @returns Both columns.
 * @example A flag with two spellings, and a switch
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { flagRow } from "glmc/cli/help_screen.ts";
 *
 * const epochs = { kind: "number", whole: true, unit: "epochs", default: 2 } as const;
 *
 * assertEquals(
 *   flagRow({ ...epochs, names: ["num_epochs", "epochs"], range: "at least 1", help: "length" }),
 *   ["--epochs, --num_epochs <integer>", "length [default: 2 epochs; at least 1]"],
 * );
 * assertEquals(flagRow({ names: ["xla"], kind: "switch", help: "by XLA" }), ["--xla", "by XLA"]);
 * ```
 */
export function flagRow(flag: Flag): HelpRow {
  const { names, kind, choices, help, range } = flag;
  // The shortest first: that is the one that is typed, and not the one that the official code misspells.
  const spelled = names.toSorted((a, b) => a.length - b.length).map(dashed).join(", ");
  const inline = choices?.join("|") ?? "";
  const isInline = inline !== "" && inline.length <= 22;
  const value = kind === "switch" ? "" : ` <${isInline ? inline : valueName(flag)}>`;
  const facts = [
    ...(choices !== undefined && !isInline ? [`one of ${choices.join(", ")}`] : []),
    ...defaultFact(flag),
    ...(range === undefined ? [] : [range]),
  ];
  return [spelled + value, facts.length === 0 ? help : `${help} [${facts.join("; ")}]`];
}

function valueName({ kind, value, whole }: Flag): string {
  const names = {
    number: whole ? "integer" : "number",
    choice: "name",
    path: "path",
    text: "text",
  };
  return value ?? names[kind as keyof typeof names] ?? kind;
}

function defaultFact({ kind, default: value, defaultText, required, unit = "" }: Flag): string[] {
  if (required === true) return ["required"];
  if (defaultText !== undefined) return [`default: ${defaultText}`];
  if (kind === "switch") return value === true ? ["on by default"] : [];
  if (value === undefined || value === null) return ["default: none"];
  return [`default: ${typeof value === "number" ? numberText(value, unit) : value}`];
}

function numberText(value: number, unit: string): string {
  // As many digits as there are: a learning rate of 0.0005 is no 0.001.
  if (!Number.isInteger(value)) return `${value} ${unit}`.trimEnd();
  return counted(value, unit.replace(/(?<=ss)es$|s$/, ""), unit).trimEnd();
}
