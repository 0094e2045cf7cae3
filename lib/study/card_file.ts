/**
 * Result cards: what runs have come to, a line of JSON each, to be kept beside the code and handed on.
 *
 * A card needs no folder of a run. Its configuration is stored as in `config.json` and is read through the
 * same door, so that a card of an older form means what it meant; its hashes are computed anew.
 *
 * @module
 */

import { basename, dirname, join } from "node:path";
import { decodeText } from "../disk/json_text.ts";
import { readError } from "../disk/errors.ts";
import { withLock } from "../disk/lock.ts";
import {
  isRecord,
  listOf,
  nullable,
  numeric,
  object,
  type Schema,
  textual,
} from "../disk/schema.ts";
import { writeWholeFile } from "../disk/whole_file.ts";
import { groupHash, readConfig, resultHash } from "../experiment/config.ts";
import type { MethodsOption } from "../experiment/configured.ts";
import { accuracyFields } from "../train/record.ts";
import type { Measured, RunResult } from "./result.ts";
import { evaluatedEpochs, totalEpochs } from "../train/stage.ts";

/** What a card file holds. */
export interface CardFile {
  /** Its results, by hash; their folder is null. */
  readonly results: readonly RunResult[];
  /** Lines that are no card, as they stand in the file. */
  readonly damaged: readonly string[];
  /** What is wrong with them, a line each that names file and line. */
  readonly problems: readonly string[];
}

const percent = numeric({ least: 0, most: 100 });
const count = numeric({ least: 0, whole: true });
const hash = textual(/^[0-9a-f]{64}$/);

const measuredFields = { epoch: count, ...accuracyFields };
const adjusted = object({ top1: percent, shots: accuracyFields.shots });
const measured: Schema<Measured> = (value, name) =>
  object(isRecord(value) && "adjusted" in value ? { ...measuredFields, adjusted } : measuredFields)(
    value,
    name,
  );

const cardFields = {
  hash,
  group: hash,
  config: (value: unknown) => value,
  name: textual(/./),
  folder: nullable(textual()),
  state: textual(/^(begun|running|stopped|finished)$/) as Schema<RunResult["state"]>,
  epochs: count,
  totalEpochs: count,
  curve: listOf(percent),
  seconds: numeric({ least: 0 }),
  started: textual(),
  commit: textual(),
  machine: textual(),
};

function cardOf(value: unknown, { methods }: MethodsOption): RunResult {
  const further = Object.fromEntries(
    ["best", "last"].filter((key) => isRecord(value) && key in value)
      .map((key) => [key, measured]),
  );
  const card = object({ ...cardFields, ...further })(value, "the card");
  const config = readConfig(card.config, { methods, file: "the card" });
  const { stages } = config;
  const begun = stages[0].startEpoch;
  const isPlanned = card.epochs <= card.totalEpochs &&
    begun + card.totalEpochs === totalEpochs(stages);
  const evaluated = isPlanned ? evaluatedEpochs(stages, begun + card.epochs).length : undefined;
  if (card.curve.length !== evaluated) {
    throw new TypeError(
      `the card has ${card.curve.length} accuracies of ${card.epochs} of ${card.totalEpochs} epochs`,
    );
  }
  return { ...card, config, hash: resultHash(config), group: groupHash(config), folder: null };
}

/**
 * Reads a card file.
 *
 * @param path The file.
 * @param options The methods there are.
 * @returns Its results; lines that are damaged are told and left out.
 * @throws {Deno.errors.NotFound} If there is no such file.
 * @throws {Error} If it cannot be read.
 */
export async function readCards(path: string, options: MethodsOption): Promise<CardFile> {
  let text: string;
  try {
    text = decodeText(await Deno.readFile(path));
  } catch (error) {
    if (!(error instanceof TypeError)) throw readError(path, error);
    throw new SyntaxError(
      `Cannot read the result cards in "${path}": ${error.message}: name a file of cards`,
      { cause: error },
    );
  }
  const [results, damaged, problems]: [RunResult[], string[], string[]] = [[], [], []];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "") continue;
    try {
      results.push(cardOf(JSON.parse(line), options));
    } catch (error) {
      damaged.push(line);
      problems.push(
        `Cannot read line ${index + 1} of "${path}": ${(error as Error).message}: ` +
          "it is left out: export the run again",
      );
    }
  }
  return { results: mergedCards(results), damaged, problems };
}

/** What cards are written with. */
export interface WriteCardsOptions extends MethodsOption {
  /** Told one line where the disk has no locks: two that write at once may lose cards of each other there. */
  readonly onNotice?: ((line: string) => void) | undefined;
}

/**
 * Writes results into a card file; those that are there stay.
 *
 * Of two cards of the same hash the one with more epochs stays, of equals the one that was there. Lines
 * that are damaged go to the end as they are. Processes that write into one file at once take turns.
 *
 * @param path The file; its folder is made if it is missing.
 * @param results The results.
 * @param options The methods there are, and whom to tell.
 * @returns What the file holds now.
 * @throws {Error} If the file cannot be read or written.
 */
export async function writeCards(
  path: string,
  results: readonly RunResult[],
  { methods, onNotice = () => {} }: WriteCardsOptions,
): Promise<CardFile> {
  const lock = join(dirname(path), `.${basename(path)}.lock`);
  const what = `write result cards into "${path}"`;
  return await withLock(lock, () => addCards(path, results, { methods }), { what, onNotice });
}

async function addCards(
  path: string,
  results: readonly RunResult[],
  options: MethodsOption,
): Promise<CardFile> {
  const before = await readCards(path, options).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return { results: [], damaged: [], problems: [] };
    throw error;
  });
  const merged = mergedCards([...before.results, ...results]);
  await writeWholeFile(path, [...merged.map(cardLine), ...before.damaged].join("\n") + "\n");
  return { ...before, results: merged };
}

/**
 * A result as the line of a card file.
 *
 * @param result The result.
 * @returns JSON in a fixed order, without the folder of the run, numbers to their last digit.
 */
export function cardLine(result: RunResult): string {
  const { hash, group, name, state, epochs, totalEpochs, best, last, curve, ...rest } = result;
  const { seconds, started, commit, machine, config } = rest;
  return JSON.stringify({
    ...{ hash, group, name, folder: null, state, epochs, totalEpochs },
    ...(best && { best }),
    ...(last && { last }),
    ...{ curve, seconds, started, commit, machine, config },
  });
}

/** One result of each hash, by hash. */
function mergedCards(results: readonly RunResult[]): RunResult[] {
  const known = new Map<string, RunResult>();
  for (const result of results) {
    const other = known.get(result.hash);
    if (other === undefined || result.epochs > other.epochs) {
      known.set(result.hash, { ...result, folder: null });
    }
  }
  return [...known.values()].sort((a, b) => a.hash < b.hash ? -1 : 1);
}
