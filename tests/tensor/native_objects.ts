/**
 * A TensorFlow whose native objects are counted, to hold that each one that is made is freed.
 *
 * @module
 */
import { findLibraryFolder } from "../../lib/setup/find.ts";
import { Binding } from "../../lib/tensor/binding.ts";
import { EagerRuntime } from "../../lib/tensor/eager_runtime.ts";
import { type LibTensorFlow, openLibTensorFlow } from "../../lib/tensor/libtensorflow.ts";

/** Functions that make an object, and those that free one of its kind. */
const kinds: Record<string, { readonly made: readonly string[]; readonly freed: string }> = {
  operation: { made: ["TFE_NewOp"], freed: "TFE_DeleteOp" },
  description: { made: ["TF_NewOperation"], freed: "TF_FinishOperation" },
  tensor: { made: ["TF_AllocateTensor", "TFE_TensorHandleResolve"], freed: "TF_DeleteTensor" },
  handle: {
    made: ["TFE_NewTensorHandle", "TFE_TensorHandleCopyToDevice"],
    freed: "TFE_DeleteTensorHandle",
  },
  text: { made: ["TF_StringInit"], freed: "TF_StringDealloc" },
  graph: { made: ["TF_NewGraph"], freed: "TF_DeleteGraph" },
  definition: { made: ["TF_GraphToFunction"], freed: "TF_DeleteFunction" },
  options: { made: ["TFE_NewContextOptions"], freed: "TFE_DeleteContextOptions" },
  status: { made: ["TF_NewStatus"], freed: "TF_DeleteStatus" },
  context: { made: ["TFE_NewContext"], freed: "TFE_DeleteContext" },
};

type Call = (...given: unknown[]) => unknown;

/** Native objects by kind that were made and not freed. */
export type Alive = Readonly<Record<string, number>>;

/** A runtime of its own whose native objects are counted. */
export function countedRuntime({ onGpu = false, pretendedGpu = false } = {}): {
  readonly runtime: EagerRuntime;
  readonly binding: Binding;
  readonly alive: () => Alive;
  /** How often a function of TensorFlow was called. */
  readonly called: (name: keyof LibTensorFlow) => number;
} {
  const calls = new Map<string, number>();
  const alive = Object.fromEntries(Object.keys(kinds).map((kind) => [kind, 0]));
  const opened = openLibTensorFlow(findLibraryFolder());
  const library = new Proxy({}, {
    get(_, name: string) {
      const call = opened[name as keyof LibTensorFlow] as Call;
      return (...given: unknown[]) => {
        calls.set(name, (calls.get(name) ?? 0) + 1);
        const result = call(...given);
        for (const [kind, { made, freed }] of Object.entries(kinds)) {
          const change = made.includes(name) && result !== null ? 1 : name === freed ? -1 : 0;
          if (change !== 0) alive[kind] = alive[kind]! + change;
        }
        return result;
      };
    },
  }) as LibTensorFlow;
  const runtime = new EagerRuntime(library, {
    ...{ intraOpThreads: 1, interOpThreads: 1, hideGpus: true, pretendedGpu },
  });
  return {
    runtime,
    binding: new Binding(runtime, { onGpu }),
    alive: () => ({ ...alive }),
    called: (name) => calls.get(name) ?? 0,
  };
}
