import { assert } from "@std/assert";
import { trainingBatchNorm } from "../../lib/ops/batch_norm.ts";
import { withGradients } from "../../lib/tensor/gradients.ts";
import { disposeTensors, mapTensors } from "../../lib/tensor/named_tensors.ts";
import { type Tensor, tf } from "../../lib/tensor/tfjs.ts";
import { nativeMegabytes } from "../native_memory.ts";
import { testEngine } from "../engine.ts";

const engine = await testEngine();

const layers = 32;
const channels = 8;

type Parameters = Record<string, { readonly w: Tensor; readonly scale: Tensor }>;

function parameters(): Parameters {
  return Object.fromEntries(Array.from({ length: layers }, (_, i) => [`layer${i}`, {
    w: tf.randomNormal([3, 3, channels, channels], 0, 0.1, "float32", i),
    scale: tf.ones([channels]),
  }]));
}

/** As many operations as the step of a small network: value, gradients, new parameters. */
function step({ state, x }: { state: Parameters; x: Tensor }) {
  const [offset, ones] = [tf.zeros([channels]), tf.ones([channels])];
  const flat = Object.fromEntries(
    Object.entries(state).flatMap(([name, { w, scale }]) => [[`${name}.w`, w], [
      `${name}.scale`,
      scale,
    ]]),
  );
  const { gradients, others } = withGradients((at: Record<string, Tensor>) => {
    const end = Object.keys(state).reduce((images, name) => {
      const filtered = tf.conv2d(images as tf.Tensor4D, at[`${name}.w`] as tf.Tensor4D, 1, "same");
      return trainingBatchNorm(
        { x: filtered, scale: at[`${name}.scale`]!, offset, mean: offset, variance: ones },
        { relu: true },
      ).output;
    }, x);
    const loss = tf.mean(tf.square(end));
    return { scalar: loss, others: { loss } };
  }, flat);
  return { ...others, next: mapTensors(gradients, (gradient) => tf.mul(gradient, 0.1)) };
}

Deno.test("functions that are compiled, run in two shapes and disposed leave no native memory", () => {
  const state = parameters();
  const megabytes: number[] = [];
  for (let cycle = 0; cycle < 16; cycle++) {
    const compiled = engine.compile(step);
    for (const batch of [4, 2]) {
      const x = tf.ones([batch, 8, 8, channels]);
      const result = compiled({ state, x });
      result.loss.dataSync();
      disposeTensors({ x, result });
    }
    compiled.dispose();
    megabytes.push(nativeMegabytes());
  }
  disposeTensors(state);
  // The least of the last four: the pages of V8 that are not in use scatter upwards.
  const growth = Math.min(...megabytes.slice(12)) - megabytes[3]!;
  // Without disposing it is 50.
  assert(growth < 6, `${growth} MB more after 16 cycles than after 4: ${megabytes}`);
});
