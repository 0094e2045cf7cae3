import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { allModules } from "../../lib/cli/docs.ts";
import { projectRoot } from "../../lib/setup/project.ts";

async function docs(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", `${projectRoot}/lib/cli/main.ts`, "docs", ...args],
    env: { NO_COLOR: "1", HTTPS_PROXY: "http://127.0.0.1:1" },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

Deno.test("docs builds the pages of the API without a network, where git does not see them", async () => {
  const { code, stdout, stderr } = await docs();

  assertEquals({ code, stdout }, {
    code: 0,
    stdout: "Written: data/docs/index.html: open it in a browser\n",
  }, stderr);
  const page = await Deno.readTextFile(`${projectRoot}/data/docs/all_symbols.html`);
  for (const name of ["beginRun", "glmcLoss", "startEngine"]) assertStringIncludes(page, name);
  const ignored = (await Deno.readTextFile(`${projectRoot}/.gitignore`)).split("\n");
  assert(ignored.includes("/data/docs/"));
});

Deno.test("docs refuses what it does not know", async () => {
  const { code, stderr } = await docs("--every");

  assertEquals(code, 2);
  assertStringIncludes(stderr, "see deno task docs --help");
});

Deno.test("allModules() leaves out only TensorFlow.js and the program", async () => {
  const modules = await allModules(projectRoot);

  assert(modules.includes("lib/mod.ts") && modules.includes("lib/study/slurm/queue.ts"));
  assert(!modules.includes("lib/tensor/tfjs.ts") && !modules.includes("lib/cli/main.ts"));
});
