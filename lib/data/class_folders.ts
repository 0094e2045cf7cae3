/**
 * Images sorted into folders: one folder a class, below `train` and `test`.
 *
 * @module
 */

import { extname, join } from "node:path";
import { readError } from "../disk/errors.ts";
import { type ImageList, imageListOf } from "./image_list.ts";

/** The two sets of a data set. */
export type Part = "train" | "test";

/** A file that may be an image. */
export interface ClassFile {
  /** Its path below the folder of the data set, such as `train/cat/1.png`. */
  readonly path: string;
  /** Which set it belongs to. */
  readonly part: Part;
  /** Its class, from 0. */
  readonly label: number;
  /** Whether its name ends as those of images do. */
  readonly isNamedImage: boolean;
}

/** Where the parts of a folder of images lie below it; nothing is the folder itself. */
export interface PartPlaces {
  /** Training images. */
  readonly train: string;
  /** Test images, if they lie apart. */
  readonly test?: string | undefined;
}

/** Something in the folder that is not used. */
export interface LeftOut {
  /** Its path below the folder of the data set. */
  readonly path: string;
  /** What it is, such as `hidden or left by a program`. */
  readonly what: string;
}

/** What lies in a folder of images. */
export interface ClassFolders {
  /** Name of each class, in label order. */
  readonly classNames: readonly string[];
  /** All files, set by set, class by class, in the order of their names. */
  readonly files: readonly ClassFile[];
  /** What is not used. */
  readonly leftOut: readonly LeftOut[];
  /** Where the parts lie. */
  readonly places: PartPlaces;
}

const imageEndings = new Set(
  (".png .apng .jpg .jpeg .jpe .jfif .bmp .dib .gif .webp .tif .tiff .heic .heif .avif .jxl .jp2 " +
    ".psd .ico .svg .ppm .pgm .pbm .pnm .tga .pcx").split(" "),
);

/** What systems leave in folders; hidden files and folders are left out as well. */
const systemNames = new Set([
  "thumbs.db",
  "desktop.ini",
  "__macosx",
  "@eadir",
  "$recycle.bin",
  "lost+found",
]);

/** What editors and browsers leave beside the files that they change or fetch. */
const leftover = /(?:~|\.(?:bak|orig|tmp|part|crdownload))$/i;

/**
 * Lists the classes and files of a folder of images.
 *
 * Its folders `train` and `test` hold a folder for each class, which holds its images. Hidden
 * files, those of the system, backups and unfinished copies are left out; links are followed. Names
 * that differ only in how their accents are stored are the same.
 *
 * @param folder The folder with `train` and `test`.
 * @param places Other names of these folders.
 * @returns Classes in alphabetical order, and the files to be read.
 * @throws {Deno.errors.NotFound} If the folder, `train` or `test` is missing, or a class is a link
 * that leads nowhere.
 * @throws {RangeError} If a class has no files to train on, is only in `test`, is there twice, or
 * holds folders with files.
 * @throws {Deno.errors.PermissionDenied} If a folder may not be read.
 * @example Two classes
 * ```ts
 * import { listClassFolders } from "glmc/data/class_folders.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const folder = Deno.makeTempDirSync();
 * for (const place of ["train/dog", "train/cat", "test/dog", "test/cat"]) {
 *   Deno.mkdirSync(`${folder}/${place}`, { recursive: true });
 *   Deno.writeTextFileSync(`${folder}/${place}/1.png`, "");
 * }
 * const { classNames, files } = await listClassFolders(folder);
 *
 * assertEquals(classNames, ["cat", "dog"]);
 * assertEquals(files.map(({ path }) => path).at(-1), "test/dog/1.png");
 * ```
 */
export async function listClassFolders(
  folder: string,
  places: PartPlaces = { train: "train", test: "test" },
): Promise<ClassFolders> {
  const { train: trainPlace, test: testPlace } = places;
  const leftOut: LeftOut[] = [];
  const train = await listClasses(folder, { place: trainPlace, leftOut });
  const test = testPlace === undefined
    ? new Map<string, string>()
    : await listClasses(folder, { place: testPlace, leftOut });
  await refuseSameFolders(folder, [...train.values(), ...test.values()]);
  const classNames = [...train.keys()].sort();
  const unknown = [...test.keys()].find((name) => !train.has(name));
  if (unknown !== undefined) {
    throw unusable(
      folder,
      `${testPlace}/${unknown} is a class without training images, since there is ` +
        `no ${inPlace(trainPlace, unknown)}: give it some, or take it out`,
    );
  }
  const files: ClassFile[] = [];
  for (const [part, classes] of [["train", train], ["test", test]] as const) {
    for (const [label, name] of classNames.entries()) {
      const place = classes.get(name);
      const found = place === undefined ? [] : await listFiles(folder, { place, leftOut });
      if (found.length === 0 && part === "train") {
        throw unusable(
          folder,
          `${place} is a class without images: put some in, or take it out`,
        );
      }
      for (const path of found) {
        const isNamedImage = imageEndings.has(extname(path).toLowerCase());
        files.push({ path, part, label, isNamedImage });
      }
    }
  }
  return { classNames, files, leftOut, places };
}

/**
 * Reads a file that was listed.
 *
 * @param folder The folder of the data set.
 * @param path The file's path below it.
 * @returns Its bytes.
 * @throws {Deno.errors.NotFound} If it is a link that leads nowhere.
 * @throws {Deno.errors.PermissionDenied} If it may not be read.
 */
