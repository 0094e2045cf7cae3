import { assert, assertEquals, assertMatch } from "@std/assert";
import { readGpuAnswer } from "../../lib/setup/gpu_messages.ts";

/** Lines as TensorFlow 2.21 with CUDA writes them, with the clock and the thread left out. */
const noise = "I0000 port.cc:153] oneDNN custom operations are on.\n" +
  "I0000 dso_loader.cc:133] Successfully opened dynamic library libcudart.so.12\n";
const missing = (name: string): string =>
  `I0000 dso_loader.cc:144] Could not load dynamic library '${name}'; dlerror: ${name}: cannot open ` +
  "shared object file: No such file or directory\n";
const cuInit = (text: string): string =>
  `E0000 cuda_platform.cc:52] failed call to cuInit: INTERNAL: CUDA error: Failed call to cuInit: ${text}\n`;
const created = (name: string, capability: string): string =>
  "I0000 gpu_device.cc:2020] Created device /job:localhost/replica:0/task:0/device:GPU:0 with 38362 MB " +
  `memory:  -> device: 0, name: ${name}, pci bus id: 0000:07:00.0, compute capability: ${capability}\n`;

const situations: { what: string; says: string; reason: RegExp; mend: RegExp }[] = [
  {
    what: "no driver, whose absence TensorFlow reports twice",
    says: missing("libcuda.so.1") + cuInit("UNKNOWN ERROR (303)"),
    reason: /^no NVIDIA driver/,
    mend: /driver 525\.60 or later; .*--gpus all/,
  },
  {
    what: "a driver without libnvidia-ml, as in containers of computing alone",
    says: missing("libnvidia-ml.so.1"),
    reason: /libnvidia-ml\.so\.1 is not to be found/,
    mend: /NVIDIA_DRIVER_CAPABILITIES=compute,utility/,
  },
  {
    what: "a missing library of CUDA",
    says: missing("libcudnn.so.9") +
      "W0000 gpu_device.cc:2365] Cannot dlopen some GPU libraries.\n",
    reason: /^CUDA's library libcudnn\.so\.9 cannot be opened$/,
    mend: /setup --device gpu/,
  },
  {
    what: "an old driver",
    says: "failed: cudaGetDevice() failed. Status: CUDA driver version is insufficient for CUDA " +
      "runtime version\n",
    reason: /driver is too old for CUDA 12/,
    mend: /driver 525\.60 or later/,
  },
  {
    what: "a driver that is being updated",
    says: cuInit("CUDA_ERROR_SYSTEM_DRIVER_MISMATCH: system has unsupported display driver"),
    reason: /being updated$/,
    mend: /restart/,
  },
  {
    what: "a driver that shows no GPU",
    says: cuInit("CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected"),
    reason: /shows no GPU/,
    mend: /nvidia-smi/,
  },
  {
    what: "a driver in trouble",
    says: cuInit("CUDA_ERROR_UNKNOWN: unknown error"),
    reason: /does not start: CUDA_ERROR_UNKNOWN: unknown error$/,
    mend: /restart/,
  },
  {
    what: "a GPU that another program fills",
    says: "failed: CUDA_ERROR_OUT_OF_MEMORY: out of memory\n",
    reason: /does not start on it: CUDA_ERROR_OUT_OF_MEMORY/,
    mend: /memory/,
  },
  {
    what: "a GPU that is too old",
    says:
      "I0000 gpu_device.cc:2393] Ignoring visible gpu device (device: 0, name: Tesla K80) with " +
      "compute capability 3.7.\n",
    reason: /leaves it out: .*Tesla K80/,
    mend: /compute capability/,
  },
  { what: "a list without a word", says: "", reason: /lists none/, mend: /setup --device gpu/ },
];

for (const { what, says, reason, mend } of situations) {
  Deno.test(`readGpuAnswer() reads ${what}`, () => {
    const { gpus, problem } = readGpuAnswer(noise + says);

    assertEquals(gpus, []);
    assertMatch(problem!.reason, reason);
    assertMatch(problem!.mend, mend);
  });
}

Deno.test("readGpuAnswer() describes GPUs that work, and has nothing against them", () => {
  const says = noise + created("NVIDIA A100", "8.0") + created("NVIDIA H100 80GB HBM3", "9.0");

  assertEquals(readGpuAnswer(says), {
    gpus: [
      "NVIDIA A100, compute capability: 8.0",
      "NVIDIA H100 80GB HBM3, compute capability: 9.0",
    ],
  });
});

Deno.test("readGpuAnswer() warns of a GPU whose code has to be compiled first", () => {
  const { gpus, problem } = readGpuAnswer(
    "W0000 gpu_device.cc:2431] TensorFlow was not built with CUDA kernel binaries compatible with " +
      "compute capability 12.0. CUDA kernels will be jit-compiled from PTX, which could take 30 " +
      "minutes or longer.\n" + created("NVIDIA GeForce RTX 5090", "12.0"),
  );

  assertEquals(gpus.length, 1);
  assertMatch(problem!.reason, /no code for compute capability 12\.0: .*30 minutes/);
});

Deno.test("readGpuAnswer() names the variable that hides GPUs, and only where it does", () => {
  const says = cuInit("CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected");

  for (const hiding of ["", "-1"]) {
    assertMatch(
      readGpuAnswer(says, hiding).problem!.reason,
      /CUDA_VISIBLE_DEVICES is ".*hides all/,
    );
  }
  assertMatch(readGpuAnswer(says, "0,1").problem!.reason, /shows no GPU/);
  assert(readGpuAnswer(created("NVIDIA A100", "8.0"), "0").problem === undefined);
});
