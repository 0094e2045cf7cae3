import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import {
  beginRun,
  configure,
  disposeTensors,
  exportWeights,
  type Method,
  methods as kitMethods,
  openRunStore,
  readSafetensors,
  type RunStore,
  type Settings,
} from "glmc";
import { projectRoot } from "../../lib/setup/project.ts";
import { temporaryFolder } from "../data/disposables.ts";
import { testEngine } from "../engine.ts";
import { smallDataset } from "../fixtures.ts";
import tempered from "../fixtures/tempered.ts";

const engine = await testEngine();
const dataset = smallDataset();
const methods: readonly Method[] = [...kitMethods, tempered as unknown as Method];

const small = { imbalanceRate: 0.2, width: 4, epochs: 2, batchSize: 24, learningRate: 0.05 };
const subjects: Readonly<Record<string, Settings>> = {
  "a method from outside": { ...small, method: "tempered", temperature: 3 },
  "cross-entropy": { ...small, method: "cross_entropy" },
  "GLMC": { ...small, method: "glmc" },
  "GLMC and then its classifiers alone": {
    ...small,
    epochs: 1,
    secondStage: "classifier",
    secondEpochs: 1,
  },
};

/** Trains until the end, or until the first report of the second epoch. */
async function train(
  settings: Settings,
  { store, name, stopsEarly = false }: { store: RunStore; name: string; stopsEarly?: boolean },
): Promise<unknown> {
  const config = configure(settings, { methods });
  using run = await beginRun({ config, engine, dataset, store, name });
  const stop = new AbortController();
  for await (const event of run.events(stop.signal)) {
    if (stopsEarly && event.type === "step" && event.epoch === 1) stop.abort();
  }
  const weights = await store.weights(name, { which: "last", network: run.network });
  const values = await exportWeights(weights);
  disposeTensors(weights);
  return values;
}

/** The records of a run, without what no two runs share. */
async function records(name: string, store: RunStore): Promise<unknown> {
  const { history } = await store.read(name);
  return history.map(({ trainSeconds: _, evaluateSeconds: __, ...record }) => record);
}

for (const [title, settings] of Object.entries(subjects)) {
  Deno.test(`${title} trains, resumes with the same bits, and is reported`, async () => {
    await using temporary = await temporaryFolder();
    const store = openRunStore(temporary.path, { methods });

    const whole = await train(settings, { store, name: "whole" });
    await train(settings, { store, name: "parts", stopsEarly: true });
    const parts = await train(settings, { store, name: "parts" });

    assertEquals(parts, whole);
    assertEquals(await records("parts", store), await records("whole", store));
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        "--no-check",
        `${projectRoot}/lib/cli/main.ts`,
        "report",
        "--run",
        "parts",
      ],
      env: { GLMC_RUNS: temporary.path },
    }).output();
    const decoder = new TextDecoder();
    assertEquals(code, 0, decoder.decode(stderr));
    assertMatch(decoder.decode(stdout), /^Written: /);
    const page = await Deno.readTextFile(`${temporary.path}/parts/report.html`);
    assertStringIncludes(page, "2 of 2 epochs");
  });
}

Deno.test("a method from outside brings its terms, numbers, settings and heads with it", async () => {
  await using temporary = await temporaryFolder();
  const store = openRunStore(temporary.path, { methods });

  await train(subjects["a method from outside"]!, { store, name: "outside" });

  const { history, description: { config } } = await store.read("outside");
  assertEquals(config.stages[0].options, { temperature: 3 });
  assertEquals(history.map(({ schedule }) => schedule.blendWeight), [0, 0.5]);
  assertEquals(Object.keys(history[0]!.losses), ["sum", "plain", "blended"]);
  const best = Deno.readFileSync(`${temporary.path}/outside/best.safetensors`);
  const names = Object.keys(readSafetensors(best).tensors);
  assert(names.includes("fc_cb.weight") && !names.includes("fc.weight"));
});
