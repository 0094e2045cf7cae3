import { assertEquals } from "@std/assert";
import { hasEnded, launchersOf, onLauncherEnd } from "../../lib/process/launchers.ts";
import { projectRoot } from "../../lib/setup/project.ts";

/** A program that blocks in steps of 0.1 s until it hears that it shall stop, and then only waits. */
const program = `
import { listenForStop } from "${projectRoot}/lib/process/stop.ts";
import { nextTurn } from "${projectRoot}/lib/process/turn.ts";
const stop = listenForStop({
  onStop: (signal) => console.log("heard", signal),
  onForce: () => console.log("forced"),
});
console.log("ready");
let steps = 0;
while (!stop.signal.aborted) {
  for (const end = performance.now() + 100; performance.now() < end;);
  steps++;
  await nextTurn();
}
console.log("steps", steps);
await new Promise((resolve) => setTimeout(resolve, Number(Deno.args[0])));
Deno.exit(stop.exitCode);
`;

/** Runs the program; \`lines\` are called with what it prints. */
async function runProgram(
  wait: number,
  onLine: (line: string, child: Deno.ChildProcess) => void,
): Promise<{ code: number; lines: string[] }> {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(file, program);
  const child = new Deno.Command("env", {
    args: [
      ...["--default-signal=HUP,INT,TERM", Deno.execPath(), "run", "-A", "--no-check"],
      ...[file, `${wait}`],
    ],
    stdout: "piped",
  }).spawn();
  const lines: string[] = [];
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    for (const line of text.trim().split("\n")) {
      lines.push(line);
      onLine(line, child);
    }
  }
  await Deno.remove(file);
  return { code: (await child.status).code, lines };
}

Deno.test("listenForStop() hears a signal at the next turn, and takes its echo for the same", async () => {
  const { code, lines } = await runProgram(300, (line, child) => {
    if (line === "ready") child.kill("SIGTERM");
    if (line.startsWith("steps")) child.kill("SIGINT");
  });

  assertEquals([code, lines.slice(0, 2)], [143, ["ready", "heard SIGTERM"]]);
  // The signal is on its way while a step blocks, and is heard after it; one more for a slow machine.
  assertEquals(Number(lines[2]?.split(" ")[1]) <= 2, true, lines[2]);
});

Deno.test("listenForStop() ends the process at a second Ctrl-C", async () => {
  const { code, lines } = await runProgram(30_000, (line, child) => {
    if (line === "ready") child.kill("SIGINT");
    // Longer than the second within which it may be an echo of the first.
    if (line.startsWith("steps")) setTimeout(() => child.kill("SIGINT"), 1200);
  });

  assertEquals([code, lines.at(-1)], [130, "forced"]);
});

Deno.test("launchersOf() knows deno task and npx, and no shell of the user", async () => {
  const folder = await Deno.makeTempDir();
  const wait = "sleep 20 & echo $!; wait";
  for (const name of ["deno", "npx", "bash"]) {
    await Deno.writeTextFile(`${folder}/${name}`, `#!/bin/sh\n${wait}\n`, { mode: 0o755 });
  }
  const chains: Record<string, number> = {
    [`${folder}/deno task train`]: 1,
    [`${folder}/deno run main.ts`]: 0,
    [`${folder}/bash task`]: 0,
  };
  for (const [command, count] of Object.entries(chains)) {
    const child = new Deno.Command("sh", { args: ["-c", `exec ${command}`], stdout: "piped" })
      .spawn();
    const reader = child.stdout.getReader();
    const sleeper = Number(new TextDecoder().decode((await reader.read()).value));
    const found = launchersOf(child.pid);
    assertEquals(found.map(({ pid }) => pid), count === 0 ? [] : [child.pid], command);

    const ended: Promise<void> = new Promise((resolve) => {
      if (count === 0) resolve();
      else onLauncherEnd(resolve, found);
    });
    assertEquals(found.some(hasEnded), false);
    // The watch alone keeps no process alive.
    const waiting = setInterval(() => {}, 1000);
    child.kill("SIGKILL");
    Deno.kill(sleeper, "SIGKILL");
    await child.status;
    await ended;
    clearInterval(waiting);
    assertEquals(found.every(hasEnded), true);
    await reader.cancel();
  }
  await Deno.remove(folder, { recursive: true });
});
