import { assertEquals } from "@std/assert";
import plugin from "../.lint/plugin.ts";
import { projectRoot } from "../lib/setup/project.ts";

/** Rules that a text of a file breaks, each with its line. */
function broken(text: string, file = "lib/data/example.ts"): string[] {
  return Deno.lint.runPlugin(plugin, `${projectRoot}/${file}`, text)
    .map(({ id, message }) => `${id}: ${message}`);
}

const grammar = 'It must say what is wrong and what to do, as "Cannot <do>: <wrong>: <next step>".';

for (
  const passing of [
    '"Cannot read the file: it is empty: fetch it again"',
    "'Unknown flag \"--epoch\": --help lists the flags'",
    '`Cannot read "${path}": ${reason}: name a safetensors file`',
    '`"${name}" is no run: name a folder in data/runs`',
    // What the variables hold is not known here.
    "`${reason}: see deno task setup --help`",
    "`Cannot evaluate: ${problem}`",
    "reason",
    // Whoever catches a reason makes a message of it.
    '"it holds no record"',
    "`the server answers ${status}`",
    '"Cannot draw: " + (isThere ? "none is finished: wait" : `${name} is missing: name another`)',
  ]
) {
  Deno.test(`the linter takes the error text ${passing}`, () => {
    assertEquals(broken(`throw new RangeError(${passing});`), []);
    assertEquals(broken(`throw new Deno.errors.NotFound(${passing}, { cause });`), []);
  });
}

for (
  const [failing, message] of [
    ['"cannot read the file: it is empty"', "It must begin with a capital letter or in quotes."],
    ['"Cannot read: it is empty: fetch it."', "It must not end with a period."],
    ['"Cannot read: it is empty: fetch it\\n"', "It must be one line without spaces at its end."],
    ['"Something went wrong"', grammar],
    ["`Cannot read ${path}`", grammar],
    ['"Cannot draw: " + (isThere ? "wait." : "name another")', "It must not end with a period."],
    ['isThere ? `Cannot draw: wait` : "Cannot draw"', grammar],
  ] as const
) {
  Deno.test(`the linter refuses the error text ${failing}`, () => {
    assertEquals(broken(`throw new TypeError(${failing});`), [`glmc/error-text: ${message}`]);
    assertEquals(broken(`const e = new Deno.errors.NotFound(${failing});`), [
      `glmc/error-text: ${message}`,
    ]);
    assertEquals(broken(`throw new TypeError(${failing});`, "tests/data/example_test.ts"), []);
  });
}

Deno.test("the linter asks for the name of an error's class", () => {
  const rule = "glmc/error-name: A class of errors needs the field `name`.";

  assertEquals(broken("export class LostError extends Error {}"), [rule]);
  assertEquals(broken("class Lost extends Deno.errors.NotFound { name; }"), [rule]);
  assertEquals(broken('class LostError extends Error { override name = "LostError"; }'), []);
  assertEquals(broken("class List extends Array {}"), []);
});

Deno.test("the linter keeps the console to the door to the standard streams and to programs", () => {
  const rule =
    "glmc/no-console: A line that cannot be written would throw: use lib/process/streams.ts.";

  for (const file of ["lib/data/example.ts", "lib/cli/bench.ts", "lib/notebook/show.ts"]) {
    assertEquals(broken('console.log("x");', file), [rule]);
    assertEquals(broken('console.warn("x");', file), [rule]);
  }
  for (const file of ["lib/process/streams.ts", "tests/engine.ts"]) {
    assertEquals(broken('console.log("x");', file), []);
  }
  assertEquals(broken('if (import.meta.main) console.log("x");'), []);
});
