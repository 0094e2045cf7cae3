import { assert, assertEquals } from "@std/assert";
import { temporaryFolder } from "../data/disposables.ts";
import { endLeftoverPrograms } from "../../lib/setup/leftovers.ts";

Deno.test("endLeftoverPrograms() ends our pip and spares what the user runs", async () => {
  using temporary = temporaryFolder();
  const folder = `${temporary.path}/.venv`;
  const start = (...args: string[]) =>
    new Deno.Command("sh", { args: ["-c", "read line", ...args], stdin: "piped" }).spawn();
  const ours = start("-m", "pip", "install", "--log", `${folder}/glmc-pip.log`);
  const users = [
    start(`${folder}/bin/python`, "-m", "pip", "install", "jupyter"),
    // Whoever reads the log of the last set-up.
    start("less", `${folder}/glmc-pip.log`),
    start("grep", "-r", "venv", folder),
  ];

  await endLeftoverPrograms(folder);

  assertEquals((await ours.status).signal, "SIGTERM");
  await ours.stdin.close().catch(() => {});
  const ended = await Promise.race([...users.map(({ status }) => status), delay(100)]);
  assert(ended === undefined, "A program of the user was ended too");
  for (const user of users) {
    await user.stdin.close();
    await user.status;
  }
});

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
