import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { findLibraryFolder } from "../../lib/setup/find.ts";
import { libraryNames } from "../../lib/setup/library_names.ts";
import { readNativeLibrary } from "./native_library.ts";

Deno.test("readNativeLibrary() finds what TensorFlow's framework offers, and not what it needs", () => {
  const { framework } = libraryNames();
  const library = readNativeLibrary(Deno.readFileSync(`${findLibraryFolder()}/${framework}`));

  assertStringIncludes(library.name, framework);
  assertEquals(library.processor, Deno.build.arch);
  assert(library.exported.has("TF_NewStatus"));
  assert(!library.exported.has("malloc"));
  assert(library.needs.length > 0);
});

Deno.test("readNativeLibrary() refuses other files", () => {
  assertThrows(() => readNativeLibrary(new Uint8Array(64)), SyntaxError, "first bytes are 0");
});
