import { assertEquals } from "@std/assert";
import {
  choiceField,
  numberField,
  optionalNumberField,
  optionalPathField,
  switchField,
  textField,
} from "../../lib/settings/field.ts";

const common = { flags: ["x"], help: "" };

Deno.test("numberField() takes finite numbers within its bounds, and says which", () => {
  const fields = [
    [{}, [0, 1e300], [-1, NaN, Infinity, "1", null, undefined], "a number, at least 0"],
    [{ above: 0, most: 1 }, [1e-9, 1], [0, 1.1, NaN], "a number in (0, 1]"],
    [{ below: 1 }, [0, 0.99], [1], "a number in [0, 1)"],
    [{ above: 0 }, [5e-324], [0], "a number greater than 0"],
    [
      { whole: true, least: 2 },
      [2, Number.MAX_SAFE_INTEGER],
      [1, 2.5, 2 ** 53],
      "a whole number, at least 2",
    ],
    [{ least: 0.01, most: 1000 }, [0.01, 1000], [0.009, 1001], "a number in [0.01, 1000]"],
  ] as const;
  for (const [bounds, good, bad, wanted] of fields) {
    const field = numberField({ ...common, default: 1, ...bounds });
    assertEquals(field.wanted, wanted);
    assertEquals(good.map(field.accepts), good.map(() => true), wanted);
    assertEquals(bad.map(field.accepts), bad.map(() => false), wanted);
  }
});

Deno.test("fields of other kinds take their values and nothing else", () => {
  const fields = {
    choice: [choiceField(["a", "b"], { ...common, default: "a" }), ["b"], ["c", "", null, 1]],
    switch: [switchField(common), [true, false], ["true", 1, null]],
    text: [textField({ ...common, default: "a" }), ["b"], ["", null, 1]],
    path: [optionalPathField(common), ["/x", null], ["", 1, undefined]],
    number: [optionalNumberField(common), [0.5, null], [-1, NaN, "1", undefined]],
  } as const;
  for (const [kind, [field, good, bad]] of Object.entries(fields)) {
    assertEquals(field.kind, kind);
    assertEquals(good.map(field.accepts), good.map(() => true), kind);
    assertEquals(bad.map(field.accepts), bad.map(() => false), kind);
  }
});