export async function readListed(folder: string, path: string): Promise<Uint8Array<ArrayBuffer>> {
  return await Deno.readFile(join(folder, path)).catch((error) => {
    throw readError(join(folder, path), error);
  });
}

/**
 * The error for a folder whose content cannot be used.
 *
 * @param folder The folder of the data set.
 * @param problem What is wrong, and what to do.
 * @returns The error to throw.
 */
export function unusable(folder: string, problem: string): RangeError {
  return new RangeError(`Cannot use the folder "${folder}": ${problem}`);
}

/** A path in a part; a part that is the folder itself has no name. */
function inPlace(place: string, name: string): string {
  return place === "" ? name : `${place}/${name}`;
}

/** Folders of the classes of a part by their names, as paths below the folder. */
async function listClasses(
  folder: string,
  { place, leftOut }: { readonly place: string; readonly leftOut: LeftOut[] },
): Promise<Map<string, string>> {
  const classes = new Map<string, string>();
  for (const { name, isFolder, isBroken } of await list(folder, { place, leftOut })) {
    const path = inPlace(place, name);
    if (isBroken) {
      throw new Deno.errors.NotFound(
        `Cannot use the folder "${folder}": ${path} is a link that leads nowhere: mend it, or take it out`,
      );
    }
    if (!isFolder) {
      leftOut.push({ path, what: "beside the folders of the classes" });
      continue;
    }
    const known = name.normalize("NFC");
    if (classes.has(known)) {
      throw unusable(
        folder,
        `${place === "" ? "it" : place} has two classes "${known}", whose names are stored in ` +
          "two ways: put their images into one",
      );
    }
    classes.set(known, path);
  }
  if (classes.size === 0) {
    throw unusable(
      folder,
      `there are no classes in ${place === "" ? "it" : place}: make a folder for each`,
    );
  }
  return classes;
}

/** Files of a class, as paths below the folder. */
async function listFiles(
  folder: string,
  { place, leftOut }: { readonly place: string; readonly leftOut: LeftOut[] },
): Promise<string[]> {
  const files: string[] = [];
  for (const { name, isFolder } of await list(folder, { place, leftOut })) {
    const path = `${place}/${name}`;
    if (!isFolder) files.push(path);
    else if ((await list(folder, { place: path, leftOut })).length === 0) {
      leftOut.push({ path, what: "empty" });
    } else {
      throw unusable(
        folder,
        `${path} is a folder within a class: put its images into the ` +
          "class itself, or take it out",
      );
    }
  }
  return files;
}

interface Entry {
  readonly name: string;
  readonly isFolder: boolean;
  /** Whether it is a link that leads nowhere. */
  readonly isBroken: boolean;
}

/** Entries of a folder in the order of their names, without what is hidden or of the system. */
async function list(
  folder: string,
  { place, leftOut }: { readonly place: string; readonly leftOut: LeftOut[] },
): Promise<readonly Entry[]> {
  const entries: Deno.DirEntry[] = [];
  try {
    for await (const entry of Deno.readDir(join(folder, place))) entries.push(entry);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound) && !(error instanceof Deno.errors.NotADirectory)) {
      throw readError(join(folder, place), error);
    }
    const found = await namesIn(folder);
    throw new Deno.errors.NotFound(
      `Cannot use the folder "${folder}": there is no folder "${place}" in it${found}: it needs train and ` +
        "test, each with a folder for every class",
      { cause: error },
    );
  }
  entries.sort((a, b) => a.name < b.name ? -1 : 1);
  const listed: Entry[] = [];
  for (const { name, isDirectory, isSymlink } of entries) {
    if (name.startsWith(".") || systemNames.has(name.toLowerCase()) || leftover.test(name)) {
      leftOut.push({ path: inPlace(place, name), what: "hidden or left by a program" });
      continue;
    }
    const target = isSymlink
      ? await Deno.stat(join(folder, place, name)).catch(() => undefined)
      : { isDirectory };
    listed.push({ name, isFolder: target?.isDirectory ?? false, isBroken: target === undefined });
  }
  return listed;
}

/** What a folder holds instead of what was looked for. */
async function namesIn(folder: string): Promise<string> {
  try {
    const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
    const shown = names.filter((name) => !name.startsWith(".")).sort();
    if (shown.length === 0) return ", for it is empty";
    return `, only ${shown.slice(0, 5).join(", ")}${shown.length > 5 ? ", ..." : ""}`;
  } catch {
    return ", for it is no folder that can be read";
  }
}

async function refuseSameFolders(folder: string, places: readonly string[]): Promise<void> {
  const seen = new Map<string, string>();
  for (const place of places) {
    const real = await Deno.realPath(join(folder, place));
    const other = seen.get(real);
    if (other !== undefined) {
      throw unusable(
        folder,
        `${other} and ${place} are the same folder: take one out`,
      );
    }
    seen.set(real, place);
  }
}

/**
 * The two parts of a folder of images as lists, whose paths lie below the folder.
 *
 * @param folder The folder, for messages.
 * @param listed What {@linkcode listClassFolders} found.
 * @returns The lists; files whose names are not those of images are left out.
 */
export function listsOfFolder(
  folder: string,
  { files, classNames, places }: ClassFolders,
): Readonly<Record<Part, ImageList>> {
  const listOf = (part: Part): ImageList =>
    imageListOf(files.filter((file) => file.part === part && file.isNamedImage), {
      name: join(folder, places[part] ?? part),
      classNames,
    });
  return { train: listOf("train"), test: listOf("test") };
}
