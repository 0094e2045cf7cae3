/**
 * Servers and folders that vanish at the end of a test.
 *
 * @module
 */

/** A server on this machine. */
export interface FileServer extends AsyncDisposable {
  /** Address without a slash at the end. */
  readonly address: string;
  /** `Range` header of each request, in order. */
  readonly ranges: readonly (string | null)[];
}

/** Serves these paths, such as `/file`; all others are not found. */
export function serveFiles(
  files: Readonly<Record<string, (request: Request) => Response>>,
): FileServer {
  const ranges: (string | null)[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    ranges.push(request.headers.get("range"));
    const answer = files[new URL(request.url).pathname];
    return answer ? answer(request) : new Response("none", { status: 404 });
  });
  return {
    address: `http://127.0.0.1:${server.addr.port}`,
    ranges,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** Signs that a path may hold, and that mean something in an address, a shell or a pattern. */
export const oddName = "é 日本語 😀 %20 #1? 'q' $x & b";

/** Makes an empty folder, under a name that whoever handles paths must cope with. */
export function temporaryFolder(): Disposable & { readonly path: string } {
  const base = Deno.makeTempDirSync();
  const path = `${base}/${oddName}`;
  Deno.mkdirSync(path);
  return { path, [Symbol.dispose]: () => Deno.removeSync(base, { recursive: true }) };
}

/** Names in a folder, sorted. */
export function namesIn(folder: string): string[] {
  return Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
}
