/**
 * What native libraries are called on each operating system, and how they are opened for good.
 *
 * @module
 */

/** Names and numbers of an operating system's loader. */
export interface LibraryNames {
  /** TensorFlow's library, which has the C API. */
  readonly tensorflow: string;
  /** The library that it is built on. */
  readonly framework: string;
  /** The C library. */
  readonly c: string;
  /** How a file name of a shared library ends, be it with or without a version. */
  readonly pattern: RegExp;
  /** `RTLD_NODELETE` of `dlopen`: the library stays until the process ends. */
  readonly forGood: number;
}

const onLinux: LibraryNames = {
  tensorflow: "libtensorflow_cc.so.2",
  framework: "libtensorflow_framework.so.2",
  c: "libc.so.6",
  pattern: /\.so(\.|$)/,
  forGood: 0x1000,
};

const onMac: LibraryNames = {
  tensorflow: "libtensorflow_cc.2.dylib",
  framework: "libtensorflow_framework.2.dylib",
  c: "/usr/lib/libSystem.B.dylib",
  pattern: /\.dylib$/,
  forGood: 0x80,
};

/**
 * Names of the native libraries.
 *
 * @param os The operating system; this one by default.
 * @returns Those of Linux and of every system that is not a Mac.
 * @example Both
 * ```ts
 * import { libraryNames } from "glmc/setup/library_names.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(libraryNames("linux").tensorflow, "libtensorflow_cc.so.2");
 * assertEquals(libraryNames("darwin").tensorflow, "libtensorflow_cc.2.dylib");
 * ```
 */
export function libraryNames(os: typeof Deno.build.os = Deno.build.os): LibraryNames {
  return os === "darwin" ? onMac : onLinux;
}

/**
 * Opens libraries that stay open until the process ends, in whatever order they need each other.
 *
 * @param paths Absolute paths.
 * @returns Those that cannot be opened.
 * @example No such library
 * ```ts
 * import { openForGood } from "glmc/setup/library_names.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(openForGood(["/nowhere/libnone.so"]), ["/nowhere/libnone.so"]);
 * ```
 */
export function openForGood(paths: readonly string[]): string[] {
  if (paths.length === 0) return [];
  const { c, forGood } = libraryNames();
  const libc = Deno.dlopen(c, { dlopen: { parameters: ["buffer", "i32"], result: "pointer" } });
  const lazily = 0x1; // RTLD_LAZY
  const opens = (path: string): boolean =>
    libc.symbols.dlopen(new TextEncoder().encode(`${path}\0`), lazily | forGood) !== null;
  // The order of dependencies is not known: retry what still misses one.
  let waiting = [...paths];
  for (let before = Infinity; waiting.length < before;) {
    before = waiting.length;
    waiting = waiting.filter((path) => !opens(path));
  }
  libc.close();
  return waiting;
}
