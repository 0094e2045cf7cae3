/**
 * Builds the pretended GPU: one library, and one of each name that TensorFlow looks for, which leads to it.
 *
 * @module
 */

/** The names that TensorFlow opens CUDA's libraries by. */
const names = [
  "libcuda.so.1",
  "libnvidia-ml.so.1",
  "libcudart.so.12",
  "libcublas.so.12",
  "libcublasLt.so.12",
  "libcudnn.so.9",
  "libcufft.so.11",
  "libcurand.so.10",
  "libcusolver.so.11",
  "libcusparse.so.12",
  "libcupti.so.12",
];

/** Headers with functions that TensorFlow may call, by the folder of their package. */
const headers: Record<string, readonly string[]> = {
  cuda_runtime: ["cuda.h", "cuda_runtime_api.h"],
  cublas: ["cublas_api.h", "cublasLt.h"],
  cudnn: ["cudnn_graph.h", "cudnn_ops.h", "cudnn_cnn.h", "cudnn_adv.h"],
};

/** The library as built. */
export interface PretendedGpu {
  /** Paths to open before TensorFlow. */
  readonly preload: readonly string[];
  /** The library that counts. */
  readonly library: string;
}

/**
 * Compiles the library.
 *
 * @param folder Where to put it.
 * @param packages Folder of the packages with CUDA's headers, `nvidia` of `site-packages`.
 * @returns Where it is.
 */
export async function buildPretendedGpu(folder: string, packages: string): Promise<PretendedGpu> {
  const sources = new URL("library/", import.meta.url).pathname;
  const include = [...Object.keys(headers), "cuda_nvcc"].map((name) =>
    `-I${packages}/${name}/include`
  );
  const stubs = `${folder}/stubs.c`;
  await Deno.writeTextFile(stubs, stubText(await declared(packages)));
  const library = `${folder}/libpretended.so`;
  const files = [...Deno.readDirSync(sources)].map(({ name }) => name).filter((name) =>
    name.endsWith(".c")
  );
  await compile([
    ...["-O1", "-Wall", "-Werror", "-Wno-unused-parameter", ...include, "-o", library],
    ...files.map((name) => sources + name),
    ...[stubs, "-lpthread", "-ldl"],
  ]);
  const empty = `${folder}/empty.c`;
  await Deno.writeTextFile(empty, "");
  for (const name of names) {
    const leads = ["-Wl,--no-as-needed", `-L${folder}`, "-lpretended", "-Wl,-rpath,$ORIGIN"];
    await compile([`-Wl,-soname,${name}`, "-o", `${folder}/${name}`, empty, ...leads]);
  }
  return { library, preload: names.map((name) => `${folder}/${name}`) };
}

async function compile(args: readonly string[]): Promise<void> {
  const command = new Deno.Command("gcc", { args: ["-shared", "-fPIC", ...args] });
  const { success, stderr } = await command.output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

/** Names of all functions in the headers, in each of their versions. */
async function declared(packages: string): Promise<string[]> {
  const found = new Set<string>();
  for (const [name, files] of Object.entries(headers)) {
    for (const file of files) {
      const text = await Deno.readTextFile(`${packages}/${name}/include/${file}`);
      const functions = /\b(?:CUDAAPI|CUDARTAPI|CUDNNWINAPI|CUBLASWINAPI)\s+((?:cu|__cu)\w+)\s*\(/g;
      for (const [, name] of text.matchAll(functions)) found.add(name!);
      for (const [, name] of text.matchAll(/#\s*define\s+cu\w+\s+(cu\w+_v\d+)\b/g)) {
        found.add(name!);
      }
    }
  }
  return [...found].sort();
}

/** What does the work of a step, and is counted. */
const works =
  /^cudnn(Pooling|Activation|Softmax|Convolution(Forward|Backward)|TransformTensor|AddTensor|OpTensor|ReduceTensor)|^cublas\w*(gemm|Gemm|Matmul$)/;

/** Definitions that give way to those of the other files: everything succeeds, handles are some address. */
function stubText(names: readonly string[]): string {
  const stubs = names.map((name) => {
    const head = `__attribute__((weak)) long ${name}`;
    return /^(cudnn|cublas|cublasLt)Create|^cuda(Stream|Event)Create/.test(name)
      ? `${head}(void **made) { *made = calloc(1, 256); return 0; }`
      : `${head}(void) { ${
        works.test(name) ? `pace_library_kernel(); count_launch("${name}"); ` : ""
      }return 0; }`;
  });
  return [
    "#include <stdlib.h>",
    "void count_launch(const char *);",
    "void pace_library_kernel(void);",
    ...stubs,
    "",
  ].join("\n");
}
