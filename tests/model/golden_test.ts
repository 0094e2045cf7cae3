/**
 * The networks against the official ones, their weights given by a formula.
 *
 * @module
 */
import { assert } from "@std/assert";
import {
  type Architecture,
  createNetwork,
  type Network,
  type Variables,
} from "glmc/model/network.ts";
import { withGradients } from "glmc/tensor/gradients.ts";
import { disposeTensors, flatten, type NamedTensors } from "glmc/tensor/named_tensors.ts";
import { type Tensor, tf } from "glmc/tensor/tfjs.ts";
import { testEngine } from "../engine.ts";
import { golden } from "../golden.ts";
import { formulaVariables } from "./formula_weights.ts";

const cases: readonly [string, Architecture, { classes: number; width?: number }][] = [
  ["net_resnet32_nf16", "resnet32", { classes: 10, width: 16 }],
  ["net_resnet32", "resnet32", { classes: 10 }],
  ["net_resnet18", "resnet18", { classes: 10 }],
  ["net_resnet34", "resnet34", { classes: 100 }],
  ["net_resnet50", "resnet50", { classes: 100 }],
  ["net_resnext50_32x4d", "resnext50_32x4d", { classes: 1000 }],
];

/**
 * Those of tests/golden/README.md. A single gradient norm is held less tightly: one ReLU whose input
 * lies within float32 rounding of zero moves some of them by 5e-3, and every kernel rounds in its way.
 */
const tolerances = { value: 5e-4, gradients: 2e-3, gradient: 2e-2 };

for (const [name, architecture, options] of cases) {
  Deno.test(`Network.apply() agrees with the official ${name}`, async (t) => {
    const engine = await testEngine();
    const network = createNetwork(architecture, options);
    const { x, ...others } = golden(name);
    const expected = Object.entries(others).map(([key, { data }]): Value => [key, data as Numbers]);
    const images = tf.tidy(() =>
      tf.transpose(tf.tensor(x!.data as Float32Array, [...x!.shape]), [0, 2, 3, 1])
    );
    const variables = formulaVariables(network);

    for (const mode of ["compiled", "eager"] as const) {
      await t.step(mode, async () => {
        const pass = engine.compile(onePass(network), { mode });
        const values = await read(pass({ ...variables, images }));
        const ofGradients: number[] = [];
        for (const [key, numbers] of expected) {
          const error = relativeError(values.get(key), numbers);
          const isGradient = key.startsWith("gradnorm.");
          const tolerance = isGradient ? tolerances.gradient : tolerances.value;
          assert(error <= tolerance, `${key} is off by ${error}, more than ${tolerance}`);
          if (isGradient) ofGradients.push(error);
        }
        const mean = Math.hypot(...ofGradients) / Math.sqrt(ofGradients.length);
        assert(mean <= tolerances.gradients, `the gradients are off by ${mean}`);
      });
    }

    disposeTensors({ ...variables, images });
  });
}

type Numbers = ArrayLike<number>;
type Value = readonly [key: string, numbers: Numbers];

/** Names of golden outputs, and what the network calls them. */
const outputNames = {
  out: "logits",
  out_cb: "rebalancedLogits",
  z: "projection",
  p: "prediction",
} as const;

/** A pass in training mode with gradients, then one in evaluation mode; results by golden name. */
function onePass(
  network: Network,
): (inputs: Variables & { readonly images: Tensor }) => Record<string, Tensor> {
  return function pass({ parameters, statistics, images }) {
    const { gradients, others } = withGradients((parameters) => {
      const { outputs, statistics: after } = network.apply(
        { parameters, statistics },
        images,
        "train",
      );
      const named: Record<string, Tensor> = {};
      for (const [key, output] of Object.entries(outputNames)) named[key] = outputs[output];
      const squares = Object.values(named).map((output) => tf.mean(tf.square(output)));
      return { scalar: tf.addN(squares), others: { ...named, ...after } as Record<string, Tensor> };
    }, parameters);
    const evaluated = network.apply({ parameters, statistics: others }, images, "evaluate");
    const norms = Object.entries(gradients).map(([name, gradient]) => [
      `gradnorm.${name}`,
      tf.norm(gradient),
    ]);
    return { ...others, ...Object.fromEntries(norms), eval: evaluated.outputs.rebalancedLogits };
  };
}

/** Copies values to the host and disposes the tensors. */
async function read(tensors: NamedTensors): Promise<Map<string, Numbers>> {
  const values = new Map<string, Numbers>();
  for (const [key, tensor] of flatten(tensors)) {
    values.set(key, await tensor.data() as Float32Array);
  }
  disposeTensors(tensors);
  return values;
}

/** Relative error in the Euclidean norm. */
function relativeError(actual: Numbers | undefined, expected: Numbers): number {
  assert(actual?.length === expected.length, "a value is missing or has another size");
  const difference = Array.from(expected, (number, i) => actual[i]! - number);
  return Math.hypot(...difference) / Math.hypot(...Array.from(expected));
}
