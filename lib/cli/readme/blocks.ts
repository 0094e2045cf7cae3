/**
 * Blocks of a Markdown file that a command writes: found by their marks, and filled again.
 *
 * A block stands between `<!-- generated: methods -->` and `<!-- end: methods -->`; what follows its name
 * in the first mark is told to whoever writes it, as in
 * `<!-- generated: results components --imbalance_rate 0.01 -->`.
 *
 * @module
 */

/** Writes the content of a block from the words behind its name; without line breaks at its ends. */
export type BlockWriter = (...words: string[]) => string | Promise<string>;

const begin = /^<!-- generated: (\S.*?) -->$/;

/**
 * Fills the blocks of a text.
 *
 * @param text Markdown.
 * @param writers What fills a block, by its name.
 * @returns The text with the content of its blocks replaced.
 * @throws {RangeError} If nothing fills a block of that name.
 * @throws {SyntaxError} If a block has no end.
 * @example One block
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fillBlocks } from "glmc/cli/readme/blocks.ts";
 *
 * const text = "<!-- generated: sum 1 2 -->\n\nold\n\n<!-- end: sum -->";
 * const filled = await fillBlocks(text, { sum: (a, b) => `${Number(a) + Number(b)}` });
 *
 * assertEquals(filled, "<!-- generated: sum 1 2 -->\n\n3\n\n<!-- end: sum -->");
 * ```
 */
export async function fillBlocks(
  text: string,
  writers: Readonly<Record<string, BlockWriter>>,
): Promise<string> {
  const lines = text.split("\n");
  const filled: string[] = [];
  for (let index = 0; index < lines.length; index++) {
    filled.push(lines[index]!);
    const [, mark] = lines[index]!.match(begin) ?? [];
    if (mark === undefined) continue;
    const [name = "", ...words] = mark.split(/\s+/);
    const end = lines.indexOf(`<!-- end: ${name} -->`, index);
    if (end < 0) {
      throw new SyntaxError(
        `Cannot fill the block "${mark}": it has no end: write <!-- end: ${name} --> behind it`,
      );
    }
    filled.push("", await writerOf(name, writers)(...words), "", lines[end]!);
    index = end;
  }
  return filled.join("\n");
}

function writerOf(name: string, writers: Readonly<Record<string, BlockWriter>>): BlockWriter {
  const writer = Object.hasOwn(writers, name) ? writers[name] : undefined;
  if (writer !== undefined) return writer;
  throw new RangeError(
    `Cannot fill the block "${name}": nothing writes it: use one of ${
      Object.keys(writers).join(", ")
    }`,
  );
}
