import { assert, assertEquals } from "@std/assert";
import { limitNorms, normLimit, tauNormalise } from "../../lib/model/classifier_norm.ts";
import { type Tensor, tf } from "../../lib/tensor/tfjs.ts";
import { assertClose } from "../assertions.ts";
import { testEngine } from "../engine.ts";
import { golden } from "../golden.ts";

const engine = await testEngine();
const values = golden("classifier_norm");
const tensor = (name: string): Tensor => {
  const { data, shape } = values[name]!;
  return tf.tensor(data as Float32Array, [...shape]);
};

for (const mode of ["compiled", "eager"] as const) {
  Deno.test(`the norms of a classifier are those of the public code, in ${mode} mode`, () => {
    const weight = tensor("weight");
    const all = engine.compile(({ weight }: { weight: Tensor }) => {
      const threshold = normLimit(weight, 0.1);
      return {
        threshold: tf.reshape(threshold, [1]),
        "maxnorm_0.1": limitNorms(weight, threshold),
        "tau_0.7": tauNormalise(weight, 0.7),
        tau_1: tauNormalise(weight, 1),
      };
    }, { mode });

    for (const [name, result] of Object.entries(all({ weight }))) {
      // As the golden table asks.
      assertClose(result.dataSync(), values[name]!.data as Float32Array, {
        relative: 1e-5,
        what: "MaxNorm and τ-normalisation",
      });
    }
    all.dispose();
  });
}

Deno.test("MaxNorm changes nothing below its limit, and nothing the second time", () => {
  const weight = tensor("weight");
  const limit = normLimit(weight, 0.1);
  const once = limitNorms(weight, limit);
  const twice = limitNorms(once, limit);

  assertEquals([...twice.dataSync()], [...once.dataSync()]);
  assertEquals([...limitNorms(weight, tf.scalar(1e6)).dataSync()], [...weight.dataSync()]);
  assertEquals([...tauNormalise(weight, 0).dataSync()], [...weight.dataSync()]);
});

Deno.test("a row of zeros stays one", () => {
  const weight = tf.tensor2d([[0, 0], [3, 4]]);

  for (
    const result of [
      limitNorms(weight, tf.scalar(1)),
      tauNormalise(weight, 1),
      tauNormalise(weight, 10),
    ]
  ) {
    const [first, second, ...others] = result.dataSync();
    assertEquals([first, second], [0, 0]);
    assert(others.every(Number.isFinite));
  }
});
