/**
 * Downloads that continue where they stopped and arrive unaltered.
 *
 * @module
 */
import { type HashAlgorithm, hashFile } from "../disk/digest.ts";
import { diskError, isDiskError } from "../disk/errors.ts";
import { removeIfPresent } from "../disk/whole_file.ts";

/** How far a long piece of work has come. */
export interface DataProgress {
  /** What is being done, such as `Downloading CIFAR-10`. */
  readonly label: string;
  /** Bytes or files done. */
  readonly done: number;
  /** Bytes or files in all; 0 when not known. */
  readonly total: number;
  /** What `done` and `total` count. */
  readonly unit: "bytes" | "files";
}

/** What the bytes of a file must hash to. */
export interface Integrity {
  /** Hash function. */
  readonly algorithm: HashAlgorithm;
  /** Expected hash in hexadecimal digits. */
  readonly digest: string;
}

/** Settings of {@linkcode download}. */
export interface DownloadOptions {
  /** Hash of the whole file. */
  readonly integrity: Integrity;
  /** Called as bytes arrive; `total` is 0 when the server does not tell it. */
  readonly onProgress?: (received: number, total: number) => void;
  /** How often to try; 3 by default. */
  readonly attempts?: number;
  /** Milliseconds to wait after the first failure, longer after the next; 1000 by default. */
  readonly pause?: number;
  /** Milliseconds without data after which an attempt has failed; a minute by default. */
  readonly patience?: number;
}

/**
 * Downloads a file to `<path>.part`, checks its hash, and renames it to `path`.
 *
 * A part left by an earlier try is continued where the server allows it, and a file that is there
 * already with the right hash is kept.
 *
 * @param address Where the file is.
 * @param path Where it shall be; the folder must exist.
 * @param options Hash, progress and patience.
 * @throws {Error} If no attempt brings the file with the right hash, or the disk does not take it.
 * @example Five bytes
 * ```ts
 * import { download } from "glmc/data/download.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const path = `${Deno.makeTempDirSync()}/greeting.txt`;
 * const digest = "5d41402abc4b2a76b9719d911017c592";
 * await download("data:,hello", path, { integrity: { algorithm: "md5", digest } });
 *
 * assertEquals(Deno.readTextFileSync(path), "hello");
 * ```
 */
export async function download(
  address: string,
  path: string,
  options: DownloadOptions,
): Promise<void> {
  const { integrity, onProgress, attempts = 3, pause = 1000, patience = 60_000 } = options;
  const part = `${path}.part`;
  if (await fileSize(path) > 0 && await hashFile(path, integrity.algorithm) === integrity.digest) {
    return;
  }
  for (let attempt = 1;; attempt++) {
    let problem: string;
    let mayRetry = attempt < attempts;
    try {
      const isWhole = await transfer(address, part, { onProgress, patience });
      const found = await hashFile(part, integrity.algorithm);
      if (found === integrity.digest) return await Deno.rename(part, path);
      await Deno.remove(part);
      problem = `its ${integrity.algorithm} is ${found} instead of ${integrity.digest}`;
      mayRetry &&= !isWhole;
    } catch (error) {
      if (isDiskError(error)) {
        await removeIfPresent(part);
        throw diskError(path, error);
      }
      problem = error instanceof Error ? error.message : String(error);
    }
    if (!mayRetry) {
      throw new Error(
        `Cannot download ${address}: ${problem}: check the network connection and try again`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, attempt * pause));
  }
}

/** Appends what is missing to a part; returns whether the file came whole, in one piece. */
async function transfer(
  address: string,
  part: string,
  options: Pick<DownloadOptions, "onProgress"> & { readonly patience: number },
): Promise<boolean> {
  const present = await fileSize(part);
  const { signal, restart, stop } = watchdog(options.patience);
  try {
    const headers: HeadersInit = present > 0 ? { range: `bytes=${present}-` } : {};
    const response = await fetch(address, { headers, signal });
    // The part has all bytes already, or more than there are: its hash will tell.
    if (response.status === 416) return await response.body?.cancel(), false;
    if (!response.ok || !response.body) {
      await response.body?.cancel();
      throw new Error(`the server answers ${response.status} ${response.statusText}`.trim());
    }
    const isContinued = response.status === 206;
    let received = isContinued ? present : 0;
    const remaining = Number(response.headers.get("content-length"));
    const total = remaining > 0 ? received + remaining : 0;
    using file = await Deno.open(part, {
      create: true,
      write: true,
      append: isContinued,
      truncate: !isContinued,
    });
    for await (const chunk of response.body) {
      restart();
      for (let written = 0; written < chunk.length;) {
        written += await file.write(chunk.subarray(written));
      }
      received += chunk.length;
      options.onProgress?.(received, total);
    }
    return !isContinued;
  } finally {
    stop();
  }
}

/** A signal that is given when `restart` has not been called for a while. */
function watchdog(
  patience: number,
): { signal: AbortSignal; restart: () => void; stop: () => void } {
  const controller = new AbortController();
  const bark = () => controller.abort(new Error(`no data came for ${patience / 1000} seconds`));
  let timer = setTimeout(bark, patience);
  const stop = () => clearTimeout(timer);
  return {
    signal: controller.signal,
    stop,
    restart() {
      stop();
      timer = setTimeout(bark, patience);
    },
  };
}

/** Size of a file in bytes, 0 if there is none. */
async function fileSize(path: string): Promise<number> {
  try {
    return (await Deno.stat(path)).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}
