/**
 * The weights of the golden network cases: a formula of each parameter's number and elements.
 *
 * @module
 */
import type { Network, Variables } from "glmc/model/network.ts";
import { importWeights, type StoredTensor } from "glmc/model/weights.ts";

/**
 * Variables by the formula in tests/golden/README.md; batch norm has seen nothing yet.
 *
 * @param nudge Relative change of every element, up or down by a fixed pattern; 0 by default.
 */
export function formulaVariables(network: Network, nudge = 0): Variables {
  const tensors: Record<string, StoredTensor> = {};
  Object.entries(network.parameterShapes).forEach(([name, inMemory], number) => {
    const shape = inMemory.length === 4 ? [3, 2, 0, 1].map((axis) => inMemory[axis]) : inMemory;
    const fan = shape.slice(1).reduce((product, size) => product * size, 1);
    const data = new Float32Array(fan * shape[0]);
    for (let i = 0; i < data.length; i++) {
      const v = Math.sin(0.37 * i + number);
      const value = shape.length > 1
        ? 2 / Math.sqrt(fan) * v
        : name.includes("weight")
        ? 1 + 0.1 * v
        : 0.05 * v;
      // Multiplicative hashing: a pattern of signs without a period.
      data[i] = value * (Math.imul(i, 0x9e3779b1) < 0 ? 1 - nudge : 1 + nudge);
    }
    tensors[name] = { dtype: "F32", shape, data };
  });
  for (const [name, shape] of Object.entries(network.statisticShapes)) {
    const data = new Float32Array(shape[0]).fill(name.endsWith("running_var") ? 1 : 0);
    tensors[name] = { dtype: "F32", shape, data };
  }
  return importWeights(tensors, network);
}
