import { dirname } from "node:path";
import { assertEquals, assertThrows } from "@std/assert";
import { temporaryFolder } from "../data/disposables.ts";
import { findCudaLibraries, findLibraryFolder } from "../../lib/setup/find.ts";

function makeFiles(...paths: readonly string[]): ReturnType<typeof temporaryFolder> {
  const folder = temporaryFolder();
  for (const path of paths) {
    const file = `${folder.path}/.venv/lib/python3.12/site-packages/${path}`;
    Deno.mkdirSync(dirname(file), { recursive: true });
    Deno.writeTextFileSync(file, "");
  }
  return folder;
}

function withLibraryVariable(folder: string, work: () => void): void {
  const before = Deno.env.get("GLMC_LIBTENSORFLOW") ?? "";
  Deno.env.set("GLMC_LIBTENSORFLOW", folder);
  try {
    work();
  } finally {
    Deno.env.set("GLMC_LIBTENSORFLOW", before);
  }
}

Deno.test("findLibraryFolder() finds the library for any Python version", () => {
  using project = makeFiles("tensorflow/libtensorflow_cc.so.2");

  withLibraryVariable("", () => {
    const folder = `${project.path}/.venv/lib/python3.12/site-packages/tensorflow`;
    assertEquals(findLibraryFolder(project.path), folder);
  });
});

Deno.test("findLibraryFolder() prefers GLMC_LIBTENSORFLOW, and refuses it without a library", () => {
  using project = makeFiles("tensorflow/libtensorflow_cc.so.2", "own/libtensorflow_cc.so.2");
  const packages = `${project.path}/.venv/lib/python3.12/site-packages`;

  withLibraryVariable(`${packages}/own`, () => {
    assertEquals(findLibraryFolder(project.path), `${packages}/own`);
  });
  withLibraryVariable(packages, () => {
    assertThrows(() => findLibraryFolder(project.path), Deno.errors.NotFound, "GLMC_LIBTENSORFLOW");
  });
});

Deno.test("findLibraryFolder() refuses a TensorFlow that is only half there", () => {
  using project = makeFiles("tensorflow/libtensorflow_framework.so.2");

  withLibraryVariable("", () => {
    assertThrows(
      () => findLibraryFolder(project.path),
      Deno.errors.NotFound,
      "run deno task setup",
    );
  });
});

Deno.test("findCudaLibraries() lists shared libraries, but none that replaces another", () => {
  using project = makeFiles(
    "nvidia/cudnn/lib/libcudnn.so.9",
    "nvidia/cudnn/lib/__init__.py",
    "nvidia/cudnn/include/cudnn.so",
    "nvidia/cublas/lib/libcublas.so.12",
    "nvidia/cublas/lib/libnvblas.so.12",
    "nvidia/cuda_nvrtc/lib/libnvrtc.so.12",
    "nvidia/cuda_nvrtc/lib/libnvrtc.alt.so.12",
  );

  const nvidia = `${project.path}/.venv/lib/python3.12/site-packages/nvidia`;
  assertEquals(findCudaLibraries(project.path), [
    `${nvidia}/cublas/lib/libcublas.so.12`,
    `${nvidia}/cuda_nvrtc/lib/libnvrtc.so.12`,
    `${nvidia}/cudnn/lib/libcudnn.so.9`,
  ]);
});
