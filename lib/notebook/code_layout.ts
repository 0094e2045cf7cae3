/**
 * Takes comments and layout out of code, so that two versions can be compared by what they do.
 *
 * @module
 */

/** Spaces, a comment, a text in quotes, a word, or a single sign. */
const token =
  /(?<layout>\s+|\/\/.*|\/\*[^]*?\*\/)|"(?:\\[^]|[^"\\])*"|'(?:\\[^]|[^'\\])*'|[\w$]+|[^]/y;
/** A piece of a template: from a backquote or the end of a value to the next value or backquote. */
const templatePiece = /[`}](?:\\[^]|[^`\\$]|\$(?!\{))*(?:`|\$\{)/y;
/** A regular expression; signs in brackets do not end it. */
const regularExpression = /\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/\w*/y;
/** What a value ends with: a slash behind it divides. */
const valueEnd = /[\w$)\]}"'`]$(?<!\b(?:return|typeof|case|in|of|await|yield|void|else|do|throw))/;

/**
 * Code without comments, line breaks and spaces; what stands in quotes stays as it is.
 *
 * @param code TypeScript.
 * @returns A text to compare or to hash, not to run: words are not kept apart.
 * @example A comment behind the code
 * ```ts
 * import { withoutLayout } from "glmc/notebook/code_layout.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(withoutLayout('const a = "// b"; // c'), 'consta="// b";');
 * ```
 */
export function withoutLayout(code: string): string {
  const braces: string[] = [];
  let kept = "";
  let word = "";
  for (let at = 0; at < code.length;) {
    const endsValue = code[at] === "}" && braces.pop() === "${";
    const pattern = endsValue || code[at] === "`"
      ? templatePiece
      : code[at] === "/" && !valueEnd.test(word)
      ? regularExpression
      : token;
    const match = matchAt(pattern, code, at) ?? matchAt(token, code, at)!;
    const [text] = match;
    at += text.length;
    if (match.groups?.layout !== undefined) continue;
    if (text === "{" || text.endsWith("${")) braces.push(text === "{" ? text : "${");
    kept += text;
    word = text;
  }
  return kept;
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
