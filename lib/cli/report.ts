/**
 * The command `report`: a run as one page to look at.
 *
 * @module
 */
import { basename, resolve } from "node:path";
import { parseArgs } from "node:util";
import { cifarFacts } from "../data/cifar.ts";
import { shotGroup } from "../evaluate/shots.ts";
import { readRun, type RecordedEvaluation, type RecordedRun } from "../experiment/read_run.ts";
import { confusionFigure, reliabilityFigure } from "../plot/evaluation_charts.ts";
import { classAccuracyFigure, classCountsFigure } from "../plot/long_tail_charts.ts";
import { htmlPage, type PageSection } from "../plot/page.ts";
import { type Cell, type Table, table } from "../plot/table.ts";
import { trainingCurvesFigure } from "../plot/training_charts.ts";
import { projectRoot } from "../setup/project.ts";
import { runsFolder } from "./machine.ts";
import { nearest, UsageError } from "./shell.ts";

/** The text that `--help` prints. */
export const help = `
Usage: deno task report --run <name> [--out <file>]

Writes one HTML page about a run, finished or not: curves, accuracy of each class, confusion,
calibration, configuration, machine. The page needs no network and no other file.

  --run <name>  Name or folder of a run in data/runs
  --out <file>  Where to write; report.html in the folder of the run by default
`;

/**
 * Runs the command.
 *
 * @throws {UsageError} If a flag is unknown or no run is named.
 * @throws {Deno.errors.NotFound} If there is no such run, or none of its epochs is finished.
 */
export async function run(args: string[]): Promise<void> {
  const { name, out } = parse(args);
  const { folder, run } = await findRun(name);
  const file = out ?? `${folder}/report.html`;
  await Deno.writeTextFile(file, await runPage(basename(folder), run));
  console.log(`Written: ${resolve(file).replace(`${projectRoot}/`, "")}: open it in a browser`);
}

/**
 * The page of a run.
 *
 * @param name Name of the run.
 * @param run What it has measured.
 * @returns The text of the HTML file.
 */
export function runPage(name: string, run: RecordedRun): Promise<string> {
  const { history, best, last, description: { config, classCounts } } = run;
  const groups = classCounts.map(shotGroup);
  const facts = cifarFacts[config.dataset];
  const classNames = facts.classNames.length === classCounts.length
    ? facts.classNames
    : classCounts.map((_, label) => `${label}`);
  const inEpoch = `best epoch (${best.epoch + 1})`;
  const sections: PageSection[] = [
    {
      title: "Result",
      items: [
        resultTable({ best, last }),
        "The best epoch is chosen on the test set, as the official code does.",
        classAccuracyFigure(best.classAccuracy, { groups, classNames, method: inEpoch }),
      ],
    },
    { title: "Training", items: [trainingCurvesFigure(history, { epochs: config.epochs })] },
    { title: "Training set", items: [classCountsFigure(classCounts, { groups, classNames })] },
    {
      title: "Mistakes and confidence",
      items: [
        confusionFigure(best.confusion, { classNames, title: `Confusion in the ${inEpoch}` }),
        reliabilityFigure(best.reliability, { error: best.calibrationError }),
      ],
    },
    { title: "Configuration", items: [pairTable("setting", config)] },
    {
      title: "Machine and versions",
      items: [pairTable("what", {
        ...run.description.environment,
        parameters: run.description.parameters,
        "hash of the training subset": run.description.splitHash,
      })],
    },
  ];
  return htmlPage({
    title: `Run ${name}`,
    summary:
      `${facts.title} with imbalance rate ${config.imbalanceRate}, ${config.architecture} of ` +
      `width ${config.width}, seed ${config.seed}: ${history.length} of ${config.epochs} epochs, ` +
      `top-1 accuracy ${last.top1.toFixed(2)} % in the last and ${
        best.top1.toFixed(2)
      } % in the best one.`,
    sections,
  });
}

function resultTable(evaluations: Readonly<Record<string, RecordedEvaluation>>): Table {
  return table(
    [
      "epoch",
      "top-1 (%)",
      "top-5 (%)",
      "many (%)",
      "medium (%)",
      "few (%)",
      "calibration error (%)",
    ],
    Object.entries(evaluations).map(([which, { epoch, top1, top5, shots, calibrationError }]) => [
      `${which} (${epoch + 1})`,
      ...[top1, top5, shots.many, shots.medium, shots.few, 100 * calibrationError]
        .map((value) => value === null ? null : value.toFixed(2)),
    ]),
  );
}

function pairTable(what: string, values: object): Table {
  return table(
    [what, "value"],
    Object.entries(values).map(([key, value]): Cell[] => [key, String(value)]),
  );
}

async function findRun(name: string): Promise<{ folder: string; run: RecordedRun }> {
  for (const folder of [`${runsFolder}/${name}`, resolve(name)]) {
    const run = await readRun(folder);
    if (run !== undefined) return { folder, run };
  }
  const names = await runNames();
  const isThere = names.includes(name);
  const suggestion = nearest(name, names);
  throw new Deno.errors.NotFound(
    isThere
      ? `Cannot report on "${name}": none of its epochs is finished: wait for the first one`
      : `Cannot report on "${name}": there is no such run: ` +
        (suggestion ? `did you mean "${suggestion}"?` : "name a folder in data/runs"),
  );
}

async function runNames(): Promise<string[]> {
  try {
    return await Array.fromAsync(Deno.readDir(runsFolder), (entry) => entry.name);
  } catch {
    return [];
  }
}

function parse(args: string[]): { name: string; out?: string } {
  try {
    const options = { run: { type: "string" }, out: { type: "string" } } as const;
    const { run, out } = parseArgs({ args, options }).values;
    if (run === undefined) throw new TypeError("Cannot report: no run is named: add --run <name>");
    return { name: run, out };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${reason}: see deno task report --help`);
  }
}
