import { assert, assertEquals, assertRejects } from "@std/assert";
import { encode } from "fast-png";
import { createTar, createTarGzip } from "nanotar";
import { type FileKind, recogniseFile, recognisePath } from "glmc/disk/file_kind.ts";
import { writeSafetensors } from "glmc/disk/safetensors.ts";
import { temporaryFolder } from "../data/disposables.ts";

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

const weights = writeSafetensors({
  "fc.bias": { dtype: "F32", shape: [2], data: Float32Array.of(1, 2) },
});

const kinds: readonly (readonly [FileKind, Uint8Array])[] = [
  ["empty", new Uint8Array()],
  ["zeros", new Uint8Array(8)],
  ["zeros", new Uint8Array(10_000)],
  ["git-lfs", bytes("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n")],
  ["git-annex", bytes("/annex/objects/SHA256E-s196536--00.safetensors\n")],
  ["dvc", bytes("outs:\n- md5: 00\n  size: 12\n  path: a.pth\n")],
  ["html", bytes("<!DOCTYPE html>\n<html>")],
  ["html", utf8("\ufeff\n  <html lang=de>")],
  ["html", bytes('<?xml version="1.0"?>\n<!-- page -->\n<!doctype HTML public>')],
  ["xml", bytes('<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>')],
  ["json", bytes('{"error":"Repository not found"}')],
  ["json", utf8("\ufeff[\n  1, 2]")],
  ["text", bytes("Entry not found")],
  ["text", utf8("Größe")],
  ["gzip", await createTarGzip([{ name: "a", data: "b" }])],
  ["bzip2", bytes("BZh91AY&SY")],
  ["xz", bytes("\xfd7zXZ\0\0\x04")],
  ["zstd", bytes("\x28\xb5\x2f\xfd\x04")],
  ["7z", bytes("7z\xbc\xaf\x27\x1c\0\x04")],
  ["rar", bytes("Rar!\x1a\x07\x01\0")],
  ["tar", createTar([{ name: "a", data: "b" }])],
  ["zip", bytes(`PK\x03\x04${"\0".repeat(22)}\x05\0\0\0a.txt`)],
  ["zip", bytes(`PK\x05\x06${"\0".repeat(18)}`)],
  ["torch", bytes(`PK\x03\x04${"\0".repeat(22)}\x0f\0\0\0weight/data.pkl`)],
  ["npz", bytes(`PK\x03\x04${"\0".repeat(22)}\x0a\0\0\0images.npy`)],
  ["torch-legacy", bytes("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02")],
  ["text", bytes("cat\ndog\npig\n")],
  ["pickle", bytes("cnumpy._core.multiarray\n_reconstruct\np0\n(")],
  ["pickle", bytes("(dp0\nVa\np1\nI1\n")],
  ["pickle", bytes("\x80\x02}q\0(")],
  ["pickle", bytes("\x80\x04\x95\xa7\0\0\0\0\0\0\0}\x94(")],
  ["npy", bytes("\x93NUMPY\x01\0")],
  ["hdf5", bytes("\x89HDF\r\n\x1a\n")],
  ["png", encode({ width: 1, height: 1, channels: 3, data: new Uint8Array(3) })],
  ["jpeg", bytes("\xff\xd8\xff\xe0")],
  ["safetensors", weights],
  // Cut off, it is still what it is.
  ["safetensors", weights.subarray(0, 20)],
  ["unknown", Uint8Array.of(1, 2, 3, 4, 200)],
];

Deno.test("recogniseFile() tells each kind by its first bytes", () => {
  for (const [kind, file] of kinds) {
    const found = recogniseFile(file);
    assertEquals(found.kind, kind, JSON.stringify(found));
    assert(found.what !== "" && found.advice !== "" && !/[.:]$/.test(found.advice));
  }
});

Deno.test("recogniseFile() tells what a pointer points to, and how a text begins", () => {
  const what = (text: string): string => recogniseFile(utf8(text)).what;
  assertEquals(
    what("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 196536\n"),
    "a Git LFS pointer to 196536 bytes, not the file itself",
  );
  assertEquals(what("404: Not Found\n"), 'a text that begins with "404: Not Found"');
  assertEquals(
    what("Invalid username or password, or no token at all was sent"),
    'a text that begins with "Invalid username or password, or no toke..."',
  );
  assertEquals(what(" \n"), "an empty text");
});

Deno.test("recogniseFile() tells the same of the first bytes as of the whole file", async () => {
  const data = crypto.getRandomValues(new Uint8Array(20_000));
  const whole = await createTarGzip([{ name: "a", data }]);
  assertEquals(recogniseFile(whole.subarray(0, 4096)), recogniseFile(whole));
});

Deno.test("recogniseFile() takes any bytes", () => {
  for (const [, file] of kinds) {
    for (let length = 0; length < Math.min(file.length, 300); length++) {
      assert(recogniseFile(file.subarray(0, length)).what !== "");
    }
  }
});

Deno.test("recognisePath() looks at files and folders, and says what is not there", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/a.safetensors`;
  await Deno.writeFile(path, weights);

  assertEquals((await recognisePath(path)).kind, "safetensors");
  assertEquals((await recognisePath(folder.path)).kind, "folder");
  await assertRejects(
    () => recognisePath(`${path}/b`),
    Error,
    "a part of its path is a file, not a folder",
  );
  await assertRejects(() => recognisePath(`${folder.path}/b`), Deno.errors.NotFound, "no such");
});
