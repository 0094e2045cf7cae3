import { sgdStep } from "../../lib/train/sgd.ts";
import { type Tensor, tf } from "../../lib/tensor/tfjs.ts";
import { assertEquals } from "@std/assert";
import { assertClose } from "../assertions.ts";
import { testEngine } from "../engine.ts";

const engine = await testEngine();

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

Deno.test("sgdStep() has the bits of sums of two, compiled and op by op", () => {
  const options = { learningRate: tf.scalar(0.1), weightDecay: 0.001 };
  const names = ["weight", "velocity", "gradient"] as const;
  const inputs = Object.fromEntries(
    names.map((name, seed) => [name, tf.randomNormal([3, 3, 16, 32], 0, 0.1, "float32", seed)]),
  ) as Record<typeof names[number], Tensor>;
  for (const nesterov of [false, true]) {
    const step = ({ weight, velocity, gradient }: typeof inputs) => {
      const state = { parameters: { w: weight }, momentum: { w: velocity } };
      const next = sgdStep(state, { w: gradient }, { ...options, nesterov });
      return { weight: next.parameters.w!, velocity: next.momentum.w! };
    };
    const slope = tf.add(inputs.gradient, tf.mul(inputs.weight, 0.001));
    const velocity = tf.add(tf.mul(inputs.velocity, 0.9), slope);
    const direction = nesterov ? tf.add(slope, tf.mul(velocity, 0.9)) : velocity;
    const weight = tf.sub(inputs.weight, tf.mul(direction, 0.1));
    const compiled = engine.compile(step);
    for (const found of [step(inputs), compiled(inputs)]) {
      assertEquals([differing(found.velocity, velocity), differing(found.weight, weight)], [0, 0]);
    }
    compiled.dispose();
  }
});

function differing(one: Tensor, other: Tensor): number {
  const values = other.dataSync();
  return one.dataSync().filter((value, place) => value !== values[place]).length;
}
