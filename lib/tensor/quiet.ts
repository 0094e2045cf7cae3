/**
 * Keeps TensorFlow's start-up messages off the terminal.
 *
 * @module
 */

import { libraryNames } from "../setup/library_names.ts";

/**
 * Runs `f` with the process's standard error closed to native code; `GLMC_DEBUG=1` leaves it open.
 *
 * TensorFlow writes about instruction sets and missing GPUs before its own log level applies, so only
 * the file descriptor itself can be turned away.
 *
 * @param f What to run.
 * @returns What `f` returns.
 */
export function withQuietStderr<T>(f: () => T): T {
  if (Deno.env.get("GLMC_DEBUG")) return f();
  Deno.env.set("TF_CPP_MIN_LOG_LEVEL", Deno.env.get("TF_CPP_MIN_LOG_LEVEL") ?? "2");
  const libc = Deno.dlopen(libraryNames().c, {
    dup: { parameters: ["i32"], result: "i32" },
    dup2: { parameters: ["i32", "i32"], result: "i32" },
    close: { parameters: ["i32"], result: "i32" },
    open: { parameters: ["buffer", "i32"], result: "i32" },
  });
  const { dup, dup2, close, open } = libc.symbols;
  const writeOnly = 1;
  const stderr = 2;
  const saved = dup(stderr);
  const nowhere = open(new TextEncoder().encode("/dev/null\0"), writeOnly);
  dup2(nowhere, stderr);
  try {
    return f();
  } finally {
    dup2(saved, stderr);
    close(saved);
    close(nowhere);
    libc.close();
  }
}
