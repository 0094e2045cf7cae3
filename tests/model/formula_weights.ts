/**
 * The weights of the golden network cases: a formula of each parameter's number and elements.
 *
 * @module
 */
import type { Network, Variables } from "glmc/model/network.ts";
import { importWeights, type StoredTensor } from "glmc/model/weights.ts";

/** Variables by the formula in tests/golden/README.md; batch norm has seen nothing yet. */
export function formulaVariables(network: Network): Variables {
  const tensors: Record<string, StoredTensor> = {};
  Object.entries(network.parameterShapes).forEach(([name, inMemory], number) => {
    const [height, width, inputs, outputs] = inMemory as [number, number, number, number];
    const shape = inMemory.length === 4 ? [outputs, inputs, height, width] : inMemory;
    const fan = shape.slice(1).reduce((product, size) => product * size, 1);
    const data = Float32Array.from({ length: fan * shape[0]! }, (_, i) => {
      const v = Math.sin(0.37 * (i * i) + number);
      if (shape.length > 1) return 2 / Math.sqrt(fan) * v;
      return name.includes("weight") ? 1 + 0.1 * v : 0.05 * v;
    });
    tensors[name] = { dtype: "F32", shape, data };
  });
  for (const [name, shape] of Object.entries(network.statisticShapes)) {
    const data = new Float32Array(shape[0]!).fill(name.endsWith("running_var") ? 1 : 0);
    tensors[name] = { dtype: "F32", shape, data };
  }
  return importWeights(tensors, network);
}
