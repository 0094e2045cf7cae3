// Control characters are what the patterns below look for.
// deno-lint-ignore-file no-control-regex
/**
 * What a file is by its first bytes, whatever its name says.
 *
 * A download that failed leaves a web page, a clone without Git LFS leaves a pointer, an archive is
 * named without being unpacked: who expects another file calls such a one by its name.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { readError } from "./errors.ts";

/** What a file can be told to be. */
export type FileKind =
  | "folder"
  | "empty"
  | "zeros"
  | "git-lfs"
  | "git-annex"
  | "dvc"
  | "html"
  | "xml"
  | "json"
  | "text"
  | "gzip"
  | "bzip2"
  | "xz"
  | "zstd"
  | "7z"
  | "rar"
  | "tar"
  | "zip"
  | "torch"
  | "torch-legacy"
  | "pickle"
  | "npz"
  | "npy"
  | "hdf5"
  | "gguf"
  | "safetensors"
  | "png"
  | "jpeg"
  | "gif"
  | "pdf"
  | "sqlite"
  | "program"
  | "unknown";

/** What a file is, in words that fit a message. */
export interface RecognisedFile {
  /** What it is. */
  readonly kind: FileKind;
  /** The same behind "it is", such as `a gzip archive`. */
  readonly what: string;
  /** What to do where another file is expected, as the last part of a message. */
  readonly advice: string;
}

/** How many bytes from the start of a file tell what it is. */
export const headLength = 4096;

const again = "fetch the file again, and look at what the address answers";
const unpack = "unpack it, and name the file or folder that comes out";
/** Advice about a file that is sound and of a kind that is not expected. */
export const anotherFile = "name the right file";

/** Kinds whose words do not depend on what is inside. */
type NamedKind = Exclude<FileKind, "git-lfs" | "text">;

/** Words for kinds of which nothing more is to be said than this. */
const words: Readonly<Record<NamedKind, readonly [string, string]>> = {
  folder: ["a folder", "name the file in it"],
  empty: ["an empty file", "fetch or write it again"],
  zeros: ["a file of zeros, as a download that was cut off leaves it", "fetch it again"],
  "git-annex": ["a pointer of git-annex, not the file itself", 'fetch it with "git annex get"'],
  dvc: ["a pointer of DVC, not the file itself", 'fetch it with "dvc pull"'],
  html: ["a web page", again],
  xml: ["an XML text, such as a server's error message", again],
  json: ["JSON text", anotherFile],
  gzip: ["a gzip archive", unpack],
  bzip2: ["a bzip2 archive", unpack],
  xz: ["an xz archive", unpack],
  zstd: ["a Zstandard archive", unpack],
  "7z": ["a 7-Zip archive", unpack],
  rar: ["a RAR archive", unpack],
  tar: ["a tar archive", unpack],
  zip: ["a zip archive", unpack],
  torch: ["a PyTorch file", anotherFile],
  "torch-legacy": ["a PyTorch file of the old format", anotherFile],
  pickle: ["a Python pickle", anotherFile],
  npz: ["a NumPy archive (.npz)", anotherFile],
  npy: ["a NumPy array (.npy)", anotherFile],
  hdf5: ["an HDF5 file, as Keras and MATLAB write it", anotherFile],
  gguf: ["a GGUF file of a language model", anotherFile],
  safetensors: ["a safetensors file", anotherFile],
  png: ["a PNG image", anotherFile],
  jpeg: ["a JPEG image", anotherFile],
  gif: ["a GIF image", anotherFile],
  pdf: ["a PDF document", anotherFile],
  sqlite: ["an SQLite database", anotherFile],
  program: ["a program", anotherFile],
  unknown: ["of no kind that is known here", "check where it comes from, and fetch it again"],
};

