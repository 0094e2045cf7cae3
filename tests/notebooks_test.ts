import { assert, assertEquals, assertMatch } from "@std/assert";
import { basename } from "node:path";
import { labPython, listNotebooks } from "../lib/cli/notebooks.ts";
import { prepareLab } from "../lib/cli/setup.ts";
import {
  codeCells,
  joinText,
  notebookModule,
  readNotebook,
  showsSomething,
  type StoredOutput,
  withOutputs,
} from "../lib/notebook/document.ts";
import { executeNotebook } from "../lib/notebook/execute.ts";
import { sourceHash } from "../lib/notebook/source_hash.ts";
import { runProgram } from "../lib/setup/machine.ts";
import { projectRoot } from "../lib/setup/project.ts";

const paths = await listNotebooks();
const plotly = "application/vnd.plotly.v1+json";
const pictures = ["image/png", "image/svg+xml"];
/** Seconds that a cell may take in smoke mode; fetching the images is the longest. */
const limit = 120;

/** Outputs with data, such as figures and tables. */
async function bundlesOf(path: string): Promise<Readonly<Record<string, unknown>>[]> {
  const outputs: StoredOutput[] = codeCells(await readNotebook(path)).flatMap((cell) =>
    cell.outputs
  );
  return outputs.flatMap(({ data }) => data ? [data] : []);
}

/** Writes the code of all notebooks as modules and hands their paths over. */
async function asModules(work: (files: string[]) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const files = await Promise.all(paths.map(async (path) => {
      const file = `${folder}/${basename(path, ".ipynb")}.ts`;
      await Deno.writeTextFile(file, notebookModule(await readNotebook(path)));
      return file;
    }));
    await work(files);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function assertDeno(args: string[]): Promise<void> {
  const result = await runProgram(Deno.execPath(), args, {
    cwd: projectRoot,
    env: { NO_COLOR: "1" },
  });
  assertEquals(result?.code, 0, result?.output);
}

Deno.test("there are notebooks", () => {
  assert(paths.length > 0);
});

Deno.test("the code of all notebooks passes the type check", async () => {
  await asModules((files) => assertDeno(["check", "--config", "deno.json", ...files]));
});

Deno.test("the code of all notebooks passes the linter", async () => {
  await asModules((files) => assertDeno(["lint", "--config", "deno.json", ...files]));
});

Deno.test("no cell takes a name of Node's for a variable, which packages that are loaded later would see", async () => {
  const declared = /^(?:const|let|var|class|(?:async )?function)\s+(\{[^}]*\}|\[[^\]]*\]|\w+)/gm;
  const taken = /\b(?:global|process|Buffer|module|exports|require)\b/;
  for (const path of paths) {
    for (const { source } of codeCells(await readNotebook(path))) {
      const names = [...source.matchAll(declared)].map(([, name]) => name!);
      assertEquals(names.filter((name) => taken.test(name)), [], path);
    }
  }
});

Deno.test("all notebooks are formatted", async () => {
  // A plain name: `deno fmt` takes some signs in a path for a pattern.
  const folder = await Deno.makeTempDir();
  await using _ = { [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
  const copyOf = (path: string): string => `${folder}/${basename(path)}`;
  for (const path of paths) await Deno.copyFile(path, copyOf(path));

  // `deno fmt --check` calls every notebook unformatted that it has not formatted itself before.
  await assertDeno(["fmt", "--no-config", "--line-width", "100", ...paths.map(copyOf)]);

  for (const path of paths) {
    assertEquals(await Deno.readTextFile(copyOf(path)), await Deno.readTextFile(path), path);
  }
});

for (const path of paths) {
  const name = basename(path, ".ipynb");

  Deno.test(`${name} runs in the Deno kernel, and each cell that shows something has an output`, async () => {
    await prepareLab();
    const { problem } = await executeNotebook(path, { python: labPython, mode: "smoke", limit });

    assertEquals(problem, undefined);
  });

  Deno.test(`${name} is stored with the outputs of a full run of the library as it is`, async () => {
    const notebook = await readNotebook(path);

    assertEquals(
      notebook.metadata.glmc?.sourceHash,
      await sourceHash(notebook),
      `${name} shows something that has changed: run deno task notebooks --full ${name}`,
    );
    for (const { place, source, outputs } of codeCells(notebook)) {
      assert(
        !outputs.some(({ output_type }) => output_type === "error"),
        `cell ${place + 1} failed`,
      );
      if (showsSomething(source)) {
        assert(outputs.some(({ data }) => data), `cell ${place + 1} has no output`);
      }
    }
  });

  Deno.test(`${name} holds nothing of a session and at most 500 KB`, async () => {
    const notebook = await readNotebook(path);
    const outputs = codeCells(notebook).map(({ outputs }) => outputs);

    const sourceHash = notebook.metadata.glmc?.sourceHash ?? "";
    assertEquals(
      notebook,
      JSON.parse(JSON.stringify(withOutputs(notebook, { outputs, sourceHash }))),
    );
    const shown = JSON.stringify(outputs);
    assert(!shown.includes("file:///"), `${name} shows paths of the machine it ran on`);
    const { size } = await Deno.stat(path);
    assert(size <= 500_000, `${name} has ${size} bytes: show less, or smaller figures`);
  });

  Deno.test(`${name} says what it promises and what it costs, and its figures are seen everywhere`, async () => {
    const { cells: [first] } = await readNotebook(path);

    assertEquals(first?.cell_type, "markdown");
    assertMatch(joinText(first?.source ?? ""), /^# .+\n\n> .+/);
    for (const bundle of await bundlesOf(path)) {
      assert(typeof bundle["text/plain"] === "string");
      if (plotly in bundle) {
        assert(pictures.some((type) => type in bundle), "A figure has no picture");
      }
    }
  });
}

Deno.test("nbconvert turns all notebooks into pages that show their pictures without a network", async () => {
  await prepareLab();
  const folder = await Deno.makeTempDir();
  try {
    const args = ["-I", "-m", "nbconvert", "--to", "html", "--output-dir", folder, ...paths];
    const result = await runProgram(labPython, args);
    assertEquals(result?.code, 0, result?.output);

    for (const path of paths) {
      const page = await Deno.readTextFile(`${folder}/${basename(path, ".ipynb")}.html`);
      const figures = (await bundlesOf(path)).filter((bundle) => plotly in bundle);
      const shown = page.match(/<img [^>]*src="data:image\/png;base64,|<svg [^>]*>/g) ?? [];
      assert(shown.length >= figures.length, `${path} shows ${shown.length} of ${figures.length}`);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
