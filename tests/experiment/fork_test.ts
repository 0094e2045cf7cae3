import { assert, assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import {
  beginRun,
  configure,
  createConfiguredNetwork,
  disposeTensors,
  exportWeights,
  openRunStore,
  type RunConfig,
  type RunStore,
  type Settings,
} from "glmc";
import { defaultRunName, resultHash } from "../../lib/experiment/config.ts";
import { temporaryFolder } from "../data/disposables.ts";
import { testEngine } from "../engine.ts";
import { smallDataset } from "../fixtures.ts";

const engine = await testEngine();
const dataset = smallDataset();
const base = {
  imbalanceRate: 0.2,
  width: 4,
  epochs: 1,
  batchSize: 24,
  learningRate: 0.05,
  method: "cross_entropy",
  averageDecay: 0.5,
} as const;

/** Trains a run to its end, or until the first report of an epoch. */
async function train(
  config: RunConfig,
  { store, name, from, stopsIn = Infinity }: {
    readonly store: RunStore;
    readonly name: string;
    readonly from?: string;
    readonly stopsIn?: number;
  },
): Promise<void> {
  using run = await beginRun({ config, engine, dataset, store, name, from });
  const stop = new AbortController();
  for await (const event of run.events(stop.signal)) {
    if (event.type === "step" && event.epoch === stopsIn) stop.abort();
  }
}

async function outcome(name: string, store: RunStore, config: RunConfig): Promise<unknown> {
  using run = await beginRun({ config, engine, dataset, store, name, resume: "must" });
  const weights = await store.weights(name, { which: "last", network: run.network });
  const values = await exportWeights(weights);
  disposeTensors(weights);
  const { history } = await store.read(name);
  return [values, history.map(({ trainSeconds: _, evaluateSeconds: __, ...record }) => record)];
}

/** Every file of a folder with what it holds. */
function contents(folder: string): Record<string, string> {
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  return Object.fromEntries(
    names.map((name) => [name, Deno.readFileSync(`${folder}/${name}`).toBase64()]),
  );
}

const stages: Readonly<Record<string, Settings>> = {
  crt: { secondStage: "crt", secondEpochs: 2, secondStatistics: "updated" },
  lws: { secondStage: "lws", secondEpochs: 2 },
  maxnorm: { secondStage: "maxnorm", secondEpochs: 2, maxNormEvery: "epoch", maxNormShare: 0.5 },
};

Deno.test("a run that goes on from another is what one with both stages would have been", async (t) => {
  await using temporary = await temporaryFolder();
  const store = openRunStore(temporary.path);
  await train(configure(base), { store, name: "first" });
  const before = contents(`${temporary.path}/first`);

  for (const [name, stage] of Object.entries(stages)) {
    await t.step(name, async () => {
      const config = configure({ ...base, ...stage });
      await train(config, { store, name: `whole-${name}` });
      const from = "first";
      // Stopped in its second epoch, and continued without a word of where it came from.
      await train(config, { store, name: `forked-${name}`, from, stopsIn: 2 });
      await train(config, { store, name: `forked-${name}` });

      assertEquals(
        await outcome(`forked-${name}`, store, config),
        await outcome(`whole-${name}`, store, config),
      );
      const { description } = await store.find(`forked-${name}`);
      assert(description.environment["goes on from"]?.startsWith('"first" ('));
      assertEquals(contents(`${temporary.path}/first`), before);
    });
  }
});

Deno.test("weights tell the epoch they are of, and so their stage", async () => {
  await using temporary = await temporaryFolder();
  const store = openRunStore(temporary.path);
  const config = configure({ ...base, ...stages.crt });
  const network = createConfiguredNetwork(config, store);
  const epochOf = async (which: "best" | "last"): Promise<number> => {
    const { variables, epoch } = await store.weightsOfEpoch("both", { which, network });
    disposeTensors(variables);
    return epoch;
  };

  await train(config, { store, name: "both", stopsIn: 1 });
  const { best } = await store.read("both");
  assertEquals([best.epoch, await epochOf("best"), await epochOf("last")], [0, 0, 1]);
  await train(config, { store, name: "both" });
  const after = await store.read("both");
  assertEquals([await epochOf("best"), await epochOf("last")], [after.best.epoch, 2]);
});

Deno.test("after GLMC a second stage goes on with the classifier that is tested", async () => {
  await using temporary = await temporaryFolder();
  const store = openRunStore(temporary.path);
  const first = { ...base, method: "glmc", averageDecay: 0 };
  await train(configure(first), { store, name: "first" });
  const config = configure({ ...first, ...stages.maxnorm });
  await train(config, { store, name: "second", from: "first" });

  using run = await beginRun({ config, engine, dataset, store, name: "second", resume: "must" });
  const [old, now] = [
    await store.weights("first", { which: "last", network: run.network }),
    await store.weights("second", { which: "last", network: run.network }),
  ];
  const same = Object.keys(old.parameters).filter((name) =>
    `${old.parameters[name]!.dataSync()}` === `${now.parameters[name]!.dataSync()}`
  );
  const moved = Object.keys(old.parameters).filter((name) => !same.includes(name));
  assertEquals(moved, ["fc_cb.weight", "fc_cb.bias"]);
  disposeTensors({ old, now });
});

for (const method of ["ldam", "ldam_drw", "cmo_ldam_drw"]) {
  Deno.test(`after ${method} a plain classifier is trained anew, and its first stage is as alone`, async () => {
    await using temporary = await temporaryFolder();
    const store = openRunStore(temporary.path);
    const settings = { ...base, method, averageDecay: 0 };
    const config = configure({ ...settings, ...stages.crt, secondStatistics: "kept" });
    await train(configure(settings), { store, name: "alone" });
    await train(config, { store, name: "both" });
    await train(config, { store, name: "forked", from: "alone" });

    const network = createConfiguredNetwork(config, store);
    const [alone, both, forked] = [
      await store.weights("alone", {
        which: "last",
        network: createConfiguredNetwork(configure(settings), store),
      }),
      await store.weights("both", { which: "last", network }),
      await store.weights("forked", { which: "last", network }),
    ];
    for (const [name, tensor] of Object.entries(alone!.parameters)) {
      assertEquals(both!.parameters[name]!.dataSync(), tensor.dataSync(), name);
    }
    assertEquals(
      forked!.parameters["fc.weight"]!.dataSync(),
      both!.parameters["fc.weight"]!.dataSync(),
    );
    const { history } = await store.read("both");
    assertEquals(history.map(({ stage }) => stage), ["train", "crt", "crt"]);
    disposeTensors({ alone: alone!, both: both!, forked: forked! });
  });
}

Deno.test("a second stage from the best weights is another result, and needs a finished run", async () => {
  await using temporary = await temporaryFolder();
  const store = openRunStore(temporary.path);
  const usual = configure({ ...base, ...stages.crt });
  const [first, second] = usual.stages;
  const config = { ...usual, stages: [first, { ...second!, startsFrom: "best" }] } as const;
  await train(configure(base), { store, name: "first" });

  assertNotEquals(resultHash(config), resultHash(usual));
  assertNotEquals(defaultRunName(config, store), defaultRunName(usual, store));
  await assertRejects(
    () => train(config, { store, name: "alone" }),
    RangeError,
    "name that one with deno task stage2",
  );
  await train(config, { store, name: "second", from: "first" });
  const { description } = await store.find("second");
  assertMatch(description.environment["goes on from"]!, /, its best epoch \(1\)$/);
  assertEquals(resultHash(description.config), resultHash(config));
});

Deno.test("a run goes on only from a finished run of its own configuration", async () => {
  await using temporary = await temporaryFolder();
  const store = openRunStore(temporary.path);
  const config = configure({ ...base, ...stages.crt });
  const begin = (run: string, changed = config): Promise<void> =>
    train(changed, { store, name: "second", from: run });
  await assertRejects(() => begin("nowhere"), Deno.errors.NotFound, "there is no such run");

  await train(configure({ ...base, epochs: 2 }), { store, name: "stopped", stopsIn: 1 });
  const longer = configure({ ...base, epochs: 2, ...stages.crt });
  await assertRejects(() => begin("stopped", longer), RangeError, "1 of 2 epochs: finish it first");

  await train(configure(base), { store, name: "first" });
  const other = configure({ ...base, seed: 7, ...stages.crt });
  await assertRejects(
    () => begin("first", other),
    RangeError,
    "is not that of the run with stages",
  );
  await assertRejects(() => begin("first", configure(base)), RangeError, "with stages more");
  Deno.removeSync(`${temporary.path}/first/best.safetensors`);
  await assertRejects(() => begin("first"), Deno.errors.NotFound, "best.safetensors");
  assertEquals((await store.list()).map(({ name }) => name).sort(), ["first", "stopped"]);
});

for (
  const [settings, text] of [
    [{ method: "ldam", secondStage: "maxnorm" }, "its classifier gives cosines"],
    [{ method: "ldam_drw", secondStage: "lws" }, "its classifier gives cosines"],
    [{ secondStage: "crt", secondMethod: "glmc" }, "a second stage trains one linear classifier"],
    [{ secondStage: "crt", secondMethod: "mixup" }, "has a sampler of its own"],
    [{ secondStage: "crt", secondMethod: "nothing" }, "there is no such method"],
    [{ maxNormShare: 0.5 }, "there is no second stage"],
  ] as const
) {
  Deno.test(`configure() refuses ${JSON.stringify(settings)}`, () => {
    let message = "";
    try {
      configure(settings);
    } catch (error) {
      message = (error as Error).message;
      assert(error instanceof RangeError);
    }
    assert(message.includes(text), message);
  });
}
