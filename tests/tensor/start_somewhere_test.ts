import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Engine } from "../../lib/tensor/engine.ts";
import type { EngineOptions } from "../../lib/tensor/engine_options.ts";
import { startSomewhere } from "../../lib/tensor/start.ts";
import { testEngine } from "../engine.ts";

const problem = { reason: "the driver is too old", mend: "install a newer one" };
const cuda = { libraryFolder: "/opt/tensorflow", preload: ["/opt/libcudart.so.12"] };

/** Starts everywhere but on a GPU; keeps what it was asked for. */
async function brokenGpu(): Promise<{
  readonly asked: EngineOptions[];
  readonly start: (options: EngineOptions) => Promise<Engine>;
}> {
  const engine = await testEngine();
  const asked: EngineOptions[] = [];
  return {
    asked,
    start: (options) => {
      asked.push(options);
      return options.device === "cpu"
        ? Promise.resolve(engine)
        : Promise.reject(new Error("cuInit"));
    },
  };
}

Deno.test("where a GPU does not start, auto goes on with the CPU, without CUDA's libraries", async () => {
  const { asked, start } = await brokenGpu();

  const { engine, settled } = await startSomewhere(cuda, {
    start,
    why: () => Promise.resolve(problem),
  });

  assertEquals([engine.device, settled], ["cpu", "cpu"]);
  assertEquals(asked.map(({ device }) => device), [undefined, "cpu"]);
  assertEquals(asked.at(-1)?.preload, []);
});

Deno.test("where a GPU does not start, gpu fails with the reason and what to do", async () => {
  const { start } = await brokenGpu();

  const error = await assertRejects(
    () =>
      startSomewhere({ ...cuda, device: "gpu" }, { start, why: () => Promise.resolve(problem) }),
    Error,
    "Cannot use a GPU: the driver is too old: install a newer one, or use --device cpu",
  );
  assert(error.cause instanceof Error);
});

Deno.test("what is not the fault of a GPU is thrown as it is", async () => {
  const { start } = await brokenGpu();
  const usable = () => Promise.resolve(undefined);
  const notAsked = () => Promise.reject(new Error("nobody should ask"));
  const refuse = () => Promise.reject(new RangeError("Cannot start the engine with 0 threads"));

  // The GPU works, CUDA is not there, and the options are wrong.
  await assertRejects(() => startSomewhere(cuda, { start, why: usable }), Error, "cuInit");
  await assertRejects(
    () => startSomewhere({ ...cuda, preload: [] }, { start, why: notAsked }),
    Error,
    "cuInit",
  );
  await assertRejects(() => startSomewhere(cuda, { start: refuse, why: notAsked }), RangeError);
});
