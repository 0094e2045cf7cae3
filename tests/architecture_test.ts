import { assertEquals } from "@std/assert";
import { basename, dirname, join, relative } from "node:path";

const root = new URL("..", import.meta.url).pathname;

/** Which rooms a room may import, besides itself: the way data flows. */
const mayImport: Record<string, readonly string[]> = {
  process: [],
  disk: [],
  settings: [],
  plot: ["disk", "settings"],
  tensorboard: ["disk"],
  setup: ["process", "disk"],
  tensor: ["disk", "setup"],
  ops: ["tensor"],
  data: ["process", "disk", "settings"],
  images: ["process", "data", "ops", "tensor"],
  model: ["ops", "tensor"],
  loss: ["settings", "ops", "tensor"],
  evaluate: [],
  method: ["settings", "data", "images", "loss", "model", "ops", "tensor"],
  train: ["process", "disk", "data", "images", "model", "method", "evaluate", "ops", "tensor"],
  experiment: [
    "process",
    "disk",
    "settings",
    "data",
    "images",
    "model",
    "loss",
    "method",
    "train",
    "evaluate",
    "ops",
    "tensor",
    "tensorboard",
    "setup",
  ],
  study: [
    "process",
    "disk",
    "settings",
    "setup",
    "data",
    "method",
    "train",
    "evaluate",
    "experiment",
    "plot",
  ],
  notebook: ["process", "settings", "plot"],
  bench: [
    "process",
    "disk",
    "settings",
    "setup",
    "tensor",
    "ops",
    "data",
    "images",
    "model",
    "method",
    "train",
  ],
  cli: [
    "process",
    "disk",
    "settings",
    "setup",
    "tensor",
    "ops",
    "data",
    "images",
    "model",
    "loss",
    "method",
    "evaluate",
    "train",
    "experiment",
    "study",
    "bench",
    "plot",
    "notebook",
    "tensorboard",
  ],
};

/** Specifiers that only the room named may import. */
const doors: Record<string, string> = {
  "@tensorflow/": "tensor",
  "@std/cli": "cli",
};

function* sources(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    const path = join(folder, name);
    if (isDirectory) yield* sources(path);
    else if (name.endsWith(".ts")) yield path;
  }
}

/** Specifiers of what a module needs at run time; types cross rooms freely, since nothing of them is left then. */
function valueImports(text: string, path = "module.ts"): string[] {
  const found: string[] = [];
  const isType = (kind: "type" | "value", specifiers: readonly { type: string }[]): boolean =>
    kind === "type" || (specifiers.length > 0 && specifiers.every((specifier) => {
      const kinds = specifier as { importKind?: string; exportKind?: string };
      return kinds.importKind === "type" || kinds.exportKind === "type";
    }));
  const rule: Deno.lint.Rule = {
    create: () => ({
      ImportDeclaration({ source, importKind, specifiers }) {
        if (!isType(importKind, specifiers)) found.push(source.value);
      },
      ExportNamedDeclaration({ source, exportKind, specifiers }) {
        if (source && !isType(exportKind, specifiers)) found.push(String(source.value));
      },
      ExportAllDeclaration({ source, exportKind }) {
        if (exportKind !== "type") found.push(source.value);
      },
      ImportExpression({ source }) {
        if (source.type === "Literal") found.push(String(source.value));
      },
    }),
  };
  Deno.lint.runPlugin({ name: "imports", rules: { values: rule } }, path, text);
  return found;
}

function imports(path: string): string[] {
  return valueImports(Deno.readTextFileSync(path), path);
}

/** Which room a specifier leads to; undefined outside of the library. */
function roomOf(specifier: string, path: string): string | undefined {
  if (specifier.startsWith("glmc")) return specifier.split("/")[1] ?? "mod.ts";
  if (!specifier.startsWith(".")) return undefined;
  const [room] = relative(`${root}lib`, join(dirname(path), specifier)).split("/");
  return room === ".." ? undefined : room;
}

const files = [...sources(`${root}lib`)].map((path) => ({ path, name: relative(root, path) }));

Deno.test("the check of imports sees values in every form, and no types", () => {
  for (
    const text of [
      'import { b } from "x";',
      'import { type A, b } from "x";',
      'import * as all from "x";',
      'import standard from "x";',
      'import "x";',
      'export { b } from "x";',
      'export { type A, b as c } from "x";',
      'export * from "x";',
      'export * as all from "x";',
      'const { b } = await import("x");',
      '/* import type */ import {\n  b, // from "y"\n} from "x";',
    ]
  ) {
    assertEquals(valueImports(text), ["x"], text);
  }
  for (
    const text of [
      'import type { A } from "x";',
      'import type A from "x";',
      'import { type A, type B } from "x";',
      'export type { A } from "x";',
      'export { type A } from "x";',
      'export type * from "x";',
      'let a: import("x").A;',
      `/** import { b } from "x"; */ export const c = 'import { b } from "x"';`,
    ]
  ) {
    assertEquals(valueImports(text), [], text);
  }
});

Deno.test("every room imports only the rooms below it", () => {
  const wrong = files.flatMap(({ path, name }) => {
    const room = roomOf(`./${basename(name)}`, path);
    if (room === undefined || room === "mod.ts") return [];
    return imports(path).flatMap((specifier) => {
      const target = roomOf(specifier, path);
      const isAllowed = target === undefined || target === room ||
        mayImport[room]?.includes(target);
      return isAllowed ? [] : [`${name} -> ${target}`];
    });
  });
  assertEquals(wrong, []);
});

Deno.test("every room is listed", () => {
  const rooms = new Set(files.map(({ name }) => name.split("/")[1]));
  rooms.delete("mod.ts");
  assertEquals([...rooms].sort(), Object.keys(mayImport).sort());
});

Deno.test("only the tensor room imports TensorFlow.js, only the command line parses flags", () => {
  const wrong = files.flatMap(({ path, name }) =>
    imports(path).filter((specifier) =>
      Object.entries(doors).some(([prefix, room]) =>
        specifier.startsWith(prefix) && name.split("/")[1] !== room
      )
    ).map((specifier) => `${name} imports ${specifier}`)
  );
  assertEquals(wrong, []);
});

Deno.test("only one place asks how much memory there is: a container has a limit of its own", () => {
  const asking = files.filter(({ path }) =>
    /systemMemoryInfo|freemem|totalmem/.test(Deno.readTextFileSync(path))
  );
  assertEquals(asking.map(({ name }) => name), ["lib/process/memory.ts"]);
});

Deno.test("only one place knows what native libraries are called", () => {
  const naming = files.filter(({ path, name }) =>
    name !== "lib/setup/gpu_messages.ts" &&
    /["'`/]lib(?:c|tensorflow\w*)\.(?:so|\d|dylib)/.test(Deno.readTextFileSync(path))
  );
  assertEquals(naming.map(({ name }) => name), ["lib/setup/library_names.ts"]);
});

Deno.test("no source file is longer than 320 lines", () => {
  const long = files.filter(({ path }) => Deno.readTextFileSync(path).split("\n").length > 320);
  assertEquals(long.map(({ name }) => name), []);
});

Deno.test("the top level holds what it may hold and nothing else", () => {
  const allowed = [
    "LICENSE",
    "README.md",
    "data",
    "deno.json",
    "deno.lock",
    "lib",
    "notebooks",
    "tests",
  ];
  const visible = [...Deno.readDirSync(root)].map(({ name }) => name)
    .filter((name) => !name.startsWith("."));
  assertEquals(visible.filter((name) => !allowed.includes(name)), []);
});
