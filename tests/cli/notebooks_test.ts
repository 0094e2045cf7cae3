import { assert, assertEquals, assertMatch } from "@std/assert";
import { readNotebook } from "../../lib/notebook/document.ts";
import { sourceHash } from "../../lib/notebook/source_hash.ts";
import { projectRoot } from "../../lib/setup/project.ts";
import { temporaryFolder } from "../data/disposables.ts";
import { notebookOf } from "../notebook/temporary_notebook.ts";

/** A folder of notebooks inside the project, with one that works and one that fails. */
async function writeNotebooks(): Promise<AsyncDisposable & { readonly path: string }> {
  await Deno.mkdir(`${projectRoot}/data/cache`, { recursive: true });
  const path = await Deno.makeTempDir({ dir: `${projectRoot}/data/cache`, prefix: "notebooks-" });
  const good = notebookOf([
    'import { notebookMode, show } from "glmc";',
    "await show(notebookMode());",
  ]);
  const bad = notebookOf(['throw new Error("Not today");']);
  await Deno.writeTextFile(`${path}/00_good.ipynb`, JSON.stringify(good));
  await Deno.writeTextFile(`${path}/01_bad.ipynb`, JSON.stringify(bad));
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

async function notebooks(
  args: readonly string[],
  folder: string,
): Promise<{ code: number; lines: string[] }> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", `${projectRoot}/lib/cli/main.ts`, "notebooks", ...args],
    env: { GLMC_NOTEBOOK_FOLDER: folder, NO_COLOR: "1" },
  }).output();
  return { code, lines: new TextDecoder().decode(stderr).trim().split("\n") };
}

Deno.test("notebooks runs them all, marks each, and leaves the files as they are", async () => {
  await using folder = await writeNotebooks();
  const before = await Deno.readTextFile(`${folder.path}/00_good.ipynb`);

  const { code, lines } = await notebooks([], folder.path);

  const marks = lines.filter((line) => /^[✓✗]/.test(line));
  assertMatch(marks[0] ?? "", /^✓ 00_good {2}2 code cells, \d+ s$/);
  assertEquals(marks[1], "✗ 01_bad  cell 2: Error: Not today");
  assertEquals(lines.at(-1), "error: 1 of 2 notebooks failed: see the lines marked ✗");
  assertEquals(code, 1);
  assertEquals(await Deno.readTextFile(`${folder.path}/00_good.ipynb`), before);
});

Deno.test("notebooks --full stores outputs, a stamp and nothing else of the session", async () => {
  await using folder = await writeNotebooks();
  const path = `${folder.path}/00_good.ipynb`;

  const { code, lines } = await notebooks(["00", "--full"], folder.path);

  assertEquals(code, 0, lines.join("\n"));
  assertMatch(lines.at(-1) ?? "", /^✓ 00_good .*, stored$/);
  const notebook = await readNotebook(path);
  assertEquals(notebook.cells[2]?.outputs?.map(({ data }) => data?.["text/plain"]), ["full"]);
  assertEquals(notebook.metadata.glmc?.sourceHash, await sourceHash(notebook));
  assert(notebook.cells.every(({ execution_count }) => execution_count == null));
});

Deno.test("notebooks leaves a notebook as it is whose full run fails", async () => {
  await using folder = await writeNotebooks();
  const before = await Deno.readTextFile(`${folder.path}/01_bad.ipynb`);

  const { code } = await notebooks(["01_bad.ipynb", "--full"], folder.path);

  assertEquals(code, 1);
  assertEquals(await Deno.readTextFile(`${folder.path}/01_bad.ipynb`), before);
});

Deno.test("notebooks refuses unknown names and limits in one line", async () => {
  await using folder = await writeNotebooks();
  using empty = temporaryFolder();

  const [name, limit, none] = [
    await notebooks(["00_god"], folder.path),
    await notebooks(["--limit", "soon"], folder.path),
    await notebooks([], empty.path),
  ];

  assertEquals(name.lines, [
    'error: Unknown notebook "00_god": did you mean "00_good"? There are 00_good, 01_bad',
  ]);
  assertMatch(
    limit.lines[0] ?? "",
    /^error: Cannot use --limit soon: .*see deno task notebooks --help$/,
  );
  assertEquals(none.lines, [
    `error: Cannot run notebooks: there are none in "${empty.path}": put some there, or set ` +
    "GLMC_NOTEBOOK_FOLDER to their folder",
  ]);
  assertEquals([name.code, limit.code, none.code], [2, 2, 1]);
});
