/**
 * Memory that JavaScript's counters do not see.
 *
 * @module
 */

/**
 * Megabytes of this process without JavaScript's heap, after malloc has given back what it holds for
 * later: what native code really uses.
 */
export function nativeMegabytes(): number {
  const libc = Deno.dlopen("libc.so.6", {
    malloc_trim: { parameters: ["usize"], result: "i32" },
  });
  libc.symbols.malloc_trim(0n);
  libc.close();
  const { rss, heapTotal } = Deno.memoryUsage();
  return (rss - heapTotal) / 1e6;
}
