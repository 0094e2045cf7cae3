/**
 * A libtensorflow that computes nothing: it starts, and says of GPUs what it is told to.
 *
 * @module
 */
import { libraryNames } from "../../lib/setup/library_names.ts";

const source = `
#include <stdio.h>
#include <stdlib.h>
static const char *told(const char *name) { const char *text = getenv(name); return text ? text : ""; }
const char *TF_Version(void) { return "2.21.0"; }
void *TF_NewStatus(void) { return (void *)told; }
int TF_GetCode(void *status) { return *told("STUB_FAILS") != 0; }
const char *TF_Message(void *status) { return told("STUB_FAILS"); }
void *TFE_NewContextOptions(void) { return (void *)told; }
void *TFE_NewContext(void *options, void *status) { fputs(told("STUB_SAYS"), stderr); return NULL; }
`;

/** Whether a C compiler is there to make it. */
export const hasCompiler: boolean = await new Deno.Command("cc", {
  args: ["--version"],
  stdout: "null",
  stderr: "null",
}).output().then(({ success }) => success, () => false);

/**
 * Compiles the library; `STUB_SAYS` is what it writes at its start, `STUB_FAILS` the error of it.
 *
 * @param folder Where to put its two files.
 */
export async function compileStubLibrary(folder: string): Promise<void> {
  const { framework, tensorflow } = libraryNames();
  const file = `${folder}/${tensorflow}`;
  await Deno.writeTextFile(`${folder}/stub.c`, source);
  const { success, stderr } = await new Deno.Command("cc", {
    args: ["-shared", "-fPIC", "-o", file, `${folder}/stub.c`],
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  await Deno.copyFile(file, `${folder}/${framework}`);
}
