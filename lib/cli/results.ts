/**
 * The command `results`: what all runs have come to, listed or compared over seeds.
 *
 * @module
 */
import { writeWholeFile } from "../disk/whole_file.ts";
import { openRunStore, type RunStore } from "../experiment/run_store.ts";
import { htmlPage } from "../plot/page.ts";
import { type Table, tableMarkdown } from "../plot/table.ts";
import { tableCsv, tableLatex } from "../plot/table_formats.ts";
import { print, printResult, tell } from "../process/streams.ts";
import { counted } from "../settings/count.ts";
import type { Settings } from "../settings/field.ts";
import { writeCards } from "../study/card_file.ts";
import { compareVariants, type Comparison, groupResults } from "../study/compare.ts";
import { comparisonFigures } from "../study/comparison_figures.ts";
import { comparisonNumbers, comparisonTable } from "../study/comparison_table.ts";
import { findStudy } from "../study/find_study.ts";
import { importResults } from "../study/import_results.ts";
import { isFinished, surveyResults } from "../study/read_results.ts";
import type { RunResult } from "../study/result.ts";
import { narrowed } from "../study/results.ts";
import type { UnreadableRun } from "../study/run_result.ts";
import { hasSettings, parseWhere } from "../study/where.ts";
import { fittedTable } from "./fit_table.ts";
import { type Flag, type FlagValues, parseFlags } from "./flags.ts";
import type { HelpScreen } from "./help_screen.ts";
import { runsNumbers, runsTable } from "./results_table.ts";
import { asUsage, UsageError } from "./shell.ts";
import { userPath } from "./user_path.ts";

const formats = ["text", "markdown", "csv", "latex", "html"] as const;
type Format = (typeof formats)[number];

const states = ["begun", "running", "stopped", "finished", "reserved", "damaged"] as const;

const choiceFlags: readonly Flag[] = [
  {
    names: ["method"],
    kind: "text",
    value: "name",
    help: "runs of this method alone",
    defaultText: "any",
  },
  {
    names: ["where"],
    kind: "text",
    value: "settings",
    help: "runs with these settings alone: imbalance_rate=0.01,epochs=200",
    defaultText: "any",
  },
  {
    names: ["state"],
    kind: "choice",
    choices: states,
    help: "runs in this state alone",
    defaultText: "any",
  },
  {
    names: ["study"],
    kind: "text",
    value: "name",
    help: "a study of deno task ablate, by its variants",
    defaultText: "all runs",
  },
];

const formatFlags: readonly Flag[] = [
  {
    names: ["group"],
    kind: "switch",
    help: "runs that differ in their seed alone as one row, as is done where there are such runs",
  },
  {
    names: ["baseline"],
    kind: "text",
    value: "name",
    help: "variant, row or method to compare with, seed by seed",
    defaultText: "that of the study",
  },
  {
    names: ["format"],
    kind: "choice",
    choices: formats,
    help: "csv has all digits, html has figures",
    defaultText: "what the name of --output says, else text",
  },
  {
    names: ["output"],
    kind: "path",
    help: "file to write",
    defaultText: "printed",
  },
];

const exchangeFlags: readonly Flag[] = [
  {
    names: ["export"],
    kind: "path",
    help: "card file to add the chosen finished runs to (.jsonl)",
  },
  { names: ["import"], kind: "path", help: "folder of runs or card file to take in, for good" },
  { names: ["reindex"], kind: "switch", help: "throw the index away and read every run again" },
];

const flags = [...choiceFlags, ...formatFlags, ...exchangeFlags];

/** What `--help` shows. */
export const help: HelpScreen = {
  summary:
    "Lists the runs, the newest last, or compares them: mean and sample deviation over seeds, last " +
    "and best epoch, many, medium and few, after logit adjustment, and the difference to a baseline by " +
    "seed with its 95 % interval.",
  examples: [
    {
      command: "deno task results",
      does: "a row for each run, or for each setting with several seeds",
    },
    {
      command: "deno task results --where imbalance_rate=0.01,epochs=200 --baseline cross_entropy",
      does: "some of them, against a method",
    },
    {
      command: "deno task results --study components --output components.html",
      does: "a page with figures",
    },
  ],
  usage: ["deno task results [flags]"],
  notes: [
    "Runs made elsewhere count where their cards are in data/results or were imported.",
  ],
  sections: [
    { title: "Which runs", flags: choiceFlags },
    { title: "How they are shown", flags: formatFlags },
    { title: "Results of other machines", flags: exchangeFlags },
  ],
};

/** What the command has chosen. */
interface Chosen {
  readonly results: readonly RunResult[];
  readonly unreadable: readonly UnreadableRun[];
  readonly comparison?: Comparison;
}

/**
 * Reads the command line; no run is looked at.
 *
 * @param args Flags.
 * @returns Their values.
 * @throws {UsageError} If a flag is unknown or its value does not fit.
 */
export function read(args: readonly string[]): FlagValues {
  return parseFlags(args, flags);
}

/**
 * Runs the command.
 *
 * @param args Flags.
 * @throws {UsageError} If a flag is unknown or its value does not fit.
 * @throws {Deno.errors.NotFound} If there is no such study, or nothing to import.
 * @throws {Error} If a file cannot be read or written.
 */
