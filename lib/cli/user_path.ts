/**
 * Paths as the user means them.
 *
 * @module
 */

import { resolve } from "node:path";

/**
 * The absolute path that a user means: from the folder that the user stands in.
 *
 * `deno task` runs a command in the folder of the project and tells in `INIT_CWD` where it was started.
 *
 * @param path A path, relative or absolute.
 * @param folder The folder that the user stands in; where the command was started by default.
 * @returns The absolute path.
 * @example Relative and absolute
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { userPath } from "glmc/cli/user_path.ts";
 *
 * assertEquals(userPath("./cifar", "/home/me"), "/home/me/cifar");
 * assertEquals(userPath("/data/cifar", "/home/me"), "/data/cifar");
 * ```
 */
export function userPath(
  path: string,
  folder: string = Deno.env.get("INIT_CWD") || Deno.cwd(),
): string {
  return resolve(folder, path);
}

/**
 * A name as it is, or a path that a user has written, as an absolute one.
 *
 * @param nameOrPath What the user has written; a name has no slash.
 * @returns The name, or the path.
 * @example A name
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { userPathOrName } from "glmc/cli/user_path.ts";
 *
 * assertEquals(userPathOrName("first-run"), "first-run");
 * ```
 */
export function userPathOrName(nameOrPath: string): string {
  return /[/\\]/.test(nameOrPath) ? userPath(nameOrPath) : nameOrPath;
}
