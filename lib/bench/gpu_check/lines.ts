/**
 * What the check of a GPU looks at, line by line, in the order of use: the first ones say whether the others
 * are worth their time.
 *
 * @module
 */

/** The way in which a step is computed. */
export type StepMode = "float32" | "tf32" | "bfloat16" | "xla";

/** A step to time: ours or PyTorch's. */
export interface StepWork {
  /** Whose step. */
  readonly kind: "step" | "pytorch";
  /** How it is computed. */
  readonly mode: StepMode;
  /** Channels of the first stage. */
  readonly width: number;
  /** Pairs of images in the step. */
  readonly batchSize: number;
}

/** One thing to look at. */
export interface CheckLine {
  /** Its name, under which the result is kept. */
  readonly id: string;
  /** What it looks at, for people. */
  readonly title: string;
  /** What is done for it. */
  readonly work:
    | { readonly kind: "driver" | "tensorflow" | "golden" | "training" | "repeatable" }
    | StepWork;
  /** Minutes that it takes on a GPU, roughly; most of a step's are its start. */
  readonly minutes: number;
}

/** Which lines are wanted. */
export interface CheckOptions {
  /** Where trainings run. */
  readonly device: "cpu" | "gpu";
  /** Whether only the least of each kind is done, to see that the check itself works. */
  readonly short: boolean;
  /** Whether PyTorch takes part. */
  readonly peer: boolean;
}

/**
 * The lines of a check.
 *
 * @param options Device, length, and whether PyTorch takes part.
 * @returns The lines, in the order to do them.
 * @example The shortest check
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { checkLines } from "glmc/bench/gpu_check/lines.ts";
 *
 * assertEquals(checkLines({ device: "cpu", short: true, peer: false }).map(({ id }) => id), [
 *   "tensorflow",
 *   "golden",
 *   "repeatable",
 *   "step w2 b8 float32",
 *   "step w2 b8 bfloat16",
 * ]);
 * ```
 */
export function checkLines(options: CheckOptions): CheckLine[] {
  const { device, short, peer } = options;
  const line = (id: string, title: string, minutes: number): CheckLine => ({
    ...{ id, title, minutes },
    work: { kind: id as "driver" },
  });
  return [
    ...device === "gpu" ? [line("driver", "The driver and the GPU", 0.1)] : [],
    line("tensorflow", "TensorFlow lists its devices", 0.2),
    line("golden", "The reference's numbers hold on the device", 2),
    ...short ? [] : [line("training", "A first epoch learns (CIFAR-10-LT, width 4)", 1)],
    line("repeatable", "The same seed gives the same numbers twice", 0.5),
    ...stepLines(options),
    ...peer ? peerLines(options) : [],
  ];
}

const modeNames: Record<StepMode, string> = {
  float32: "float32",
  tf32: "TensorFloat-32",
  bfloat16: "bfloat16",
  xla: "float32, compiled by XLA",
};

/** Sizes of steps; a CPU has time for the smallest. */
function sizes(
  { device, short }: CheckOptions,
): { readonly width: number; readonly batchSize: number }[] {
  if (short) return [{ width: 2, batchSize: 8 }];
  if (device === "cpu") return [{ width: 16, batchSize: 64 }];
  return [16, 64].flatMap((width) =>
    [64, 128, 256, 512].map((batchSize) => ({ width, batchSize }))
  );
}

function stepLines(options: CheckOptions): CheckLine[] {
  return sizes(options).flatMap(({ width, batchSize }) => {
    const modes: StepMode[] = options.device === "cpu"
      ? ["float32", "bfloat16", ...options.short ? [] : ["xla" as const]]
      // XLA compiles for half a minute at each size.
      : ["float32", "tf32", "bfloat16", ...[64, 512].includes(batchSize) ? ["xla" as const] : []];
    return modes.map((mode) => ({
      id: `step w${width} b${batchSize} ${mode}`,
      title: `A step of width ${width}, batch ${batchSize}, ${modeNames[mode]}`,
      work: { kind: "step", mode, width, batchSize },
      minutes: mode === "xla" ? 0.8 : 0.3,
    }));
  });
}

/** PyTorch at the ends of the sizes, in the types that it has. */
function peerLines(options: CheckOptions): CheckLine[] {
  const ends = sizes(options).filter(({ batchSize }) => [8, 64, 512].includes(batchSize));
  const modes = options.device === "cpu"
    ? ["float32", "bfloat16"] as const
    : ["float32", "tf32", "bfloat16"] as const;
  return ends.flatMap(({ width, batchSize }) =>
    modes.map((mode) => ({
      id: `pytorch w${width} b${batchSize} ${mode}`,
      title: `PyTorch's step of width ${width}, batch ${batchSize}, ${modeNames[mode]}`,
      work: { kind: "pytorch", mode, width, batchSize },
      minutes: 0.3,
    }))
  );
}
