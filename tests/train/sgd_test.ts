import { sgdStep } from "../../lib/train/sgd.ts";
import { type Tensor, tf } from "../../lib/tensor/tfjs.ts";
import { assertClose } from "../assertions.ts";
import { testEngine } from "../engine.ts";

await testEngine();

Deno.test("sgdStep() follows PyTorch's rule over several steps", () => {
  tf.tidy(() => {
    // v = 0.9 v + (g + 0.01 w), w = w - 0.1 v with g = 1, 2, 3 worked out in float64
    let [weight, velocity] = [5, 0];
    let state: { parameters: Record<string, Tensor>; momentum: Record<string, Tensor> } = {
      parameters: { w: tf.scalar(weight) },
      momentum: { w: tf.scalar(velocity) },
    };
    for (const gradient of [1, 2, 3]) {
      velocity = 0.9 * velocity + (gradient + 0.01 * weight);
      weight -= 0.1 * velocity;
      state = sgdStep(state, { w: tf.scalar(gradient) }, {
        learningRate: tf.scalar(0.1),
        weightDecay: 0.01,
      });
    }
    // a few float32 roundings
    assertClose(state.parameters.w!.dataSync(), [weight], { relative: 1e-6 });
    assertClose(state.momentum.w!.dataSync(), [velocity], { relative: 1e-6 });
  });
});

Deno.test("sgdStep() looks ahead along the velocity with Nesterov's momentum", () => {
  tf.tidy(() => {
    // As torch.optim.SGD(nesterov=True): w = w - 0.1 (g' + 0.9 v), g' = g + 0.01 w, in float64
    let [weight, velocity] = [5, 0];
    let state: { parameters: Record<string, Tensor>; momentum: Record<string, Tensor> } = {
      parameters: { w: tf.scalar(weight) },
      momentum: { w: tf.scalar(velocity) },
    };
    for (const gradient of [1, 2, 3]) {
      const slope = gradient + 0.01 * weight;
      velocity = 0.9 * velocity + slope;
      weight -= 0.1 * (slope + 0.9 * velocity);
      state = sgdStep(state, { w: tf.scalar(gradient) }, {
        learningRate: tf.scalar(0.1),
        weightDecay: 0.01,
        nesterov: true,
      });
    }
    // a few float32 roundings
    assertClose(state.parameters.w!.dataSync(), [weight], { relative: 1e-6 });
  });
});
