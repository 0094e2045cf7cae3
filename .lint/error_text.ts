/**
 * The grammar of error texts, as a rule for `deno lint`.
 *
 * @module
 */

import { relative } from "node:path";
import { fileURLToPath } from "node:url";

const library = fileURLToPath(new URL("../lib", import.meta.url));
const reasonStart = /^(?:its?|the|there|no) /;
/** Stands for a value that is put into a text. */
const hole = "\0";

/**
 * What is wrong with the text of an error.
 *
 * A message says what cannot be done, what is wrong and what to do next, with colons between:
 * `Cannot read "x": it is damaged: fetch it again`. What begins with "it", "its", "the", "there" or "no" is
 * a reason: whoever catches it makes a message of it.
 *
 * @param text The text, with a zero character for each value in it.
 * @returns A sentence for each fault.
 */
function faultsOf(text: string): string[] {
  const faults: string[] = [];
  const isReason = reasonStart.test(text);
  if (!isReason && !/^[\p{Lu}"'`\0]/u.test(text)) {
    faults.push("It must begin with a capital letter or in quotes");
  }
  if (/[.!]$/.test(text)) faults.push("It must not end with a period");
  if (/\s$|\n/.test(text)) faults.push("It must be one line without spaces at its end");
  if (!isReason && !text.startsWith(hole) && !text.includes(": ")) {
    faults.push('It must say what is wrong and what to do, as "Cannot <do>: <wrong>: <next step>"');
  }
  return faults;
}

/** Texts that an expression may have, with a zero character for each value that is not written out. */
function textsOf(node: Deno.lint.Expression | Deno.lint.PrivateIdentifier): string[] {
  if (node.type === "Literal" && typeof node.value === "string") return [node.value];
  if (node.type === "ConditionalExpression") {
    return [...textsOf(node.consequent), ...textsOf(node.alternate)];
  }
  if (node.type === "TemplateLiteral") {
    const values = node.expressions.map(textsOf);
    return node.quasis.reduce<string[]>(
      (texts, { cooked }, i) => joined(joined(texts, i === 0 ? [""] : values[i - 1]!), [cooked]),
      [""],
    );
  }
  if (node.type === "BinaryExpression" && node.operator === "+") {
    return joined(textsOf(node.left), textsOf(node.right));
  }
  return [hole];
}

function joined(starts: readonly string[], ends: readonly string[]): string[] {
  return starts.flatMap((start) => ends.map((end) => start + end));
}

/** Name of an error's class, such as `RangeError` or `Deno.errors.NotFound`; else undefined. */
export function errorClass(callee: Deno.lint.Expression): string | undefined {
  if (callee.type === "Identifier") return /Error$/.test(callee.name) ? callee.name : undefined;
  if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier") return undefined;
  const { object, property } = callee;
  const isDenoError = object.type === "MemberExpression" &&
    object.property.type === "Identifier" && object.property.name === "errors";
  return isDenoError ? `Deno.errors.${property.name}` : undefined;
}

/** A path within the library of this project; undefined for other files. */
export function libraryPath(filename: string): string | undefined {
  const path = relative(library, filename);
  return path.startsWith("..") ? undefined : path;
}

/** Texts of errors: see {@linkcode faultsOf}. */
export const errorText: Deno.lint.Rule = {
  create(context) {
    if (libraryPath(context.filename) === undefined) return {};
    return {
      NewExpression(node) {
        const [text] = node.arguments;
        if (errorClass(node.callee) === undefined) return;
        if (text === undefined || text.type === "SpreadElement") return;
        const faults = new Set(textsOf(text).flatMap(faultsOf));
        for (const fault of faults) context.report({ node: text, message: `${fault}.` });
      },
    };
  },
};
