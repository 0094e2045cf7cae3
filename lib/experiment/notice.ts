/**
 * Where notices go that nobody has asked for.
 *
 * @module
 */

/**
 * Tells the user a line on standard error.
 *
 * Notices tell of damaged files, of fall-backs, of disks without locks: silence would hide them from
 * whoever has not said where they shall go.
 *
 * @param line What to tell.
 * @example A fall-back
 * ```ts
 * import { tellUser } from "glmc/experiment/notice.ts";
 *
 * tellUser("Continuing from the checkpoint before it");
 * ```
 */
export function tellUser(line: string): void {
  // deno-lint-ignore glmc/no-console -- the last resort, for callers without a callback
  console.error(line);
}
