/**
 * The action `pack` of the command `data`: the images of a data set, made small once.
 *
 * @module
 */

import { configure, type Settings } from "../experiment/config.ts";
import { makeFolder, writeWholeFile } from "../disk/whole_file.ts";
import { writePack } from "../images/write_pack.ts";
import { printResult } from "../process/streams.ts";
import { startEngine } from "../tensor/start.ts";
import type { Flag, FlagValues } from "./flags.ts";
import { openFiles } from "./machine.ts";
import { UsageError, withProgressLine } from "./shell.ts";
import { format } from "./train_report.ts";

const whole = (least: number, most: number): Pick<Flag, "wanted" | "accepts"> => ({
  wanted: `a whole number in [${least}, ${most}]`,
  accepts: (value) =>
    Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most,
});

/** Its flags, beside those of a data set. */
export const packFlags: readonly Flag[] = [
  { names: ["out"], kind: "path", help: "pack: the folder to write" },
  {
    names: ["side"],
    kind: "number",
    help: "pack: larger images are scaled to this shorter side; 256 by default",
    ...whole(8, 4096),
  },
  {
    names: ["quality"],
    kind: "number",
    help: "pack: quality of the JPEG files that are written; 95 by default",
    ...whole(1, 100),
  },
];

/**
 * Packs a data set.
 *
 * @param values Parsed flags.
 * @param settings The data set and where it lies.
 * @throws {UsageError} If a flag is missing.
 * @throws {Error} If an image cannot be read, or the disk does not take the pack.
 */
export async function packDataset(values: FlagValues, settings: Settings): Promise<void> {
  const { out, side, quality } = values;
  if (out === undefined || settings.dataset === undefined) {
    const missing = out === undefined ? "out" : "dataset";
    throw new UsageError(`Cannot pack images: add --${missing}: see deno task data --help`);
  }
  const { data } = configure(settings);
  const files = (await openFiles(data, {}))!;
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
    `Packed: ${format(facts.train)} training and ${format(facts.test)} test images in "${out}"\n` +
      `Train on it: deno task train --dataset ${facts.dataset} --root ${out}`,
  );
}
