/**
 * Locks that let one process at a time work on something, and end with the process that holds them.
 *
 * @module
 */
import { dirname } from "node:path";
import { kill } from "node:process";
import { diskError, type DiskErrorOptions } from "./errors.ts";
import { describeOwner, type LockOwner, readOwner, writeOwner } from "./lock_owner.ts";
import { makeFolder } from "./whole_file.ts";

export { describeOwner, type LockOwner };

/** Settings of {@linkcode acquireLock}. */
export interface LockOptions extends DiskErrorOptions {
  /** What shall be done under the lock, such as `continue the run "x"`, for messages. */
  readonly what: string;
  /** Told one line where the disk has no locks and the work goes on without; else it is refused. */
  readonly onNotice?: (line: string) => void;
}

/** Settings of {@linkcode withLock}. */
export interface WithLockOptions extends LockOptions {
  /** Told once who holds the lock, when there is something to wait for. */
  readonly onWait?: (owner: LockOwner | undefined) => void;
}

/** A lock that is held. */
export interface FileLock {
  /** False where the disk has no locks. */
  readonly isExclusive: boolean;
  /**
   * Makes sure that the lock is still this one's, and takes it back if its file was removed.
   *
   * @throws {LockedError} If another process has taken it meanwhile.
   */
  confirm(): Promise<void>;
  /** Gives the lock back and removes its file; again does nothing. */
  release(): void;
  /** As {@linkcode FileLock.release}, for `using`. */
  [Symbol.dispose](): void;
}

/** Another process holds a lock. */
export class LockedError extends Error {
  /** The class, as it is printed. */
  override readonly name = "LockedError";
  /** Who holds it; `undefined` if the lock file does not say. */
  readonly owner: LockOwner | undefined;

  /**
   * An error that names who holds the lock.
   *
   * @param what What cannot be done.
   * @param owner Who holds the lock.
   */
  constructor(what: string, owner: LockOwner | undefined) {
    super(`Cannot ${what}: ${describeOwner(owner)} is at work on it: wait for it, or stop it`);
    this.owner = owner;
  }
}

/**
 * Takes a lock, or says at once who holds it.
 *
 * The lock is the operating system's, so it ends with the process that holds it, however that ends;
 * a lock file that a killed process has left is no lock. It holds among processes of one machine,
 * and among machines that share a disk with locks.
 *
 * @param path The lock file; its folder must exist.
 * @param options What the lock is for.
 * @returns The lock, to be released.
 * @throws {LockedError} If it is held, by another process or by this one.
 * @throws {Deno.errors.NotSupported} If the disk has no locks and there is no `onNotice`.
 * @throws {Error} If the folder does not take the file.
 * @example A second writer
 * ```ts
 * import { acquireLock, LockedError } from "glmc/disk/lock.ts";
 * import { assertRejects } from "@std/assert";
 *
 * const path = `${Deno.makeTempDirSync()}/lock`;
 * const options = { what: 'continue the run "x"' };
 * const lock = await acquireLock(path, options);
 *
 * await assertRejects(() => acquireLock(path, options), LockedError, 'Cannot continue the run "x"');
 *
 * lock.release();
 * using again = await acquireLock(path, options);
 * ```
 */
export async function acquireLock(path: string, options: LockOptions): Promise<FileLock> {
  const { what, onNotice } = options;
  let { file, isExclusive } = await take(path, options);
  let isHeld = true;
  const release = (): void => {
    if (!isHeld) return;
    isHeld = false;
    // While it is still held: whoever opened it before sees by its identity that it has gone.
    if (isExclusive && isFileAt(file, path)) removeQuietly(path);
    file.close();
  };
  const confirm = async (): Promise<void> => {
    if (!isHeld) throw new TypeError(`Cannot ${what}: its lock was given back: take it again`);
    if (!isExclusive || isFileAt(file, path)) return;
    const renewed = await take(path, { what, onNotice });
    file.close();
    ({ file, isExclusive } = renewed);
  };
  return {
    get isExclusive() {
      return isExclusive;
    },
    confirm,
    release,
    [Symbol.dispose]: release,
  };
}

/**
 * Runs `work` while no other process does so under the same lock file, and waits for its turn.
 *
 * @param path The lock file. Its folder is made when missing.
 * @param work What to do meanwhile.
 * @param options What the lock is for, and whom to tell of waiting.
 * @returns What `work` returns.
 * @throws {Error} If the folder does not take the file, or what `work` throws.
 * @example One after the other
 * ```ts
 * import { withLock } from "glmc/disk/lock.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const path = `${Deno.makeTempDirSync()}/new/lock`;
 *
 * assertEquals(await withLock(path, () => Promise.resolve(42), { what: "count" }), 42);
 * ```
 */
