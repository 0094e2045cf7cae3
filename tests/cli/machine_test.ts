import { assertEquals, assertThrows } from "@std/assert";
import { parseFlags } from "../../lib/cli/flags.ts";
import { chooseGpus, visibleGpus } from "../../lib/cli/machine.ts";
import { gpuNumbers, machineFlags } from "../../lib/cli/run_flags.ts";
import { UsageError } from "../../lib/cli/shell.ts";

Deno.test("visibleGpus() counts among the GPUs that the process may use", () => {
  assertEquals(visibleGpus([0], undefined), "0");
  assertEquals(visibleGpus([3, 1], undefined), "3,1");
  assertEquals(visibleGpus([1, 0], "4, 6"), "6,4");
  assertEquals(visibleGpus([0], "GPU-8932f937"), "GPU-8932f937");
  assertEquals(
    [visibleGpus([0], ""), visibleGpus([2], "-1")],
    ["", "-1"],
    "hidden ones stay hidden",
  );
  assertThrows(() => visibleGpus([1, 2], "4,6"), UsageError, "is 4,6: choose in [0, 1]");
});

Deno.test("--gpus takes one number, or several different ones", () => {
  assertEquals(["0", "0,1", "3, 1"].map(gpuNumbers), [[0], [0, 1], [3, 1]]);
  for (const text of ["", "-1", "1.5", "0,", "0,0", "1024", "all"]) {
    assertEquals(gpuNumbers(text), undefined, text);
  }
  assertEquals(parseFlags(["--gpus", "0,1"], machineFlags), { gpu: "0,1" });
  assertThrows(
    () => parseFlags(["--gpus=1,1"], machineFlags),
    UsageError,
    "several different ones",
  );
});

Deno.test("chooseGpus() hides all others before TensorFlow opens CUDA's libraries", () => {
  const before = Deno.env.get("CUDA_VISIBLE_DEVICES");
  try {
    Deno.env.set("CUDA_VISIBLE_DEVICES", "4,6,7");
    assertEquals(chooseGpus({ gpu: "2,0" }), [2, 0]);
    assertEquals(Deno.env.get("CUDA_VISIBLE_DEVICES"), "7,4");
  } finally {
    if (before === undefined) Deno.env.delete("CUDA_VISIBLE_DEVICES");
    else Deno.env.set("CUDA_VISIBLE_DEVICES", before);
  }
});
