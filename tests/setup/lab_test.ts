import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { hasLab } from "../../lib/setup/lab.ts";
import { copyProject, type ProjectCopy } from "./project_copy.ts";

const labCalls = (copy: ProjectCopy): string[] =>
  copy.pipCalls().filter((call) => call.includes(".venv/requirements-lab.txt"));

Deno.test("ensureLab() installs JupyterLab once, says what it costs, and registers the kernel in .venv", async () => {
  await using copy = await copyProject();

  const first = await copy.run(["setup", "--lab"]);
  const second = await copy.run(["setup", "--lab"]);

  assertEquals(first.code, 0, first.stderr);
  assertMatch(first.stderr, /JupyterLab 4\.[\d.]+ with .*: about 56 MB to fetch, 310 MB in \.venv/);
  assertEquals(second, { code: 0, stdout: first.stdout, stderr: "" });
  assertEquals(labCalls(copy).length, 1);
  assert(await hasLab(copy.root));
  const kernel = `${copy.root}/.venv/share/jupyter/kernels/deno/kernel.json`;
  assertEquals(JSON.parse(await Deno.readTextFile(kernel)), {
    argv: [Deno.execPath(), "jupyter", "--kernel", "--conn", "{connection_file}"],
    display_name: "Deno",
    language: "typescript",
  });
});

Deno.test("ensureLab() leaves the set-up of training alone", async () => {
  await using copy = await copyProject();
  await copy.run(["setup"]);
  const stamp = await Deno.readTextFile(`${copy.root}/.venv/glmc-ready.json`);

  await copy.run(["setup", "--lab"]);

  assertEquals(await Deno.readTextFile(`${copy.root}/.venv/glmc-ready.json`), stamp);
  assertEquals(copy.pipCalls().length, 2);
});

Deno.test("ensureLab() installs again when the pinned versions change", async () => {
  await using copy = await copyProject();
  await copy.run(["setup", "--lab"]);

  await Deno.writeTextFile(`${copy.root}/lib/setup/requirements-lab.txt`, "jupyterlab==9.9.9\n");
  const { code, stderr } = await copy.run(["setup", "--lab"]);

  assertEquals(code, 0, stderr);
  assertMatch(stderr, /JupyterLab 9\.9\.9/);
  assertEquals(labCalls(copy).length, 2);
});

Deno.test("ensureLab() goes on after being killed while pip was at work", async () => {
  await using copy = await copyProject();
  await copy.run(["setup"]);
  const killed = copy.start(["setup", "--lab"], { FAKE_SECONDS: "2" });
  while (labCalls(copy).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));

  killed.kill("SIGKILL");
  await killed.output();
  assert(!await hasLab(copy.root));
  const { code, stderr } = await copy.run(["setup", "--lab"]);

  assertEquals(code, 0, stderr);
  assert(await hasLab(copy.root));
});

Deno.test("ensureLab() fails with one line that names the command to run again", async () => {
  await using copy = await copyProject();
  await copy.run(["setup"]);

  const { code, stderr } = await copy.run(["setup", "--lab"], {
    FAKE_FAILURE: "WARNING: Retrying after connection broken by 'NewConnectionError'",
  });

  assertEquals(code, 1);
  assertMatch(stderr, /^error: .*check the network .*then run deno task lab again$/m);
});

Deno.test("lab starts JupyterLab on the notebooks with the port that was asked for", async () => {
  await using copy = await copyProject();

  const { code, stdout, stderr } = await copy.run(["lab", "--port", "9123", "--no-browser"]);

  assertEquals(code, 0, stderr);
  const started = String(stdout.trim().split("\n").at(-1));
  for (
    const part of [
      `--ServerApp.root_dir=${copy.root}`,
      "--LabApp.default_url=/lab/tree/notebooks",
      "--ServerApp.port=9123",
      "--no-browser",
    ]
  ) assertStringIncludes(started, part);
});

for (const args of [["--port", "many"], ["--port", "70000"], ["--ports", "1"], ["extra"]]) {
  Deno.test(`lab ${args.join(" ")} is refused in one line, with exit code 2`, async () => {
    await using copy = await copyProject();
    await copy.run(["setup"]);

    const { code, stderr } = await copy.run(["lab", ...args]);

    assertEquals(code, 2);
    assertMatch(stderr, /^error: .+: see deno task lab --help\n$/);
  });
}
