/**
 * Opens libtensorflow to see that it works, in a process of its own.
 *
 * @module
 */
import { libraryNames } from "./library_names.ts";
import { runProgram } from "./machine.ts";

/**
 * Version of the libtensorflow in a folder, as the library itself tells it.
 *
 * The library is opened in another process: it takes memory, and where the processor lacks an
 * instruction it needs, it ends the process.
 *
 * @param folder Folder of the library.
 * @returns Such as `2.21.0`.
 * @throws {Error} If the library does not open; the message has the loader's reason.
 *
 * @example No library
 * ```ts
 * import { readLibraryVersion } from "glmc/setup/library.ts";
 * import { assertRejects } from "@std/assert";
 *
 * await assertRejects(() => readLibraryVersion("/nowhere"), Error, "Cannot open libtensorflow");
 * ```
 */
export async function readLibraryVersion(folder: string): Promise<string> {
  const result = await runProgram(
    Deno.execPath(),
    ["run", "--quiet", "--allow-ffi", "--no-config", import.meta.url, folder],
    { env: { NO_COLOR: "1" } },
  );
  const version = result?.output.match(/^libtensorflow (\S+)$/m)?.[1];
  if (version) return version;
  const reason = result?.output.match(/Could not open library: ([^\n]+)/g)?.at(-1)
    ?.replaceAll("Could not open library: ", "");
  const killed = result && result.code > 128
    ? `it ends its process with code ${result.code}, as on processors without AVX`
    : "it gives no reason";
  throw new Error(`Cannot open libtensorflow in "${folder}": ${reason ?? killed}`);
}

function openAndPrintVersion(folder: string): void {
  const { framework, tensorflow } = libraryNames();
  Deno.dlopen(`${folder}/${framework}`, {});
  const { symbols } = Deno.dlopen(`${folder}/${tensorflow}`, {
    TF_Version: { parameters: [], result: "pointer" },
  });
  const version = symbols.TF_Version();
  console.log(`libtensorflow ${version ? Deno.UnsafePointerView.getCString(version) : "unknown"}`);
  // TensorFlow does not survive being unloaded at a normal end.
  Deno.exit(0);
}

if (import.meta.main) openAndPrintVersion(Deno.args[0] ?? ".");
