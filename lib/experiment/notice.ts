/**
 * Where notices go that nobody has asked for.
 *
 * @module
 */
import { tell } from "../process/streams.ts";

/**
 * Tells the user a line on standard error, where it can be written.
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
  tell(line);
}