export async function withLock<Result>(
  path: string,
  work: () => Promise<Result>,
  options: WithLockOptions,
): Promise<Result> {
  await makeFolder(dirname(path), options);
  using _lock = await waitForLock(path, options);
  return await work();
}

async function waitForLock(path: string, options: WithLockOptions): Promise<FileLock> {
  for (let tries = 0;; tries++) {
    try {
      return await acquireLock(path, options);
    } catch (error) {
      if (!(error instanceof LockedError)) throw error;
      if (tries === 0) options.onWait?.(error.owner);
      await delay(200);
    }
  }
}

async function take(
  path: string,
  options: LockOptions,
): Promise<{ file: Deno.FsFile; isExclusive: boolean }> {
  for (;;) {
    const file = await open(path, options);
    try {
      let isExclusive = tryLock(file, path, options);
      // Whoever only looks whether it is held has it for a moment.
      for (let tries = 0; isExclusive === undefined && tries < 3; tries++) {
        await delay(5);
        isExclusive = tryLock(file, path, options);
      }
      if (isExclusive === undefined) throw new LockedError(options.what, await readOwner(path));
      // The holder before may have removed the file after it was opened here.
      if (isExclusive && !isFileAt(file, path)) {
        file.close();
        continue;
      }
      await writeOwner(file);
      return { file, isExclusive };
    } catch (error) {
      file.close();
      throw error instanceof LockedError || error instanceof Deno.errors.NotSupported
        ? error
        : diskError(path, error, options);
    }
  }
}

async function open(path: string, options: LockOptions): Promise<Deno.FsFile> {
  try {
    return await Deno.open(path, { read: true, write: true, create: true });
  } catch (error) {
    // The lock of another user, whose file may be read but not written.
    const owner = await readOwner(path);
    if (owner && await isLocked(path)) throw new LockedError(options.what, owner);
    const isFolder = error instanceof Error && "code" in error && error.code === "EISDIR";
    if (!isFolder) throw diskError(path, error, options);
    throw new Error(`Cannot ${options.what}: its lock "${path}" is a folder: take it away`, {
      cause: error,
    });
  }
}

/**
 * Whether a process holds a lock: this one or another, of this machine or of one that shares the disk.
 *
 * The lock is held for a moment to find out, in the way that many may at a time.
 *
 * @param path The lock file.
 * @returns Whether it is held. Where the disk has no locks, whether the process that the file names is
 * still there.
 * @example Held and given back
 * ```ts
 * import { acquireLock, isLocked } from "glmc/disk/lock.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const path = `${Deno.makeTempDirSync()}/lock`;
 * const lock = await acquireLock(path, { what: "count" });
 *
 * assertEquals(await isLocked(path), true);
 * lock.release();
 * assertEquals(await isLocked(path), false);
 * ```
 */
export async function isLocked(path: string): Promise<boolean> {
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path);
  } catch {
    return false;
  }
  try {
    return !file.tryLockSync(false);
  } catch {
    return await isOwnerAlive(path);
  } finally {
    file.close();
  }
}

async function isOwnerAlive(path: string): Promise<boolean> {
  const owner = await readOwner(path);
  if (owner === undefined) return false;
  // Nothing can be said about a process of another machine.
  if (owner.host !== Deno.hostname()) return true;
  try {
    kill(owner.pid, 0);
    return true;
  } catch (error) {
    // It is there, and another user's.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** True: locked. False: the disk has no locks. Undefined: another one holds it. */
function tryLock(
  file: Deno.FsFile,
  path: string,
  { what, onNotice }: LockOptions,
): boolean | undefined {
  try {
    return file.tryLockSync(true) || undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (!onNotice) {
      throw new Deno.errors.NotSupported(
        `Cannot ${what}: the disk of "${path}" has no locks (${reason}): use a local disk`,
        { cause: error },
      );
    }
    onNotice(
      `The disk of "${path}" has no locks (${reason}): make sure that nothing else is at work there`,
    );
    return false;
  }
}

function isFileAt(file: Deno.FsFile, path: string): boolean {
  try {
    const [held, there] = [file.statSync(), Deno.statSync(path)];
    return held.ino === there.ino && held.dev === there.dev;
  } catch {
    return false;
  }
}

function removeQuietly(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // A lock file that stays is no lock.
  }
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
