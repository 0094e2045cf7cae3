/**
 * Rules of this project for `deno lint`, which `deno.json` lists as a plugin.
 *
 * @module
 */

import { errorClass, errorText, libraryPath } from "./error_text.ts";

/** A class of errors has a name, which messages without a text and stack traces show. */
const errorName: Deno.lint.Rule = {
  create(context) {
    return {
      ClassDeclaration(node) {
        if (node.superClass === null || errorClass(node.superClass) === undefined) return;
        const isNamed = node.body.body.some((member) =>
          member.type === "PropertyDefinition" && member.key.type === "Identifier" &&
          member.key.name === "name" && member.value !== null
        );
        if (!isNamed) {
          context.report({ node, message: "A class of errors needs the field `name`." });
        }
      },
    };
  },
};

/** The console ends a computation where its line cannot be written; programs of their own may. */
const noConsole: Deno.lint.Rule = {
  create(context) {
    const path = libraryPath(context.filename);
    if (path === undefined || path === "process/streams.ts") return {};
    const isProgram = context.sourceCode.text.includes("import.meta.main");
    if (isProgram) return {};
    return {
      "MemberExpression[object.name='console']"(node: Deno.lint.MemberExpression) {
        context.report({
          node,
          message: "A line that cannot be written would throw: use lib/process/streams.ts.",
        });
      },
    };
  },
};

const plugin: Deno.lint.Plugin = {
  name: "glmc",
  rules: { "error-text": errorText, "error-name": errorName, "no-console": noConsole },
};
export default plugin;
