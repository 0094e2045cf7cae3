/**
 * The command `readme`: writes the tables of README.md again that follow from code and results.
 *
 * @module
 */

import { writeWholeFile } from "../disk/whole_file.ts";
import { methods } from "../method/methods.ts";
import { type Table, tableMarkdown } from "../plot/table.ts";
import { print } from "../process/streams.ts";
import { projectRoot } from "../setup/project.ts";
import { cardResults } from "../study/read_results.ts";
import { type Flag, type FlagValues, parseFlags } from "./flags.ts";
import type { HelpScreen } from "./help_screen.ts";
import { type BlockWriter, fillBlocks } from "./readme/blocks.ts";
import { commandTable, flagTable, methodTable, networkTable } from "./readme/kit_tables.ts";
import { parityTable } from "./readme/parity_table.ts";
import {
  ablationTable,
  datasetTable,
  presetTable,
  reproducedTable,
} from "./readme/study_tables.ts";

const flags: readonly Flag[] = [
  {
    names: ["check"],
    kind: "switch",
    help: "write nothing; fail where a table is not as it should be",
  },
];

/** What `--help` shows. */
export const help: HelpScreen = {
  summary: "Writes the tables of README.md again that follow from code and results. Each stands " +
    "between two comments: <!-- generated: methods --> and <!-- end: methods -->.",
  examples: [
    { command: "deno task readme", does: "after code or results have changed" },
    { command: "deno task readme --check", does: "before a commit, or in a job" },
  ],
  usage: ["deno task readme [--check]"],
  notes: ["Results are those of the cards in data/results, and of no other run."],
  sections: [
    { title: "Flags", flags },
    {
      title: "Tables",
      rows: [
        ["commands", "the tasks of deno.json, with their summaries"],
        ["methods", "the methods that have a name in the field"],
        ["networks", "the networks, with their parameters counted"],
        ["flags <method>", "the flags that decide what a training of the method gives"],
        ["presets", "the presets, those of one kind in one row"],
        ["datasets", "the long-tailed sets, with their sizes"],
        [
          "results <arguments>",
          "what the finished runs of deno task ablate <arguments> have reached, such as results components " +
          "--imbalance_rate 0.01",
        ],
        ["reproduced", "every published row of GLMC beside what was reached here"],
        ["parity", "how near the golden tests come to the public codes (deno task parity)"],
      ],
    },
  ],
};

/**
 * Reads the command line; nothing is written.
 *
 * @param args Flags.
 * @returns Their values.
 * @throws {UsageError} If a flag is unknown.
 */
export function read(args: readonly string[]): FlagValues {
  return parseFlags(args, flags);
}

/**
 * Runs the command.
 *
 * @param args Flags.
 * @throws {UsageError} If a flag is unknown.
 * @throws {Error} If a block cannot be filled, the file cannot be written, or `--check` finds it stale.
 */
export async function run(args: string[]): Promise<void> {
  const { check = false } = read(args);
  const path = `${projectRoot}/README.md`;
  const before = await Deno.readTextFile(path);
  const after = await upToDate(before);
  if (after === before) return print("README.md: up to date");
  if (check) {
    throw new Error("README.md has tables that are not as they should be: run deno task readme");
  }
  await writeWholeFile(path, after, { advice: "free it, then run deno task readme again" });
  print("README.md: written");
}

/**
 * A text with its generated blocks as they should be, in the project's format.
 *
 * @param text Markdown.
 * @param root The project folder.
 * @returns The whole text.
 * @throws {RangeError} If a block has an unknown name.
 * @throws {SyntaxError} If a block has no end.
 * @example Nothing to fill
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { upToDate } from "glmc/cli/readme.ts";
 *
 * assertEquals(await upToDate("# Title\n"), "# Title\n");
 * ```
 */
export async function upToDate(text: string, root: string = projectRoot): Promise<string> {
  const results = await cardResults([`${root}/data/results`], {
    methods,
    onNotice: (problem) => {
      throw new SyntaxError(problem);
    },
  });
  const parity = JSON.parse(await Deno.readTextFile(`${root}/tests/golden/parity.json`));
  const { tasks } = JSON.parse(await Deno.readTextFile(`${root}/deno.json`));
  const tables: Readonly<Record<string, (...words: string[]) => Table>> = {
    commands: () => commandTable(tasks),
    methods: () => methodTable(),
    networks: networkTable,
    flags: (method = "glmc") => flagTable(method),
    presets: presetTable,
    datasets: datasetTable,
    results: (ablation = "components", preset) => ablationTable(ablation, results, preset),
    reproduced: () => reproducedTable(results),
    parity: () => parityTable(parity),
  };
  const writers = Object.entries(tables).map(([name, make]): [string, BlockWriter] => [
    name,
    (...words) => tableMarkdown(make(...words)),
  ]);
  return await formatted(await fillBlocks(text, Object.fromEntries(writers)), root);
}

/** As `deno fmt` lays it out, so that neither undoes what the other has done. */
async function formatted(text: string, root: string): Promise<string> {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--ext", "md", "-"],
    cwd: root,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const written = new Response(text).body!.pipeTo(process.stdin);
  const { success, stdout, stderr } = await process.output();
  await written.catch(() => {});
  const decoder = new TextDecoder();
  if (success) return decoder.decode(stdout);
  throw new Error(
    `Cannot lay out README.md: ${
      decoder.decode(stderr).trim()
    }: run deno fmt README.md to see more`,
  );
}
