/**
 * Lets one set-up work at a time, and ends what a killed one has left running.
 *
 * @module
 */
import { dirname } from "node:path";

/**
 * Runs `work` while no other process does so under the same lock file.
 *
 * The lock is the operating system's, so it ends with the process that holds it, however that ends.
 *
 * @param file The lock file; it holds the owner's process id. Its folder is made when missing, and
 * the file stays.
 * @param work What to do meanwhile; its result is handed on.
 * @param options `onWait` is told the owner's process id, once, when there is something to wait for.
 *
 * @example One after the other
 * ```ts
 * import { withSetupLock } from "glmc/setup/lock.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const file = await Deno.makeTempFile();
 * const answer = await withSetupLock(file, () => Promise.resolve(42));
 * assertEquals(answer, 42);
 * await Deno.remove(file);
 * ```
 */
export async function withSetupLock<Result>(
  file: string,
  work: () => Promise<Result>,
  options: { onWait?: (owner: string) => void } = {},
): Promise<Result> {
  await Deno.mkdir(dirname(file), { recursive: true });
  using handle = await Deno.open(file, { read: true, write: true, create: true });
  let waiting = false;
  while (!tryLock(handle)) {
    if (!waiting) options.onWait?.(Deno.readTextFileSync(file));
    waiting = true;
    await delay(200);
  }
  Deno.writeTextFileSync(file, `${Deno.pid}`);
  return await work();
}

/**
 * Ends the Python programs that a killed set-up has left working on a virtual environment. Call it
 * with the lock in hand; programs the user has started in the environment are left alone.
 *
 * @param folder Absolute path of the environment.
 *
 * @example Nothing to end
 * ```ts
 * import { endLeftoverPrograms } from "glmc/setup/lock.ts";
 *
 * await endLeftoverPrograms("/nowhere/.venv");
 * ```
 */
export async function endLeftoverPrograms(folder: string): Promise<void> {
  for (let tries = 0; tries < 50; tries++) {
    const left = leftoverPrograms(folder);
    if (left.length === 0) return;
    for (const pid of left) endProgram(pid, tries < 30 ? "SIGTERM" : "SIGKILL");
    await delay(100);
  }
}

function leftoverPrograms(folder: string): number[] {
  return Array.from(Deno.readDirSync("/proc"), (entry) => Number(entry.name)).filter((pid) => {
    const args = commandLine(pid);
    const isOurPip = args.includes(`${folder}/glmc-pip.log`);
    const makesVenv = args.includes("venv") && args.includes(folder);
    // Making an environment ends with installing its pip, by two more programs.
    const installsPip = args[0]?.startsWith(`${folder}/bin/`) &&
      args.some((arg) => /ensurepip|run_module\("pip"/.test(arg));
    return isOurPip || makesVenv || installsPip;
  });
}

function commandLine(pid: number): string[] {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/cmdline`).split("\0");
  } catch {
    return [];
  }
}

function endProgram(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch {
    // It may have ended by itself.
  }
}

function tryLock(handle: Deno.FsFile): boolean {
  try {
    return handle.tryLockSync(true);
  } catch {
    // Some network disks have no locks: better to go on than to refuse.
    return true;
  }
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
