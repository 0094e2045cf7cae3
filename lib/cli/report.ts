/**
 * The command `report`: a run as one page to look at.
 *
 * @module
 */
import { type DatasetName, datasets } from "../data/datasets.ts";
import { readError } from "../disk/errors.ts";
import { writeWholeFile } from "../disk/whole_file.ts";
import type { AdjustedAccuracy } from "../evaluate/adjusted.ts";
import { cellsOf } from "../evaluate/confusion.ts";
import { shotGroup } from "../evaluate/shots.ts";
import type { RecordedEvaluation, RecordedRun } from "../experiment/read_run.ts";
import type { ResumeRecord } from "../experiment/run_folder.ts";
import { openRunStore } from "../experiment/run_store.ts";
import { confusionFigure, reliabilityFigure } from "../plot/evaluation_charts.ts";
import { classAccuracyFigure, classCountsFigure } from "../plot/long_tail_charts.ts";
import { htmlPage, type PageSection } from "../plot/page.ts";
import { type Cell, type Table, table } from "../plot/table.ts";
import { trainingCurvesFigure } from "../plot/training_charts.ts";
import { print, tell } from "../process/streams.ts";
import { projectRoot } from "../setup/project.ts";
import type { Accuracies } from "../train/events.ts";
import { totalEpochs } from "../train/stage.ts";
import { type Flag, type FlagValues, parseFlags } from "./flags.ts";
import type { HelpScreen } from "./help_screen.ts";
import { UsageError } from "./shell.ts";
import { dirname } from "node:path";
import { knownResults } from "../study/read_results.ts";
import type { RunResult } from "../study/result.ts";
import { pairTable, settingItems } from "./report_settings.ts";
import { runSummary } from "./report_summary.ts";
import { userPath, userPathOrName } from "./user_path.ts";

const flags: readonly Flag[] = [
  {
    names: ["run"],
    kind: "text",
    value: "run",
    help: "name or folder of a run in data/runs",
    required: true,
  },
  {
    names: ["out"],
    kind: "text",
    value: "path",
    help: "where to write",
    defaultText: "report.html in the folder of the run",
  },
];

/** What `--help` shows. */
export const help: HelpScreen = {
  summary:
    "Writes one HTML page about a run, finished or not: how it did and what to try next, curves, " +
    "accuracy of each class, confusion, calibration, configuration, machine. The page needs no network " +
    "and no other file.",
  examples: [
    { command: "deno task report --run softmax", does: "report.html in the folder of the run" },
    { command: "deno task report --run softmax --out softmax.html", does: "here" },
  ],
  usage: ["deno task report --run <run> [--out <file>]"],
  sections: [{ title: "Flags", flags }],
};

/**
 * Reads the command line; nothing is written.
 *
 * @param args Flags.
 * @returns Their values.
 * @throws {UsageError} If a flag is unknown or no run is named.
 */
export function read(args: readonly string[]): FlagValues {
  const values = parseFlags(args, flags);
  if (values.run !== undefined) return values;
  throw new UsageError(
    "Cannot report: no run is named: add --run <name>: see deno task report --help",
  );
}

/**
 * Runs the command.
 *
 * @param args Flags.
 * @throws {UsageError} If a flag is unknown or no run is named.
 * @throws {Deno.errors.NotFound} If there is no such run, or none of its epochs is finished.
 */
export async function run(args: string[]): Promise<void> {
  const { run: name, out } = read(args);
  const store = openRunStore();
  const recorded = await store.read(userPathOrName(String(name)));
  for (const notice of recorded.notices) tell(notice);
  const file = out === undefined ? `${recorded.folder}/report.html` : userPath(String(out));
  await refuseOther(file);
  // Of another folder of runs nothing is known here.
  const known = dirname(recorded.folder) === store.folder ? await knownResults(store) : [];
  await writeWholeFile(file, await runPage(recorded, { known }), {
    advice: "name another place: --out <file>",
  });
  print(`Written: ${file.replace(`${projectRoot}/`, "")}: open it in a browser`);
}

/** A page may be written again; nothing else is written over. */
async function refuseOther(path: string): Promise<void> {
  let start: string;
  try {
    using file = await Deno.open(path);
    const bytes = new Uint8Array(64);
    const length = await file.read(bytes) ?? 0;
    start = new TextDecoder().decode(bytes.subarray(0, length));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw readError(path, error);
  }
  if (/^\s*(<!doctype html|$)/i.test(start)) return;
  throw new Deno.errors.AlreadyExists(
    `Cannot write the report to "${path}": what is there is no page: name another file with --out`,
  );
}

/**
 * The page of a run.
 *
 * @param run What it has measured.
 * @param options Results that are known, for those of other seeds; none by default.
 * @returns The text of the HTML file.
 */
