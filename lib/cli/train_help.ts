/**
 * The help screen of `train`.
 *
 * @module
 */

import type { MethodSettings } from "../experiment/config_complete.ts";
import {
  methodFields,
  networkFields,
  partFields,
  seedFields,
  stageFields,
} from "../experiment/config_fields.ts";
import { dataFields } from "../experiment/data_fields.ts";
import { secondStageFields } from "../experiment/second_stage.ts";
import { dashed } from "../settings/check.ts";
import { companyFlags } from "./company_flags.ts";
import type { Flag } from "./flags.ts";
import type { HelpRow, HelpScreen, HelpSection } from "./help_screen.ts";
import { idleFlags, withoutNames } from "./idle_flags.ts";
import { usualText } from "./preset_flag.ts";
import { machineFlags, runFlags } from "./run_flags.ts";
import { flagsOf, type TrainFlagsOptions } from "./train_flags.ts";

/** Flags that most trainings are told. */
const common = [
  "preset",
  "method",
  "dataset",
  "root",
  "imbanlance_rate",
  "a",
  "width",
  "epochs",
  "b",
  "lr",
  "wd",
  "seed",
  "name",
  "resume",
  "device",
];

/**
 * The help screen of `train`: the flags of every run and of the chosen method, and whose the others are.
 *
 * @param options The methods, and the chosen one.
 * @returns The screen.
 * @example The flags of a method stand under its name
 * ```ts
 * import { assert } from "@std/assert";
 * import { trainHelp } from "glmc/cli/train_help.ts";
 * import { glmcFields } from "glmc/method/glmc/fields.ts";
 *
 * const glmc = { name: "glmc", fields: glmcFields };
 * const { sections } = trainHelp({ methods: [glmc], method: glmc });
 *
 * assert(sections.some(({ title }) => title === "The method glmc"));
 * ```
 */
export function trainHelp(
  { methods, method }: Required<Omit<TrainFlagsOptions, "base">>,
): HelpScreen {
  const data = flagsOf(dataFields);
  const own = flagsOf(method.fields);
  const training = flagsOf({ ...methodFields, ...partFields, ...stageFields, ...seedFields });
  return {
    summary: "Trains on a long-tailed subset and evaluates on the full test set after each epoch.",
    examples: [
      { command: "deno task train", does: usualText() },
      {
        command: "deno task train --preset cifar10-lt-100 --epochs 20",
        does: "a row of the paper's table, as the official command runs it, cut to 20 epochs",
      },
      {
        command: "deno task train --method balanced_softmax --imbalance_rate 0.01 --epochs 10 " +
          "--name softmax",
        does: "a baseline of the field, under a name that evaluate and report take",
      },
      { command: "deno task train --resume softmax", does: "go on where it was stopped" },
    ],
    usage: ["deno task train [flags]"],
    notes: [
      "Weights, metrics and configuration are kept in data/runs/<name>. Ctrl-C, SIGTERM, SIGHUP and " +
      "SIGUSR2 write a checkpoint and end with code 130, 143, 129 and 140; a second Ctrl-C ends at " +
      "once. A run that is resumed keeps its settings; where its images have moved, --data names " +
      "their folder.",
      "The command of the official code runs as it is. - and _ in the name of a flag are interchangeable.",
    ],
    sections: [
      { title: "Data", flags: data },
      { title: "Network", flags: flagsOf(networkFields) },
      { title: "Training", flags: training },
      {
        title: `The method ${method.name}`,
        flags: own,
        ...(own.length === 0 && { text: "It has no flags of its own." }),
      },
      otherMethods(methods, method),
      { title: "A second stage", flags: flagsOf(secondStageFields) },
      { title: "The run", flags: runFlags },
      { title: "The machine", flags: machineFlags },
      { title: "Several devices", flags: companyFlags },
      {
        title: "Accepted, for the scripts of the official code, and of no effect",
        rows: idleRows(withoutNames(idleFlags, [...data, ...training, ...own, ...companyFlags])),
      },
    ],
    common,
  };
}

/**
 * Flags that mean nothing here as rows of a help screen; those with the same reason share one.
 *
 * @param flags The flags.
 * @returns Their names, and why they have no effect.
 * @example Two with one reason
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { idleRows } from "glmc/cli/train_help.ts";
 *
 * const idle = { kind: "number", help: "there is one process" } as const;
 * const flags = [{ ...idle, names: ["rank"] }, { ...idle, names: ["world-size"] }] as const;
 *
 * assertEquals(idleRows(flags), [["--rank, --world-size", "there is one process"]]);
 * ```
 */
export function idleRows(flags: readonly Flag[]): HelpRow[] {
  return [...Map.groupBy(flags, ({ help }) => help)].map(([help, those]) => [
    those.flatMap(({ names }) => names.map(dashed)).join(", "),
    help,
  ]);
}

/** What is said of the methods beside the chosen one: methods with the same flags share a row. */
function otherMethods(methods: readonly MethodSettings[], chosen: MethodSettings): HelpSection {
  // Those that only --views and --loss choose are too many to list.
  const listed = methods.filter(({ name, parts }) =>
    name !== chosen.name && (parts === undefined || name !== `${parts.views}_${parts.loss}`)
  ).map(({ name, fields }) => ({
    name,
    flags: flagsOf(fields).map(({ names: [first] }) => dashed(first)),
  }));
  const all = new Set(listed.flatMap(({ flags }) => flags));
  const usual = [...all].filter((flag) =>
    listed.filter(({ flags }) => flags.includes(flag)).length > Math.max(2, listed.length / 2)
  );
  const own = (flags: readonly string[]): string =>
    flags.filter((flag) => !usual.includes(flag)).join(", ");
  const rows = [...Map.groupBy(listed, ({ flags }) => own(flags))];
  return {
    title: "Other methods",
    text: (usual.length === 0 ? "" : `Most have ${usual.join(", ")}, which are left out here. `) +
      "--help --method <name> explains the flags of one.",
    rows: rows.map((
      [flags, those],
    ) => [those.map(({ name }) => name).join(", "), flags || "no others"]),
  };
}
