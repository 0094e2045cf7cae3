import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { acquireLock, isLocked, LockedError, withLock } from "glmc/disk/lock.ts";
import { namesIn, temporaryFolder } from "../data/disposables.ts";

const what = 'continue the run "x"';

/** Another process that holds a lock until it is killed. */
async function startHolder(path: string): Promise<Deno.ChildProcess> {
  const script = `
    const { acquireLock } = await import(${
    JSON.stringify(import.meta.resolve("../../lib/disk/lock.ts"))
  });
    await acquireLock(${JSON.stringify(path)}, { what: "hold it" });
    console.log("held");
    setInterval(() => {}, 1000);
  `;
  const holder = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-config", script],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = holder.stdout.getReader();
  await reader.read();
  await reader.cancel();
  return holder;
}

Deno.test("acquireLock() names the process that holds the lock, and is free once it is killed", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/lock`;
  const holder = await startHolder(path);

  const error = await assertRejects(() => acquireLock(path, { what }), LockedError);
  holder.kill("SIGKILL");
  await holder.status;
  using lock = await acquireLock(path, { what });

  assert(lock.isExclusive);
  assertEquals(error.owner?.pid, holder.pid);
  assertEquals(error.owner?.host, Deno.hostname());
  assertStringIncludes(
    error.message,
    `Cannot continue the run "x": process ${holder.pid} on host "${Deno.hostname()}" (deno run `,
  );
  assertStringIncludes(error.message, ") is at work on it: wait for it, or stop it");
});

Deno.test("acquireLock() refuses a second one of the same process, until the first is released", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/lock`;
  const lock = await acquireLock(path, { what });

  await assertRejects(() => acquireLock(path, { what }), LockedError, "this very process");
  lock.release();
  lock.release();

  assertEquals(namesIn(folder.path), []);
  (await acquireLock(path, { what })).release();
});

Deno.test("acquireLock() lets one of many have it", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/lock`;

  const results = await Promise.allSettled(
    Array.from({ length: 20 }, () => acquireLock(path, { what })),
  );

  assertEquals(results.filter(({ status }) => status === "fulfilled").length, 1);
  for (const result of results) if (result.status === "fulfilled") result.value.release();
});

Deno.test("confirm() takes a lock back whose file was removed, unless another has taken it", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/lock`;
  const lock = await acquireLock(path, { what });

  await Deno.remove(path);
  await lock.confirm();
  await assertRejects(() => acquireLock(path, { what }), LockedError);

  await Deno.remove(path);
  const other = await acquireLock(path, { what });
  await assertRejects(() => lock.confirm(), LockedError);
  // The lock of the other one stays.
  lock.release();
  await assertRejects(() => acquireLock(path, { what }), LockedError);
  other.release();
});

Deno.test("acquireLock() says that the folder is missing or read-only", async () => {
  using folder = temporaryFolder();

  await assertRejects(
    () => acquireLock(`${folder.path}/none/lock`, { what }),
    Deno.errors.NotFound,
    `make the folder "${folder.path}/none" first`,
  );
  // A folder that nobody may write to, the administrator included.
  await assertRejects(
    () => acquireLock("/proc/lock", { what }),
    Error,
    'Cannot write "/proc/lock"',
  );
});

Deno.test("acquireLock() goes on without locks only where somebody is told", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/lock`;
  const { tryLockSync } = Deno.FsFile.prototype;
  Deno.FsFile.prototype.tryLockSync = () => {
    throw new Error("No locks available");
  };
  try {
    const notices: string[] = [];
    await assertRejects(
      () => acquireLock(path, { what }),
      Deno.errors.NotSupported,
      'Cannot continue the run "x": the disk of',
    );
    const lock = await acquireLock(path, { what, onNotice: (line) => notices.push(line) });

    assertEquals(lock.isExclusive, false);
    await lock.confirm();
    lock.release();
    assertEquals(notices, [
      `The disk of "${path}" has no locks (No locks available): make sure that nothing else is at work there`,
    ]);
  } finally {
    Deno.FsFile.prototype.tryLockSync = tryLockSync;
  }
});

Deno.test("withLock() lets only one work at a time, names the owner, and is free after an error", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/new/lock`;
  const events: string[] = [];
  const owners: (number | undefined)[] = [];
  const gate = Promise.withResolvers<void>();

  const first = withLock(path, async () => {
    events.push("first starts");
    await gate.promise;
    events.push("first ends");
    throw new Error("no");
  }, { what });
  first.catch(() => {});
  while (events.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const second = withLock(path, () => Promise.resolve(events.push("second")), {
    what,
    onWait: (owner) => {
      owners.push(owner?.pid);
      gate.resolve();
    },
  });

  await assertRejects(() => first, Error, "no");
  await second;
  assertEquals(events, ["first starts", "first ends", "second"]);
  assertEquals(owners, [Deno.pid]);
});

Deno.test("acquireLock() does not mind what a lock file of a dead process holds", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/lock`;
  for (const text of ["999999999", "", "null", '{"pid":1', "x".repeat(1000)]) {
    await Deno.writeTextFile(path, text);

    (await acquireLock(path, { what })).release();
  }
});

Deno.test("isLocked() tells a lock that is held from a file that is left, and refuses nobody", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/lock`;
  assertEquals(await isLocked(path), false);
  const holder = await startHolder(path);
  assertEquals(await isLocked(path), true);
  holder.kill("SIGKILL");
  await holder.status;
  assertEquals(await isLocked(path), false, "its process is gone, its file is not");
  // A process that is there, and has nothing to do with it.
  const owner = {
    pid: Deno.pid,
    host: Deno.hostname(),
    command: "x",
    since: "2026-03-01T10:15:00Z",
  };
  await Deno.writeTextFile(path, JSON.stringify(owner));
  assertEquals(await isLocked(path), false);

  for (let round = 0; round < 50; round++) {
    const looks = [1, 2, 3].map(() => isLocked(path));
    (await acquireLock(path, { what })).release();
    await Promise.all(looks);
  }
});

Deno.test("isLocked() asks for the process where the disk has no locks", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/lock`;
  const { tryLockSync } = Deno.FsFile.prototype;
  Deno.FsFile.prototype.tryLockSync = () => {
    throw new Error("No locks available");
  };
  try {
    const here = {
      pid: Deno.pid,
      host: Deno.hostname(),
      command: "x",
      since: "2026-03-01T10:15:00Z",
    };
    const owners = [here, { ...here, pid: 999_999_999 }, {
      ...here,
      host: "elsewhere",
      pid: 999_999_999,
    }];
    const found = [];
    for (const owner of owners) {
      await Deno.writeTextFile(path, JSON.stringify(owner));
      found.push(await isLocked(path));
    }
    assertEquals(found, [true, false, true]);
  } finally {
    Deno.FsFile.prototype.tryLockSync = tryLockSync;
  }
});

Deno.test("acquireLock() says that a folder lies in its place", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/lock`;
  await Deno.mkdir(path);

  await assertRejects(
    () => acquireLock(path, { what }),
    Error,
    `Cannot continue the run "x": its lock "${path}" is a folder: take it away`,
  );
});
