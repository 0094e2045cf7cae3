import { assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import { randomStream } from "../../lib/data/random.ts";
import { writeSafetensors } from "../../lib/disk/safetensors.ts";
import { configure, settingsOf } from "../../lib/experiment/config.ts";
import { beginRun } from "../../lib/experiment/run.ts";
import { openRunStore } from "../../lib/experiment/run_store.ts";
import { createNetwork } from "../../lib/model/network.ts";
import { exportWeights } from "../../lib/model/weights.ts";
import { disposeTensors } from "../../lib/tensor/named_tensors.ts";
import { withFiles } from "../../lib/study/given_files.ts";
import { temporaryFolder } from "../data/disposables.ts";
import { testEngine } from "../engine.ts";
import { smallDataset } from "../fixtures.ts";

const engine = await testEngine();
const dataset = smallDataset();

/** Weights of a network with one classifier, for so many classes. */
async function writeWeights(path: string, { classes = 10, seed = 7, width = 2 } = {}) {
  const network = createNetwork("resnet32", { classes, width, heads: ["logits"] });
  const variables = network.init(randomStream(seed, "init"));
  const tensors = await exportWeights(variables);
  disposeTensors(variables);
  await Deno.writeFile(path, writeSafetensors(tensors));
  return tensors;
}

const settings = { imbalanceRate: 0.2, width: 2, epochs: 2, batchSize: 34 };

Deno.test("a run begins from the weights of a file, and needs it no more once an epoch is done", async () => {
  using folder = temporaryFolder();
  const [store, file] = [openRunStore(folder.path), `${folder.path}/weights.safetensors`];
  const tensors = await writeWeights(file, { classes: 7 });
  const config = configure({ ...settings, pretrained: file });
  const lines: string[] = [];
  const options = { engine, dataset, store, name: "a" };
  const onNotice = (line: string) => void lines.push(line);
  {
    using run = await beginRun({ ...options, config, onNotice });
    const { parameters } = run.from.state;
    const drawn = run.network.init(randomStream(config.seed, "init"));
    const values = (name: string) => [...parameters[name]!.dataSync()];
    // Weights of convolutions lie in another order in a file.
    const name = "layer1.0.conv1.weight";
    assertEquals(values(name).toSorted(), [...tensors[name]!.data as Float32Array].toSorted());
    assertNotEquals(values(name), [...drawn.parameters[name]!.dataSync()]);
    // Of another number of classes: drawn as without the file.
    assertEquals(values("fc.weight"), [...drawn.parameters["fc.weight"]!.dataSync()]);
    disposeTensors(drawn);
    assertMatch(lines.join("\n"), /^The head fc is drawn anew: the file has none of 10 outputs$/m);
    assertMatch(run.config.network.pretrainedHash!, /^[0-9a-f]{64}$/);
    for await (const event of run.events()) if (event.type === "epoch") break;
  }
  await Deno.remove(file);
  using again = await beginRun(options);
  assertEquals(again.isResumed, true);
});

Deno.test("a head that fits is taken from a file, also where a later stage scales its outputs", async () => {
  using folder = temporaryFolder();
  const [store, file] = [openRunStore(folder.path), `${folder.path}/weights.safetensors`];
  const tensors = await writeWeights(file);
  const config = configure({
    ...settings,
    ...{ method: "cross_entropy", secondStage: "lws", pretrained: file },
  });
  const lines: string[] = [];
  using run = await beginRun({
    ...{ engine, dataset, store, config },
    onNotice: (line) => void lines.push(line),
  });
  const { parameters } = run.from.state;

  assertEquals(
    [...parameters["fc.weight"]!.dataSync()].toSorted(),
    [...tensors["fc.weight"]!.data as Float32Array].toSorted(),
  );
  assertEquals([...parameters["fc.scale"]!.dataSync()], Array(10).fill(1));
  assertEquals(lines.filter((line) => line.includes("fc is drawn")), []);
});

Deno.test("weights that have changed, or are of another network, begin no run", async () => {
  using folder = temporaryFolder();
  const [store, file] = [openRunStore(folder.path), `${folder.path}/weights.safetensors`];
  await writeWeights(file);
  const known = await withFiles({ ...settings, pretrained: file });
  const begin = (given: typeof known) =>
    beginRun({ engine, dataset, store, config: configure(given), onNotice: () => {} });

  await writeWeights(file, { seed: 8 });
  await assertRejects(() => begin(known), SyntaxError, "their tensors must have SHA-256");
  await writeWeights(file, { width: 4 });
  await assertRejects(() => begin({ ...settings, pretrained: file }), TypeError, "conv1");
  await Deno.remove(file);
  await assertRejects(
    () => begin({ ...settings, pretrained: file }),
    Deno.errors.NotFound,
    "weights.safetensors",
  );
  assertEquals(await store.list(), []);
  assertEquals(settingsOf(configure(known)).pretrainedHash, known.pretrainedHash);
});
