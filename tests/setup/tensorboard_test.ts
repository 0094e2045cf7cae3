import { assertEquals, assertMatch } from "@std/assert";
import { hasTensorBoard } from "../../lib/setup/tensorboard.ts";
import { copyProject } from "./project_copy.ts";

Deno.test("tensorboard says what it installs and how large it is, and does so once", async () => {
  await using copy = await copyProject();

  const first = await copy.run(["tensorboard", "--port", "9124", "--no-browser"]);
  const second = await copy.run(["tensorboard", "--no-browser"], { GLMC_RUNS: "/runs" });

  assertEquals(first.code, 0, first.stderr);
  assertMatch(first.stderr, /^Installing TensorBoard 2\.[\d.]+ into \.venv: about 20 MB .* 42 MB/m);
  assertMatch(first.stderr, /^started .*--logdir .*\/project\/data\/runs .*--port 9124$/m);
  assertEquals(
    first.stdout.match(/^TensorBoard of .* is at (\S+); Ctrl-C/m)?.[1],
    "http://localhost:9/",
  );
  assertMatch(second.stderr, /^started .*--logdir \/runs --reload_interval 5\n$/);
  const calls = copy.pipCalls().filter((call) => call.includes("requirements-tensorboard.txt"));
  assertEquals(calls.length, 1);
  assertEquals(hasTensorBoard(copy.root), true);
});

Deno.test("tensorboard without a network fails in one line, with what to do", async () => {
  await using copy = await copyProject();
  await copy.run(["setup"]);

  const { code, stderr } = await copy.run(["tensorboard"], {
    FAKE_FAILURE: "WARNING: Retrying after connection broken by 'NewConnectionError'",
  });

  assertEquals(code, 1);
  assertMatch(
    stderr,
    /^error: Cannot fetch the Python packages: .*check the network .*then run deno task tensorboard again\n/m,
  );
  assertEquals(hasTensorBoard(copy.root), false);
});

Deno.test("unfit arguments of tensorboard are refused in one line, with exit code 2", async () => {
  await using copy = await copyProject();
  await copy.run(["setup"]);

  for (const args of [["--port", "many"], ["--ports", "1"], ["extra"]]) {
    const { code, stderr } = await copy.run(["tensorboard", ...args]);

    assertEquals(code, 2, stderr);
    assertMatch(stderr, /^error: .+: see deno task tensorboard --help\n$/);
  }
});
