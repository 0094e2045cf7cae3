/**
 * The command `gpu-check`: the first minutes on a GPU, as one page with a verdict for each thing.
 *
 * @module
 */
import { cpus } from "node:os";
import { dirname } from "node:path";
import { type CheckLine, checkLines } from "../bench/gpu_check/lines.ts";
import { gpuFacts } from "../bench/gpu_check/nvidia.ts";
import { type CheckContext, runLine } from "../bench/gpu_check/run_line.ts";
import { comparisons, type LineResult } from "../bench/gpu_check/verdicts.ts";
import { writeJson } from "../disk/json_file.ts";
import { checkFolder, writeWholeFile } from "../disk/whole_file.ts";
import { print, printResult, tell } from "../process/streams.ts";
import { counted } from "../settings/count.ts";
import { findLibraryFolder } from "../setup/find.ts";
import { readLibraryVersion } from "../setup/library.ts";
import { hasOwnPeer } from "../setup/peer.ts";
import { projectRoot } from "../setup/project.ts";
import { type Flag, type FlagValues, parseFlags } from "./flags.ts";
import {
  type CheckedMachine,
  checkPage,
  type CheckReport,
  resultLine,
  verdictText,
} from "./gpu_check_report.ts";
import type { HelpScreen } from "./help_screen.ts";
import { withProgressLine } from "./shell.ts";

const flags: readonly Flag[] = [
  {
    names: ["device"],
    kind: "choice",
    choices: ["gpu", "cpu"],
    help: "what is checked; cpu runs the check through where there is no GPU",
    default: "gpu",
  },
  { names: ["no_peer"], kind: "switch", help: "leave PyTorch out, which is fetched otherwise" },
  {
    names: ["minutes"],
    kind: "number",
    help: "begin no line after this time; the same command does the rest",
    default: 18,
    unit: "minutes",
    range: "above 0",
    wanted: "more than 0",
    accepts: (value) => Number(value) > 0,
  },
  { names: ["again"], kind: "switch", help: "do everything again, also what has a result" },
  { names: ["short"], kind: "switch", help: "only the least of each kind: does the check work?" },
  {
    names: ["out"],
    kind: "path",
    help: "where to write the results, and the page beside them",
    defaultText: "data/bench/gpu-check-<gpu>.json",
  },
];

/** What `--help` shows. */
export const help: HelpScreen = {
  summary:
    "Checks the kit on a GPU in less than twenty minutes, and writes the results as JSON and as a page: " +
    "the driver, what TensorFlow lists, the reference's numbers, a first epoch, equal runs, and speed, " +
    "memory and utilisation of steps. Ends with code 1 if something is wrong.",
  examples: [
    {
      command: "deno task gpu-check",
      does: "all of it; where it was stopped, it goes on with the same command",
    },
    { command: "deno task gpu-check --no_peer", does: "without fetching PyTorch" },
    {
      command: "CUDA_VISIBLE_DEVICES=1 deno task gpu-check --again",
      does: "the second GPU, all from the beginning",
    },
  ],
  usage: ["deno task gpu-check [flags]"],
  notes: [
    "It needs a driver for CUDA 12 (525.60 or later), a GPU that nothing else uses, and on the first time " +
    "the network: about 0.2 GB for CIFAR-10, and several GB for PyTorch with its CUDA.",
    "Steps are timed in float32, TensorFloat-32, bfloat16 and by XLA, at widths 16 and 64 and batches of 64 " +
    "to 512, beside PyTorch's on the same GPU.",
  ],
  sections: [{ title: "Flags", flags }],
};

/**
 * Reads the command line; nothing is checked.
 *
 * @param args Its flags.
 * @returns Their values.
 * @throws {UsageError} If a flag is unknown or does not fit.
 */
export function read(args: readonly string[]): FlagValues {
  return parseFlags(args, flags);
}

/**
 * Runs the command; the exit code is 1 if something is wrong.
 *
 * @param args Its flags.
 * @throws {UsageError} If a flag is unknown or does not fit.
 * @throws {Error} If PyTorch cannot be installed, or the results cannot be written.
 */
export async function run(args: string[]): Promise<void> {
  const values = read(args);
  const minutes = Number(values.minutes ?? 18);
  const [device, short] = [values.device === "cpu" ? "cpu" : "gpu", values.short === true] as const;
  // A CPU has bench --peer; there PyTorch takes part if it is there.
  const peer = values.no_peer !== true && !short && (device === "gpu" || hasOwnPeer());
  const machine = await describeMachine(device, short);
  const out = values.out === undefined
    ? `${projectRoot}/data/bench/gpu-check-${slug(machine.name)}${short ? "-short" : ""}.json`
    : `${values.out}`;
  await checkFolder(dirname(out), { advice: "name another place: --out <file>" });
  const lines = checkLines({ device, short, peer });
  const kept = values.again === true ? [] : await readKept(out, machine);
  const waiting = lines.filter(({ id }) => !kept.some((result) => result.id === id));
  sayPlan({ machine, lines, waiting });

  const results = new Map(kept.map((result) => [result.id, result]));
  const save = () => writeReport(out, { machine, lines, results });
  await check(waiting, {
    context: { device, short },
    peerNeeded: peer,
    deadline: performance.now() + minutes * 60_000,
    onResult: async (result) => {
      results.set(result.id, result);
      print(resultLine(result));
      await save();
    },
  });
  const report = await save();
  await writeWholeFile(pageOf(out), await checkPage(report));
  sayEnd(report, out);
}

