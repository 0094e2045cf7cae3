import { assert, assertEquals } from "@std/assert";
import { convolution } from "../../lib/ops/convolution.ts";
import { groupedConvolution, writtenOutConvolution } from "../../lib/ops/grouped_convolution.ts";
import { type ComputeType, convert } from "../../lib/ops/precision.ts";
import { withGradients } from "../../lib/tensor/gradients.ts";
import { disposeTensors } from "../../lib/tensor/named_tensors.ts";
import { type Tensor, tf } from "../../lib/tensor/tfjs.ts";
import { assertClose, assertNoLeak } from "../assertions.ts";
import { testEngine } from "../engine.ts";

const engine = await testEngine();

type Convolve = typeof groupedConvolution;

/** One ordinary convolution for each group: what the word means. */
const oneByOne: Convolve = (x, filter, options) => {
  const groups = x.shape[3]! / filter.shape[2]!;
  const filters = tf.split(filter, groups, 3);
  return tf.concat(
    tf.split(x, groups, 3).map((group, i) => convolution(group, filters[i]!, options)),
    3,
  );
};

const cases = [
  { side: 9, groups: 32, inputs: 4, outputs: 128, stride: 1, padding: "same" },
  { side: 9, groups: 3, inputs: 5, outputs: 6, stride: 2, padding: "valid" },
  { side: 4, groups: 6, inputs: 1, outputs: 12, stride: 1, padding: "same" },
  { side: 7, groups: 2, inputs: 40, outputs: 80, stride: 2, padding: "valid" },
] as const;

/** float32 sums in another order; bfloat16 keeps 8 bits of every factor and of the sum. */
const tolerances = { float32: 1e-5, bfloat16: 0.02 };

for (
  const [name, convolve] of [
    ["groupedConvolution", groupedConvolution],
    ["writtenOutConvolution", writtenOutConvolution],
  ] as const
) {
  for (const mode of ["compiled", "eager"] as const) {
    for (const type of ["float32", "bfloat16"] as const) {
      Deno.test(`${name}() does what a convolution of each group does, in ${mode} ${type}`, async () => {
        for (const { side, groups, inputs, outputs, stride, padding } of cases) {
          await assertNoLeak(engine, () => {
            const given = {
              x: tf.randomNormal([3, side, side, groups * inputs], 0, 1, "float32", 1) as Tensor,
              filter: tf.randomNormal([3, 3, inputs, outputs], 0, 0.1, "float32", 2) as Tensor,
            };
            const run = (convolve: Convolve, type: ComputeType) => {
              const there = { from: "float32", to: type } as const;
              const back = { from: type, to: "float32" } as const;
              using f = engine.compile((given: { x: Tensor; filter: Tensor }) => {
                const { gradients, others } = withGradients(({ x, filter }) => {
                  const short = convolve(convert(x, there), convert(filter, there), {
                    ...{ stride, padding, type },
                  });
                  const output = convert(short, back);
                  // A slope of its own at each place.
                  return { scalar: tf.sum(tf.mul(output, tf.sin(output))), others: { output } };
                }, given);
                return { ...gradients, ...others };
              }, { mode });
              return f(given);
            };
            const [expected, actual] = [run(oneByOne, "float32"), run(convolve, type)];
            for (const key of ["output", "x", "filter"] as const) {
              const values = expected[key].dataSync();
              const largest = Math.max(...values.map(Math.abs));
              assert(largest > 0.1);
              assertEquals(actual[key].shape, expected[key].shape);
              assertClose(actual[key].dataSync(), values, { absolute: tolerances[type] * largest });
            }
            disposeTensors({ ...given, expected, actual });
          });
        }
      });
    }
  }
}
