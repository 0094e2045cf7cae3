import { assertEquals } from "@std/assert";
import type { OperationTarget } from "../../lib/tensor/operation.ts";
import { countedRuntime } from "./native_objects.ts";

for (const onGpu of [false, true]) {
  for (const xla of [false, true]) {
    const device = onGpu ? "gpu" : "cpu";
    Deno.test(`a function recorded for a ${device}, with XLA ${xla}, knows both`, () => {
      const { runtime, binding } = countedRuntime({ onGpu });
      let inside: OperationTarget | undefined;
      const { name } = binding.record("asking", {
        inputs: [],
        xla,
        build: () => {
          inside = binding.target;
          return [];
        },
      });
      assertEquals(inside, { device, xla });
      assertEquals(binding.target, { device, xla: false });
      runtime.removeFunction(name);
      runtime.close();
    });
  }
}