async function describeMachine(device: "cpu" | "gpu", short: boolean): Promise<CheckedMachine> {
  const facts = device === "gpu" ? await gpuFacts() : undefined;
  const processor = cpus()[0]?.model ?? "an unknown processor";
  const fallback = device === "gpu" ? "a GPU without a name" : processor;
  return {
    device,
    name: facts?.name ?? fallback,
    driver: facts?.driver ?? null,
    host: `${processor}, ${
      counted(navigator.hardwareConcurrency, "core")
    }, ${Deno.build.os} ${Deno.build.arch}`,
    tensorflow: await readLibraryVersion(findLibraryFolder()),
    short,
  };
}

/** Results of the same machine that need not be found again; those of faults are, once they are mended. */
async function readKept(path: string, machine: CheckedMachine): Promise<LineResult[]> {
  try {
    const report: CheckReport = JSON.parse(await Deno.readTextFile(path));
    if (JSON.stringify(report.machine) !== JSON.stringify(machine)) return [];
    return report.lines.filter(({ verdict }) => verdict === "good" || verdict === "note");
  } catch {
    // There is none yet, or it is damaged: all is done again.
    return [];
  }
}

function sayPlan(
  { machine, lines, waiting }: {
    readonly machine: CheckedMachine;
    readonly lines: readonly CheckLine[];
    readonly waiting: readonly CheckLine[];
  },
): void {
  const minutes = waiting.reduce((sum, line) => sum + line.minutes, 0);
  print(
    `Checking    ${machine.name}${machine.driver === null ? "" : `, driver ${machine.driver}`}`,
  );
  const done = lines.length - waiting.length;
  print(
    `Lines       ${lines.length}` + (done > 0 ? `, ${done} of them done before` : "") +
      (machine.device === "gpu" && !machine.short && minutes > 0
        ? `, about ${Math.ceil(minutes)} minutes: leave the GPU to them`
        : ""),
  );
  if (waiting.some(({ work }) => work.kind === "training")) {
    print("Needs       CIFAR-10, fetched once (0.2 GB)");
  }
  if (waiting.some(({ work }) => work.kind === "pytorch") && !hasOwnPeer()) {
    print(
      "Needs       PyTorch in an environment of its own, fetched once (several GB with its CUDA)",
    );
  }
  print("");
}

/** Does the lines until one shows that the others would be in vain, or the time is up. */
async function check(
  waiting: readonly CheckLine[],
  { context, peerNeeded, deadline, onResult }: {
    readonly context: CheckContext;
    readonly peerNeeded: boolean;
    readonly deadline: number;
    readonly onResult: (result: LineResult) => Promise<void>;
  },
): Promise<void> {
  let python: string | undefined;
  let end = deadline;
  for (const [i, line] of waiting.entries()) {
    if (performance.now() > end) return;
    const { kind } = line.work;
    if (kind === "pytorch" && peerNeeded && python === undefined) {
      const start = performance.now();
      python = await installedPeer();
      // Fetching is not what the minutes are for.
      end += performance.now() - start;
    }
    const full = { ...context, ...(python !== undefined && { python }) };
    const result = await withProgressLine(({ update }) => {
      update(line.title, i / waiting.length);
      return runLine(line, full);
    });
    await onResult(result);
    if (result.verdict === "bad" && kind === "tensorflow") return;
  }
}

async function installedPeer(): Promise<string> {
  const { installOwnPeer } = await import("../setup/peer.ts");
  return await withProgressLine(({ note, update }) =>
    installOwnPeer({ report: note, progress: update, command: "deno task gpu-check" })
  );
}

async function writeReport(
  path: string,
  { machine, lines, results }: {
    readonly machine: CheckedMachine;
    readonly lines: readonly CheckLine[];
    readonly results: ReadonlyMap<string, LineResult>;
  },
): Promise<CheckReport> {
  const report: CheckReport = {
    time: new Date().toISOString(),
    machine,
    lines: lines.map(({ id, title }) =>
      results.get(id) ?? { id, title, verdict: "left", found: "not done yet" }
    ),
  };
  await writeJson(path, report);
  return report;
}

function sayEnd({ lines }: CheckReport, out: string): void {
  const shown = (path: string): string => path.replace(`${projectRoot}/`, "");
  for (const line of comparisons(lines)) print(line);
  print(`Written: ${shown(out)}, and ${shown(pageOf(out))} to open in a browser`);
  printResult(verdictText(lines));
  const isWrong = lines.some(({ verdict }) => verdict === "bad");
  if (isWrong) Deno.exitCode = 1;
  else if (lines.some(({ verdict }) => verdict === "left")) {
    tell("Time is up: the same command does the lines that are left");
  }
}

function pageOf(out: string): string {
  return `${out.replace(/\.json$/, "")}.html`;
}

function slug(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-|-$/g, "");
}
