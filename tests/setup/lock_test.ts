import { assert, assertEquals } from "@std/assert";
import { temporaryFolder } from "../data/disposables.ts";
import { endLeftoverPrograms, withSetupLock } from "../../lib/setup/lock.ts";

Deno.test("withSetupLock() lets only one work at a time, and names the owner", async () => {
  using temporary = temporaryFolder();
  const file = `${temporary.path}/new/lock`;
  const events: string[] = [];
  const work = (name: string) => async () => {
    events.push(`${name} starts`);
    await delay(300);
    events.push(`${name} ends`);
  };

  const owners: string[] = [];
  const first = withSetupLock(file, work("first"));
  await delay(50);
  await Promise.all([
    first,
    withSetupLock(file, work("second"), { onWait: (owner) => owners.push(owner) }),
  ]);

  assertEquals(events, ["first starts", "first ends", "second starts", "second ends"]);
  assertEquals(owners, [`${Deno.pid}`]);
});

Deno.test("withSetupLock() is free again after an error", async () => {
  using temporary = temporaryFolder();
  const file = `${temporary.path}/lock`;

  const failed = await withSetupLock(file, () => Promise.reject(new Error("no"))).catch(String);

  assertEquals(failed, "Error: no");
  assertEquals(await withSetupLock(file, () => Promise.resolve("yes")), "yes");
});

Deno.test("withSetupLock() does not mind the lock file of a dead process", async () => {
  using temporary = temporaryFolder();
  const file = `${temporary.path}/lock`;
  await Deno.writeTextFile(file, "999999999");

  const waits: string[] = [];
  await withSetupLock(file, () => Promise.resolve(), { onWait: (owner) => waits.push(owner) });

  assertEquals(waits, []);
});

Deno.test("endLeftoverPrograms() ends our pip and spares what the user runs", async () => {
  using temporary = temporaryFolder();
  const folder = `${temporary.path}/.venv`;
  const start = (...args: string[]) =>
    new Deno.Command("sh", { args: ["-c", "read line", ...args], stdin: "piped" }).spawn();
  const ours = start("-m", "pip", "--log", `${folder}/glmc-pip.log`);
  const users = start(`${folder}/bin/python`, "-m", "pip", "install", "jupyter");

  await endLeftoverPrograms(folder);

  assertEquals((await ours.status).signal, "SIGTERM");
  await ours.stdin.close().catch(() => {});
  const ended = await Promise.race([users.status, delay(100)]);
  assert(ended === undefined, "The user's program was ended too");
  await users.stdin.close();
  await users.status;
});

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
