import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { startTensorBoard } from "../../lib/cli/tensorboard.ts";
import { configure } from "../../lib/experiment/config.ts";
import { beginRun } from "../../lib/experiment/run.ts";
import { openRunStore } from "../../lib/experiment/run_store.ts";
import { projectRoot } from "../../lib/setup/project.ts";
import { hasTensorBoard } from "../../lib/setup/tensorboard.ts";
import { temporaryFolder } from "../data/disposables.ts";
import { testEngine } from "../engine.ts";
import { smallDataset } from "../fixtures.ts";
import { eventFiles } from "../tensorboard/read_events.ts";

/** Trains two epochs, killed in the second and continued. */
async function killedRun(runs: string): Promise<string> {
  const options = {
    config: configure({ imbalanceRate: 0.2, width: 2, epochs: 2, batchSize: 24 }),
    engine: await testEngine(),
    dataset: smallDataset(),
    store: openRunStore(runs),
    name: "run",
  };
  using killed = await beginRun(options);
  for await (const event of killed.events()) {
    if (event.type === "step" && event.epoch === 1 && event.step === event.steps) break;
  }
  killed.dispose();
  using run = await beginRun(options);
  for await (const _ of run.events());
  return run.folder;
}

const isInstalled = hasTensorBoard();

Deno.test({
  name: `the real TensorBoard lists and shows what a killed and continued run has written${
    isInstalled ? "" : " (skipped: deno task tensorboard installs it)"
  }`,
  ignore: !isInstalled,
  async fn() {
    using runs = temporaryFolder();
    const folder = await killedRun(runs.path);
    const [first] = eventFiles(folder);
    Deno.writeFileSync(first!, Uint8Array.of(200, 0, 0, 0), { append: true });
    await using board = startTensorBoard({ folder: runs.path });
    const lines = board.stderr.pipeThrough(new TextDecoderStream());
    let said = "";
    let address: string | undefined;
    for await (const text of lines.values({ preventCancel: true })) {
      said += text;
      address = /TensorBoard \S+ at (\S+)/.exec(said)?.[1];
      if (address !== undefined) break;
    }
    const get = async (path: string): Promise<unknown> =>
      await (await fetch(`${address}data/${path}`)).json();
    const tagsOf = async (plugin: string): Promise<string[]> => {
      const tags = await get(`plugin/${plugin}/tags`) as { run?: string[] | object };
      return (Array.isArray(tags.run) ? tags.run : Object.keys(tags.run ?? {})).sort();
    };
    // It reads the files in the background.
    while (!(await tagsOf("histograms")).includes("classifier_norm")) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }

    const scalars = await tagsOf("scalars");
    for (const tag of ["loss/consistency", "schedule/learningRate", "test/top1", "test/few"]) {
      assertStringIncludes(scalars.join(" "), tag);
    }
    assertEquals(await tagsOf("histograms"), ["class_accuracy", "classifier_norm"]);
    assertEquals(await tagsOf("images"), ["views/global", "views/local"]);
    assertEquals(await tagsOf("text"), ["configuration", "run"]);
    const points = await get("plugin/scalars/scalars?run=run&tag=loss_so_far/total");
    const steps = (points as [number, number, number][]).map(([, step]) => step);
    assertEquals(steps, [...new Set(steps)].sort((a, b) => a - b));
    assertEquals(steps.at(-1), 8);

    board.kill("SIGTERM");
    await lines.cancel();
    await board.status;
  },
});

Deno.test("tensorboard refuses a run that is not there before anything is installed", async () => {
  using runs = temporaryFolder();

  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      `${projectRoot}/lib/cli/main.ts`,
      "tensorboard",
      "--run",
      "none",
    ],
    env: { GLMC_RUNS: runs.path, NO_COLOR: "1" },
  }).output();

  assertEquals(code, 1);
  assertMatch(new TextDecoder().decode(stderr), /^error: Cannot find the run "none": .*\n$/);
});
