/**
 * The command `readme`: writes the tables of README.md and lib/bench/README.md again that follow from
 * code and results.
 *
 * @module
 */

import { readSpeedCards } from "../bench/speed_cards.ts";
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
import { equationTable } from "./readme/equation_map.ts";
import { deviceTimings, speedTable, timings } from "./readme/speed_tables.ts";
import { classAccuracyFigure, figureSvg } from "./readme/figures.ts";
import {
  ablationTable,
  datasetTable,
  presetTable,
  reproducedTable,
} from "./readme/study_tables.ts";

/** The files with generated blocks, below the project. */
const markdownFiles = ["README.md", "lib/bench/README.md"];

/** Where the figure of README.md lies. */
const figurePath = "data/results/class_accuracy.svg";

const flags: readonly Flag[] = [
  {
    names: ["check"],
    kind: "switch",
    help: "write nothing; fail where a table is not as it should be",
  },
];

/** What `--help` shows. */
export const help: HelpScreen = {
  summary:
    "Writes the tables of README.md and lib/bench/README.md again that follow from code and " +
    "results. Each stands between two comments: <!-- generated: methods --> and <!-- end: methods -->.",
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
        ["figure", "accuracy of each class, cross-entropy beside GLMC, from the cards"],
        ["equations", "where each equation of GLMC is computed, tested, and shown"],
        [
          "speed",
          "the kit beside the fastest of its peers, from the cards of deno task bench --export",
        ],
        ["timings", "the same with every contender, a table for each step that was timed"],
        ["devices", "one process beside several, and a model of more (deno task bench --devices)"],
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
  const files = await generatedFiles(
    Object.fromEntries(
      markdownFiles.map((path) => [path, Deno.readTextFileSync(`${projectRoot}/${path}`)]),
    ),
  );
  const stale: string[] = [];
  for (const [path, content] of Object.entries(files)) {
    const before = await Deno.readTextFile(`${projectRoot}/${path}`).catch(() => undefined);
    if (before !== content) stale.push(path);
  }
  if (stale.length === 0) return print(`${markdownFiles.join(", ")}: up to date`);
  if (check) {
    throw new Error(`Not as code and results make them: ${stale.join(", ")}: run deno task readme`);
  }
  for (const path of stale) {
    const advice = "free it, then run deno task readme again";
    await writeWholeFile(`${projectRoot}/${path}`, files[path]!, { advice });
    print(`${path}: written`);
  }
}

/**
 * Texts with their generated blocks as they should be, in the project's format, and the figures that they show.
 *
 * @param texts Markdown by its path below the project.
 * @param root The project folder.
 * @returns Content of each file by its path below the project: the texts, and the figures of their blocks.
 * @throws {RangeError} If a block has an unknown name, or a figure lacks its runs.
 * @throws {SyntaxError} If a block has no end.
 * @example Nothing to fill
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { generatedFiles } from "glmc/cli/readme.ts";
 *
 * const texts = { "README.md": "# Title\n" };
 *
 * assertEquals(await generatedFiles(texts), texts);
 * ```
 */
export async function generatedFiles(
  texts: Readonly<Record<string, string>>,
  root: string = projectRoot,
): Promise<Readonly<Record<string, string>>> {
  const results = await cardResults([`${root}/data/results`], {
    methods,
    onNotice: (problem) => {
      throw new SyntaxError(problem);
    },
  });
  const parity = JSON.parse(await Deno.readTextFile(`${root}/tests/golden/parity.json`));
  const speeds = await readSpeedCards(`${root}/data/results/speed.json`);
  const { tasks } = JSON.parse(await Deno.readTextFile(`${root}/deno.json`));
  const notebooks = [...Deno.readDirSync(`${root}/notebooks`)].map(({ name }) => name);
  const tables: Readonly<Record<string, (...words: string[]) => Table | Promise<Table>>> = {
    commands: () => commandTable(tasks),
    methods: () => methodTable(),
    networks: networkTable,
    flags: (method = "glmc") => flagTable(method),
    presets: presetTable,
    datasets: datasetTable,
    results: (...args) => ablationTable(args, results),
    reproduced: () => reproducedTable(results),
    parity: () => parityTable(parity),
    equations: () => equationTable(notebooks),
    speed: () => speedTable(speeds),
  };
  const figures: Record<string, string> = {};
  const writers: Record<string, BlockWriter> = {
    timings: () => timings(speeds),
    devices: () => deviceTimings(speeds),
    async figure() {
      const figure = classAccuracyFigure(results);
      figures[figurePath] = await figureSvg(figure);
      return `![${figure.description}](${figurePath})`;
    },
  };
  for (const [name, make] of Object.entries(tables)) {
    writers[name] = async (...words) => tableMarkdown(await make(...words));
  }
  const filled: Record<string, string> = {};
  for (const [path, text] of Object.entries(texts)) {
    filled[path] = await formatted(await fillBlocks(text, writers), { path, root });
  }
  return { ...filled, ...figures };
}

/** As `deno fmt` lays it out, so that neither undoes what the other has done. */
async function formatted(
  text: string,
  { path, root }: { readonly path: string; readonly root: string },
): Promise<string> {
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
    `Cannot lay out ${path}: ${decoder.decode(stderr).trim()}: run deno fmt ${path} to see more`,
  );
}
