import { assert, assertEquals, assertMatch } from "@std/assert";
import { freeBytes, runProgram } from "../../lib/setup/machine.ts";
import { explainNpmFailure } from "../../lib/setup/npm.ts";

Deno.test("freeBytes() looks at the disk of the nearest folder that exists", async () => {
  const folder = await Deno.makeTempDir();

  const [here, below] = await Promise.all([freeBytes(folder), freeBytes(`${folder}/not/yet`)]);

  // Other programs write meanwhile.
  assert(Math.abs(here - below) < 1e9, `${here} and ${below}`);
});

Deno.test("runProgram() tells a failing program from a missing one", async () => {
  const failing = await runProgram("sh", ["-c", "echo out; echo err >&2; exit 3"]);

  assertEquals(failing, { code: 3, output: "out\nerr\n" });
  assertEquals(await runProgram("/nowhere/program"), undefined);
});

Deno.test("explainNpmFailure() tells network, disk and the rest apart", () => {
  const [network = "", disk = "", rest] = [
    "error: Failed loading it\n\nCaused by:\n    client error (Connect): Connection refused",
    "error: Writing it: No space left on device (os error 28)",
    "error: \x1b[31mBad\x1b[0m checksum\n\nStack backtrace:\n   0: <unknown>",
  ].map((output) => explainNpmFailure(output, "/kit").message);

  assertMatch(network, /registry does not answer: check the network/);
  assertMatch(disk, /disk is full/);
  assertEquals(
    rest,
    "Cannot fetch the npm packages: Bad checksum: run deno install to see more",
  );
});
