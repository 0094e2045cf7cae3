import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import { type WatchedEvent, watchTraining } from "../../lib/notebook/watch.ts";
import type { TrainEvent } from "../../lib/train/events.ts";
import { sampleHistory } from "../plot/samples.ts";
import { inPretendedNotebook } from "./pretended_kernel.ts";

type Epoch = typeof sampleHistory[number];

const pause = (milliseconds: number) =>
  new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

/** A pretended training that stops after a step when it is told to. */
async function* train(
  signal: AbortSignal,
  { epochs, steps, step: milliseconds }: { epochs: number; steps: number; step: number },
): AsyncGenerator<WatchedEvent<Epoch>> {
  for (const record of sampleHistory.slice(0, epochs)) {
    const { epoch } = record;
    const history = sampleHistory.slice(0, epoch);
    for (let step = 1; step <= steps; step++) {
      await pause(milliseconds);
      if (signal.aborted) {
        yield { type: "stopped", progress: { epoch, step, history } };
        return;
      }
      yield {
        type: "step",
        epoch,
        step,
        steps,
        losses: { total: 3 - step / steps },
        examplesPerSecond: 100,
        unit: "pairs",
      };
    }
    yield { type: "epoch", record, progress: { history: [...history, record] } };
  }
}

Deno.test("watchTraining() takes the events of a training as they are", () => {
  // Type-checked only: the notebook room knows the events by their shape.
  const start = (_: AbortSignal): AsyncIterable<TrainEvent> => {
    throw new Error("never called");
  };
  const watch = () => watchTraining(start, { epochs: 1 });
  assertEquals(typeof watch, "function");
});

Deno.test("watchTraining() shows curves that grow and ends with the whole figure", async () => {
  const page = await inPretendedNotebook(async () => {
    const { history, stopped } = await watchTraining(
      // 6 seconds: time for a second drawing even if the first took 120 ms, 2 % of it.
      (signal) => train(signal, { epochs: 4, steps: 10, step: 150 }),
      { epochs: 4, interval: 50, title: "Toy" },
    );
    assertEquals([history.length, stopped], [4, false]);
  });

  const [line, curves, ...more] = page;
  assertEquals(more, []);
  assertEquals(line?.bundle, { "text/plain": "Toy: 4 of 4 epochs, top-1 36.00 %" });
  assert(curves && curves.updates >= 2, `the curves were drawn ${curves?.updates} times`);
  const { data } = curves.bundle["application/vnd.plotly.v1+json"] as {
    data: { name: string; y: number[] }[];
  };
  assertEquals(data.find(({ name }) => name === "all")?.y, [30, 32, 34, 36]);
});

Deno.test("watchTraining() spends little of a training's time on drawing", async () => {
  let [drawing, training] = [0, 0];
  await inPretendedNotebook(async () => {
    const measured = async function* (signal: AbortSignal) {
      const start = performance.now();
      for await (const event of train(signal, { epochs: 2, steps: 600, step: 2 })) {
        const before = performance.now();
        yield event;
        drawing += performance.now() - before;
      }
      training = performance.now() - start;
    };
    await watchTraining(measured, { epochs: 2, interval: 0 });
  });

  // 2 % is aimed at; the rest is room for a machine that is busy with other tests.
  assertLess(drawing / training, 0.08);
});

Deno.test("watchTraining() hands an error on and gives the interrupt back", async () => {
  // deno-lint-ignore require-yield
  const failing = async function* (): AsyncGenerator<WatchedEvent<Epoch>> {
    await pause(1);
    throw new Error("diverged");
  };

  await assertRejects(() => watchTraining(failing, { epochs: 1 }), Error, "diverged");
});

Deno.test("watchTraining() says of a training that throws that it failed, and leaves its curves", async () => {
  const page = await inPretendedNotebook(async () => {
    const failing = async function* (signal: AbortSignal): AsyncGenerator<WatchedEvent<Epoch>> {
      yield* train(signal, { epochs: 2, steps: 1, step: 1 });
      throw new Error("Out of memory");
    };
    await assertRejects(
      () => watchTraining(failing, { epochs: 5, title: "Toy" }),
      Error,
      "Out of memory",
    );
  });

  const [line, curves] = page;
  assertEquals(line?.bundle, { "text/plain": "Toy: failed after 2 of 5 epochs: see the error" });
  assert(curves && "application/vnd.plotly.v1+json" in curves.bundle);
});

Deno.test("watchTraining() counts in the unit of the method, and takes checkpoints for no end", async () => {
  const lines: unknown[] = [];
  const page = await inPretendedNotebook(async () => {
    const runtime = Deno as unknown as {
      jupyter: { display: (bundle: Record<string, unknown>, options: object) => Promise<void> };
    };
    const { display } = runtime.jupyter;
    runtime.jupyter.display = (bundle, options) => {
      lines.push(bundle["text/plain"]);
      return display(bundle, options);
    };
    const training = async function* (): AsyncGenerator<WatchedEvent<Epoch>> {
      await pause(300);
      yield {
        type: "step",
        epoch: 0,
        step: 1,
        steps: 2,
        losses: { total: 1 },
        examplesPerSecond: 12.3,
        unit: "pairs",
      };
      yield { type: "checkpoint" };
      const record = sampleHistory[0]!;
      yield { type: "epoch", record, progress: { history: [record] } };
    };
    assertEquals((await watchTraining(training, { epochs: 1, title: "Toy" })).stopped, false);
  });

  assert(lines.some((line) => String(line).endsWith("Toy: epoch 1 of 1, step 1 of 2, 12 pairs/s")));
  assertEquals(page[0]?.bundle, { "text/plain": "Toy: 1 of 1 epoch, top-1 30.00 %" });
});

Deno.test("watchTraining() goes on and gives its result where nothing can be shown", async () => {
  const { error } = console;
  const told: unknown[] = [];
  console.error = (line: unknown) => void told.push(line);
  try {
    await inPretendedNotebook(async () => {
      const runtime = Deno as unknown as { jupyter: { display: () => Promise<void> } };
      runtime.jupyter.display = () => Promise.reject(new Error("The front end is gone"));

      const { history, stopped } = await watchTraining(
        (signal) => train(signal, { epochs: 2, steps: 3, step: 100 }),
        { epochs: 2, interval: 0, title: "Toy" },
      );

      assertEquals([history.length, stopped], [2, false]);
    });
  } finally {
    console.error = error;
  }
  assertEquals(told, [
    "The curves cannot be shown, the training goes on: Error: The front end is gone",
  ]);
});
