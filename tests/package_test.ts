import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { findLibraryFolder } from "../lib/setup/find.ts";
import { projectRoot } from "../lib/setup/project.ts";
import { namesIn } from "./data/disposables.ts";
import { goOutside, makeSmall, serveKit } from "./elsewhere.ts";
import { pretendedPython } from "./setup/project_copy.ts";

Deno.test("a package holds the library and what belongs to it, and publishing has nothing to say", async () => {
  const { stderr, code } = await new Deno.Command(Deno.execPath(), {
    // Types are checked by other means.
    args: ["publish", "--dry-run", "--allow-dirty", "--no-check"],
    cwd: projectRoot,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();

  const text = new TextDecoder().decode(stderr);
  assertEquals(code, 0, text);
  assertEquals(text.match(/^(Warning|warning).*$/gm), null);
  const files = [...text.matchAll(/^ +(file:.*) \(([\d.]+)(K?B)\)$/gm)].map((
    [, file, size, unit],
  ) => ({
    path: file!.replace(`file://${encodeURI(projectRoot)}/`, ""),
    bytes: Number(size) * (unit === "KB" ? 1024 : 1),
  }));
  const isOurs = ({ path }: { path: string }): boolean =>
    /^(LICENSE|README\.md|deno\.json|lib\/.*|\.jsr\/\w+\/\w+\.ts)$/.test(path);
  assertEquals(files.filter((file) => !isOurs(file)), []);
  for (
    const needed of ["lib/mod.ts", "lib/notebook/execute.py", "lib/setup/requirements-cpu.txt"]
  ) {
    assert(files.some(({ path }) => path === needed), needed);
  }
  // A registry takes 20 MB in all; what is larger than this is no source text.
  assertEquals(files.filter(({ bytes }) => bytes > 100e3), []);
  assert(files.reduce((sum, { bytes }) => sum + bytes, 0) < 4e6);
});

Deno.test("a kit that is fetched begins a study elsewhere and trains three steps", async () => {
  await using kit = serveKit();
  using outside = await goOutside({ ownCache: true });
  const main = `${kit.address}lib/cli/main.ts`;

  const begun = await outside.deno(["run", "-q", "-A", main, "new", "my-study"]);

  assertEquals({ ...begun, stdout: "" }, { code: 0, stdout: "", stderr: "" });
  const folder = `${outside.path}/my-study`;
  assertEquals(namesIn(folder), [".gitignore", "deno.json", "notebooks", "study.ts"]);

  const file = `${folder}/deno.json`;
  const configuration = JSON.parse(await Deno.readTextFile(file));
  assertEquals(configuration.imports.glmc, `${kit.address}lib/mod.ts`);
  // Stands for the registry of @std.
  const links = ["assert", "cli", "csv", "fmt"].map((name) => `${projectRoot}/.jsr/${name}`);
  await Deno.writeTextFile(file, JSON.stringify({ ...configuration, links }));
  await makeSmall(`${folder}/study.ts`);
  const study = await outside.deno(["task", "-q", "study"], { in: "my-study" });
  assertEquals({ ...study, stdout: "" }, { code: 0, stdout: "", stderr: "" });
  assertMatch(study.stdout, /^GLMC +1 +\d+\.\d\d/m);

  // Its runs are in the folder that it was started in, and its commands find them there.
  const runs = namesIn(`${folder}/data/runs`).filter((name) => name.includes("glmc"));
  assertEquals(runs.length, 1);
  const card = JSON.parse(await Deno.readTextFile(`${folder}/data/runs/${runs[0]}/config.json`));
  assertStringIncludes(JSON.stringify(card), `of ${kit.address}`);
  const results = await outside.deno(["task", "-q", "results"], { in: "my-study" });
  assertEquals({ code: results.code, stderr: results.stderr }, { code: 0, stderr: "" });
  assertStringIncludes(results.stdout, runs[0]!);
});

Deno.test("setup of a kit that is fetched installs into the working folder, or into GLMC_HOME", async () => {
  await using kit = serveKit();
  using outside = await goOutside({ ownCache: true });
  const programs = `${outside.path}/programs`;
  const home = `${outside.path}/home`;
  await Deno.mkdir(programs);
  await Deno.mkdir(`${outside.path}/study`);
  await Deno.writeTextFile(`${programs}/python3`, pretendedPython, { mode: 0o755 });
  const env = {
    PATH: programs,
    GLMC_LIBTENSORFLOW: "",
    FAKE_CALLS: `${outside.path}/calls`,
    FAKE_LIBRARIES: findLibraryFolder(),
  };
  const setup = (further: Record<string, string> = {}) =>
    outside.deno(["run", "-q", "-A", `${kit.address}lib/cli/main.ts`, "setup"], {
      in: "study",
      env: { ...env, ...further },
    });

  const here = await setup();
  assertEquals(here.code, 0, here.stderr);
  assertStringIncludes(here.stderr, "TensorFlow 2.21.0 for the CPU");
  assertEquals(here.stdout, "Ready: TensorFlow 2.21.0 for the CPU\n");
  assertEquals(await setup(), { code: 0, stdout: here.stdout, stderr: "" });
  assertEquals(namesIn(`${outside.path}/study`), [".venv"]);

  const there = await setup({ GLMC_HOME: home });
  assertEquals({ code: there.code, stdout: there.stdout }, { code: 0, stdout: here.stdout });
  assertEquals(namesIn(home), [".venv"]);
  assertEquals((await Deno.readTextFile(env.FAKE_CALLS)).trim().split("\n").length, 2);
});
