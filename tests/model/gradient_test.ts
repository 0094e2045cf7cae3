import { assertAlmostEquals, assertEquals } from "@std/assert";
import { randomStream } from "glmc/data/random.ts";
import { blockLayers } from "glmc/model/layers.ts";
import { architectures, createNetwork } from "glmc/model/network.ts";
import { withGradients } from "glmc/tensor/gradients.ts";
import { mapTensors } from "glmc/tensor/named_tensors.ts";
import { type Tensor, tf } from "glmc/tensor/tfjs.ts";
import { testEngine } from "../engine.ts";

type Tensors = Record<string, Tensor>;

/** Mean slope of `loss` over a small step both ways along `direction`, from values alone. */
function slope(
  loss: (at: Tensors) => Tensor,
  at: Tensors,
  direction: Tensors,
  step: number,
): number {
  const value = (sign: 1 | -1): number =>
    tf.tidy(() => {
      const moved = Object.entries(at).map(([name, tensor]) => [
        name,
        name in direction ? tf.add(tensor, tf.mul(direction[name]!, sign * step)) : tensor,
      ]);
      return loss(Object.fromEntries(moved)).dataSync()[0]!;
    });
  return (value(1) - value(-1)) / (2 * step);
}

function normalTensor(shape: readonly number[], seed: number): Tensor {
  const random = randomStream(seed, "test");
  const size = shape.reduce((product, side) => product * side, 1);
  return tf.tensor(Float32Array.from({ length: size }, () => random.normal()), [...shape]);
}

// The kinds of blocks: option A, option B, bottleneck, one that is pooled and has no shortcut, and one with groups.
for (
  const [architecture, name] of [
    ["resnet32", "layer2.0"],
    ["resnet18", "conv3_x.0"],
    ["resnet50", "conv3_x.0"],
    ["resnet9", "layer2"],
    ["resnext50_32x4d", "layer2.0"],
  ] as const
) {
  Deno.test(`blockLayers() of ${architecture} has the slope of its finite differences`, async () => {
    await testEngine();
    tf.engine().startScope();
    const width =
      { resnet32: 2, resnet9: 2, resnet18: 64, resnet50: 64, resnext50_32x4d: 4 }[architecture];
    const { structure, init } = createNetwork(architecture, { classes: 2, width });
    const { parameters, statistics } = init(randomStream(1, "init"));
    const block = structure.blocks.find(({ convolutions }) =>
      convolutions[0]!.name.startsWith(name)
    )!;
    const ofBlock = Object.entries(parameters).filter(([key]) => key.startsWith(name));
    const x = normalTensor([2, 6, 6, block.convolutions[0]!.inputs], 2);
    const weights = normalTensor([2, 3, 3, block.convolutions.at(-1)!.outputs], 3);
    const loss = ({ x: images, ...parameters }: Tensors): Tensor => {
      const pass = {
        parameters,
        statistics: { ...statistics },
        mode: "train",
        computeType: "float32",
      } as const;
      return tf.mean(tf.mul(blockLayers(images!, block, pass), weights));
    };
    const at: Tensors = { ...Object.fromEntries(ofBlock), x };
    const { gradients } = withGradients((at) => ({ scalar: loss(at), others: {} }), at);

    assertEquals(Object.keys(gradients).length, ofBlock.length + 1);
    for (const [key, gradient] of Object.entries(gradients)) {
      const norm = tf.norm(gradient).dataSync()[0]!;
      const direction = { [key]: tf.div(gradient, norm) };
      // Along a gradient the slope is its norm. ReLUs that switch within the step cost a per cent.
      assertAlmostEquals(slope(loss, at, direction, 3e-3) / norm, 1, 3e-2, key);
    }
    tf.engine().endScope();
  });
}

for (const architecture of architectures) {
  Deno.test(`Network.apply() of ${architecture} has the slope of its finite differences`, async () => {
    await testEngine();
    tf.engine().startScope();
    // Networks for large images halve them five times: what is left must be enough for a batch norm.
    const isLarge = createNetwork(architecture, { classes: 2 }).structure.stem.kernel === 7;
    const network = createNetwork(architecture, { classes: 10, ...(isLarge && { width: 8 }) });
    const { parameters, statistics } = network.init(randomStream(1, "init"));
    const side = isLarge ? 96 : 16;
    const images = normalTensor([4, side, side, 3], 2);
    const loss = (parameters: Tensors): Tensor => {
      const { outputs } = network.apply({ parameters, statistics }, images, "train");
      const { logits, rebalancedLogits, prediction } = outputs;
      return tf.addN([logits, rebalancedLogits, prediction].map((y) => tf.mean(tf.square(y))));
    };
    const { gradients } = withGradients(
      (parameters) => ({ scalar: loss(parameters), others: {} }),
      parameters,
    );
    const squares = Object.values(gradients).map((gradient) => tf.sum(tf.square(gradient)));
    const norm = tf.sqrt(tf.addN(squares)).dataSync()[0]!;
    const direction = mapTensors(gradients, (gradient) => tf.div(gradient, norm)) as Tensors;

    // Short, since these deep networks bend quickly: resnet50 is 3 per cent off at this step.
    assertAlmostEquals(slope(loss, parameters, direction, 3e-5) / norm, 1, 5e-2);
    tf.engine().endScope();
  });
}
