/**
 * Compiles the kernels of views: `deno run -A tests/images/pictures/compile_kernels.ts`.
 *
 * @module
 */

import compiler from "assemblyscript";
import { writeWholeFile } from "../../../lib/disk/whole_file.ts";

const folder = new URL("../../../lib/images/pictures/", import.meta.url);

/** The WebAssembly module that `kernels.as` compiles to. */
export async function compileKernels(): Promise<Uint8Array<ArrayBuffer>> {
  let compiled: Uint8Array | undefined;
  const source = await Deno.readTextFile(new URL("kernels.as", folder));
  const options = ["--runtime", "stub", "--enable", "simd", "-O3", "--noAssert"];
  const { error, stderr } = await compiler.main(
    ["kernels.ts", ...options, "--outFile", "kernels.wasm"],
    {
      readFile: (name) => name === "kernels.ts" ? source : null,
      writeFile: (_, content) => {
        compiled = content as Uint8Array;
      },
      listFiles: () => [],
    },
  );
  if (error === null && compiled !== undefined) return new Uint8Array(compiled);
  throw new SyntaxError(`Cannot compile kernels.as: ${stderr}: correct the source`);
}

if (import.meta.main) {
  await writeWholeFile(new URL("kernels.wasm", folder).pathname, await compileKernels());
}
