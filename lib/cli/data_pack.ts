/**
 * The action `pack` of the command `data`: the images of a data set, made small once.
 *
 * @module
 */

import { configure, type Settings } from "../experiment/config.ts";
import { makeFolder, writeWholeFile } from "../disk/whole_file.ts";
import { writePack } from "../images/write_pack.ts";
import { printResult } from "../process/streams.ts";
import { counted } from "../settings/count.ts";
import { startEngine } from "../tensor/start.ts";
import { type Flag, type FlagValues, wholeNumbers } from "./flags.ts";
import { openFiles } from "./machine.ts";
import { UsageError, withProgressLine } from "./shell.ts";
import { format } from "./train_report.ts";

/** Its flags, beside those of a data set. */
export const packFlags: readonly Flag[] = [
  {
    names: ["out"],
    kind: "path",
    value: "folder",
    help: "the folder to write",
    required: true,
  },
  {
    names: ["side"],
    help: "larger images are scaled to this shorter side",
    default: 256,
    unit: "pixels",
    ...wholeNumbers({ least: 8, most: 4096 }),
  },
  {
    names: ["quality"],
    help: "quality of the JPEG files that are written",
    default: 95,
    ...wholeNumbers({ most: 100 }),
  },
];

/**
 * Refuses flags that leave out what a pack needs.
 *
 * @param values Parsed flags.
 * @throws {UsageError} Names the first that is missing.
 * @example Nothing is told
 * ```ts
 * import { checkPackFlags } from "glmc/cli/data_pack.ts";
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(() => checkPackFlags({ dataset: "folder" }), Error, "add --out");
 * ```
 */
export function checkPackFlags(values: FlagValues): void {
  const missing = ["out", "dataset"].find((name) => values[name] === undefined);
  if (missing === undefined) return;
  throw new UsageError(`Cannot pack images: --${missing} is missing: add --${missing}`);
}

/**
 * Packs a data set.
 *
 * @param values Parsed flags, of which {@linkcode checkPackFlags} lacks none.
 * @param settings The data set and where it lies.
 * @throws {Error} If an image cannot be read, or the disk does not take the pack.
 */
export async function packDataset(values: FlagValues, settings: Settings): Promise<void> {
  const { out, side, quality } = values;
  const { data } = configure(settings);
  const files = (await openFiles(data, {}))!;
  if (files.train.partOf !== undefined) {
    throw new UsageError(
      `Cannot pack "${files.folder}": it is a pack already: pack the images that it was made of`,
    );
  }
  await makeFolder(`${out}`);
  await startEngine({ device: "cpu" });
  const facts = await withProgressLine((line) =>
    writePack(files, {
      out: `${out}`,
      ...(side !== undefined && { side: Number(side) }),
      ...(quality !== undefined && { quality: Number(quality) }),
      write: writeWholeFile,
      onProgress: ({ label, done, total }) =>
        line.update(`${label}: ${done} of ${total}`, done / total!),
    })
  );
  printResult(
    `Packed: ${format(facts.train)} training and ${
      counted(facts.test, "test image")
    } in "${out}"\n` +
      `Train on it: deno task train --dataset ${facts.dataset} --root ${out}`,
  );
}
