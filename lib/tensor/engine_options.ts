/**
 * How the engine is started, with its defaults, and how two ways of starting it differ.
 *
 * @module
 */

/** How to start the engine. */
export interface EngineOptions {
  /** Folder of libtensorflow, such as that of {@linkcode findLibraryFolder}. */
  readonly libraryFolder: string;
  /** CUDA's libraries, opened before TensorFlow looks for them. */
  readonly preload?: readonly string[];
  /** `auto`, the default, takes the GPU when TensorFlow lists one. */
  readonly device?: "auto" | "cpu" | "gpu";
  /** Threads within one operation; default: the cores shared out among `interOpThreads`. */
  readonly intraOpThreads?: number;
  /** Operations that may run at once; default 2, one for each view of a training step. */
  readonly interOpThreads?: number;
  /** Whether GPUs may shorten float32 to TensorFloat-32 in convolutions; false by default. */
  readonly tensorFloat32?: boolean;
  /** Whether networks are trained in bfloat16, which GPUs have a faster batch norm for; false by default. */
  readonly bfloat16?: boolean;
  /** Whether GPUs take only algorithms whose results are the same every time; false by default. */
  readonly deterministic?: boolean;
  /** Whether the CPU is taken for a GPU, to try what is done for GPUs where there is none; false by default. */
  readonly pretendedGpu?: boolean;
}

/** Options with every default filled in. */
export type EngineSettings = Required<EngineOptions>;

/**
 * Fills the defaults in.
 *
 * @param options What was asked for.
 * @returns All settings.
 * @throws {RangeError} If a number of threads is not a whole number of at least 1.
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { withDefaults } from "glmc/tensor/engine_options.ts";
 *
 * const { device, interOpThreads } = withDefaults({ libraryFolder: "/opt/tensorflow" });
 * assertEquals([device, interOpThreads], ["auto", 2]);
 * ```
 */
export function withDefaults(options: EngineOptions): EngineSettings {
  const { libraryFolder, preload = [], device = "auto" } = options;
  const { tensorFloat32 = false, bfloat16 = false, deterministic = false } = options;
  const { pretendedGpu = false } = options;
  const interOpThreads = checked("operations at once", options.interOpThreads ?? 2);
  const shared = Math.ceil(navigator.hardwareConcurrency / interOpThreads);
  const intraOpThreads = checked("threads in an operation", options.intraOpThreads ?? shared);
  return {
    ...{ libraryFolder, preload, device, intraOpThreads, interOpThreads },
    ...{ tensorFloat32, bfloat16, deterministic, pretendedGpu },
  };
}

function checked(what: string, count: number): number {
  // TensorFlow keeps it in 32 bits.
  if (Number.isInteger(count) && count >= 1 && count < 2 ** 31) return count;
  throw new RangeError(
    `Cannot start the engine with ${count} ${what}: give a whole number of at least 1`,
  );
}

const inWords: { readonly [K in keyof EngineSettings]: (value: EngineSettings[K]) => string } = {
  libraryFolder: (folder) => `TensorFlow in "${folder}"`,
  preload: (paths) => paths.length === 0 ? "no libraries of CUDA" : `CUDA of ${paths.join(", ")}`,
  device: (device) => `device "${device}"`,
  interOpThreads: (count) => `${count} operations at once`,
  intraOpThreads: (count) => `${count} threads in an operation`,
  tensorFloat32: (allowed) => `TensorFloat-32 ${allowed ? "allowed" : "not allowed"}`,
  bfloat16: (trains) => `${trains ? "the" : "no"} batch norm for bfloat16`,
  deterministic: (always) => `${always ? "only deterministic" : "any"} algorithms`,
  pretendedGpu: (pretended) => `${pretended ? "a pretended" : "no pretended"} GPU`,
};

/**
 * Says in words where two settings differ.
 *
 * @param settings The first settings.
 * @param others The second ones.
 * @returns What differs, as it is in the first and in the second; `undefined` if nothing does.
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { difference, withDefaults } from "glmc/tensor/engine_options.ts";
 *
 * const [two, three] = [2, 3].map((interOpThreads) =>
 *   withDefaults({ libraryFolder: "/opt/tensorflow", interOpThreads, intraOpThreads: 1 })
 * );
 * assertEquals(difference(two!, three!), ["2 operations at once", "3 operations at once"]);
 * ```
 */
export function difference(
  settings: EngineSettings,
  others: EngineSettings,
): [first: string, second: string] | undefined {
  const words = (key: keyof EngineSettings, { [key]: value }: EngineSettings): string =>
    (inWords[key] as (value: unknown) => string)(value);
  const differing = (Object.keys(inWords) as (keyof EngineSettings)[]).filter((key) =>
    words(key, settings) !== words(key, others)
  );
  if (differing.length === 0) return undefined;
  const list = (from: EngineSettings) => differing.map((key) => words(key, from)).join(", ");
  return [list(settings), list(others)];
}
