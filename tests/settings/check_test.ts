import { assertEquals, assertThrows } from "@std/assert";
import { checkedSetting, checkNoClash, shown } from "../../lib/settings/check.ts";
import { type Fields, numberField, switchField } from "../../lib/settings/field.ts";

const rate = numberField({ default: 0.1, below: 1, flags: ["lr"], help: "learning rate" });

Deno.test("checkedSetting() tells a value out of range from one of another type", () => {
  assertEquals(checkedSetting("rate", 0.5, rate), 0.5);
  for (
    const [value, error, text] of [
      [2, RangeError, "Cannot use rate (--lr) 2: it must be a number in [0, 1)"],
      [NaN, RangeError, "Cannot use rate (--lr) NaN: "],
      ["0.5", TypeError, 'Cannot use rate (--lr) "0.5": '],
      [null, TypeError, "Cannot use rate (--lr) null: "],
    ] as const
  ) {
    assertThrows(() => checkedSetting("rate", value, rate), error, text);
  }
});

Deno.test("checkNoClash() sees flags that differ in dashes only, and fields of one set", () => {
  const flag = (name: string) => switchField({ flags: [name], help: "" });
  checkNoClash({ a: flag("a"), b: flag("b") }, { names: ["c"], flags: ["c"] });
  const clashing: Fields[] = [
    { c: flag("d") },
    { a: flag("warm-up") },
    { a: flag("warmup") },
    { a: flag("x"), b: flag("x") },
  ];
  for (const fields of clashing) {
    assertThrows(
      () => checkNoClash(fields, { names: ["c"], flags: ["warm_up"] }),
      RangeError,
      "is there already",
    );
  }
});

Deno.test("shown() is one short line for whatever a file may hold", () => {
  assertEquals([undefined, { a: 1 }, [], "x", -0].map(shown), [
    "undefined",
    '{"a":1}',
    "[]",
    '"x"',
    "0",
  ]);
});
