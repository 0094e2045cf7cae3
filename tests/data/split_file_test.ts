import { assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { drawSplit, hashRows } from "glmc/data/long_tail.ts";
import { readRows, splitOfRows, writeRows } from "glmc/data/split_file.ts";
import { sealJson } from "glmc/disk/json_file.ts";
import { temporaryFolder } from "./disposables.ts";

const labels = Int32Array.from({ length: 300 }, (_, image) => image * 7 % 10);
const counts = [30, 20, 10, 5, 4, 3, 2, 2, 1, 1];

async function rowsOf(content: string | Uint8Array): Promise<number[]> {
  await using folder = await temporaryFolder();
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  await Deno.writeFile(`${folder.path}/rows`, bytes);
  return [...await readRows(`${folder.path}/rows`)];
}

const stored = sealJson(
  { run: "0", hash: hashRows([3, 1, 2]), seed: 0, indices: [3, 1, 2] },
  { spread: true },
);

for (
  const [what, content] of [
    ["one row a line", "3\n1\n2\n"],
    ["a last line without an end", "3\n1\n2"],
    ["line ends of Windows", "3\r\n1\r\n2\r\n"],
    ["a byte order mark", "\ufeff3\n1\n2\n"],
    ["empty lines and spaces", "\n 3\n\n1 \n\t2\n\n"],
    ["a list of JSON", "[3, 1, 2]"],
    ["a record of JSON with a byte order mark", '\ufeff{"indices": [3, 1, 2], "note": "mine"}\r\n'],
    ["the split.json of a run", stored],
    [
      "a record that ends with the hash",
      `{"indices": [3, 1, 2], "hash": "${hashRows([3, 1, 2])}"}`,
    ],
  ] as const
) {
  Deno.test(`readRows() takes ${what}`, async () => {
    assertEquals(await rowsOf(content), [3, 1, 2]);
  });
}

for (
  const [content, text] of [
    ["", "it is empty"],
    ["\ufeff\r\n \n", "it is empty"],
    ["[]", "it has no rows"],
    ['{"indices": []}', "it has no rows"],
    ["1\n2.5\n", 'line 2 is "2.5", no whole number'],
    ["1\n\ntwo\n", 'line 3 is "two", no whole number'],
    ["1 2 3\n", 'line 1 is "1 2 3", no whole number'],
    ["1,2,3\n", 'line 1 is "1,2,3", no whole number'],
    ["4.030000000000000000e+03\n", 'line 1 is "4.030000000000000000e+03", no whole number'],
    ["99999999999\n", 'line 1 is "99999999999", no whole number'],
    ["[1, 2.5]", "entry 1 is 2.5, no whole number"],
    ['[1, "2"]', 'entry 1 is "2", no whole number'],
    ["[1, null]", "entry 1 is null, no whole number"],
    ["[1, 3000000000]", "entry 1 is 3000000000, no whole number"],
    ['{"rows": [1]}', 'it has no list called "indices"'],
    ['{"indices": 3}', 'it has no list called "indices"'],
    ["[1, 2", "its text is not JSON"],
    [stored.replace("3,", "4,"), "it was altered after it was written, its SHA-256 does not fit"],
    [`{"indices": [3, 1], "hash": "${hashRows([3])}"}`, "do not have the hash it tells"],
    // UTF-16, as some editors write it.
    [Uint8Array.of(0xff, 0xfe, 0x33, 0x00), "its text is not UTF-8"],
  ] as const
) {
  Deno.test(`readRows() says in one line: ${text}`, async () => {
    const { message } = await assertRejects(() => rowsOf(content), SyntaxError, text);
    assertMatch(
      message,
      /^Cannot read .*"[^\n]*rows": [^\n]*: write one row a line, or JSON such as the split.json of a run$/,
    );
  });
}

Deno.test("readRows() says what a missing file and a folder are", async () => {
  await using folder = await temporaryFolder();
  await assertRejects(() => readRows(`${folder.path}/none`), Deno.errors.NotFound, "no such file");
  await assertRejects(() => readRows(folder.path), Error, "it is a folder, not a file");
});

Deno.test("splitOfRows() groups rows by class and keeps their order within it", () => {
  const rows = [11, 10, 1, 0, 21, 20];
  const { indices, ...split } = splitOfRows(
    rows,
    Int32Array.from({ length: 30 }, (_, i) => i % 2),
    {
      classes: 2,
    },
  );
  assertEquals([...indices], [10, 0, 20, 11, 1, 21]);
  assertEquals(split, {
    counts: [3, 3],
    hash: hashRows(indices),
    generator: "file",
    seed: null,
    replace: false,
  });
});

Deno.test("splitOfRows() of drawn rows in any order has the counts that were drawn", () => {
  for (const replace of [false, true]) {
    const drawn = drawSplit(labels, { counts, seed: 3, replace });
    const again = splitOfRows(drawn.indices, labels, { classes: 10, replace });
    assertEquals([again.counts, again.hash], [counts, drawn.hash]);
    const reversed = splitOfRows(drawn.indices.toReversed(), labels, { classes: 10, replace });
    assertEquals(reversed.counts, counts);
    assertEquals(reversed.indices.toSorted(), drawn.indices.toSorted());
  }
});

for (
  const [rows, text] of [
    [[0, 300], "whole numbers from 0 to 299: row number 2 is 300"],
    [[-1], "row number 1 is -1"],
    [[0.5], "row number 1 is 0.5"],
    [
      [0, 1, 0],
      "row 0 is there twice, as number 1 and 3: leave one out, or allow it with --replace",
    ],
    [[0, 1, 2, 3, 4, 5, 6, 7, 8], "every class needs an image: class 3 has none: add rows of it"],
    [[0], "9 of 10 classes have none, class 1 is the first: add rows of them"],
    [[], "10 of 10 classes have none, class 0 is the first"],
  ] as const
) {
  Deno.test(`splitOfRows() refuses [${rows}]`, () => {
    assertThrows(
      () => splitOfRows(rows, labels, { classes: 10, path: "mine.txt" }),
      RangeError,
      text,
    );
    assertThrows(
      () => splitOfRows(rows, labels, { classes: 10, path: "mine.txt" }),
      RangeError,
      'Cannot use the rows of "mine.txt": ',
    );
  });
}

Deno.test("writeRows() writes text or JSON that readRows() takes back", async () => {
  await using folder = await temporaryFolder();
  const split = drawSplit(labels, { counts, seed: 3, generator: "numpy" });
  for (const name of ["rows.txt", "rows.json", "rows"]) {
    await writeRows(`${folder.path}/${name}`, split);
    assertEquals(await readRows(`${folder.path}/${name}`), split.indices, name);
  }
  assertEquals(
    Deno.readTextFileSync(`${folder.path}/rows.txt`),
    [...split.indices].map((row) => `${row}\n`).join(""),
  );
  const { indices: _, ...facts } = JSON.parse(Deno.readTextFileSync(`${folder.path}/rows.json`));
  assertEquals(facts, {
    counts,
    hash: split.hash,
    generator: "numpy",
    seed: 3,
    replace: false,
  });
});
