/**
 * Measures contenders: in turns, so that what disturbs the machine disturbs all, or one after another.
 *
 * @module
 */

import { type Contender, type ContenderCommand, startContender } from "./contender.ts";
import {
  type BenchSetting,
  evaluatedImages,
  evaluationName,
  measuredMethod,
  operationCounts,
} from "./contenders.ts";
import { type Spread, spread } from "./statistics.ts";

/** What was measured of one contender. */
export interface Row {
  /** Its name. */
  readonly name: string;
  /** Version of TensorFlow or PyTorch. */
  readonly version: string;
  /** Milliseconds a step. */
  readonly milliseconds: Spread;
  /** Medians of the rounds, for ratios. */
  readonly rounds: readonly number[];
  /** Pairs or images a second; see `unit`. */
  readonly examplesPerSecond: number;
  /** What is counted: what the method's batch counts, such as pairs; images of an evaluation. */
  readonly unit: string;
  /** Floating-point operations a second. */
  readonly operationsPerSecond: number;
  /** Milliseconds a step spends outside of TensorFlow; unknown of PyTorch and evaluations. */
  readonly hostMilliseconds: number | null;
  /** Milliseconds it took to record the step; unknown of PyTorch. */
  readonly recordingMilliseconds: number | null;
  /** Milliseconds of the first step, compilation included. */
  readonly firstMilliseconds: number;
  /** Milliseconds from the start of the process to the end of its warm-up. */
  readonly startMilliseconds: number;
  /** Largest memory of the process. */
  readonly peakBytes: number;
}

/** How to measure. */
export interface MeasureOptions {
  /** What the contenders compute. */
  readonly setting: BenchSetting;
  /** Turns each contender takes. */
  readonly rounds: number;
  /** Steps in a turn. */
  readonly steps: number;
  /** Told what happens, and the share that is done. */
  readonly onProgress?: (text: string, done: number) => void;
}

/**
 * Measures contenders that take turns; all of them are in memory at once.
 *
 * @param commands How to start them.
 * @param options Setting, rounds, steps of a turn, and whom to tell.
 * @returns A row for each, in the same order.
 * @throws {Error} If one cannot be started or ends early.
 */
export async function measureInTurns(
  commands: readonly ContenderCommand[],
  { setting, rounds, steps, onProgress }: MeasureOptions,
): Promise<Row[]> {
  await using stack = new AsyncDisposableStack();
  const running: { readonly contender: Contender; readonly result: Result }[] = [];
  for (const command of commands) {
    onProgress?.(`starting ${command.name}`, 0);
    running.push({ contender: stack.use(await startContender(command)), result: newResult() });
  }
  for (let round = 0; round < rounds; round++) {
    for (const { contender, result } of running) {
      onProgress?.(`round ${round + 1}/${rounds}: ${contender.name}`, round / rounds);
      await takeTurn(contender, result, steps);
    }
  }
  return running.map(({ contender, result }) => rowOf(contender, result, setting));
}

/**
 * Measures contenders one after another, for sizes at which they do not fit into memory together.
 *
 * @param commands How to start them.
 * @param options Setting, rounds, steps of a turn, and whom to tell.
 * @returns Rows of those that ran to their end, and what ended the others.
 */
export async function measureOneByOne(
  commands: readonly ContenderCommand[],
  { setting, rounds, steps, onProgress }: MeasureOptions,
): Promise<{ readonly rows: readonly Row[]; readonly failures: readonly string[] }> {
  const rows: Row[] = [];
  const failures: string[] = [];
  for (const [i, command] of commands.entries()) {
    onProgress?.(`batch ${setting.batchSize}: ${command.name}`, i / commands.length);
    try {
      await using contender = await startContender(command);
      const result = newResult();
      for (let round = 0; round < rounds; round++) await takeTurn(contender, result, steps);
      rows.push(rowOf(contender, result, setting));
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error));
    }
  }
  return { rows, failures };
}

interface Result {
  readonly times: number[];
  readonly host: number[];
  readonly rounds: number[];
  peakBytes: number;
}

function newResult(): Result {
  return { times: [], host: [], rounds: [], peakBytes: 0 };
}

async function takeTurn(contender: Contender, result: Result, steps: number): Promise<void> {
  const { times, host, peakBytes } = await contender.run(steps);
  result.times.push(...times);
  result.host.push(...host);
  result.rounds.push(spread(times).median);
  result.peakBytes = peakBytes;
}

function rowOf(contender: Contender, result: Result, setting: BenchSetting): Row {
  const { name, version, firstMilliseconds, startMilliseconds, recordingMilliseconds } = contender;
  const milliseconds = spread(result.times);
  const seconds = milliseconds.median / 1000;
  const operations = operationCounts(setting);
  const evaluates = name === evaluationName;
  return {
    name,
    version,
    milliseconds,
    rounds: result.rounds,
    examplesPerSecond: (evaluates ? evaluatedImages : setting.batchSize) / seconds,
    unit: evaluates ? "images" : measuredMethod(setting).unit,
    operationsPerSecond: (evaluates ? operations.evaluation : operations.step) / seconds,
    hostMilliseconds: result.host.length > 0 ? spread(result.host).median : null,
    recordingMilliseconds,
    firstMilliseconds,
    startMilliseconds,
    peakBytes: result.peakBytes,
  };
}
