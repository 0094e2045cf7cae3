/**
 * Weights to start a training from: the convolutions of a file, and heads of the training's own.
 *
 * @module
 */

import { disposeTensors } from "../tensor/named_tensors.ts";
import type { RandomSource, Variables } from "./init.ts";
import type { Network } from "./network.ts";
import { officialShape } from "./shapes.ts";
import { officialState, type StateDictOptions } from "./state_dict.ts";
import { exportTensors, importWeights, type StoredTensor } from "./weights.ts";

/** Settings of {@linkcode pretrainedVariables}. */
export interface PretrainedOptions extends StateDictOptions {
  /** Where the numbers of heads that the file does not have come from. */
  readonly random: RandomSource;
}

/**
 * Initial variables of a network whose convolutions and batch norms are those of a PyTorch `state_dict`, such as
 * torchvision's of ImageNet. A head that the file has in the same shape is taken too; every other one is drawn.
 *
 * The draws are those of `network.init`, so that a head that is drawn has the numbers it has without the file.
 *
 * @param tensors By the names they have in the file.
 * @param network The network they are for.
 * @param options Source of the drawn heads; whom to tell what was done.
 * @returns Variables; the caller owns them.
 * @throws {TypeError} If the convolutions are not those of the network; says which and how.
 * @throws {RangeError} If a value is not finite as float32, or a running variance is negative.
 * @example A file of another number of classes
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createNetwork, exportWeights, randomStream, startEngine } from "glmc";
 * import { pretrainedVariables } from "glmc/model/pretrained.ts";
 *
 * await startEngine({ device: "cpu" });
 * const of = (classes: number) =>
 *   createNetwork("resnet10_imagenet", { classes, width: 4, heads: ["logits"] });
 * const file = await exportWeights(of(1000).init(randomStream(1, "init")));
 * const said: string[] = [];
 * const { parameters } = await pretrainedVariables(file, of(10), {
 *   random: randomStream(2, "init"),
 *   onNotice: (line) => said.push(line),
 * });
 *
 * assertEquals([...parameters["conv1.weight"]!.dataSync()].length, 7 * 7 * 3 * 4);
 * assertEquals(said, ["The head fc is drawn anew: the file has none of 10 outputs"]);
 * ```
 */
export async function pretrainedVariables(
  tensors: Readonly<Record<string, StoredTensor>>,
  network: Network<never>,
  { random, onNotice = () => {}, ...options }: PretrainedOptions,
): Promise<Variables> {
  const { structure, parameterShapes, statisticShapes } = network;
  const shapes = { ...parameterShapes, ...statisticShapes };
  // What was done is told once it has led to weights.
  const notices: string[] = [];
  const found = officialState(tensors, { shapes, structure }, {
    ...options,
    onNotice: (line) => void notices.push(line),
  });
  const drawn = network.init(random);
  try {
    const completed: Record<string, StoredTensor> = { ...found };
    for (const { name: head, outputs, hidden } of Object.values(structure.heads)) {
      const layers = [head, ...(hidden ? [hidden.name, hidden.batchNorm] : [])];
      const names = Object.keys(shapes).filter((name) =>
        layers.some((layer) => name.startsWith(`${layer}.`))
      );
      // Scales belong to a stage of their own, and no other code's file has them.
      const isScale = (name: string): boolean => name.endsWith(".scale") && !(name in found);
      const fits = names.every((name) =>
        isScale(name) || `${found[name]?.shape}` === `${officialShape(shapes[name]!)}`
      );
      const all = { ...drawn.parameters, ...drawn.statistics };
      const missing = fits ? names.filter(isScale) : names;
      const own = Object.fromEntries(missing.map((name) => [name, all[name]!]));
      Object.assign(completed, await exportTensors(own));
      if (fits) continue;
      notices.push(`The head ${head} is drawn anew: the file has none of ${outputs} outputs`);
    }
    const variables = importWeights(completed, network);
    notices.forEach((line) => onNotice(line));
    return variables;
  } finally {
    disposeTensors(drawn);
  }
}
