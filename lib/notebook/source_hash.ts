/**
 * The stamp of a notebook: changes when the notebook's outputs may be out of date.
 *
 * It is a hash over the code of the notebook and over those files of `lib/` that export a name which
 * the notebook imports; comments and layout do not count. Files behind these are left out: the tests
 * of the library hold what they compute, and otherwise every change would ask for every training to
 * be run again. The room `notebook` is left out too: it brings outputs to the page and changes none.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { withoutLayout } from "./code_layout.ts";
import { codeCells, type NotebookDocument } from "./document.ts";

const library = new URL("../", import.meta.url);

/**
 * The stamp of a notebook, with the library as it is now.
 *
 * @param notebook The notebook.
 * @param folder Folder of the library; that of this project by default.
 * @returns SHA-256 in hexadecimal digits.
 * @throws {RangeError} If the notebook imports a name that the library does not export.
 */
export async function sourceHash(
  notebook: NotebookDocument,
  folder: URL = library,
): Promise<string> {
  const code = codeCells(notebook).map(({ source }) => source).join("\n");
  const hash = createHash("sha256").update(withoutLayout(code));
  for (const file of await shownFiles(code, folder)) {
    hash.update(file).update(withoutLayout(await textAt(new URL(file, folder))));
  }
  return hash.digest("hex");
}

/**
 * Files of the library that export what some code imports.
 *
 * @param code Code with imports from `glmc` or `glmc/<room>/<file>.ts`.
 * @param folder Folder of the library; that of this project by default.
 * @returns Paths in the library, sorted.
 * @throws {RangeError} If the library does not export a name.
 * @example One name
 * ```ts
 * import { shownFiles } from "glmc/notebook/source_hash.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const code = 'import { classCounts, show } from "glmc";';
 *
 * assertEquals(await shownFiles(code), ["data/long_tail.ts"]);
 * ```
 */
export async function shownFiles(code: string, folder: URL = library): Promise<string[]> {
  const files = new Set<string>();
  const exporters = await exportedNames(folder);
  for (
    const [, names = "", path] of code.matchAll(
      /import\s+(?:type\s+)?\{([^}]*)\}\s*from\s*"glmc(\/[^"]+)?"/g,
    )
  ) {
    if (path) files.add(path.slice(1));
    else for (const name of importedNames(names)) files.add(exporterOf(name, exporters));
  }
  return [...files].filter((file) => !file.startsWith("notebook/")).sort();
}

/** A file of the kit, which may lie on the disk or in the network. */
async function textAt(address: URL): Promise<string> {
  return await (await fetch(address)).text();
}

/** Names before `as` of a list such as `a, type B as C`. */
function importedNames(list: string): string[] {
  return Array.from(list.matchAll(/(?:^|,)\s*(?:type\s+)?(\w+)/g), ([, name = ""]) => name);
}

/** Names behind `as` of such a list. */
function exportedAs(list: string): string[] {
  return Array.from(list.matchAll(/(\w+)\s*(?:,|$)/g), ([, name = ""]) => name);
}

function exporterOf(name: string, exporters: ReadonlyMap<string, string>): string {
  const file = exporters.get(name);
  if (file !== undefined) return file;
  throw new RangeError(
    `Cannot stamp the notebook: it imports "${name}", which glmc does not export: ` +
      'correct the name, or import it from its file, such as "glmc/plot/bar.ts"',
  );
}

/** Which file exports each name of `mod.ts`. */
async function exportedNames(folder: URL): Promise<Map<string, string>> {
  const face = await textAt(new URL("mod.ts", folder));
  const exporters = new Map<string, string>();
  for (
    const [, list = "", file = ""] of face.matchAll(
      /export\s+(?:type\s+)?(\*|\{[^}]*\})\s*from\s*"\.\/([^"]+)"/g,
    )
  ) {
    const names = list === "*"
      ? ownNames(await textAt(new URL(file, folder)))
      : exportedAs(list.slice(1, -1));
    for (const name of names) exporters.set(name, file);
  }
  return exporters;
}

function ownNames(text: string): string[] {
  const declared = /^export\s+(?:async\s+)?(?:function\*?|const|class|interface|type)\s+(\w+)/gm;
  return Array.from(text.matchAll(declared), ([, name = ""]) => name);
}