export async function run(args: string[]): Promise<void> {
  const values = read(args);
  const store = openRunStore();
  const format = formatOf(values);
  if (values.import !== undefined) return await takeIn(String(values.import), store);
  const chosen = await choose(values, store);
  if (values.export !== undefined) await exportCards(String(values.export), chosen, store);
  if (values.output !== undefined) {
    const path = String(values.output);
    await writeWholeFile(path, `${await textOf(chosen, format)}\n`, {
      advice: "name another place: --output <file>",
    });
    print(`Written: ${path}`);
  } else if (values.export === undefined) printResult(await textOf(chosen, format));
  for (const { problem } of chosen.unreadable) if (problem !== undefined) tell(problem);
}

function formatOf({ format, output }: FlagValues): Format {
  const end = /\.(md|csv|tex|html?)$/.exec(String(output ?? ""))?.[1];
  const ends = { md: "markdown", csv: "csv", tex: "latex", htm: "html", html: "html" } as const;
  const found = format === undefined ? ends[end as keyof typeof ends] ?? "text" : format as Format;
  if (found === "html" && output === undefined) {
    throw new UsageError(
      "Cannot print a page: it is long: name a file for it with --output results.html",
    );
  }
  return found;
}

async function takeIn(from: string, store: RunStore): Promise<void> {
  const { found, problems } = await importResults(userPath(from), store);
  problems.forEach(tell);
  print(`Imported: ${counted(found, "result")} from ${from}`);
}

async function choose(values: FlagValues, store: RunStore): Promise<Chosen> {
  const where = whereOf(values, store);
  const survey = await surveyResults(store, {
    index: values.reindex === true ? "rebuilt" : "used",
    onNotice: tell,
  });
  const known = survey.results.filter(({ state }) =>
    values.state === undefined || state === values.state
  );
  const baseline = values.baseline === undefined ? undefined : String(values.baseline);
  if (values.study !== undefined) {
    const study = await findStudy(String(values.study), store);
    const comparison = asUsage(() =>
      compareVariants(narrowed(study, { where, baseline, store }), known, store)
    );
    const results = comparison.rows.flatMap(({ results }) => results);
    return { results, unreadable: [], comparison };
  }
  const results = known.filter((result) => hasSettings(result, where, store))
    .toSorted((a, b) => a.started < b.started ? -1 : a.started > b.started ? 1 : 0);
  const isChoosing = Object.keys(where).length > 0;
  const unreadable = isChoosing
    ? []
    : survey.unreadable.filter(({ state }) => values.state === undefined || state === values.state);
  const grouped = values.group ?? (baseline !== undefined || hasSeveralSeeds(results));
  if (grouped !== true) return { results, unreadable };
  return { results, unreadable, comparison: asUsage(() => groupResults(results, { baseline })) };
}

function whereOf({ method, where }: FlagValues, { methods }: RunStore): Settings {
  const settings = [where, method === undefined ? undefined : `method=${method}`]
    .filter((text) => text !== undefined);
  if (settings.length === 0) return {};
  return asUsage(() =>
    parseWhere(settings.join(","), { methods, pathOf: (path) => userPath(path) })
  );
}

function hasSeveralSeeds(results: readonly RunResult[]): boolean {
  const groups = Map.groupBy(results, ({ group }) => group).values();
  return groups.some((runs) => new Set(runs.map(({ hash }) => hash)).size > 1);
}

async function exportCards(path: string, { results }: Chosen, store: RunStore): Promise<void> {
  const finished = results.filter(isFinished);
  if (finished.length === 0) {
    throw new UsageError(
      "Cannot export: none of the chosen runs is finished: choose others, or wait for them",
    );
  }
  const { results: all, problems } = await writeCards(path, finished, {
    methods: store.methods,
    onNotice: tell,
  });
  problems.forEach(tell);
  const written = new Set(finished.map(({ hash }) => hash)).size;
  print(`Written: ${written} of the ${all.length} cards in ${path}`);
}

async function textOf(
  { results, unreadable, comparison }: Chosen,
  format: Format,
): Promise<string> {
  if (format === "csv") {
    return tableCsv(
      comparison === undefined ? runsNumbers(results) : comparisonNumbers(comparison),
    );
  }
  const list = runsTable(results, unreadable);
  const shown = comparison === undefined ? list : comparisonTable(comparison);
  if (format === "html") return await resultsPage(shown, { list, comparison, results });
  if (format === "markdown") return tableMarkdown(shown);
  if (format === "latex") return tableLatex(shown);
  if (shown.rows.length === 0) return "No run fits.";
  return fittedTable(shown);
}

/** Table, bars and curves on one page that needs nothing else. */
function resultsPage(
  shown: Table,
  { list, comparison, results }: {
    readonly list: Table;
    readonly comparison: Comparison | undefined;
    readonly results: readonly RunResult[];
  },
): Promise<string> {
  const { bars, curves } = comparisonFigures(comparison ?? groupResults(results));
  const finished = results.filter(isFinished).length;
  return htmlPage({
    title: comparison?.title ?? "Runs",
    summary: `${counted(results.length, "run")}, ${finished} finished.`,
    sections: [
      ...(comparison === undefined ? [] : [{ title: "Comparison", items: [shown] }]),
      { title: "After the last epoch", items: [bars] },
      { title: "By epoch", items: [curves] },
      { title: "Runs", items: [list] },
    ],
  });
}
