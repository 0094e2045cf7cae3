import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { projectRoot, wantedDeno } from "../../lib/setup/project.ts";
import { temporaryFolder } from "../data/disposables.ts";
import { copyProject } from "../setup/project_copy.ts";

Deno.test("main.ts lists the commands, on a machine without packages and network", async () => {
  await using copy = await copyProject();
  const env = { DENO_DIR: `${copy.root}/empty`, HTTPS_PROXY: "http://127.0.0.1:1" };

  for (const args of [[], ["--help"], ["-h"]]) {
    const { code, stdout, stderr } = await copy.run(args, env);

    assertEquals({ code, stderr }, { code: 0, stderr: "" });
    for (const command of ["setup", "doctor", "train", "evaluate"]) {
      assertMatch(stdout, new RegExp(`^  ${command} +[A-Z]`, "m"));
    }
  }
});

Deno.test("main.ts refuses an unknown command with the nearest one and exit code 2", async () => {
  await using copy = await copyProject();

  const result = await copy.run(["trian"]);

  assertEquals([result.code, result.stdout], [2, ""]);
  assertMatch(
    result.stderr,
    /^error: Unknown command "trian": did you mean "train"\? The commands are setup, doctor, [a-z0-9, -]*\n$/,
  );
  assert(!result.stderr.includes("planned"), "what only other commands start is not listed");
});

Deno.test("main.ts refuses unknown flags in one line and with exit code 2", async () => {
  await using copy = await copyProject();

  for (const args of [["doctor", "--jsn"], ["setup", "now"], ["setup", "--device", "tpu"]]) {
    const { code, stderr } = await copy.run(args);

    assertEquals(code, 2);
    assertMatch(stderr, new RegExp(`^error: .*: see deno task ${args[0]} --help\n$`));
  }
});

Deno.test("main.ts sets up before train, but not for its help", async () => {
  await using copy = await copyProject();
  await Deno.writeTextFile(
    `${copy.root}/lib/cli/train.ts`,
    `export const help = "\\nUsage: deno task train\\n";
     export const run = (args) => Promise.resolve(console.log("train with", args.join(" ")));`,
  );

  const asked = await copy.run(["train", "--help"]);
  const trained = await copy.run(["train", "--epochs", "2"]);

  assertEquals(asked, { code: 0, stdout: "Usage: deno task train\n", stderr: "" });
  assertEquals({ code: trained.code, stdout: trained.stdout }, {
    code: 0,
    stdout: "train with --epochs 2\n",
  });
  assertStringIncludes(trained.stderr, "Setting up what training needs");
});

Deno.test("main.ts shows where an error comes from only where GLMC_DEBUG is 1", async () => {
  await using copy = await copyProject();
  await Deno.writeTextFile(
    `${copy.root}/lib/cli/doctor.ts`,
    `export const help = ""; export const run = () => { throw new RangeError("Too\\nmuch"); };`,
  );

  const plain = await copy.run(["doctor"]);
  const debug = await copy.run(["doctor"], { GLMC_DEBUG: "1" });

  assertEquals(plain, { code: 1, stdout: "", stderr: "error: Too much\n" });
  assertEquals(debug.code, 1);
  assertMatch(debug.stderr, /^error: Too much\nRangeError: Too\nmuch\n +at .*doctor\.ts/);
});

Deno.test("main.ts shows an error outside of the command in one line too", async () => {
  await using copy = await copyProject();
  await Deno.writeTextFile(
    `${copy.root}/lib/cli/doctor.ts`,
    `export const help = "";
     export const run = () => {
       setTimeout(() => { throw new Error("Late") });
       return new Promise((resolve) => setTimeout(resolve, 5000));
     };`,
  );

  assertEquals(await copy.run(["doctor"]), { code: 1, stdout: "", stderr: "error: Late\n" });
});

Deno.test(".ci/run ends with the counts over both suites and their status", async () => {
  const passing = {
    printed: "\\033[0m\\033[32mok\\033[0m | 12 passed (3 steps) | 0 failed | 1 ignored (2s)",
    closing: "ok | 12 passed (3 steps) | 0 failed | 1 ignored (2s)",
    status: 0,
  };
  const failing = {
    printed: "FAILED | 3 passed | 2 failed (1 step) (2s)\\n\\nerror: Test failed",
    closing: "FAILED | 3 passed | 2 failed (1 step) (2s)",
    status: 1,
  };
  const broken = { printed: "error: Type checking failed", closing: "", status: 1 };
  const cases = [
    { suite: passing, browser: passing, status: 0, last: "24 passed, 0 failed" },
    { suite: failing, browser: passing, status: 1, last: "15 passed, 2 failed" },
    { suite: passing, browser: failing, status: 1, last: "15 passed, 2 failed" },
    { suite: broken, browser: passing, status: 1, last: broken.printed },
  ];
  for (const { suite, browser, status, last } of cases) {
    using programs = temporaryFolder();
    const answer = (task: string, { printed, status }: typeof passing): string =>
      `[ "$*" = "-y deno@${wantedDeno} task ${task}" ] && printf '${printed}\\n' && exit ${status}\n`;
    const npx = `#!/bin/sh\n${answer("test", suite)}${answer("test:browser", browser)}exit 99\n`;
    await Deno.writeTextFile(`${programs.path}/npx`, npx, { mode: 0o755 });
    // A browser is there, so none is installed.
    await Deno.writeTextFile(`${programs.path}/chromium`, "#!/bin/sh\n", { mode: 0o755 });

    const { code, stdout } = await new Deno.Command(`${projectRoot}/.ci/run`, {
      env: { PATH: `${programs.path}:${Deno.env.get("PATH")}` },
    }).output();

    const lines = new TextDecoder().decode(stdout).trimEnd().split("\n");
    assertEquals(code, status);
    assertEquals(lines.at(-1), last);
    if (suite.closing) {
      assertEquals(lines.slice(-3, -1), [
        `test: ${suite.closing}`,
        `test:browser: ${browser.closing}`,
      ]);
    }
  }
});
