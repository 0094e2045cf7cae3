import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { CheckReport } from "../../lib/cli/gpu_check_report.ts";
import { projectRoot } from "../../lib/setup/project.ts";
import { temporaryFolder } from "../data/disposables.ts";

async function gpuCheck(
  args: readonly string[],
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", `${projectRoot}/lib/cli/main.ts`, "gpu-check", ...args],
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

Deno.test("gpu-check runs through on a CPU, and goes on where it was left", async () => {
  using folder = temporaryFolder();
  const out = `${folder.path}/check.json`;
  const args = ["--device", "cpu", "--short", "--out", out];
  const readReport = (): CheckReport => JSON.parse(Deno.readTextFileSync(out));

  const first = await gpuCheck(args);

  assertEquals(first.code, 0, first.stdout + first.stderr);
  const { lines, machine } = readReport();
  assertEquals(lines.map(({ verdict }) => verdict), lines.map(() => "good"));
  assertEquals(machine.device, "cpu");
  assertMatch(first.stdout, /5 good, 0 worth a look, 0 wrong, 0 left to do\n$/);
  assertStringIncludes(
    await Deno.readTextFile(out.replace(".json", ".html")),
    "What was looked at",
  );

  // As if it had been ended before its last line, and the line before had failed.
  const [kept, failed] = [lines.slice(0, -2), lines.at(-2)!];
  const interrupted = { ...readReport(), lines: [...kept, { ...failed, verdict: "bad" }] };
  await Deno.writeTextFile(out, JSON.stringify(interrupted));
  const second = await gpuCheck(args);

  assertMatch(second.stdout, /^Lines +5, 3 of them done before$/m);
  assertEquals(readReport().lines.slice(0, 3), kept);
  assertEquals(readReport().lines.map(({ verdict }) => verdict), lines.map(() => "good"));
});

Deno.test("gpu-check leaves lines for the next time when its minutes are up, and says so", async () => {
  using folder = temporaryFolder();
  const args = [
    "--device",
    "cpu",
    "--short",
    "--minutes",
    "0.0001",
    "--out",
    `${folder.path}/a.json`,
  ];

  const { code, stdout, stderr } = await gpuCheck(args);

  assertEquals(code, 0);
  assertMatch(stdout, /0 wrong, [1-5] left to do\n$/);
  assertMatch(stderr, /the same command does the lines that are left/);
});

Deno.test("gpu-check refuses minutes that are none", async () => {
  const { code, stderr } = await gpuCheck(["--device", "cpu", "--minutes", "0"]);

  assertEquals(code, 2);
  assertMatch(stderr, /^error: Cannot use --minutes 0: it must be more than 0\n$/);
});
