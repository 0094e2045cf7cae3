/**
 * A method of one classifier on another classifier of the network.
 *
 * @module
 */

import type { HeadName, Method } from "./method.ts";

/**
 * Puts a method that trains the plain classifier on another linear one, such as the classifier that a first
 * stage has trained and tests.
 *
 * @param method A method whose only head is `logits`.
 * @param head Another linear classifier.
 * @returns A method that trains and tests that classifier.
 * @throws {RangeError} If the method has other heads.
 * @example The second classifier of GLMC
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { crossEntropyMethod } from "glmc";
 * import { onHead } from "glmc/method/on_head.ts";
 *
 * assertEquals(onHead(crossEntropyMethod, "rebalancedLogits").testedHead, "rebalancedLogits");
 * ```
 */
export function onHead(method: Method, head: HeadName): Method {
  if (`${method.heads}` !== "logits") {
    throw new RangeError(
      `Cannot train the classifier ${head} by the method ${method.name}: it has the heads ` +
        `${method.heads.join(", ")}: choose a method with the plain classifier alone`,
    );
  }
  if (head === "logits") return method;
  return {
    ...method,
    heads: [head],
    testedHead: head,
    testedHeads: () => [head],
    loss: (context) =>
      method.loss({
        ...context,
        network: (images) => {
          const outputs = context.network(images);
          return { ...outputs, logits: outputs[head] };
        },
      }),
  };
}
