/**
 * Looks at the GPUs of the machine, and asks TensorFlow whether it can use them.
 *
 * @module
 */
import type { Check } from "./checks.ts";
import { findCudaLibraries, findLibraryFolder, hasLibrary } from "./find.ts";
import { askForGpus, type GpuAnswer } from "./gpu_probe.ts";
import { readStamp } from "./stamp.ts";

const setupCommand = "deno task setup";

/**
 * Where trainings will run, and why not on a GPU.
 *
 * @param root The project folder.
 * @param gpus Names of GPUs that `nvidia-smi` lists.
 * @returns What was found; a GPU that is not used is a note.
 * @example No GPU, and no TensorFlow yet
 * ```ts
 * import { devices } from "glmc/setup/device_check.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals((await devices("/nowhere", [])).state, "ok");
 * ```
 */
export async function devices(root: string, gpus: readonly string[]): Promise<Check> {
  const name = "Devices";
  const preload = findCudaLibraries(root);
  const mayHaveCuda = preload.length > 0 || gpus.length > 0 && Deno.env.get("GLMC_LIBTENSORFLOW");
  if (mayHaveCuda && hasLibrary(root)) {
    return {
      name,
      ...describeGpus(await askForGpus({ folder: findLibraryFolder(root), preload }), gpus),
    };
  }
  if (gpus.length === 0) {
    return { name, state: "ok", found: "no GPU is listed by nvidia-smi: the CPU is used" };
  }
  const stamp = await readStamp(root);
  const found = gpus.join(", ");
  return {
    name,
    state: "note",
    found: `${found}; TensorFlow is installed ${
      stamp ? "without CUDA: the CPU is used" : "nowhere"
    }`,
    mend: stamp?.chosen ? `${setupCommand} --device gpu` : setupCommand,
  };
}

/** What TensorFlow itself says, whatever nvidia-smi lists. */
function describeGpus(
  { gpus, problem }: GpuAnswer,
  listed: readonly string[],
): Omit<Check, "name"> {
  const reason = problem === undefined ? "" : `: ${problem.reason}`;
  const mend = problem && { mend: problem.mend };
  if (gpus.length > 0) {
    const state = problem === undefined ? "ok" : "note";
    return { state, found: `TensorFlow lists ${gpus.join("; ")}${reason}`, ...mend };
  }
  const named = listed.length > 0
    ? `nvidia-smi lists ${listed.join(", ")}`
    : "nvidia-smi lists no GPU";
  return { state: "note", found: `${named}, the CPU is used${reason}`, ...mend };
}
