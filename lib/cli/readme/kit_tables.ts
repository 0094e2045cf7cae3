/**
 * Tables of what the kit has: commands, methods, networks.
 *
 * @module
 */

import type { Method } from "../../method/method.ts";
import { methods, namedMethods } from "../../method/methods.ts";
import { architectureEntry, architectures } from "../../model/architectures.ts";
import { parameterCount } from "../../model/layer_table.ts";
import { createNetwork } from "../../model/network.ts";
import { type Table, table } from "../../plot/table.ts";
import { configFlags } from "../train_flags.ts";
import { dashed } from "../../settings/check.ts";
import { commands } from "../commands.ts";

/** A task of `deno.json`: a command line, or more of it. */
export type Task = string | { readonly description?: string };

/**
 * The tasks: commands in the order of their list, then those that are none of them.
 *
 * @param tasks The tasks of `deno.json`.
 * @returns The table.
 * @throws {TypeError} If a task is neither a command nor has a description.
 * @example A task that is no command
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { commandTable } from "glmc/cli/readme/kit_tables.ts";
 *
 * const { rows } = commandTable({ ok: { description: "All checks" } });
 *
 * assertEquals(rows.at(-1), ["`deno task ok`", "All checks"]);
 * ```
 */
export function commandTable(tasks: Readonly<Record<string, Task>>): Table {
  const ofCommands = Object.entries(commands).filter(([name]) => name in tasks)
    .map(([name, { summary }]) => [name, summary]);
  const others = Object.entries(tasks).filter(([name]) => !Object.hasOwn(commands, name))
    .map(([name, task]) => {
      if (typeof task === "object" && task.description) return [name, task.description];
      throw new TypeError(
        `Cannot list the task ${name}: it says nothing of itself: give it a description in deno.json`,
      );
    });
  const rows = [...ofCommands, ...others].map(([name, text]) => [`\`deno task ${name}\``, text]);
  return table(["command", "what it does"], rows);
}

/**
 * The methods that tables of the field have: what each minimises, where it is from, and its file.
 *
 * @param listed The methods; those of the kit that have a name in the field by default.
 * @returns The table, its cells in Markdown with TeX.
 * @example The first one
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { methodTable } from "glmc/cli/readme/kit_tables.ts";
 *
 * assertEquals(methodTable().rows[0]?.[0], "`glmc`");
 * ```
 */
export function methodTable(listed: readonly Method[] = namedMethods): Table {
  const rows = listed.map(({ name, aliases = [], summary, parts, reference }) => {
    const { formula = summary, source = null, file } = reference ?? {};
    const names = [name, ...aliases].map((name) => `\`${name}\``).join(", ");
    const link = file === undefined ? null : `[${file.replace(/^lib\/\w+\//, "")}](${file})`;
    return [names, formula, parts?.views ?? null, source, link];
  });
  return table(["method", "what it minimises", "views", "source", "file"], rows);
}

/**
 * The networks, with their parameters counted.
 *
 * @returns The table; classifiers and heads are those of GLMC with ten classes.
 * @example Which
 * ```ts
 * import { assert } from "@std/assert";
 * import { networkTable } from "glmc/cli/readme/kit_tables.ts";
 *
 * assert(networkTable().rows.some(([name]) => name === "`resnet32`"));
 * ```
 */
export function networkTable(): Table {
  const rows = architectures.flatMap((name) => {
    const { width, anyWidth } = architectureEntry(name);
    const widths = anyWidth ? [...new Set([width, 16])] : [width];
    return widths.map((width, index) => [
      `\`${name}\``,
      `${width}${index === 0 ? "" : ` (\`--width ${width}\`)`}`,
      anyWidth ? "any" : "this alone",
      parameterCount(createNetwork(name, { classes: 10, width })),
    ]);
  });
  return table(["network", "width", "widths", "parameters"], rows, {
    caption: "Parameters are counted with the heads of GLMC and ten classes.",
  });
}

/**
 * The flags that decide what a training of a method gives.
 *
 * @param name Name of the method.
 * @returns The table.
 * @throws {RangeError} If there is no such method.
 * @example The rate
 * ```ts
 * import { assert } from "@std/assert";
 * import { flagTable } from "glmc/cli/readme/kit_tables.ts";
 *
 * assert(flagTable("glmc").rows.some(([names]) => names?.includes("`--lr`")));
 * ```
 */
export function flagTable(name: string): Table {
  const method = methods.find((method) => method.name === name);
  if (method === undefined) {
    throw new RangeError(
      `Cannot list the flags of ${name}: there is no such method: use a name of the table of methods`,
    );
  }
  const rows = configFlags({ methods, method }).map(({ names, kind, choices, help }) => [
    names.map((name) => `\`${dashed(name)}\``).join(", "),
    kind === "choice" ? choices!.join(", ") : kind === "switch" ? null : kind,
    help,
  ]);
  return table(["flag", "value", "what it is"], rows);
}
