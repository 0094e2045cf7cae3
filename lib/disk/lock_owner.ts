/**
 * Who holds a lock: what a lock file says of the process that has taken it.
 *
 * @module
 */
import { relative } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** Who holds a lock; stored in the lock file as JSON. */
export interface LockOwner {
  /** Process id. */
  readonly pid: number;
  /** Name of the machine. */
  readonly host: string;
  /** The command that was started. */
  readonly command: string;
  /** When the lock was taken, as ISO 8601. */
  readonly since: string;
}

/**
 * Says who holds a lock, as part of a sentence.
 *
 * @param owner The owner; `undefined` if it is not known.
 * @returns Such as `process 12 on host "a" (deno task train, since 2026-03-01 10:15)`.
 * @example An unknown one
 * ```ts
 * import { describeOwner } from "glmc/disk/lock_owner.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(describeOwner(undefined), "another process");
 * ```
 */
export function describeOwner(owner: LockOwner | undefined): string {
  if (!owner) return "another process";
  const { pid, host, command, since } = owner;
  const isThis = pid === Deno.pid && host === Deno.hostname();
  const who = isThis ? "this very process" : `process ${pid} on host "${host}"`;
  // The Swedish way of writing a time is year, month, day and 24 hours.
  const time = new Date(since).toLocaleString("sv").slice(0, 16);
  return `${who} (${command}, since ${time})`;
}

/**
 * Writes down that this process holds a lock.
 *
 * @param file The lock file, locked.
 */
export async function writeOwner(file: Deno.FsFile): Promise<void> {
  const owner: LockOwner = {
    pid: Deno.pid,
    host: Deno.hostname(),
    command: commandLine(),
    since: new Date().toISOString(),
  };
  await file.truncate();
  await file.write(new TextEncoder().encode(JSON.stringify(owner) + "\n"));
}

/**
 * Reads who holds a lock.
 *
 * @param path The lock file.
 * @returns The owner; `undefined` if the file does not say.
 */
export async function readOwner(path: string): Promise<LockOwner | undefined> {
  // Between taking a lock and writing the owner down the file is empty for a moment.
  for (let tries = 0; tries < 3; tries++) {
    try {
      return checkedOwner(JSON.parse(await Deno.readTextFile(path)));
    } catch (error) {
      if (!(error instanceof SyntaxError)) return undefined;
      await delay(20);
    }
  }
  return undefined;
}

function checkedOwner(value: unknown): LockOwner | undefined {
  const { pid, host, command, since } = (value ?? {}) as Partial<LockOwner>;
  if (typeof pid !== "number" || typeof since !== "string" || Number.isNaN(Date.parse(since))) {
    return undefined;
  }
  return { pid, host: String(host), command: String(command), since };
}

/** The command as a user would type it. */
function commandLine(): string {
  const program = Deno.mainModule.startsWith("file:")
    ? fileURLToPath(Deno.mainModule)
    : Deno.mainModule;
  const isTask = program.endsWith("/lib/cli/main.ts");
  const start = isTask ? "deno task" : `deno run ${relative(Deno.cwd(), program) || program}`;
  return [start, ...Deno.args].join(" ");
}
