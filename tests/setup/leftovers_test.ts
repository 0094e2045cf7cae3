import { assert, assertEquals } from "@std/assert";
import { temporaryFolder } from "../data/disposables.ts";
import { endLeftoverPrograms } from "../../lib/setup/leftovers.ts";
import { startWaitingProgram } from "../process/waiting_program.ts";

Deno.test("endLeftoverPrograms() ends our pip and spares what the user runs", async () => {
  using temporary = temporaryFolder();
  const folder = `${temporary.path}/.venv`;
  await using stack = new AsyncDisposableStack();
  const start = async (...words: string[]) => stack.use(await startWaitingProgram(...words));
  const ours = await start("-m", "pip", "install", "--log", `${folder}/glmc-pip.log`);
  const users = [
    await start(`${folder}/bin/python`, "-m", "pip", "install", "jupyter"),
    // Whoever reads the log of the last set-up.
    await start("less", `${folder}/glmc-pip.log`),
    await start("grep", "-r", "venv", folder),
  ];

  await endLeftoverPrograms(folder);

  assertEquals((await ours.status).signal, "SIGTERM");
  const ended = await Promise.race([...users.map(({ status }) => status), delay(100)]);
  assert(ended === undefined, "A program of the user was ended too");
});

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
