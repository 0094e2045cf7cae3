import { assertEquals, assertThrows } from "@std/assert";
import { visibleGpu } from "../../lib/cli/machine.ts";
import { UsageError } from "../../lib/cli/shell.ts";

Deno.test("visibleGpu() counts among the GPUs that the process may use", () => {
  assertEquals(visibleGpu(0, undefined), "0");
  assertEquals(visibleGpu(3, undefined), "3");
  assertEquals(visibleGpu(1, "4, 6"), "6");
  assertEquals(visibleGpu(0, "GPU-8932f937"), "GPU-8932f937");
  assertEquals([visibleGpu(0, ""), visibleGpu(2, "-1")], ["", "-1"], "hidden ones stay hidden");
  assertThrows(() => visibleGpu(2, "4,6"), UsageError, "is 4,6: choose one in [0, 1]");
});
