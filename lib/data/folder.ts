/**
 * CIFAR-10 and CIFAR-100 as they lie on a disk: a folder or an archive, in the binary or the Python
 * version.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { basename, dirname } from "node:path";
import { isDiskError } from "../disk/errors.ts";
import { recognisePath } from "../disk/file_kind.ts";
import { type CifarFacts, cifarFacts, type CifarName, readDataset } from "./cifar.ts";
import { type Copy, findCopies } from "./copies.ts";
import type { DataProgress } from "./download.ts";
import { findInArchive, findInFolder, type FoundFile } from "./file_tree.ts";
import type { Dataset, ImageSet } from "./image_set.ts";

/** Settings of {@linkcode readFolder}. */
export interface ReadFolderOptions {
  /** Called as the work goes on. */
  readonly onProgress?: (progress: DataProgress) => void;
  /** Called with one line when something is not as it should be and the work goes on. */
  readonly onNotice?: (line: string) => void;
  /** Other facts than the published ones. */
  readonly facts?: CifarFacts;
}

const elsewhere = "pass another folder or archive with --data";
const mend = `mend or replace that file, or ${elsewhere}`;

/**
 * Reads a data set from where a user has it.
 *
 * @param name Name of the data set.
 * @param place Folder with its files, such as `data_batch_1.bin` or `data_batch_1`, or up to three
 * folders around it; one of these files; or the archive they come in. Upper and lower case are the
 * same.
 * @param options Progress, notices and facts.
 * @returns The data set. Of several copies that of which nothing is missing is taken.
 * @throws {Deno.errors.NotFound} If there are none of the known files, or not all of them.
 * @throws {RangeError} If a label has no class or a pixel is no byte, with file, row and value in the
 * message; or if there are two copies to choose from.
 * @throws {Error} If a file is damaged.
 * @example An empty folder
 * ```ts
 * import { readFolder } from "glmc/data/folder.ts";
 * import { assertRejects } from "@std/assert";
 *
 * await assertRejects(
 *   () => readFolder("cifar10", Deno.makeTempDirSync()),
 *   Deno.errors.NotFound,
 *   "holds neither data_batch_1.bin nor data_batch_1",
 * );
 * ```
 */
export async function readFolder(
  name: CifarName,
  place: string,
  options: ReadFolderOptions = {},
): Promise<Dataset> {
  const { facts = cifarFacts[name], onNotice } = options;
  const files = await findFiles(place, facts);
  const copies = findCopies(files, facts);
  const [first, ...others] = copies.filter(({ missing }) => missing.length === 0);
  if (!first) throw nothingWhole(name, { place, facts, files, copies });
  const rival = others.find(({ version, depth }) =>
    version === first.version && depth === first.depth
  );
  if (rival) {
    throw new RangeError(
      `Cannot read ${facts.title}: "${first.folder}" and "${rival.folder}" both hold it: ` +
        "pass one of them with --data",
    );
  }
  for (const { missing, depth, version } of copies) {
    if (missing.length === 0 || depth > first.depth) continue;
    onNotice?.(
      `Passing over the ${version} version of ${facts.title}, for ${missing.join(", ")}: ` +
        `reading the ${first.version} version in "${first.folder}"`,
    );
  }
  const read = (copy: Copy, advice: string): Promise<Dataset> =>
    readCopy(name, copy, { ...options, facts, advice });
  const [next] = others;
  if (!next) return await read(first, mend);
  try {
    return await read(first, `reading the ${next.version} version in "${next.folder}" instead`);
  } catch (error) {
    if (!(error instanceof Error) || isDiskError(error.cause)) throw error;
    onNotice?.(error.message);
    return await read(next, mend);
  }
}

/** Finds files of both data sets, so that one can be told from the other. */
async function findFiles(place: string, facts: CifarFacts): Promise<FoundFile[]> {
  const images = new Set([facts, ...Object.values(cifarFacts)].flatMap(namesOf));
  const known = new Set([...images, ...archivesOf(facts)]);
  const isWanted = (file: string): boolean => known.has(file.toLowerCase());
  const { kind, what, advice } = await recognisePath(place);
  if (kind === "folder") return await findInFolder(place, { isWanted });
  const name = basename(place).toLowerCase();
  // One of the files, or one of those that come with them.
  if (images.has(name) || /^(?:(?:batches\.)?meta(?:\.txt)?|readme.*)$/.test(name)) {
    return await findInFolder(dirname(place), { isWanted, depth: 0 });
  }
  if (kind === "gzip" || kind === "tar") {
    return await findInArchive(place, { isWanted, advice: `copy it again, or ${elsewhere}` });
  }
  const [binary, python] = [facts.binary.train[0], facts.python.train[0]];
  throw kind === "pickle" || kind === "unknown"
    ? new RangeError(
      `Cannot read ${facts.title} from "${place}": its name is not that of a file of it, such as ` +
        `${binary} or ${python}: pass the folder that holds these`,
    )
    : new SyntaxError(`Cannot read ${facts.title} from "${place}": it is ${what}: ${advice}`);
}

