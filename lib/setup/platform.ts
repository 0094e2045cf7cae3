/**
 * Machines that the installed TensorFlow runs on, and what to do on the others.
 *
 * @module
 */

/** An operating system on a processor. */
export type Platform = Pick<typeof Deno.build, "os" | "arch">;

/** Why TensorFlow does not run on a machine, and what does. */
export interface PlatformProblem {
  /** What is wrong, as in "Cannot set up TensorFlow on ...: it". */
  readonly reason: string;
  /** What to do about it. */
  readonly mend: string;
}

const machines = "Linux on x86_64 or aarch64, or macOS on Apple silicon";

/**
 * What keeps TensorFlow from running here, before anything is fetched or opened.
 *
 * A processor without AVX is one such thing: every published build uses it, and ends the process where it
 * is not there. A libtensorflow of one's own, named by `GLMC_LIBTENSORFLOW`, may be built without.
 *
 * @param options Platform, root of the system's files, and folder of a libtensorflow of one's own; those of
 * this process by default.
 * @returns The problem; `undefined` where there is none.
 * @example A Mac of either kind
 * ```ts
 * import { platformProblem } from "glmc/setup/platform.ts";
 * import { assertEquals, assertStringIncludes } from "@std/assert";
 *
 * assertEquals(platformProblem({ platform: { os: "darwin", arch: "aarch64" } }), undefined);
 * const problem = platformProblem({ platform: { os: "darwin", arch: "x86_64" } });
 * assertStringIncludes(problem!.reason, "Intel");
 * ```
 */
export function platformProblem(
  { platform = Deno.build, root = "", ownLibrary = Deno.env.get("GLMC_LIBTENSORFLOW") }: {
    readonly platform?: Platform;
    readonly root?: string;
    readonly ownLibrary?: string | undefined;
  } = {},
): PlatformProblem | undefined {
  const { os, arch } = platform;
  if (os === "linux") return arch === "x86_64" && !ownLibrary ? missingAvx(root) : undefined;
  if (os === "darwin" && arch === "aarch64") return undefined;
  if (os === "darwin") {
    return {
      reason: "no TensorFlow of this age is published for Macs with Intel processors",
      mend: `use ${machines}; a Linux virtual machine on this Mac does, too`,
    };
  }
  if (os === "windows") {
    return {
      reason: "the kit runs on Linux and macOS",
      mend: "install Linux in Windows (wsl --install), then run it there",
    };
  }
  return { reason: `no TensorFlow is published for ${os}`, mend: `use ${machines}` };
}

/**
 * Refuses machines on which TensorFlow does not run.
 *
 * @param options As for {@linkcode platformProblem}.
 * @throws {Deno.errors.NotSupported} If there is a problem; the message says what to do.
 * @example Not on Windows itself
 * ```ts
 * import { checkPlatform } from "glmc/setup/platform.ts";
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(
 *   () => checkPlatform({ platform: { os: "windows", arch: "x86_64" } }),
 *   Deno.errors.NotSupported,
 *   "wsl --install",
 * );
 * ```
 */
export function checkPlatform(options: Parameters<typeof platformProblem>[0] = {}): void {
  const problem = platformProblem(options);
  if (problem === undefined) return;
  const { os, arch } = options.platform ?? Deno.build;
  throw new Deno.errors.NotSupported(
    `Cannot run TensorFlow on ${os} (${arch}): ${problem.reason}: ${problem.mend}`,
  );
}

function missingAvx(root: string): PlatformProblem | undefined {
  const flags = /^flags\s*:(.*)$/m.exec(read(`${root}/proc/cpuinfo`))?.[1];
  // Where the system does not tell, TensorFlow itself will.
  if (flags === undefined || flags.trim().split(/\s+/).includes("avx")) return undefined;
  return {
    reason:
      "this processor lacks the AVX instructions that every published TensorFlow uses (or its " +
      "virtual machine hides them)",
    mend:
      "use a machine with AVX, let the virtual machine pass the processor on as it is, or name a " +
      "libtensorflow built from source without AVX: GLMC_LIBTENSORFLOW=<folder>",
  };
}

function read(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}
