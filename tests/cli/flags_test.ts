import { assertEquals, assertThrows } from "@std/assert";
import { type Flag, flagOf, parseFlags, wholeNumbers } from "../../lib/cli/flags.ts";
import { UsageError } from "../../lib/cli/shell.ts";
import { userPath } from "../../lib/cli/user_path.ts";
import { numberField, optionalPathField } from "../../lib/settings/field.ts";

const rate = numberField({ default: 0.1, most: 10, flags: ["lr", "learning_rate"], help: "rate" });
const flags: readonly Flag[] = [
  flagOf(rate),
  { names: ["b", "batch_size"], kind: "number", help: "batch" },
  { names: ["name"], kind: "text", help: "name" },
  { names: ["replace"], kind: "switch", help: "again" },
  flagOf(optionalPathField({ flags: ["root"], help: "folder" })),
];
const parse = (line: string) => parseFlags(line.split(" ").filter(Boolean), flags);

for (
  const [line, values] of [
    ["--lr 1e-2", { lr: 0.01 }],
    ["--lr=1e-2", { lr: 0.01 }],
    ["--lr +.5", { lr: 0.5 }],
    ["--learning-rate 1.", { lr: 1 }],
    ["-b64", { b: 64 }],
    ["-b -3", { b: -3 }],
    ["-b -.5e1", { b: -5 }],
    ["--batch-size=64", { b: 64 }],
    ["--lr 0.1 --learning_rate 1e-1", { lr: 0.1 }],
    ["--replace", { replace: true }],
    ["--replace=true --replace", { replace: true }],
    ["--replace=false", { replace: false }],
    ["--replace false --lr 1", { replace: false, lr: 1 }],
    ["--replace --lr 1", { replace: true, lr: 1 }],
    ["--name a=b", { name: "a=b" }],
    ["--name=-5", { name: "-5" }],
    ["", {}],
  ] as const
) {
  Deno.test(`parseFlags() reads "${line}"`, () => assertEquals<unknown>(parse(line), values));
}

for (
  const [line, text] of [
    ["--lr 0.1 --learning_rate 0.2", "Cannot use --lr 0.1 and --learning_rate 0.2: it is one flag"],
    ["--lr 0.1 --lr 0.2", "it is one flag with two values"],
    ["--replace --replace=false", "it is one flag with two values"],
    ["--replace -1", "Cannot use --replace=-1: it is a switch"],
    ["--replace=-1", "it is a switch"],
    ["--replace=0", "it is a switch"],
    ["--replace=", "it is a switch"],
    ["--replace no", 'Unexpected argument "no"'],
    ["--no-replace", 'Unknown flag "--no-replace"'],
    ["--lr -1", "Cannot use --lr -1: it must be a number in [0, 10]"],
    ["--lr 11", "a number in [0, 10]"],
    ["--lr -Infinity", "a number in [0, 10]"],
    ["--lr nan", "a number in [0, 10]"],
    ["--lr 1e400", "a number in [0, 10]"],
    ["--lr 0x1", "a number in [0, 10]"],
    ["--lr 1,5", "a number in [0, 10]"],
    ["--lr \u22121", "a number in [0, 10]"],
    ["-b three", "Cannot use -b three: it must be a number"],
    ["--lr", "--lr needs a value"],
    ["--lr=", "--lr needs a value"],
    ["--name --lr 1", "--name needs a value"],
    ["-wd 1", 'Unknown flag "-wd"'],
    ["--learning_rat 1", "did you mean --learning_rate?"],
    ["--lr.x 1", 'Unknown flag "--lr.x"'],
    ["--__proto__ 1", "Unknown flag"],
    ["\u2013\u2013lr 1", "its dash is not the one of the keyboard"],
    ["more", 'Unexpected argument "more"'],
    ["-- more", 'Unexpected argument "more"'],
  ] as const
) {
  Deno.test(`parseFlags() refuses "${line}"`, () => {
    assertThrows(() => parse(line), UsageError, text);
  });
}

Deno.test("parseFlags() does not take blanks for a number", () => {
  assertThrows(() => parseFlags(["--lr", " "], flags), UsageError, "needs a value");
});

Deno.test("paths mean the folder that the user stands in", () => {
  const before = Deno.env.get("INIT_CWD");
  Deno.env.set("INIT_CWD", "/home/me");
  try {
    assertEquals(parse("--root ./images"), { root: "/home/me/images" });
    assertEquals(parse("--root /images"), { root: "/images" });
    Deno.env.delete("INIT_CWD");
    assertEquals(userPath("images"), `${Deno.cwd()}/images`);
  } finally {
    if (before === undefined) Deno.env.delete("INIT_CWD");
    else Deno.env.set("INIT_CWD", before);
  }
});

Deno.test("flagOf() hands on what a help screen needs, and wholeNumbers() refuses the others", () => {
  const { default: usual, range, whole } = flagOf(rate);
  assertEquals({ usual, range, whole }, { usual: 0.1, range: "0 to 10", whole: false });

  const port: Flag = { names: ["port"], help: "port", ...wholeNumbers({ most: 65535 }) };
  assertEquals(parseFlags(["--port", "8888"], [port]), { port: 8888 });
  for (const value of ["0", "65536", "1.5"]) {
    assertThrows(
      () => parseFlags(["--port", value], [port]),
      UsageError,
      `Cannot use --port ${value}: it must be a whole number in [1, 65535]`,
    );
  }
});
