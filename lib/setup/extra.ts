/**
 * What a command installs beside the set-up of training, such as JupyterLab: once, by one process at a time.
 *
 * @module
 */
import { type SetupOptions, withSetupLock } from "./install.ts";
import { projectRoot } from "./project.ts";

/** Where to install something, and whom to tell. */
export type ExtraOptions = Pick<SetupOptions, "root" | "report" | "progress">;

/** Something that a command needs. */
export interface Extra {
  /** Whether all of it is there. */
  readonly isThere: (root: string) => boolean | Promise<boolean>;
  /** Installs it; no other set-up is at work meanwhile. */
  readonly install: (root: string) => Promise<void>;
}

/**
 * Installs something where it is missing; may be called by several processes at once, which take turns.
 *
 * @param extra What it is.
 * @param options Which project, and whom to tell.
 * @throws {Error} If the folder does not take the lock file, or what `install` throws.
 * @example Once
 * ```ts
 * import { ensureExtra } from "glmc/setup/extra.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const installed: string[] = [];
 * const extra = {
 *   isThere: () => installed.length > 0,
 *   install: (root: string) => Promise.resolve(void installed.push(root)),
 * };
 * const root = Deno.makeTempDirSync();
 * for (const _ of [1, 2]) await ensureExtra(extra, { root });
 *
 * assertEquals(installed, [root]);
 * ```
 */
export async function ensureExtra(extra: Extra, options: ExtraOptions = {}): Promise<void> {
  const { root = projectRoot } = options;
  if (await extra.isThere(root)) return;
  await withSetupLock(root, async () => {
    // It may have been installed while this process waited for its turn.
    if (!await extra.isThere(root)) await extra.install(root);
  }, options);
}
