/**
 * What a disk refuses, in words that fit the reason.
 *
 * @module
 */
import { dirname } from "node:path";

/**
 * Tells whether an error means that the disk is full, read-only, faulty, or not ours to write.
 *
 * @param error What was thrown.
 * @returns Whether writing again would fail in the same way.
 * @example A full disk
 * ```ts
 * import { isDiskError } from "glmc/disk/errors.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const full = Object.assign(new Error("No space left on device"), { code: "ENOSPC" });
 *
 * assertEquals(isDiskError(full), true);
 * assertEquals(isDiskError(new TypeError("error reading a body from connection")), false);
 * ```
 */
export function isDiskError(error: unknown): boolean {
  const codes = ["ENOSPC", "EDQUOT", "EFBIG", "EROFS", "EACCES", "EPERM", "EIO"];
  return codes.includes(codeOf(error));
}

/**
 * Tells whether an error means that a place is not ours to write: it belongs to someone else, or its
 * disk is read-only.
 *
 * @param error What was thrown, or an error of which it is the cause.
 * @returns Whether another place would do.
 * @example A disk that is mounted read-only
 * ```ts
 * import { isRefusal } from "glmc/disk/errors.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const error = Object.assign(new Error("Read-only file system"), { code: "EROFS" });
 *
 * assertEquals(isRefusal(new Error("Cannot write it", { cause: error })), true);
 * ```
 */
export function isRefusal(error: unknown): boolean {
  if (["EROFS", "EACCES", "EPERM"].includes(codeOf(error))) return true;
  return error instanceof Error && error.cause !== undefined && isRefusal(error.cause);
}

/** Settings of {@linkcode diskError}. */
export interface DiskErrorOptions {
  /** What to do where the place is not ours to write, such as a flag that names another one. */
  readonly advice?: string;
}

/**
 * Says in one line why a file could not be written and what to do.
 *
 * @param path The file.
 * @param error What was thrown.
 * @param options What to do where the place is not ours to write.
 * @returns The error to throw, of the same class for a missing folder or permission, with the first
 * one as its cause.
 * @example A full disk
 * ```ts
 * import { diskError } from "glmc/disk/errors.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const error = Object.assign(new Error("No space left on device"), { code: "ENOSPC" });
 *
 * assertEquals(
 *   diskError("a.bin", error).message,
 *   'Cannot write "a.bin": the disk is full: free some disk space and try again',
 * );
 * ```
 */
export function diskError(path: string, error: unknown, options: DiskErrorOptions = {}): Error {
  const { advice } = options;
  const denied = [`permission denied${ownerOf(path)}`, advice ?? "choose a place of your own"];
  const known: Readonly<Record<string, readonly string[]>> = {
    ENOSPC: ["the disk is full", "free some disk space and try again"],
    EDQUOT: ["your share of the disk is used up", "free some disk space and try again"],
    EROFS: ["the disk is read-only", advice ?? "choose a place on another disk"],
    EACCES: denied,
    EPERM: denied,
    EFBIG: ["", "choose a disk that takes files of this size"],
    EIO: ["", "check the disk, or choose another one"],
    ENOENT: ["", `make the folder "${dirname(path)}" first`],
    ENOTDIR: ["", `choose another place, for a part of "${dirname(path)}" is a file`],
    EEXIST: ["", "choose another place, for there is a file of this name"],
    EISDIR: ["", "choose another name, for there is a folder of this one"],
    ENAMETOOLONG: ["", "choose a shorter name"],
  };
  const [reason, next] = known[codeOf(error)] ?? ["", "check the folder and its permissions"];
  return rephrase(error, `Cannot write "${path}": ${reason || reasonOf(error)}: ${next}`);
}

/** Whose the folder is that lacks the permission, where it is someone else's. */
function ownerOf(path: string): string {
  for (let place = path;; place = dirname(place)) {
    try {
      const { uid } = Deno.statSync(place);
      if (uid === null || uid === Deno.uid()) return "";
      return `, "${place}" belongs to ${userName(uid)}`;
    } catch {
      if (dirname(place) === place) return "";
    }
  }
}

function userName(uid: number): string {
  try {
    const lines = Deno.readTextFileSync("/etc/passwd").split("\n").map((line) => line.split(":"));
    const name = lines.find((fields) => fields[2] === `${uid}`)?.[0];
    if (name) return `the user ${name}`;
  } catch {
    // Its number says it as well.
  }
  return `user ${uid}`;
}

