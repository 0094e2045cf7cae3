import { testEngine } from "../engine.ts";
import { withGradients } from "../../lib/tensor/gradients.ts";
import { type Tensor, tf } from "../../lib/tensor/tfjs.ts";
import { trainingBatchNorm } from "../../lib/ops/batch_norm.ts";
import { synchronisedBatchNorm } from "../../lib/ops/synchronised_batch_norm.ts";
import { assertClose } from "../assertions.ts";

await testEngine();

type Values = Record<"x" | "scale" | "offset", Tensor>;

const running = { mean: tf.tensor1d([1, 2, 3, 4]), variance: tf.tensor1d([4, 3, 2, 1]) };
const images = tf.randomNormal([3, 2, 2, 4], 1, 2, "float32", 3);
const weights = tf.randomNormal([3, 2, 2, 4], 0, 1, "float32", 5);
const [scale, offset] = [tf.tensor1d([0.5, 1, 1.5, 2]), tf.tensor1d([0.1, -0.2, 0.3, 0])];

/** What one process finds; `sum` is told which sum it is. */
function found(
  { begin, count, examples }: { begin: number; count: number; examples: number },
  sum: (own: Tensor, call: number) => Tensor,
): Record<string, Tensor> {
  let call = 0;
  const share = tf.scalar(examples / 3);
  const whole = { share, sum: (own: Tensor) => sum(own, call++) };
  const at = [begin, 0, 0, 0];
  const x = tf.slice(images, at, [count, -1, -1, -1]);
  const { gradients, others } = withGradients((values) => {
    const given = { ...values as Values, ...running };
    const { output, mean, variance } = synchronisedBatchNorm(given, { whole });
    // A mean over the examples of the part, by its share.
    const part = tf.sum(tf.mul(output, tf.slice(weights, at, [count, -1, -1, -1])));
    return {
      scalar: tf.mul(tf.div(part, tf.scalar(count)), share),
      others: { output, mean, variance },
    };
  }, { x, scale, offset });
  return { ...others, x: gradients.x!, scale: gradients.scale!, offset: gradients.offset! };
}

Deno.test("processes with two, one and no example normalise as one with three, and so do their gradients", () => {
  // The last one takes the first example with a share of 0, as a step does.
  const parts = [
    { begin: 0, count: 2, examples: 2 },
    { begin: 2, count: 1, examples: 1 },
    { begin: 0, count: 1, examples: 0 },
  ];
  let sums: Tensor[] = [];
  let ranks: Record<string, Tensor>[] = [];
  // Each sum is known once those before it are.
  for (let turn = 0; turn < 3; turn++) {
    const own: Tensor[][] = parts.map(() => []);
    ranks = parts.map((part, rank) =>
      found(part, (tensor, call) => sums[call] ?? (own[rank]![call] = tf.keep(tf.clone(tensor))))
    );
    const next = own[0]!.findIndex((tensor) => tensor !== undefined);
    if (next >= 0) sums = [...sums, tf.addN(own.map((calls) => calls[next]!))];
  }

  const { gradients, others } = withGradients((values) => {
    const { output, mean, variance } = trainingBatchNorm({ ...values as Values, ...running });
    const scalar = tf.div(tf.sum(tf.mul(output, weights)), tf.scalar(3));
    return { scalar, others: { output, mean, variance } };
  }, { x: images, scale, offset });
  const [first, second, without] = ranks as [typeof ranks[0], typeof ranks[0], typeof ranks[0]];
  const total = (name: string): Tensor => tf.addN(ranks.map((rank) => rank[name]!));
  const near = { absolute: 5e-6 };
  assertClose(
    tf.concat([first.output!, second.output!]).dataSync(),
    others.output!.dataSync(),
    near,
  );
  assertClose(tf.concat([first.x!, second.x!]).dataSync(), gradients.x!.dataSync(), near);
  assertClose(without.x!.dataSync(), new Float32Array(16), { absolute: 0 });
  for (const name of ["scale", "offset"] as const) {
    assertClose(total(name).dataSync(), gradients[name]!.dataSync(), near);
  }
  for (const name of ["mean", "variance"] as const) {
    for (const rank of ranks) assertClose(rank[name]!.dataSync(), others[name]!.dataSync(), near);
  }
});
