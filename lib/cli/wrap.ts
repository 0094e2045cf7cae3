/**
 * Text in lines that a terminal does not break.
 *
 * @module
 */

/** Where text stands on its lines. */
export interface WrapOptions {
  /** Columns of a whole line. */
  readonly columns: number;
  /** What every line begins with; nothing by default. */
  readonly indent?: string;
  /** What the lines after the first begin with; `indent` by default. */
  readonly hanging?: string;
  /** Whether a word longer than a line stays whole, such as a path to copy; broken by default. */
  readonly keepsWords?: boolean;
  /** What ends each line but the last, such as the ` \` of a shell; nothing by default. */
  readonly continued?: string;
}

const noBreak = "\u00a0";

/** A flag and its value stay on one line. */
function held(text: string): string {
  return text.replaceAll(/(?<= |^)(--?[a-zA-Z][\w-]*)[ \n]+(?=[\w<./][^ ]*)/g, `$1${noBreak}`);
}

/**
 * Breaks text between words, or within a word that is longer than a line; a flag and its value stay together.
 *
 * @param text Words; each run of blanks and line breaks counts as one blank.
 * @param options Width and indents.
 * @returns Lines, none wider than `columns` but for words that stay whole; one empty line for no words.
 * @example A command that a shell still takes for one
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { wrapped } from "glmc/cli/wrap.ts";
 *
 * assertEquals(
 *   wrapped("deno task train --epochs 1", { columns: 20, hanging: "  ", continued: " \\" }),
 *   ["deno task train \\", "  --epochs 1"],
 * );
 * ```
 */
export function wrapped(text: string, options: WrapOptions): string[] {
  const { columns, indent = "", hanging = indent, continued = "", keepsWords = false } = options;
  const words = held(text).split(/[ \n\t]+/).filter((word) => word !== "")
    .flatMap((word) => {
      const pair = word.replaceAll(noBreak, " ");
      return pair.length > columns - hanging.length - continued.length ? pair.split(" ") : [pair];
    });
  const lines: string[] = [];
  let line = indent;
  let isEmpty = true;
  const next = (): void => {
    lines.push(line + continued);
    line = hanging;
    isEmpty = true;
  };
  for (const [position, word] of words.entries()) {
    const isLast = position === words.length - 1;
    const room = columns - (isLast ? 0 : continued.length);
    if (!isEmpty && line.length + 1 + word.length > room) next();
    let rest = word;
    while (!keepsWords && isEmpty && line.length + rest.length > room && room > line.length) {
      const taken = room - line.length;
      lines.push(line + rest.slice(0, taken));
      rest = rest.slice(taken);
      line = hanging;
    }
    line += isEmpty ? rest : ` ${rest}`;
    isEmpty = false;
  }
  return [...lines, line.trimEnd()];
}
