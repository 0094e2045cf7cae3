import { assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { shownFiles, sourceHash } from "../../lib/notebook/source_hash.ts";
import { notebookOf } from "./temporary_notebook.ts";

const files = {
  "mod.ts":
    'export * from "./plot/bar.ts";\nexport { add, type Sum as Total } from "./room/sum.ts";\n' +
    'export * from "./notebook/show.ts";\n',
  "plot/bar.ts": "/** Draws. */\nexport function barFigure(): void {}\nexport const width = 3;\n",
  "room/sum.ts": "export function add(): void {}\nexport interface Sum {}\n",
  "notebook/show.ts": "export async function show(): Promise<void> {}\n",
  "deep/other.ts": "export const other = 1;\n",
};

/** A library with some files changed. */
async function withLibrary<Result>(
  changes: Partial<typeof files>,
  work: (folder: URL) => Promise<Result>,
): Promise<Result> {
  const folder = await Deno.makeTempDir();
  for (const [file, text] of Object.entries({ ...files, ...changes })) {
    await Deno.mkdir(`${folder}/${file}`.replace(/\/[^/]+$/, ""), { recursive: true });
    await Deno.writeTextFile(`${folder}/${file}`, text);
  }
  try {
    return await work(new URL(`file://${folder}/`));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const code = 'import { barFigure, type Total, show } from "glmc";\nbarFigure();';
const hashWith = (changes: Partial<typeof files>, cell = code): Promise<string> =>
  withLibrary(changes, (folder) => sourceHash(notebookOf([cell]), folder));

Deno.test("shownFiles() finds the files behind the imports, but not the notebook room", async () => {
  await withLibrary({}, async (folder) => {
    assertEquals(await shownFiles(code, folder), ["plot/bar.ts", "room/sum.ts"]);
    assertEquals(await shownFiles('import { x } from "glmc/deep/other.ts";', folder), [
      "deep/other.ts",
    ]);
    assertEquals(await shownFiles('import { add as plus } from "glmc";', folder), ["room/sum.ts"]);
    await assertRejects(
      () => shownFiles('import { gone } from "glmc";', folder),
      RangeError,
      '"gone"',
    );
  });
});

Deno.test("sourceHash() changes with the code and with what the notebook shows", async () => {
  const before = await hashWith({});

  assertNotEquals(await hashWith({}, code.replace("barFigure();", "barFigure(1);")), before);
  assertNotEquals(
    await hashWith({ "plot/bar.ts": "export function barFigure(): void { draw(); }" }),
    before,
  );
});

Deno.test("sourceHash() stays with comments, layout and files that the notebook does not name", async () => {
  const before = await hashWith({});

  const layout =
    "/** Draws bars. */\nexport  function barFigure(): void {}\n\n// Wide.\nexport const width = 3;\n";
  assertEquals(await hashWith({ "plot/bar.ts": layout }), before);
  assertEquals(
    await hashWith(
      {},
      'import { barFigure, type Total, show } from "glmc"; // bars\nbarFigure(/* wide */); // Drawn.',
    ),
    before,
  );
  assertEquals(
    await hashWith({
      "plot/bar.ts": "export function barFigure(): void {} // Draws.\n" +
        "export const width = /* of\na bar */ 3; // in pixels",
    }),
    before,
  );
  assertEquals(await hashWith({ "deep/other.ts": "export const other = 2;" }), before);
  assertEquals(
    await hashWith({ "notebook/show.ts": "export async function show() { wait(); }" }),
    before,
  );
});

Deno.test("sourceHash() changes with what stands in quotes, also if it looks like a comment", async () => {
  const withTitle = (title: string) => hashWith({}, `${code}\nconst title = ${title};`);
  const titles = [
    '"a b"',
    '"ab"',
    '"a // b"',
    '"a // c"',
    "`a // b`",
    "`a ${1} // b`",
    "`a ${1} // c`",
  ];

  assertEquals(new Set(await Promise.all(titles.map(withTitle))).size, titles.length);
});
