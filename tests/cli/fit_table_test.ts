import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fittedTable } from "../../lib/cli/fit_table.ts";
import { table, tableText } from "../../lib/plot/table.ts";

const name = "glmc, consistencyWeight 1, precision bfloat16, epochs 48";
const wide = table(
  ["", "seeds", "last top-1 (%)", "few (%)", "adjusted (%)", "time"],
  [
    [name, "2", "80.51 ± 0.42", null, "63.57 ± 1.17", "13 min 24 s"],
    ["cross_entropy", "0 of 1", null, null, null, null],
  ],
  {
    caption:
      "Mean and deviation of the accuracy on the test set, over the seeds that are finished.",
    numeric: ["seeds", "last top-1 (%)", "adjusted (%)", "time"],
  },
);

Deno.test("fittedTable() is the table itself where there is room, or no terminal", () => {
  for (const columns of [200, Infinity]) {
    assertEquals(
      fittedTable(wide, columns).replaceAll(/\s+/g, " "),
      tableText(wide).replaceAll(/\s+/g, " "),
    );
  }
});

Deno.test("fittedTable() numbers long names, leaves empty columns out, and goes on below", () => {
  for (const columns of [40, 60, 80]) {
    const text = fittedTable(wide, columns);
    const lines = text.split("\n");
    assert(lines.every((line) => line.length <= columns), text);
    assert(!text.includes("few (%)"), "a column of dashes");
    for (const cell of ["80.51 ± 0.42", "63.57 ± 1.17", "13 min 24 s", "0 of 1", "cross_entropy"]) {
      assertStringIncludes(text, cell);
    }
    assertStringIncludes(text.replaceAll(/\s+/g, " "), `1 ${name}`);
    assertStringIncludes(text.replaceAll(/\s+/g, " "), wide.caption!);
  }
  // Every table has the rows under the same numbers, set to the right.
  const heads = fittedTable(wide, 40).split("\n").filter((line) =>
    /^ +\w.*\)$|^ +time$/.test(line)
  );
  assert(heads.length >= 2);
  assertEquals(fittedTable(wide, 40).match(/^1 .*\n2 .*$/gm)?.length! >= 2, true);
});

Deno.test("fittedTable() keeps short names beside their numbers", () => {
  const text = fittedTable(table(["q", "first", "second"], [["a", 1, 2], ["b", 3, 4]]), 12);

  assertEquals(text.match(/^a .*\nb .*$/gm)?.length, 2);
});
