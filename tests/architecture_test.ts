import { assertEquals } from "@std/assert";
import { dirname, join, relative } from "node:path";

const root = new URL("..", import.meta.url).pathname;

/** Which rooms a room may import, besides itself: the way data flows. */
const mayImport: Record<string, readonly string[]> = {
  disk: [],
  settings: [],
  plot: ["disk"],
  setup: ["disk"],
  tensor: ["setup"],
  ops: ["tensor"],
  data: ["disk", "settings"],
  images: ["data", "ops", "tensor"],
  model: ["ops", "tensor"],
  loss: ["ops", "tensor"],
  evaluate: [],
  method: ["settings", "data", "images", "loss", "model", "ops", "tensor"],
  train: ["disk", "data", "images", "model", "method", "evaluate", "ops", "tensor"],
  experiment: [
    "disk",
    "settings",
    "data",
    "images",
    "model",
    "method",
    "train",
    "evaluate",
    "tensor",
    "setup",
  ],
  notebook: ["plot"],
  bench: ["settings", "setup", "tensor", "ops", "data", "images", "model", "method", "train"],
  cli: [
    "disk",
    "settings",
    "setup",
    "tensor",
    "ops",
    "data",
    "images",
    "model",
    "method",
    "evaluate",
    "train",
    "experiment",
    "bench",
    "plot",
    "notebook",
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

function imports(path: string): string[] {
  const text = Deno.readTextFileSync(path).replaceAll(/\/\*\*[\s\S]*?\*\//g, "");
  // Types cross rooms freely: they leave nothing behind at run time.
  const values = text.replaceAll(/(?:import|export) type [^;]*?from\s*"[^"]+";/g, "");
  return [...values.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map(([, name]) => name!);
}

const files = [...sources(`${root}lib`)].map((path) => ({ path, name: relative(root, path) }));

Deno.test("every room imports only the rooms below it", () => {
  const wrong = files.flatMap(({ path, name }) => {
    const room = name.split("/")[1];
    if (room === "mod.ts") return [];
    return imports(path).filter((specifier) => specifier.startsWith(".")).flatMap((specifier) => {
      const target = relative(`${root}lib`, join(dirname(path), specifier)).split("/")[0];
      return target === room || mayImport[room]?.includes(target) ? [] : [`${name} -> ${target}`];
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