export function runPage(
  run: RecordedRun,
  { known = [] }: { readonly known?: readonly RunResult[] } = {},
): Promise<string> {
  const { history, best, last, description: { config, classCounts, ...card } } = run;
  const { data, stages } = config;
  const epochs = totalEpochs(stages);
  const groups = classCounts.map(shotGroup);
  const set = Object.hasOwn(datasets, data.dataset)
    ? datasets[data.dataset as DatasetName]
    : undefined;
  const classNames = card.classNames ?? set?.classNames ??
    classCounts.map((_, label) => `${label}`);
  const record = history.at(-1)?.averaged;
  const averaged = record && { ...record, epoch: last.epoch };
  const adjusted = history.at(-1)?.adjusted;
  const inEpoch = `best epoch (${best.epoch + 1})`;
  const sections: PageSection[] = [
    {
      title: "Result",
      items: [
        resultTable({
          best,
          last,
          ...(adjusted && { "last, logits adjusted": { ...adjusted, epoch: last.epoch } }),
          ...(averaged && { "averaged weights": averaged }),
        }),
        choiceText(data.validation),
        classAccuracyFigure(best.classAccuracy, { groups, classNames, method: inEpoch }),
      ],
    },
    { title: "Training", items: [trainingCurvesFigure(history, { epochs })] },
    { title: "Training set", items: [classCountsFigure(classCounts, { groups, classNames })] },
    {
      title: "Mistakes and confidence",
      items: [
        classNames.length <= mostInMatrix
          ? confusionFigure(best.confusion, { classNames, title: `Confusion in the ${inEpoch}` })
          : mistakesTable(best, classNames),
        reliabilityFigure(best.reliability, { error: best.calibrationError }),
      ],
    },
    {
      title: "Configuration",
      items: settingItems({ config, environment: card.environment }),
    },
    {
      title: "Machine and versions",
      items: [
        pairTable("what", {
          ...card.environment,
          parameters: card.parameters,
          "hash of the training subset": card.splitHash,
          "hash of images and labels": card.dataHash ?? "not known",
        }),
        ...resumedTables(card.resumed),
      ],
    },
  ];
  return htmlPage({
    title: `Run ${run.name}`,
    summary: runSummary(run, known),
    sections,
  });
}

/** So many classes have a matrix that can be read; of more the commonest mistakes are listed. */
const mostInMatrix = 200;
const listedMistakes = 20;

function mistakesTable(evaluation: RecordedEvaluation, classNames: readonly string[]): Table {
  const { truths, decisions, counts } = cellsOf(evaluation, classNames.length);
  const images = new Map<number, number>();
  truths.forEach((truth, i) => images.set(truth, (images.get(truth) ?? 0) + counts[i]!));
  const rows = counts.map((count, i) => ({ count, truth: truths[i]!, decision: decisions[i]! }))
    .filter(({ truth, decision }) => truth !== decision)
    .sort((a, b) => b.count - a.count)
    .slice(0, listedMistakes);
  return table(
    ["true class", "taken for", "images", "of"],
    rows.map(({ truth, decision, count }): Cell[] => [
      classNames[truth]!,
      classNames[decision]!,
      `${count}`,
      `${images.get(truth)!}`,
    ]),
  );
}

/** What chose the best epoch. */
function choiceText(share: number): string {
  return share === 0
    ? "The best epoch is chosen on the test set, as the official code does."
    : "The best epoch is chosen by the mean accuracy of the classes on images that are held out of " +
      `training: a share of ${share} of each class of the subset.`;
}

/** Where the run was continued on something else, if it was. */
function resumedTables(resumed: readonly ResumeRecord[]): Table[] {
  if (resumed.length === 0) return [];
  const rows = resumed.flatMap(({ when, epoch, step, changes }) =>
    Object.entries(changes).map(([what, { before, now }]): Cell[] => [
      when,
      `epoch ${epoch + 1}, step ${step + 1}`,
      what,
      before,
      now,
    ])
  );
  return [table(["continued", "at", "what", "before", "now"], rows)];
}

/** What is known of an epoch; after logit adjustment only accuracies are. */
type Row = AdjustedAccuracy & Partial<Accuracies> & { readonly epoch: number };

function resultTable(
  evaluations: Readonly<Record<string, Row>>,
): Table {
  const numbers = [
    "top-1 (%)",
    "top-5 (%)",
    "many (%)",
    "medium (%)",
    "few (%)",
    "calibration error (%)",
  ];
  return table(
    ["epoch", ...numbers],
    Object.entries(evaluations).map(([which, { epoch, top1, top5, shots, calibrationError }]) => [
      `${which} (${epoch + 1})`,
      ...[
        top1,
        top5,
        shots.many,
        shots.medium,
        shots.few,
        calibrationError && 100 * calibrationError,
      ]
        .map((value) => value?.toFixed(2) ?? null),
    ]),
    { numeric: numbers },
  );
}
