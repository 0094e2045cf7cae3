/**
 * Where the kit's own files are, and where it keeps what it makes.
 *
 * In a checkout both are one folder. Imported from a registry or any other address, the kit has no folder
 * of its own: its files are addresses, and it keeps `.venv` and `data` in the folder that `GLMC_HOME` names,
 * or in the working folder.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** Address of the folder that holds `lib/`, with a closing slash. */
const kit = new URL("../../", import.meta.url);

/** Whether the kit is a folder of this machine, and no package that was fetched. */
export const isCheckout: boolean = kit.protocol === "file:" &&
  !kit.pathname.includes("/node_modules/");

/** Absolute path of the folder that holds `.venv` and `data`, without a closing slash. */
export const projectRoot: string = isCheckout
  ? resolve(fileURLToPath(kit))
  : resolve(Deno.env.get("GLMC_HOME") || ".");

/** Where other processes of the kit are started: where Deno finds the `deno.json` that they need. */
export const startFolder: string = isCheckout ? projectRoot : Deno.cwd();

/**
 * Arguments of `deno run` that start a program of the kit.
 *
 * Of a program that has an address Deno looks for no `deno.json`, so the one of the folder is named.
 *
 * @param path Its path from the folder that holds `lib/`.
 * @returns Arguments; the last one is the program.
 * @example In a checkout the program alone
 * ```ts
 * import { isCheckout, kitFile, kitProgram } from "glmc/disk/project_root.ts";
 * import { assertEquals } from "@std/assert";
 *
 * if (isCheckout) assertEquals(kitProgram("lib/cli/main.ts"), [kitFile("lib/cli/main.ts")]);
 * ```
 */
export function kitProgram(path: string): string[] {
  const config = `${startFolder}/deno.json`;
  return [...(!isCheckout && existsSync(config) ? ["--config", config] : []), kitFile(path)];
}

/**
 * A file of the kit, as programs take it: its path, or its address where the kit was fetched.
 *
 * @param path Its path from the folder that holds `lib/`.
 * @param folder Address of that folder, with a closing slash; that of this kit by default.
 * @returns An absolute path, or an address.
 * @example Both
 * ```ts
 * import { kitFile } from "glmc/disk/project_root.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(kitFile("lib/mod.ts", "file:///my%20kit/"), "/my kit/lib/mod.ts");
 * assertEquals(kitFile("lib/mod.ts", "https://x.org/kit/"), "https://x.org/kit/lib/mod.ts");
 * ```
 */
export function kitFile(path: string, folder: string | URL = kit): string {
  const address = new URL(path, folder);
  return address.protocol === "file:" ? fileURLToPath(address) : address.href;
}
