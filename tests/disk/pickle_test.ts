import { assertEquals, assertThrows } from "@std/assert";
import { ForbiddenNameError, readPickle } from "glmc/disk/pickle.ts";

const unpickle = (bytes: Uint8Array, names: ReadonlyMap<string, unknown>): unknown =>
  readPickle(bytes, { names }).value;
const none = new Map();
/** A pickle written by hand, one byte for each character. */
const bytes = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

Deno.test("readPickle() reads the literals of protocol 0 by their escapes", () => {
  const cases: readonly (readonly [string, unknown])[] = [
    ["S'a\\x00\\n\\r\\t\\\\\\'\"\\xff'\n.", "a\0\n\r\t\\'\"\xff"],
    ['S"it\'s"\n.', "it's"],
    // Backslashes before an x, and at the end.
    ["S'\\\\x41\\\\'\n.", "\\x41\\"],
    ["Va\\u005cb\\u000a\\u20ac\\U0001f600\xe9\n.", "a\\b\n€😀é"],
    ["I-7\n.", -7],
    ["L-7L\n.", -7],
    ["I01\n.", true],
    ["(dI1\nS'a'\ns.", new Map([[1, "a"]])],
  ];
  for (const [text, value] of cases) assertEquals(unpickle(bytes(text), none), value, text);
});

Deno.test("readPickle() reads long numbers with their sign", () => {
  const cases: readonly (readonly [string, number])[] = [
    ["\x8a\x00.", 0],
    ["\x8a\x01\xff.", -1],
    ["\x8a\x02\xff\x00.", 255],
    ["\x8a\x05\x00\x00\x00\x00\xff.", -(2 ** 32)],
    ["\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x00\x01.", 2 ** 64],
    ["\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x00\xff.", -(2 ** 64)],
    ["\x8b\x02\x00\x00\x00\x00\x80.", -(2 ** 15)],
  ];
  for (const [text, value] of cases) assertEquals(unpickle(bytes(`\x80\x02${text}`), none), value);
  // Beyond what a number holds.
  assertEquals(unpickle(bytes(`\x8b\x90\x01\x00\x00${"\x01".repeat(400)}.`), none), NaN);
});

Deno.test("readPickle() builds only what it was given a stand-in for", () => {
  const names = new Map([["shop.Pair", (...values: unknown[]) => new Map([["pair", values]])]]);

  assertEquals(
    unpickle(bytes("cshop\nPair\n(I1\nI2\ntR."), names),
    new Map([["pair", [1, 2]]]),
  );
  for (
    const [text, name] of [
      ["cos\nsystem\n(S'true'\ntR.", "os.system"],
      ["(S'true'\nios\nsystem\n.", "os.system"],
      ["\x80\x04\x8c\x08builtins\x8c\x04eval\x93\x8c\x041+1\x85R.", "builtins.eval"],
      ["cconstructor\nprototype\n.", "constructor.prototype"],
    ] as const
  ) {
    assertThrows(
      () => unpickle(bytes(text), names),
      ForbiddenNameError,
      `it asks for the Python object ${name}, which is not on the list`,
    );
  }
});

Deno.test("readPickle() says where a pickle breaks off or is damaged, and does not run in a circle", () => {
  for (
    const [text, problem] of [
      ["", "its pickle is damaged or cut off at byte 0"],
      ["(I1\nI2\n", "its pickle is damaged or cut off at byte 7"],
      ["\x80\x04X\xff\x00\x00\x00abc", "its pickle is damaged or cut off at byte 10"],
      // A length of 2 ** 56 bytes.
      [
        "\x80\x04\x8e\x00\x00\x00\x00\x00\x00\x00\x01.",
        "its pickle is damaged or cut off at byte 12",
      ],
      // A length of -5, which would lead back to its own beginning.
      ["B\xfb\xff\xff\xff.", "its pickle is damaged or cut off at byte 5"],
      ["<html>", "its pickle is damaged or cut off at byte 1"],
      ["I1\nR.", "its pickle is damaged or cut off at byte 4"],
      ["c\x1b[31m\n\x07\n.", "its pickle is damaged or cut off at byte 9"],
      ["Vno end of line.", "its pickle is damaged or cut off at byte 1"],
      ["\x80\x09N.", "its pickle is damaged or cut off at byte 2"],
    ] as const
  ) {
    assertThrows(() => unpickle(bytes(text), none), SyntaxError, problem);
  }
});
