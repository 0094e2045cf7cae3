/**
 * Looks whether the disk has room for what is to be installed.
 *
 * @module
 */
import { formatSize, freeBytes } from "./machine.ts";
import { venvFolder } from "./project.ts";

/** What is to be installed. */
export interface RoomOptions {
  /** Its name. */
  readonly what: string;
  /** Bytes that it takes while it is installed. */
  readonly needed: number;
  /** The command to run again. */
  readonly command: string;
}

/**
 * Refuses to install what would fill the disk.
 *
 * @param root The project folder.
 * @param options What it is, and how much it takes.
 * @throws {Error} If less is free.
 * @example More than any disk has
 * ```ts
 * import { checkRoom } from "glmc/setup/room.ts";
 * import { assertRejects } from "@std/assert";
 *
 * const options = { what: "TensorFlow", needed: 1e18, command: "deno task setup" };
 *
 * await assertRejects(() => checkRoom("/tmp", options), Error, "then run deno task setup again");
 * ```
 */
export async function checkRoom(root: string, options: RoomOptions): Promise<void> {
  const { what, needed, command } = options;
  const free = await freeBytes(venvFolder(root));
  if (free >= needed) return;
  throw new Error(
    `Cannot install ${what}: about ${formatSize(needed)} are needed in "${root}", ` +
      `${formatSize(free)} are free: free some space, then run ${command} again`,
  );
}