/** Names of the published archives of both versions. */
function archivesOf({ archive }: CifarFacts): string[] {
  const name = basename(archive.address);
  return [name, name.replace("binary", "python")];
}

function namesOf({ binary, python }: CifarFacts): string[] {
  return [...binary.train, ...binary.test, ...python.train, ...python.test];
}

const sizeOf = ({ train, test }: Copy): number => train.length + test.length;

/** Says what there is where there is no whole copy. */
function nothingWhole(
  name: CifarName,
  options: {
    readonly place: string;
    readonly facts: CifarFacts;
    readonly files: readonly FoundFile[];
    readonly copies: readonly Copy[];
  },
): Error {
  const { facts: { title }, copies } = options;
  const [fullest] = copies.toSorted((a, b) => sizeOf(b) - sizeOf(a));
  if (fullest) {
    return new Deno.errors.NotFound(
      `Cannot read ${title}: ${fullest.missing.join(", ")}: add what is missing, or ${elsewhere}`,
    );
  }
  return new Deno.errors.NotFound(`Cannot read ${title}: ${whatElse(name, options)}`);
}

/** Says what there is where there is no copy at all, and what to do. */
function whatElse(
  name: CifarName,
  { place, facts, files }: {
    readonly place: string;
    readonly facts: CifarFacts;
    readonly files: readonly FoundFile[];
  },
): string {
  const { title, binary, python } = facts;
  const archive = files.find((file) => archivesOf(facts).includes(file.name.toLowerCase()));
  if (archive) return `"${place}" holds it packed: pass "${archive.path}" with --data`;
  const other = name === "cifar10" ? "cifar100" : "cifar10";
  if (findCopies(files, cifarFacts[other]).length > 0) {
    return `"${place}" holds ${
      cifarFacts[other].title
    }: pass --dataset ${other}, or a folder with ` +
      `${title} by --data`;
  }
  return `"${place}" holds neither ${binary.train[0]} nor ${python.train[0]}, nor a folder ` +
    `${binary.folder} or ${python.folder} with them: pass the folder that does`;
}

/** Reads a copy of which nothing is missing. */
async function readCopy(
  name: CifarName,
  copy: Copy,
  options: ReadFolderOptions & { readonly facts: CifarFacts; readonly advice: string },
): Promise<Dataset> {
  const { facts: { title, hashes }, advice, onNotice } = options;
  const files = new Map([...copy.train, ...copy.test].map((file) => [file.path, file]));
  const paths = {
    train: copy.train.map(({ path }) => path),
    test: copy.test.map(({ path }) => path),
  };
  const altered: string[] = [];
  const dataset = await readDataset(name, async (path, count) => {
    const file = files.get(path)!;
    const bytes = await file.read();
    const published = hashes ? undefined : copy.md5[file.name.toLowerCase()];
    if (published && createHash("md5").update(bytes).digest("hex") !== published) {
      altered.push(`"${path}"`);
    }
    return copy.decode(bytes, count);
  }, { ...options, files: paths });
  refuseTwins(dataset, paths, { title, advice });
  if (altered.length > 0) {
    onNotice?.(
      `By its MD5, ${altered.join(" and ")} is not the published file of ${title}: ` +
        "compare results only among runs on the same images",
    );
  }
  return dataset;
}

/** Refuses a file that holds the same images as another: a copy under a wrong name. */
function refuseTwins(
  { train, test }: Dataset,
  paths: { readonly train: readonly string[]; readonly test: readonly string[] },
  { title, advice }: { readonly title: string; readonly advice: string },
): void {
  const parts = [...partsOf(train, paths.train), ...partsOf(test, paths.test)];
  for (const [index, part] of parts.entries()) {
    const twin = parts.slice(0, index).find(({ images, labels }) =>
      images.equals(part.images) && labels.equals(part.labels)
    );
    if (twin) {
      throw new RangeError(
        `Cannot read "${part.path}" of ${title}: it holds the same images as ` +
          `"${basename(twin.path)}": ${advice}`,
      );
    }
  }
}

/** Images and labels of each file, as bytes. */
function partsOf(
  { images, labels }: ImageSet,
  paths: readonly string[],
): { readonly path: string; readonly images: Buffer; readonly labels: Buffer }[] {
  const part = (array: Uint8Array | Int32Array, index: number): Buffer => {
    const size = array.byteLength / paths.length;
    return Buffer.from(array.buffer, array.byteOffset + index * size, size);
  };
  return paths.map((path, index) => ({
    path,
    images: part(images, index),
    labels: part(labels, index),
  }));
}
