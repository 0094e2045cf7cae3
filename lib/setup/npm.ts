/**
 * The npm packages of the project, kept in Deno's own cache.
 *
 * @module
 */
import { stripVTControlCharacters } from "node:util";
import { diskFullMessage, runProgram } from "./machine.ts";
import { denoCache, openPackageFiles } from "./npm_cache.ts";
import { isCheckout } from "./project.ts";

/**
 * Whether every npm package of the project is in Deno's cache; fetches nothing.
 *
 * @param root The project folder.
 * @param options `changeLock: false` leaves `deno.lock` as it is.
 * @returns Whether nothing has to be fetched.
 *
 * @example Of the project itself
 * ```ts
 * import { hasNpmPackages } from "glmc/setup/npm.ts";
 * import { projectRoot } from "glmc/setup/project.ts";
 * import { assert } from "@std/assert";
 *
 * assert(await hasNpmPackages(projectRoot));
 * ```
 */
export async function hasNpmPackages(
  root: string,
  options: { changeLock?: boolean } = {},
): Promise<boolean> {
  // Deno has fetched them with the kit, before anything of it ran.
  if (!isCheckout) return true;
  // Without the lock, Deno would look the versions up in the registry's lists, which may not be cached.
  const lock = options.changeLock ?? true ? [] : ["--frozen"];
  const result = await runProgram(Deno.execPath(), ["install", "--cached-only", ...lock], {
    cwd: root,
  });
  return result?.code === 0;
}

/**
 * Fetches the npm packages that Deno's cache lacks.
 *
 * @param root The project folder.
 * @param options `onProgress` is told what has been fetched so far.
 * @throws {Error} If they cannot be had; the message says why and what to do.
 */
export async function installNpmPackages(
  root: string,
  options: { onProgress?: (text: string) => void } = {},
): Promise<void> {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["install"],
    cwd: root,
    // Plain lines, whatever the terminal: Deno's warning about build scripts would only puzzle.
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  let output = "";
  for await (const chunk of process.stderr.pipeThrough(new TextDecoderStream())) {
    output += chunk;
    const files = output.match(/^Download .*\.tgz/gm)?.length ?? 0;
    options.onProgress?.(`npm packages: ${files} fetched`);
  }
  if (!(await process.status).success) throw explainNpmFailure(output, root);
  // Deno keeps the modes of the archives, some of which lock out whoever shares the cache.
  await openPackageFiles(root);
}

/**
 * Turns what `deno install` wrote into one message that says what to do.
 *
 * @param output What it wrote.
 * @param root The project folder.
 * @returns The error to throw.
 *
 * @example No network
 * ```ts
 * import { explainNpmFailure } from "glmc/setup/npm.ts";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const error = explainNpmFailure("error sending request: dns error", "/kit");
 * assertStringIncludes(error.message, "check the network");
 * ```
 */
export function explainNpmFailure(output: string, root: string): Error {
  if (/No space left on device|os error 28/.test(output)) return new Error(diskFullMessage(root));
  const refused = output.match(/(Permission denied|Read-only file system) \(os error/)?.[1];
  if (refused) {
    return new Error(
      `Cannot keep the npm packages in "${denoCache()}": ${refused.toLowerCase()}: name a folder ` +
        `of your own for Deno's cache: DENO_DIR=<folder> deno task setup`,
    );
  }
  if (/error sending request|client error|dns error|timed out|connection/i.test(output)) {
    return new Error(
      `Cannot fetch the npm packages: the registry does not answer: check the network ` +
        `(or HTTPS_PROXY), then run deno task setup again`,
    );
  }
  const lines = stripVTControlCharacters(output).split("\n");
  const reason = lines.find((line) => line.startsWith("error: "))?.slice(7);
  return new Error(
    `Cannot fetch the npm packages: ${reason ?? "deno install was stopped"}: ` +
      `run deno install to see more`,
  );
}
