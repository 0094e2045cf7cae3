import { assert, assertEquals } from "@std/assert";
import { parseFlags } from "../lib/cli/flags.ts";
import { chooseMethod } from "../lib/cli/method_flag.ts";
import { namedPreset } from "../lib/cli/preset_flag.ts";
import { configOf, trainFlags } from "../lib/cli/train_flags.ts";
import { methods } from "../lib/method/methods.ts";

const root = new URL("..", import.meta.url);
const readme = Deno.readTextFileSync(new URL("README.md", root));
const { tasks } = JSON.parse(Deno.readTextFileSync(new URL("deno.json", root)));

Deno.test("every task the README names exists, and every task is named", () => {
  const named = new Set(
    [...readme.matchAll(/(?:deno|deno@[\d.]+) task ([\w:]+)/g)].map(([, t]) => t),
  );
  assertEquals([...named].sort(), Object.keys(tasks).sort());
});

Deno.test("every command line for training in the README is understood", async () => {
  const lines = readme.replaceAll(/\\\n\s*/g, "").matchAll(/task train (-[^\n#`|]*)/g);
  const checked = [...lines].map(([, line = ""]) => line.trim().replace("<run>", "run"))
    .filter((line) => line !== "--help");
  for (const line of checked) {
    const words = line.split(/\s+/);
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
  const made = /^data\/(bench|cache|runs)/; // by the commands
  for (const path of paths.filter((path) => !made.test(path))) {
    assert(Deno.statSync(new URL(path, root)), path);
  }
});

Deno.test("the table of methods lists those with a name of their own, and links to their files", () => {
  const rows = [...readme.matchAll(/^\| `(\w+)` +\|.*\]\((lib\/[\w/.]+)\) *\|$/gm)];
  const named = methods.filter(({ name, parts }) =>
    // Those that only their parts choose are not listed.
    name !== `${parts!.views}_${parts!.loss}` && (name !== parts!.loss || listedLosses.has(name))
  );
  assertEquals(rows.map(([, name]) => name), named.map(({ name }) => name));
  for (const [, name, file] of rows) assert(Deno.statSync(new URL(file!, root)).isFile, name);
});

/** Losses that tables of the field have by themselves. */
const listedLosses = new Set([
  ...["cross_entropy", "focal", "ldam", "balanced_softmax", "logit_adjusted", "vs", "cdt"],
]);