/** First bytes, as Latin-1 text, of kinds that have such. */
const signatures: readonly (readonly [RegExp, NamedKind])[] = [
  // First, for its first bytes can be any: the length of its header, below 4 GiB, and the header.
  [/^[\s\S]{4}\0{4}\s*\{\s*["}]/, "safetensors"],
  [/^\/annex\/objects\//, "git-annex"],
  [/^(?:outs|md5):[\s\S]*^[ -]*(?:md5|path): /m, "dvc"],
  [/^\x1f\x8b\x08/, "gzip"],
  [/^BZh[1-9]/, "bzip2"],
  [/^\xfd7zXZ\0/, "xz"],
  [/^\x28\xb5\x2f\xfd/, "zstd"],
  [/^7z\xbc\xaf\x27\x1c/, "7z"],
  [/^Rar!\x1a\x07/, "rar"],
  [/^[\s\S]{257}ustar/, "tar"],
  [/^PK\x03\x04[\s\S]{22}/, "zip"],
  [/^PK\x05\x06/, "zip"],
  [/^\x80.\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19\./, "torch-legacy"],
  [/^\x80[\x02\x03][\]}(cX\x8a)KMJNG]/, "pickle"],
  [/^\x80[\x04\x05](?:\x95[\s\S]{6}\0\0|[\]}(cX\x8a\x8c)KMJNG])/, "pickle"],
  [/^(?:\([dl]p?\d*\n|\(i[\w.]+\n|c[\w.]+\n\w+\n(?:p\d+\n|q|\())/, "pickle"],
  [/^\x93NUMPY/, "npy"],
  [/^\x89HDF\r\n\x1a\n/, "hdf5"],
  [/^GGUF/, "gguf"],
  [/^\x89PNG\r\n\x1a\n/, "png"],
  [/^\xff\xd8\xff/, "jpeg"],
  [/^GIF8[79]a/, "gif"],
  [/^%PDF-/, "pdf"],
  [/^SQLite format 3\0/, "sqlite"],
  [/^(?:\x7fELF|MZ\x90\0)/, "program"],
];

/**
 * Tells what a file is by its first bytes.
 *
 * @param bytes The whole file, or at least its first 4096 bytes.
 * @returns What it is; `unknown` if nothing speaks for anything.
 * @example A pointer in place of the file
 * ```ts
 * import { recogniseFile } from "glmc/disk/file_kind.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const text = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 196536\n";
 * const { kind, what } = recogniseFile(new TextEncoder().encode(text));
 *
 * assertEquals(kind, "git-lfs");
 * assertEquals(what, "a Git LFS pointer to 196536 bytes, not the file itself");
 * ```
 */
export function recogniseFile(bytes: Uint8Array): RecognisedFile {
  // A letter for each byte, which TextDecoder's Latin-1, really Windows-1252, does not give.
  const head = Buffer.from(bytes.subarray(0, headLength)).toString("latin1");
  if (head === "") return recognised("empty");
  if (/^\0+$/.test(head) && bytes.every((byte) => byte === 0)) return recognised("zeros");
  if (head.startsWith("version https://git-lfs.github.com/spec/")) {
    return pointerTo(/^size (\d+)$/m.exec(head)?.[1]);
  }
  const kind = signatures.find(([pattern]) => pattern.test(head))?.[1];
  if (kind === "zip") return recognised(zipKind(head));
  if (kind !== undefined) return recognised(kind);
  const text = textOf(bytes.subarray(0, headLength));
  return text === undefined ? recognised("unknown") : textKind(text);
}

/**
 * Tells what lies at a path, and reads no more of it than that takes.
 *
 * @param path A file or a folder.
 * @returns What it is.
 * @throws {Deno.errors.NotFound} If there is nothing.
 * @throws {Deno.errors.PermissionDenied} If it may not be read.
 * @example A folder
 * ```ts
 * import { recognisePath } from "glmc/disk/file_kind.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals((await recognisePath(Deno.makeTempDirSync())).kind, "folder");
 * ```
 */
export async function recognisePath(path: string): Promise<RecognisedFile> {
  try {
    if ((await Deno.stat(path)).isDirectory) return recognised("folder");
    using file = await Deno.open(path);
    const head = new Uint8Array(headLength);
    let length = 0;
    for (let read: number | null = 1; read && length < headLength; length += read ?? 0) {
      read = await file.read(head.subarray(length));
    }
    return recogniseFile(head.subarray(0, length));
  } catch (error) {
    throw readError(path, error);
  }
}

function recognised(kind: NamedKind): RecognisedFile {
  const [what, advice] = words[kind];
  return { kind, what, advice };
}

function pointerTo(size: string | undefined): RecognisedFile {
  return {
    kind: "git-lfs",
    what: `a Git LFS pointer${size === undefined ? "" : ` to ${size} bytes`}, not the file itself`,
    advice: 'fetch it with "git lfs pull" in its repository, or download the file by itself',
  };
}

/** What a zip archive is of, by the name of its first file. */
function zipKind(head: string): "zip" | "torch" | "npz" {
  const length = head.charCodeAt(26) | head.charCodeAt(27) << 8;
  const name = head.startsWith("PK\x03\x04") ? head.slice(30, 30 + length) : "";
  if (name.endsWith(".npy")) return "npz";
  return /\/(?:data\.pkl|data\/\d+|\.format_version|byteorder|version)$/.test(name)
    ? "torch"
    : "zip";
}

/** The text of bytes that are text; a letter may be cut at their end. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return /[\0-\x08\x0e-\x1a\x1c-\x1f\x7f]/.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

function textKind(text: string): RecognisedFile {
  const start = text.trimStart();
  if (
    /^(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]*?-->\s*)*<(?:!doctype html|html|head|body)\b/i.test(start)
  ) {
    return recognised("html");
  }
  if (/^<[?!a-z]/i.test(start)) return recognised("xml");
  if (/^(?:\{\s*(?:"|\}|$)|\[\s*(?:["\d{[\]-]|$))/.test(start)) return recognised("json");
  const line = start.split("\n")[0]!.trim();
  const shown = line.length > 40 ? `${line.slice(0, 40)}...` : line;
  return {
    kind: "text",
    what: shown === "" ? "an empty text" : `a text that begins with ${JSON.stringify(shown)}`,
    advice: again,
  };
}
