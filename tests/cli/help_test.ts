import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { commands } from "../../lib/cli/commands.ts";
import type { Flag } from "../../lib/cli/flags.ts";
import { flagRow, flagsOfScreen, type HelpScreen, helpText } from "../../lib/cli/help_screen.ts";
import type { Command } from "../../lib/cli/shell.ts";
import { wrapped } from "../../lib/cli/wrap.ts";

const names = Object.keys(commands);

/** Commands that other commands start: they have no task. */
const untyped = names.filter((name) => commands[name]!.isInternal);

async function commandOf(name: string): Promise<Command> {
  return await import(`../../lib/cli/${name.replaceAll("-", "_")}.ts`);
}

async function screenOf({ help }: Command, args: readonly string[] = []): Promise<HelpScreen> {
  const screen = typeof help === "function" ? await help(args) : help;
  assert(typeof screen !== "string", "the help of a command is a screen, not a text");
  return screen;
}

function widest(text: string): number {
  return Math.max(...text.split("\n").map((line) => [...line].length));
}

/** The words of a command line, as a shell splits those of the examples: no blank is quoted. */
function words(line: string): string[] {
  return line.replaceAll(/ \\\n */g, " ").replaceAll("'", "").trim().split(/\s+/);
}

Deno.test("there are commands to test", () => assert(names.length >= 20, names.join(", ")));

for (const name of names) {
  Deno.test(`the help of ${name} fits terminals, and explains each flag`, async () => {
    const screen = await screenOf(await commandOf(name));
    for (const columns of [20, 40, 60, 80, 120]) {
      for (const isShort of [false, true]) {
        const text = helpText(screen, { columns, isShort });
        assert(widest(text) <= columns, `${widest(text)} of ${columns} columns:\n${text}`);
        assert(!/ $/m.test(text), "blanks at the end of a line");
      }
    }
    const flags = flagsOfScreen(screen);
    for (const flag of flags) {
      assert(flag.help.length > 0);
      const [, meaning] = flagRow(flag);
      assert(
        flag.kind === "switch" || /\[(.+; )?(default|required)/.test(meaning),
        `--${flag.names[0]} says what holds where it is not given: ${meaning}`,
      );
      assert(!/by default|\bin \[/.test(flag.help), `--${flag.names[0]}: ${flag.help}`);
    }
    const firsts = flags.map(({ names: [first] }) => first);
    assertEquals(firsts.length, new Set(firsts).size, "each flag once");
    for (const common of screen.common ?? []) assert(firsts.includes(common), common);
  });

  Deno.test(`the examples of ${name} are read by ${name}`, async () => {
    const command = await commandOf(name);
    const { examples } = await screenOf(command);
    assert(command.read !== undefined, "a command exports read(), which its examples pass through");
    const isTyped = !untyped.includes(name);
    assert(examples.length > (isTyped ? 1 : 0));
    for (const { command: line, does } of examples) {
      const start = isTyped
        ? ["deno", "task", name]
        : ["deno", "run", "-A", "lib/cli/main.ts", name];
      const all = words(line.replace(/^[A-Z_]+=\S+ /, ""));
      assertEquals(all.slice(0, start.length), start);
      await command.read(all.slice(start.length));
      assert(does.length > 0);
    }
  });
}

Deno.test("an example that is broken over lines is still one command", async () => {
  const { examples } = await screenOf(await commandOf("train"));
  const long = examples.find(({ command }) => command.length > 60)!;
  const lines = wrapped(long.command, { columns: 40, hanging: "  ", continued: " \\" });

  assert(lines.length > 1 && lines.slice(0, -1).every((line) => line.endsWith(" \\")));
  assertEquals(words(lines.join("\n")), words(long.command));
});

Deno.test("-h shows the common flags of train in one look, --help all of them", async () => {
  const screen = await screenOf(await commandOf("train"));
  const [short, long] = [true, false].map((isShort) => helpText(screen, { columns: 80, isShort }));

  assert(4 * short!.length < long!.length);
  assertStringIncludes(short!, "--lr, --learning_rate <number>");
  assertStringIncludes(short!, `--help explains all ${flagsOfScreen(screen).length} flags.`);
  assert(!short!.includes("--sam_rho"));
  for (const { names: [first] } of flagsOfScreen(screen)) assertStringIncludes(long!, `-${first}`);
});

Deno.test("the help of train has the flags of the method that is named, and whose the others are", async () => {
  const { sections } = await screenOf(await commandOf("train"), ["--method", "ldam"]);
  const own = sections.find(({ title }) => title === "The method ldam")?.flags ?? [];
  const others = sections.find(({ title }) => title === "Other methods")?.rows ?? [];

  assert(own.some(({ names: [first] }) => first === "ldam_margin"));
  assert(
    others.some(([methods, flags]) => /\bfocal\b/.test(methods) && /--focal_gamma/.test(flags)),
  );
});

Deno.test("the help of train takes defaults and ranges from the settings", async () => {
  const text = helpText(await screenOf(await commandOf("train")), { columns: 200 });
  for (
    const line of [
      "[default: 2 epochs; 1 to 1,000,000]",
      "[default: 0.02; above 0, up to 1]",
      "[one of resnet32, ",
      "default: resnet32]",
    ]
  ) assertStringIncludes(text.replaceAll(/\s+/g, " "), line);
});

for (
  const [flag, row] of [
    [{ kind: "number", unit: "epochs", default: 1 }, "--it <number> it [default: 1 epoch]"],
    [{ kind: "number", unit: "classes", default: 1 }, "--it <number> it [default: 1 class]"],
    [{ kind: "number", default: 5e-4 }, "--it <number> it [default: 0.0005]"],
    [{ kind: "number", whole: true, default: 0 }, "--it <integer> it [default: 0]"],
    [{ kind: "path", default: null }, "--it <path> it [default: none]"],
    [{ kind: "text", required: true }, "--it <text> it [required]"],
    [{ kind: "switch", default: true }, "--it it [on by default]"],
    [{ kind: "choice", choices: ["a", "b"], default: "a" }, "--it <a|b> it [default: a]"],
  ] as const
) {
  Deno.test(`a flag is explained as "${row}"`, () => {
    assertEquals(flagRow({ names: ["it"], help: "it", ...flag } as Flag).join(" "), row);
  });
}

Deno.test("wrapped() keeps words whole where it can, and within the columns always", () => {
  assertEquals(wrapped("", { columns: 10 }), [""]);
  assertEquals(wrapped("one two three", { columns: 7 }), ["one two", "three"]);
  assertEquals(wrapped("one two", { columns: 7, indent: "  " }), ["  one", "  two"]);
  assertEquals(wrapped("abcdefgh ij", { columns: 5 }), ["abcde", "fgh", "ij"]);
  assertEquals(wrapped("a abcdefgh ij", { columns: 5, keepsWords: true }), ["a", "abcdefgh", "ij"]);
  assertEquals(wrapped("a\nb", { columns: Infinity }), ["a b"]);
});
