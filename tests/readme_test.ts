import { assert, assertEquals } from "@std/assert";
import { parseFlags } from "../lib/cli/flags.ts";
import { chooseMethod } from "../lib/cli/method_flag.ts";
import { namedPreset } from "../lib/cli/preset_flag.ts";
import { configOf, trainFlags } from "../lib/cli/train_flags.ts";
import { starterFiles } from "../lib/cli/new.ts";
import type { ParityRow } from "../lib/cli/readme/parity_table.ts";
import { generatedFiles } from "../lib/cli/readme.ts";
import { findDataset } from "../lib/data/dataset.ts";
import { temporaryFolder } from "./data/disposables.ts";
import { methods } from "../lib/method/methods.ts";

const root = new URL("..", import.meta.url);
const readme = Deno.readTextFileSync(new URL("README.md", root));
const { tasks } = JSON.parse(Deno.readTextFileSync(new URL("deno.json", root)));

Deno.test("every task the README names exists, and every task is named", () => {
  const named = new Set(
    [...readme.matchAll(/(?:deno|deno@[\d.]+) task ([\w:-]+)/g)].map(([, t]) => t),
  );
  // The tasks of a study outside are named as well.
  const ofStudies = JSON.parse(starterFiles("any")["deno.json"]!).tasks;
  const known = [...named].filter((task) => task! in tasks || !(task! in ofStudies));
  assertEquals(known.sort(), Object.keys(tasks).sort());
});

Deno.test("every command line for training in the README is understood", async () => {
  using folder = temporaryFolder();
  const [, tempered] = readme.match(/```ts\n((?:(?!```)[^])*export default combine[^]*?)```/)!;
  Deno.writeTextFileSync(`${folder.path}/tempered.ts`, tempered!);
  const lines = readme.replaceAll(/\\\n\s*/g, "").matchAll(/task train (-[^\n#`|]*)/g);
  const checked = [...lines].map(([, line = ""]) => line.trim().replace("<run>", "run"))
    .filter((line) => line !== "--help");
  for (const line of checked) {
    const words = line.split(/\s+/)
      .map((word) => word.replace("./tempered.ts", `${folder.path}/tempered.ts`));
    const chosen = await chooseMethod(words, { methods });
    const isNamed = /--preset (?!list|<)/.test(line);
    const base = isNamed ? namedPreset(words)?.settings : undefined;
    configOf(parseFlags(chosen.args, trainFlags(chosen)), { ...chosen, ...(base && { base }) });
  }
  assert(checked.length > 0);
});

Deno.test("every folder and file the README points to is there", () => {
  const paths = [...readme.matchAll(/(?<=`)(?:lib|data|tests|notebooks)\/[\w./-]*(?=`)/g)]
    .map(([path]) => path);
  const made = /^data\/(bench|cache|docs|runs)/; // by the commands
  for (const path of paths.filter((path) => !made.test(path))) {
    assert(Deno.statSync(new URL(path, root)), path);
  }
});

Deno.test("every file the README links to is there", () => {
  const links = [...readme.matchAll(/\]\((?!https?:|#)([^)]+)\)/g)].map(([, path]) => path!);
  for (const path of links) assert(Deno.statSync(new URL(path, root)), path);
  assert(links.length > 0);
});

Deno.test("every noted difference to the public codes is one that its test allows", () => {
  const rows: ParityRow[] = JSON.parse(
    Deno.readTextFileSync(new URL("tests/golden/parity.json", root)),
  );
  assert(rows.length > 10);
  for (const { what, measured, tolerance, test } of rows) {
    assert(measured <= tolerance, what);
    assert(Deno.readTextFileSync(new URL(test, root)).includes("what"), test);
  }
});

Deno.test("the generated tables of both README files are as code and results make them", async () => {
  const speed = Deno.readTextFileSync(new URL("lib/bench/README.md", root));
  assert([readme, speed].every((text) => text.includes("<!-- generated: ")));
  const texts = { "README.md": readme, "lib/bench/README.md": speed };
  for (const [path, content] of Object.entries(await generatedFiles(texts))) {
    assertEquals(content, await Deno.readTextFile(new URL(path, root)), "run deno task readme");
  }
});

Deno.test("the figure of the README names every class, and has other colours on a dark screen", () => {
  const svg = Deno.readTextFileSync(new URL("data/results/class_accuracy.svg", root));
  for (const name of findDataset("cifar10").classNames) {
    assert(svg.includes(`>${name}</text>`), name);
  }
  const [dark = ""] = svg.match(/<style>@media \(prefers-color-scheme:dark\).*<\/style>/) ?? [];
  const letters = new Set([...svg.matchAll(/<text [^>]*(fill="#\w+")/g)].map(([, fill]) => fill!));
  const bars = new Set([...svg.matchAll(/<path [^>]*(fill="#\w+")/g)].map(([, fill]) => fill!));
  assert(letters.size > 0 && bars.size > 1);
  for (const fill of [...letters, ...bars, 'fill="#FFFFFF"']) {
    assert(dark.includes(`[${fill}]{fill:#`), fill);
  }
});
