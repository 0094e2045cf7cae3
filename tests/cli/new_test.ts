import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { notebookModule, readNotebook } from "../../lib/notebook/document.ts";
import { projectRoot } from "../../lib/setup/project.ts";
import { starterConfiguration } from "../../lib/cli/starter/configuration.ts";
import { namesIn } from "../data/disposables.ts";
import { goOutside, makeSmall } from "../elsewhere.ts";

const main = `${projectRoot}/lib/cli/main.ts`;

Deno.test("new writes a study that is laid out and typed well, trains, and shows", async () => {
  using outside = await goOutside();
  const folder = `${outside.path}/My study`;

  const { code, stderr } = await outside.deno(["run", "-q", "-A", main, "new", "My study"]);

  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  assertEquals(namesIn(folder), [".gitignore", "deno.json", "notebooks", "study.ts"]);
  assertStringIncludes(await Deno.readTextFile(`${folder}/study.ts`), 'name: "my-study"');
  const cells = notebookModule(await readNotebook(`${folder}/notebooks/first_look.ipynb`));
  await Deno.writeTextFile(`${folder}/notebooks/cells.ts`, cells);
  const inside = { in: "My study", env: { GLMC_NOTEBOOKS: "smoke" } };
  for (
    const args of [
      ["fmt", "-q", "--check", "."],
      ["check", "-q", "study.ts", "notebooks/cells.ts"],
    ]
  ) {
    assertEquals(await outside.deno(args, inside), { code: 0, stdout: "", stderr: "" });
  }

  await makeSmall(`${folder}/study.ts`);
  const study = await outside.deno(["task", "-q", "study"], inside);
  assertEquals({ code: study.code, stderr: study.stderr }, { code: 0, stderr: "" });
  assertMatch(study.stdout, /^GLMC +1 +\d+\.\d\d/m);
  // What is trained outside does not end up among the kit's own runs.
  assertEquals(namesIn(`${folder}/data/runs`).filter((name) => !name.startsWith(".")).length, 2);

  await makeSmall(`${folder}/notebooks/cells.ts`);
  const notebook = await outside.deno(["run", "-q", "-A", "notebooks/cells.ts"], {
    ...inside,
    env: { ...inside.env, GLMC_RUNS: `${folder}/data/runs` },
  });
  assertEquals(notebook.code, 0, notebook.stderr);
  assertEquals(notebook.stdout.match(/^\[Figure\]/gm)?.length, 3);
});

Deno.test("new refuses a folder that holds something, and a file", async () => {
  using outside = await goOutside();
  await Deno.mkdir(`${outside.path}/empty`);
  await Deno.mkdir(`${outside.path}/full`);
  await Deno.writeTextFile(`${outside.path}/full/notes.txt`, "mine");
  await Deno.writeTextFile(`${outside.path}/file`, "mine");
  const begin = (...names: string[]) => outside.deno(["run", "-q", "-A", main, "new", ...names]);

  for (
    const [names, message] of [
      [["full"], "it holds 1 files or folders, such as notes.txt"],
      [["file"], "it is a file"],
      [[], "no folder is named"],
      [["a", "b"], "2 folders are named"],
    ] as const
  ) {
    const { code, stderr } = await begin(...names);
    assertEquals(code, 2, stderr);
    assertStringIncludes(stderr, message);
    assertEquals(stderr.trim().split("\n").length, 1);
  }
  assertEquals((await begin("empty")).code, 0);
  assertEquals(namesIn(`${outside.path}/full`), ["notes.txt"]);
});

Deno.test("a study names the kit by its path, its package or its address", () => {
  const kit = {
    name: "@glmc/kit",
    version: "0.1.0",
    imports: { "@std/csv": "jsr:@std/csv@^1.0.0" },
    links: ["./.jsr/csv"],
    tasks: { train: "deno run -q -A --v8-flags=--x lib/cli/main.ts train" },
    allowScripts: {},
  };
  const from = (place: string) => starterConfiguration({ kit, from: place, commands: ["train"] });

  const linked = from("/my kit's/");
  assertEquals(linked.links, ["/my kit's", "/my kit's/.jsr/csv"]);
  assertEquals(linked.imports, { glmc: "jsr:@glmc/kit@^0.1.0" });
  assertStringIncludes(linked.tasks.train!, `'/my kit'"'"'s/lib/cli/main.ts' train`);
  assertStringIncludes(linked.tasks.study!, `GLMC_RUNS="$PWD/data/runs" `);

  assertEquals(from("https://registry.example/@glmc/kit/0.1.0/").imports, {
    glmc: "jsr:@glmc/kit@0.1.0",
  });

  const addressed = from("https://example.org/kit/");
  assertEquals(addressed.imports, {
    "@std/csv": "jsr:@std/csv@^1.0.0",
    glmc: "https://example.org/kit/lib/mod.ts",
    "glmc/": "https://example.org/kit/lib/",
  });
  assertEquals(
    addressed.tasks.train,
    "deno run -q -A --v8-flags=--x -c deno.json https://example.org/kit/lib/cli/main.ts train",
  );
});
