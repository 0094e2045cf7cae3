/**
 * Runs a command of the kit on the pretended GPU, for a look at what it says:
 * `deno run -A tests/gpu_shape/pretend.ts train --device gpu --epochs 1`.
 *
 * @module
 */
import { findCudaLibraries, findLibraryFolder } from "../../lib/setup/find.ts";
import { projectRoot } from "../../lib/setup/project.ts";
import { buildPretendedGpu, type PretendedGpu } from "./build.ts";

/** A project that was set up with `--device gpu`; this one, unless another is named. */
export const gpuProject: string = Deno.env.get("GLMC_GPU_PROJECT") ?? projectRoot;

/** Folder of NVIDIA's packages in that project; `undefined` if there are none. */
export const nvidiaPackages: string | undefined = findCudaLibraries(gpuProject)[0]
  ?.replace(/(?<=\/nvidia)\/.*/, "");

/** Graphs of kernels are launched by the driver, where they would be one, and the pretended one has none. */
export const withoutGraphs = { XLA_FLAGS: "--xla_gpu_enable_command_buffer=" };

/** Runs a command of the kit on the pretended GPU. */
export async function pretend(
  args: readonly string[],
  { gpu, output, variables }: {
    readonly gpu: PretendedGpu;
    readonly output: "inherit" | "piped";
    readonly variables?: Readonly<Record<string, string>>;
  },
): Promise<Deno.CommandOutput> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "-A", `${projectRoot}/lib/cli/main.ts`, ...args],
    // Opened before anything else, they are what TensorFlow finds under these names.
    env: {
      ...withoutGraphs,
      ...variables,
      LD_PRELOAD: gpu.preload.join(":"),
      GLMC_LIBTENSORFLOW: findLibraryFolder(gpuProject),
    },
    stdout: output,
    stderr: output,
  });
  return await command.output();
}

if (import.meta.main) {
  if (nvidiaPackages === undefined) throw new Error(`There is no CUDA in "${gpuProject}/.venv"`);
  const folder = await Deno.makeTempDir();
  const gpu = await buildPretendedGpu(folder, nvidiaPackages);
  const { code } = await pretend(Deno.args, { gpu, output: "inherit" });
  await Deno.remove(folder, { recursive: true });
  Deno.exit(code);
}
