/**
 * The kit as others see it: served from an address, used from a folder that is none of its own.
 *
 * @module
 */
import { extname } from "node:path";
import { projectRoot } from "../lib/setup/project.ts";
import { denoCache } from "../lib/setup/npm_cache.ts";
import { findLibraryFolder } from "../lib/setup/find.ts";
import { oddName } from "./data/disposables.ts";

const types: Readonly<Record<string, string>> = {
  ".ts": "application/typescript",
  ".json": "application/json",
};

/** Serves what the package holds. */
export function serveKit(): AsyncDisposable & { readonly address: string } {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const path = new URL(request.url).pathname;
    if (!/^\/(lib\/|deno\.json$)/.test(path)) return new Response("none", { status: 404 });
    try {
      const content = await Deno.readFile(`${projectRoot}${path}`);
      return new Response(content, {
        headers: { "content-type": types[extname(path)] ?? "text/plain" },
      });
    } catch {
      return new Response("none", { status: 404 });
    }
  });
  return {
    address: `http://127.0.0.1:${server.addr.port}/`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** How a program ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder far from the kit. */
export interface Outside extends Disposable {
  /** Its path. */
  readonly path: string;
  /** Runs Deno there, or in a folder below. */
  deno(
    args: readonly string[],
    options?: { readonly in?: string; readonly env?: Readonly<Record<string, string>> },
  ): Promise<Ended>;
}

/**
 * Makes such a folder.
 *
 * @param options Whether modules that are fetched go to a cache of its own, which has this machine's npm
 * packages.
 */
export async function goOutside(
  options: { readonly ownCache?: boolean } = {},
): Promise<Outside> {
  const base = await Deno.makeTempDir();
  const path = `${base}/${oddName}`;
  const cache = options.ownCache ? `${base}/cache` : denoCache();
  await Deno.mkdir(path);
  if (options.ownCache) {
    await Deno.mkdir(cache);
    await Deno.symlink(`${denoCache()}/npm`, `${cache}/npm`);
  }
  return {
    path,
    async deno(args, options = {}) {
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [...args],
        cwd: `${path}/${options.in ?? ""}`,
        env: {
          DENO_DIR: cache,
          NO_COLOR: "1",
          GLMC_LIBTENSORFLOW: findLibraryFolder(),
          // Of the task that runs the tests.
          INIT_CWD: "",
          ...options.env,
        },
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      }).output();
      const decoder = new TextDecoder();
      return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
    },
    [Symbol.dispose]: () => Deno.removeSync(base, { recursive: true }),
  };
}

/** A study made small: three steps of a tiny network on images that are made up. */
export async function makeSmall(file: string): Promise<void> {
  const text = await Deno.readTextFile(file);
  const small = text
    .replace(/await loadDataset\([^;]*\);/, `madeUp();\n${madeUp}`)
    .replace(/(\.\.\.resolvePreset\("first-look"\)),[^}]*/, `$1, ${tiny} `)
    .replace(/loadDataset,? ?/, "");
  await Deno.writeTextFile(file, small);
}

const tiny = `epochs: 1, width: 4, batchSize: 20, largestClass: 5, imbalanceRate: 1,
  precision: "float32"`;

const madeUp = `function madeUp() {
  const names = Array.from({ length: 10 }, (_, c) => \`class \${c}\`);
  const set = {
    images: Uint8Array.from({ length: 50 * 3072 }, (_, i) => i * i % 251),
    labels: Int32Array.from({ length: 50 }, (_, n) => n % 10),
    ...{ height: 32, width: 32, channels: 3, classNames: names },
  };
  const [mean, std] = [[0.5, 0.5, 0.5], [0.3, 0.3, 0.3]];
  return { name: "cifar10", train: set, test: set, mean, std };
}`;
