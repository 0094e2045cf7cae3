/**
 * How much memory the process holds outside of JavaScript's heap.
 *
 * @module
 */

const libc = Deno.dlopen("libc.so.6", {
  malloc_trim: { parameters: ["usize"], result: "i32" },
}).symbols;

/**
 * Private memory of the process in MB, less JavaScript's heap; what was freed is first given back to
 * the operating system, since the C library keeps it otherwise.
 */
export function nativeMegabytes(): number {
  libc.malloc_trim(0n);
  const status = Deno.readTextFileSync("/proc/self/status");
  const kilobytes = Number(/^RssAnon:\s+(\d+) kB/m.exec(status)?.[1]);
  return kilobytes / 1024 - Deno.memoryUsage().heapTotal / 2 ** 20;
}
