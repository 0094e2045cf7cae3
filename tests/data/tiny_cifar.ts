/**
 * CIFAR in miniature: two images in each file, in all published forms.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { encode } from "fast-png";
import { createTarGzip } from "nanotar";
import { type CifarFacts, cifarFacts } from "glmc/data/cifar.ts";

// The digests are those of the published images.
const { hashes: _, ...cifar10 } = cifarFacts.cifar10;

/** CIFAR-10 with 10 training and 2 test images. */
export const tinyFacts: CifarFacts = { ...cifar10, trainSize: 10, testSize: 2 };

/** CIFAR-100 with 2 training and 2 test images. */
export const tinyFacts100: CifarFacts = { ...cifarFacts.cifar100, trainSize: 2, testSize: 2 };

/** Value of a pixel's channel in image `row` of a file. */
export function tinyValue(row: number, pixel: number, channel: number): number {
  return (37 * row + 7 * (1024 * channel + pixel)) % 256;
}

/** Two images in the order height, width, channel. */
export const tinyImages: Uint8Array<ArrayBuffer> = Uint8Array.from(
  { length: 2 * 3072 },
  (_, index) => tinyValue(Math.floor(index / 3072), Math.floor(index % 3072 / 3), index % 3),
);

/** A file of the binary version; `labels` holds the label bytes of the two images. */
export function tinyBinary(labels: readonly (readonly number[])[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(labels.flatMap((bytes, row) => [
    ...bytes,
    ...Array.from(
      { length: 3072 },
      (_, index) => tinyValue(row, index % 1024, Math.floor(index / 1024)),
    ),
  ]));
}

/** All files of the binary version of {@linkcode tinyFacts}, by name. */
export function tinyBinaryFiles(): Record<string, Uint8Array<ArrayBuffer>> {
  const { train, test } = tinyFacts.binary;
  return Object.fromEntries(
    [...train, ...test].map((file, index) => [file, tinyBinary([[index], [9]])]),
  );
}

/** All files of the Python version of {@linkcode tinyFacts}, by name, with the same images and labels. */
export function tinyPythonFiles(): Record<string, Uint8Array<ArrayBuffer>> {
  const { train, test } = tinyFacts.python;
  return Object.fromEntries(
    [...train, ...test].map((
      file,
      index,
    ) => [file, relabelled("cifar10_python3_protocol4", index)]),
  );
}

/** A fixture of the Python version with another label of its first image. */
export function relabelled(fixture: string, label: number): Uint8Array<ArrayBuffer> {
  const bytes = Deno.readFileSync(new URL(`../fixtures/${fixture}.pickle`, import.meta.url));
  // Both labels as BININT1, behind the mark of their list.
  const [mark, small] = [0x28, 0x4b];
  const place = bytes.findIndex((byte, index) =>
    byte === mark && bytes[index + 1] === small && bytes[index + 3] === small &&
    [6, 49].includes(bytes[index + 2]!)
  );
  return bytes.with(place + 2, label);
}

/** Writes files into a folder, which is made when missing. */
export async function writeFiles(
  folder: string,
  files: Readonly<Record<string, Uint8Array | string>>,
): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    await Deno.writeFile(`${folder}/${name}`, bytes);
  }
}

/** Labels of the training images of {@linkcode tinyBinaryFiles}. */
export const tinyTrainLabels: Int32Array = Int32Array.of(0, 9, 1, 9, 2, 9, 3, 9, 4, 9);

/** A gzipped tar archive with these files in a folder. */
export function tinyArchive(
  folder: string,
  files: Readonly<Record<string, Uint8Array | string>>,
): Promise<Uint8Array> {
  return createTarGzip(
    Object.entries(files).map(([name, data]) => ({ name: `${folder}/${name}`, data })),
  );
}

/** The npm package with the images and labels of {@linkcode tinyFacts}. */
export function tinyPackage(): Promise<Uint8Array> {
  const sheet = encode({ width: 1024, height: 2, channels: 3, depth: 8, data: tinyImages });
  return tinyArchive("package", {
    "package.json": "{}",
    ...Object.fromEntries([1, 2, 3, 4, 5].map((batch) => [`data_batch_${batch}.png`, sheet])),
    "test_batch.png": sheet,
    "train_lables.json": JSON.stringify([...tinyTrainLabels]),
    "test_lables.json": "[5,9]",
  });
}

/** Hash in hexadecimal digits. */
export function hexHash(bytes: Uint8Array, algorithm: "md5" | "sha512"): string {
  return createHash(algorithm).update(bytes).digest("hex");
}

/** The facts with the archive at another address. */
export function factsAt(facts: CifarFacts, address: string, archive: Uint8Array): CifarFacts {
  const file = new URL(facts.archive.address).pathname.split("/").at(-1);
  return { ...facts, archive: { address: `${address}/${file}`, md5: hexHash(archive, "md5") } };
}
