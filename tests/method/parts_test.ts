import { assertEquals } from "@std/assert";
import { losses } from "../../lib/loss/losses.ts";
import type { Loss } from "../../lib/loss/loss.ts";
import { combine } from "../../lib/method/combination.ts";
import { dividesByWeights } from "../../lib/method/divides_by_weights.ts";
import type { NetworkOutputs } from "../../lib/method/method.ts";
import { plainViews } from "../../lib/method/views/plain.ts";
import { defaultsOf } from "../../lib/settings/field.ts";
import { type Tensor, tf } from "../../lib/tensor/tfjs.ts";
import { testEngine } from "../engine.ts";

await testEngine();

const counts = [40, 10, 2];
const outputs = tf.tensor2d([[0.9, -0.3, 0.1], [0.2, 0.8, -0.5], [-0.4, 0.6, 0.3], [
  0.7,
  0.1,
  0.5,
]]);
const labels = tf.oneHot(tf.tensor1d([0, 0, 1, 2], "int32"), 3).toFloat();

/** The law of the settings, and whether the loss of four images is not the mean of those of two and two. */
function ofParts(loss: Loss, classWeights: string): readonly [boolean, boolean] {
  const method = combine({ views: plainViews, loss });
  const options = { ...defaultsOf(method.fields), classWeights };
  const constants = method.constants!({ options, counts });
  const lossOf = (first: number, count: number): number => {
    const rows = (all: Tensor): Tensor => tf.slice(all, [first, 0], [count, -1]);
    const { total } = method.loss({
      ...{ options, constants, draws: {}, schedule: {} },
      images: [rows(outputs)],
      labels: () => rows(labels),
      // The network gives what it is shown.
      network: (images) => ({ [method.testedHead]: images }) as NetworkOutputs,
    });
    return total!.dataSync()[0]!;
  };
  const byParts = (lossOf(0, 2) + lossOf(2, 2)) / 2;
  const isOther = Math.abs(byParts / lossOf(0, 4) - 1) > 1e-4;
  return [dividesByWeights(method, options), isOther];
}

Deno.test("it is known of each loss whether it is another one where a batch is cut into parts", () => {
  for (const loss of losses) {
    for (const classWeights of loss.reweighting === true ? ["none", "always"] : ["none"]) {
      const [said, found] = ofParts(loss, classWeights);
      assertEquals(said, found, `${loss.name} with class weights: ${classWeights}`);
    }
  }
});