/**
 * The words of {@linkcode diskError} and {@linkcode readError} for an error that nobody has caught
 * nearer to its file.
 *
 * @param error What was thrown.
 * @returns The error in those words if it is the system's own about a path; else the error itself.
 * @example A folder on a disk that is read-only
 * ```ts
 * import { explainSystemError } from "glmc/disk/errors.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const message = "Read-only file system (os error 30): mkdir '/usr/new'";
 * const error = Object.assign(new Error(message), { code: "EROFS" });
 *
 * assertEquals(
 *   (explainSystemError(error) as Error).message,
 *   'Cannot write "/usr/new": the disk is read-only: choose a place on another disk',
 * );
 * ```
 */
export function explainSystemError(error: unknown): unknown {
  const code = codeOf(error);
  const [, call, path] = (error instanceof Error ? error.message : "")
    .match(/ \(os error \d+\): (\w+) '(.*?)'(?: -> '.*')?$/s) ?? [];
  if (code === "" || call === undefined || path === undefined) return error;
  const reads = ["open", "readfile", "stat", "lstat", "readdir", "readlink", "realpath"];
  const isFull = ["EROFS", "ENOSPC", "EDQUOT"].includes(code);
  return reads.includes(call) && !isFull ? readError(path, error) : diskError(path, error);
}

/**
 * Says in one line why a file could not be read and what to do.
 *
 * A missing file, a link to nothing, one that may not be read, and a disk at fault are different things.
 *
 * @param path The file.
 * @param error What was thrown.
 * @returns The error to throw, of the same class for a missing file or permission, with the first
 * one as its cause.
 * @example A missing file
 * ```ts
 * import { readError } from "glmc/disk/errors.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const error = await Deno.readFile("none.json").catch((error) => readError("none.json", error));
 *
 * assertEquals(
 *   (error as Error).message,
 *   'Cannot read "none.json": there is no such file: check the path',
 * );
 * ```
 */
export function readError(path: string, error: unknown): Error {
  const target = codeOf(error) === "ENOENT" ? linkTarget(path) : undefined;
  if (target !== undefined) {
    // Not of the class of a missing file: something is there, and may come back with its disk.
    return new Error(
      `Cannot read "${path}": it is a link to "${target}", which is not there: bring that back, ` +
        "or mount the disk it lies on",
      { cause: error },
    );
  }
  const known: Readonly<Record<string, string>> = {
    ENOENT: "there is no such file: check the path",
    ELOOP: "it is a link that leads back to itself: take it away",
    ENOTDIR: "a part of its path is a file, not a folder: check the path",
    EISDIR: "it is a folder, not a file: check the path",
    EACCES: "permission denied: make it readable for you, or ask its owner to",
    EPERM: "permission denied: make it readable for you, or ask its owner to",
  };
  const text = known[codeOf(error)] ?? `${reasonOf(error)}: check the disk and try again`;
  return rephrase(error, `Cannot read "${path}": ${text}`);
}

/**
 * An error of the same class with other words.
 *
 * @param error What was thrown.
 * @param message The whole new message.
 * @returns The error to throw, with the first one as its cause.
 * @example A label that is out of range, in a file with a name
 * ```ts
 * import { rephrase } from "glmc/disk/errors.ts";
 * import { assert } from "@std/assert";
 *
 * const error = rephrase(new RangeError("label 300"), 'Cannot read "a.bin": label 300');
 *
 * assert(error instanceof RangeError);
 * ```
 */
export function rephrase(error: unknown, message: string): Error {
  const { NotFound, PermissionDenied } = Deno.errors;
  const kinds = [NotFound, PermissionDenied, RangeError, SyntaxError, TypeError];
  const kind = kinds.find((kind) => error instanceof kind) ?? Error;
  return new kind(message, { cause: error });
}

/** Where a link leads; `undefined` of anything else. */
function linkTarget(path: string): string | undefined {
  try {
    return Deno.readLinkSync(path);
  } catch {
    return undefined;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

/**
 * The operating system's words, without the call and the temporary name it failed on.
 *
 * @param error What was thrown.
 * @returns Its message, shortened.
 * @example A missing file
 * ```ts
 * import { reasonOf } from "glmc/disk/errors.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const error = new Error("No such file or directory (os error 2): open 'a'");
 *
 * assertEquals(reasonOf(error), "No such file or directory");
 * ```
 */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/ \(os error \d+\).*$/s, "");
}
