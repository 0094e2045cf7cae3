/**
 * Why TensorFlow leaves GPUs out, read from its own messages.
 *
 * @module
 */

/** Why a GPU is not used, or will be slow at first, and what to do. */
export interface GpuProblem {
  /** The reason, as the end of a sentence. */
  readonly reason: string;
  /** What to do about it. */
  readonly mend: string;
}

/** What TensorFlow says of the GPUs. */
export interface GpuAnswer {
  /** How TensorFlow describes each GPU that it lists. */
  readonly gpus: readonly string[];
  /** Why there is none, or why it will be slow at first; always there where there is none. */
  readonly problem?: GpuProblem;
}

/** The oldest driver of CUDA 12, which the installed build is made for. */
const oldestDriver = "525.60";

const updateDriver = `install NVIDIA's driver ${oldestDriver} or later`;

const rules: readonly {
  /** What TensorFlow says. */
  readonly pattern: RegExp;
  /** What it means. */
  readonly problem: (found: string) => GpuProblem;
}[] = [
  {
    pattern: /Could not load dynamic library 'libcuda\.so/,
    problem: () => ({
      reason: "no NVIDIA driver is to be found (libcuda.so.1)",
      mend: `${updateDriver}; start a container with its GPUs (docker run --gpus all)`,
    }),
  },
  {
    pattern: /Could not load dynamic library '(libnvidia-ml\.so[.\d]*)'/,
    problem: (name) => ({
      reason: `the driver's ${name} is not to be found, without which TensorFlow lists no GPU`,
      mend: 'install all of the driver; in a container add its capability "utility": ' +
        "NVIDIA_DRIVER_CAPABILITIES=compute,utility",
    }),
  },
  {
    pattern: /Could not load dynamic library '([^']+)'/,
    problem: (name) => ({
      reason: `CUDA's library ${name} cannot be opened`,
      mend: "rm -r .venv && deno task setup --device gpu",
    }),
  },
  {
    pattern: /(driver version is insufficient|CUDA_ERROR_SYSTEM_DRIVER_MISMATCH)/,
    problem: () => ({
      reason: "the NVIDIA driver is too old for CUDA 12, or is being updated",
      mend: `${updateDriver}, and restart the machine`,
    }),
  },
  {
    pattern: /CUDA_ERROR_NO_DEVICE/,
    problem: () => ({
      reason: "the driver is there and shows no GPU",
      mend: "look at nvidia-smi, and at CUDA_VISIBLE_DEVICES if it is set",
    }),
  },
  {
    pattern: /failed call to cuInit: (?:[^\n]*cuInit: )?([^\n]+)/,
    problem: (text) => ({
      reason: `the driver does not start: ${text}`,
      mend: "look at nvidia-smi; restarting the machine often mends it",
    }),
  },
  {
    // What was not compiled into the build is compiled by the driver.
    pattern: /kernel binaries compatible with compute capability (\d+\.\d+)/,
    problem: (capability) => ({
      reason:
        `TensorFlow's build holds no code for compute capability ${capability}: at the first start it ` +
        "is compiled, for 30 minutes or longer",
      mend: "let the first run compile; keep its cache: CUDA_CACHE_MAXSIZE=4294967296",
    }),
  },
  {
    pattern: /Ignoring visible gpu device ([^\n]+)/,
    problem: (text) => ({
      reason: `TensorFlow leaves it out: ${text}`,
      mend: "use a GPU of compute capability 6.0 or later",
    }),
  },
  {
    pattern: /(?:^|\n)failed: ([^\n]+)/,
    problem: (text) => ({
      reason: `TensorFlow does not start on it: ${text}`,
      mend: "look at nvidia-smi: another program may hold all of its memory",
    }),
  },
];

/**
 * Finds the GPUs, and the first reason against them, in TensorFlow's messages.
 *
 * @param output What it wrote while it started.
 * @param visible What `CUDA_VISIBLE_DEVICES` was.
 * @returns The GPUs and the problem.
 * @example A library is missing
 * ```ts
 * import { readGpuAnswer } from "glmc/setup/gpu_messages.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const said = "I0 dso_loader.cc:144] Could not load dynamic library 'libcudnn.so.9'; dlerror: none\n";
 * const { gpus, problem } = readGpuAnswer(said);
 *
 * assertEquals([gpus, problem?.reason], [[], "CUDA's library libcudnn.so.9 cannot be opened"]);
 * ```
 */
export function readGpuAnswer(output: string, visible?: string): GpuAnswer {
  const gpus = Array.from(
    output.matchAll(/name: ([^\n]*), pci bus id: [^\n]*(compute capability: [\w.]+)/g),
    ([, name, capability]) => `${name}, ${capability}`,
  );
  if (gpus.length === 0 && visible !== undefined && /^\s*(-1.*)?$/.test(visible)) {
    return {
      gpus,
      problem: {
        reason: `CUDA_VISIBLE_DEVICES is "${visible}", which hides all GPUs`,
        mend: "unset CUDA_VISIBLE_DEVICES",
      },
    };
  }
  for (const { pattern, problem } of rules) {
    const match = pattern.exec(output);
    if (match !== null) return { gpus, problem: problem((match[1] ?? "").trim()) };
  }
  return gpus.length > 0 ? { gpus } : {
    gpus,
    problem: {
      reason: "TensorFlow lists none and gives no reason",
      mend:
        "look at nvidia-smi, then install it again: rm -r .venv && deno task setup --device gpu",
    },
  };
}
