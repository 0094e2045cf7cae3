/**
 * Measures views of image files a second: ours beside torchvision's DataLoader, in turns.
 *
 * @module
 */

import { projectRoot, venvFolder } from "../setup/project.ts";
import { type Contender, type ContenderCommand, startContender } from "./contender.ts";
import { trainingFlags } from "./contenders.ts";
import type { ImageWorkerOptions } from "./image_worker.ts";
import { type ImageVariant, imageVariants, viewsInStep } from "./image_variants.ts";
import type { StageCosts } from "./image_stages.ts";
import { medianRatio, spread } from "./statistics.ts";

/** What was measured of one contender. */
export interface ImageRow {
  /** Its name. */
  readonly name: string;
  /** What is done to views. */
  readonly variant: ImageVariant;
  /** Views a second by the clock: median of the rounds. */
  readonly viewsPerSecond: number;
  /** Milliseconds of processors for a view, in all threads and processes: median of the rounds. */
  readonly cpuMilliseconds: number;
  /** How many times as fast the first contender is by the clock, round by round. */
  readonly ratio: number;
  /** The same by the processors' time, which other programs on the machine disturb less. */
  readonly cpuRatio: number;
}

/** How to measure. */
export interface MeasureImagesOptions {
  /** Folder with `0.jpg` and so on. */
  readonly folder: string;
  /** How many files it has. */
  readonly files: number;
  /** Whether torchvision takes part. */
  readonly peer: boolean;
  /** Turns each contender takes. */
  readonly rounds: number;
  /** Steps in a turn. */
  readonly steps: number;
  /** Told what happens, and the share that is done. */
  readonly onProgress?: (text: string, done: number) => void;
}

/** Batches that a contender may have ready before its turn; they are not counted. */
const readyBatches = (workers: number): number => 2 * workers + 2;
/** Until the batches that are made ahead are there, so that they do not disturb the next turn. */
const settleMilliseconds = 1500;

/**
 * Measures every variant; torchvision with several numbers of workers in the first, with the best in the others.
 *
 * @param options Files, who takes part, rounds and steps.
 * @returns For each variant a row for each contender, as soon as it is measured.
 * @throws {Error} If one cannot be started or ends early.
 */
export async function* measureImages(options: MeasureImagesOptions): AsyncGenerator<ImageRow[]> {
  const cores = navigator.hardwareConcurrency;
  let workers = options.peer ? [...new Set([0, 1, cores, 2 * cores])] : [];
  for (const variant of Object.keys(imageVariants) as ImageVariant[]) {
    const rows = await measureVariant(variant, { ...options, workers });
    yield rows;
    const [best] = rows.slice(1).sort((a, b) => b.viewsPerSecond - a.viewsPerSecond);
    if (best !== undefined) workers = [workers[rows.indexOf(best) - 1]!];
  }
}

/**
 * What each of torchvision's transforms takes.
 *
 * @param options The files.
 * @returns Milliseconds of one core for a view.
 * @throws {Error} If Python fails.
 */
export async function peerStages(
  { folder, files }: Pick<MeasureImagesOptions, "folder" | "files">,
): Promise<StageCosts> {
  const { program, args } = torchvision({ folder, files, variant: "all", workers: 0 });
  const { stdout, stderr, success } = await new Deno.Command(program, {
    args: [...args, "--stages"],
  }).output();
  if (success) return JSON.parse(new TextDecoder().decode(stdout));
  const last = new TextDecoder().decode(stderr).trim().split("\n").at(-1);
  throw new Error(`Cannot time torchvision: it ended early: ${last || "no message"}`);
}

/**
 * Measures views of a pack beside those of the files that it was made of, in turns.
 *
 * @param pack Folder of the pack.
 * @param options The files, rounds and steps.
 * @returns A row for the pack, and one for the files, whose ratio is how many times as fast the pack is.
 * @throws {Error} If a contender cannot be started or ends early.
 */
export async function measurePack(
  pack: string,
  options: Omit<MeasureImagesOptions, "peer">,
): Promise<ImageRow[]> {
  const { folder, files } = options;
  const variant = "all";
  const ready = readyBatches(1);
  return await takeTurns(variant, {
    ...options,
    contenders: [
      [{ ...ours({ folder: pack, files, variant }), name: "ours, from a pack" }, ready],
      [{ ...ours({ folder, files, variant }), name: "ours, from files" }, ready],
    ],
  });
}

async function measureVariant(
  variant: ImageVariant,
  options: MeasureImagesOptions & { readonly workers: readonly number[] },
): Promise<ImageRow[]> {
  const { folder, files, workers } = options;
  const peers = workers.map((count) =>
    [torchvision({ folder, files, variant, workers: count }), readyBatches(count)] as const
  );
  return await takeTurns(variant, {
    ...options,
    contenders: [[ours({ folder, files, variant }), readyBatches(1)], ...peers],
  });
}

/** Starts contenders, each with the batches that it may have ready, and lets them take turns. */
async function takeTurns(
  variant: ImageVariant,
  options: Pick<MeasureImagesOptions, "rounds" | "steps" | "onProgress"> & {
    readonly contenders: readonly (readonly [command: ContenderCommand, ready: number])[];
  },
): Promise<ImageRow[]> {
  const { contenders, rounds, steps, onProgress } = options;
  await using stack = new AsyncDisposableStack();
  const running: Running[] = [];
  for (const [command, ready] of contenders) {
    onProgress?.(`${variant}: starting ${command.name}`, 0);
    const contender = stack.use(await startContender(command));
    running.push({ contender, ready, times: [], cpu: [] });
  }
  for (let round = 0; round < rounds; round++) {
    for (const { contender, ready, times, cpu } of running) {
      onProgress?.(`${variant}: round ${round + 1}/${rounds}: ${contender.name}`, round / rounds);
      await contender.run(ready);
      const turn = await contender.run(steps);
      times.push(mean(turn.times) / viewsInStep);
      cpu.push(mean(turn.cpu) / viewsInStep);
      await new Promise((done) => setTimeout(done, settleMilliseconds));
    }
  }
  const [first] = running;
  return running.map(({ contender: { name }, times, cpu }) => ({
    name,
    variant,
    viewsPerSecond: 1000 / spread(times).median,
    cpuMilliseconds: spread(cpu).median,
    ratio: medianRatio(times, first!.times),
    cpuRatio: medianRatio(cpu, first!.cpu),
  }));
}

interface Running {
  readonly contender: Contender;
  /** Batches before a turn that are not counted. */
  readonly ready: number;
  /** Milliseconds a view in each round. */
  readonly times: number[];
  /** Milliseconds of processors for a view in each round. */
  readonly cpu: number[];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function ours(options: ImageWorkerOptions): ContenderCommand {
  const worker = `${projectRoot}/lib/bench/image_worker.ts`;
  return {
    name: "ours",
    program: Deno.execPath(),
    args: ["run", "-A", "--no-check", ...trainingFlags, worker, JSON.stringify(options)],
  };
}

function torchvision(
  { folder, files, variant, workers }: ImageWorkerOptions & { readonly workers: number },
): ContenderCommand {
  return {
    name: `torchvision, ${workers} workers`,
    program: `${venvFolder(projectRoot)}/bin/python`,
    args: [
      `${projectRoot}/lib/bench/torchvision_views.py`,
      ...["--folder", folder, "--files", `${files}`, "--variant", variant],
      ...["--workers", `${workers}`],
    ],
  };
}
