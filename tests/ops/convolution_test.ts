import { assert, assertEquals } from "@std/assert";
import type { Binding } from "../../lib/tensor/binding.ts";
import { convolution } from "../../lib/ops/convolution.ts";
import { withGradients } from "../../lib/tensor/gradients.ts";
import { disposeTensors } from "../../lib/tensor/named_tensors.ts";
import { type ComputeType, convert } from "../../lib/ops/precision.ts";
import { type Tensor, tf } from "../../lib/tensor/tfjs.ts";
import { assertClose, assertNoLeak } from "../assertions.ts";
import { testEngine } from "../engine.ts";

const engine = await testEngine();

/** Shapes on both sides of the limits between the two gradients by the filter, and another filter. */
const cases = [
  { side: 8, channels: 128, filter: 3 },
  { side: 5, channels: 130, filter: 5 },
  { side: 9, channels: 128, filter: 3 },
  { side: 8, channels: 64, filter: 3 },
];

for (const mode of ["compiled", "eager"] as const) {
  for (const { side, channels, filter } of cases) {
    const shape = `${side} x ${side} x ${channels}, filter ${filter}`;
    Deno.test(`convolution() in bfloat16 has the gradients of float32 in ${mode} mode (${shape})`, async () => {
      await assertNoLeak(engine, () => {
        const parameters = {
          x: tf.randomNormal([3, side, side, channels], 0, 1, "float32", 1) as Tensor,
          w: tf.randomNormal([filter, filter, channels, 7], 0, 0.1, "float32", 2) as Tensor,
        };
        const weights = tf.randomNormal([3, side, side, 7], 0, 1, "float32", 3);
        const gradients = (type: ComputeType) => {
          const there = { from: "float32", to: type } as const;
          const back = { from: type, to: "float32" } as const;
          const f = engine.compile((given: typeof parameters) =>
            withGradients(({ x, w }) => {
              const output = convolution(convert(x, there), convert(w, there), {
                ...{ stride: 1, padding: "same", type },
              });
              return { scalar: tf.sum(tf.mul(convert(output, back), weights)), others: {} };
            }, given).gradients, { mode });
          return f(parameters);
        };
        const [exact, short] = [gradients("float32"), gradients("bfloat16")];
        for (const name of ["x", "w"] as const) {
          const values = exact[name].dataSync();
          const largest = Math.max(...values.map(Math.abs));
          assert(largest > 1);
          // bfloat16 keeps 8 bits of every factor and of the sum
          assertClose(short[name].dataSync(), values, { absolute: 0.02 * largest });
        }
        disposeTensors({ ...parameters, weights, exact, short });
      });
    });
  }
}

for (const device of ["cpu", "gpu"] as const) {
  for (const xla of [false, true]) {
    const takes = device === "cpu" ? "takes" : "does not take";
    Deno.test(`convolution() ${takes} the detour of bfloat16 for a ${device}, with XLA ${xla}`, () => {
      const binding = (tf.backend() as unknown as { readonly binding: Binding }).binding;
      const issued: string[] = [];
      const { executeOp } = binding;
      // The device is only pretended: the functions are recorded as for it, and run on the CPU.
      Object.defineProperty(binding, "target", { value: { device, xla }, configurable: true });
      binding.executeOp = (name, ...given) => {
        issued.push(name);
        return executeOp.call(binding, name, ...given);
      };
      const parameters = {
        x: tf.ones([1, 4, 4, 128]) as Tensor,
        w: tf.ones([3, 3, 128, 2]) as Tensor,
      };
      try {
        using f = engine.compile((given: typeof parameters) =>
          withGradients(({ x, w }) => {
            const [image, filter] = [x, w].map((tensor) =>
              convert(tensor, { from: "float32", to: "bfloat16" })
            ) as [Tensor, Tensor];
            const output = convolution(image, filter, {
              ...{ stride: 1, padding: "same", type: "bfloat16" },
            });
            const long = convert(output, { from: "bfloat16", to: "float32" });
            return { scalar: tf.sum(long), others: {} };
          }, given).gradients
        );
        disposeTensors(f(parameters));
      } finally {
        delete (binding as { executeOp?: unknown }).executeOp;
        delete (binding as { target?: unknown }).target;
        disposeTensors(parameters);
      }
      assertEquals(issued.includes("Conv2DBackpropFilter"), device === "gpu");
    });
  }
}
