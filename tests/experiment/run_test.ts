import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { runFiles } from "../../lib/experiment/run_folder.ts";
import { readProgress } from "../../lib/experiment/run.ts";
import { readSafetensors, type SafeTensor } from "../../lib/disk/safetensors.ts";
import { createNetwork } from "../../lib/model/network.ts";
import { testEngine } from "../engine.ts";
import { projectRoot } from "../../lib/setup/project.ts";
import { temporaryFolder } from "../data/disposables.ts";

/** Runs the small run in `folder`; kills it with SIGKILL when a line of its output matches. */
async function smallRun(folder: string, killAt?: RegExp): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", `${projectRoot}/tests/experiment/small_run.ts`, folder],
    cwd: projectRoot,
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let output = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    output += text;
    if (killAt?.test(output)) {
      child.kill("SIGKILL");
      break;
    }
  }
  const { code } = await child.status;
  assertEquals(code, killAt === undefined ? 0 : 137);
  return output;
}

function tensorsOf(folder: string, file: string): Readonly<Record<string, SafeTensor>> {
  return readSafetensors(Deno.readFileSync(`${folder}/${file}`)).tensors;
}

/** The records of `metrics.jsonl` without their seconds. */
function metricsOf(folder: string): unknown[] {
  const lines = Deno.readTextFileSync(`${folder}/${runFiles.metrics}`).trim().split("\n");
  return lines.map((line) => {
    const { trainSeconds: _, evaluateSeconds: __, ...record } = JSON.parse(line);
    return record;
  });
}

Deno.test("a run of 4 epochs, and one killed in epoch 3 and continued, end with the same bits", async () => {
  await using temporary = await temporaryFolder();
  const [whole, killed] = [`${temporary.path}/whole`, `${temporary.path}/killed`];

  await smallRun(whole);
  await smallRun(killed, /step 2 /);
  const rest = await smallRun(killed);

  assertMatch(rest, /^step 2 /, "continues in epoch 3, not before");
  for (const file of [runFiles.checkpoint, runFiles.best]) {
    assertEquals(tensorsOf(killed, file), tensorsOf(whole, file), file);
  }
  assertEquals(metricsOf(killed), metricsOf(whole));
  assertEquals(metricsOf(whole).length, 4);
  const leftovers = [...Deno.readDirSync(killed)].map(({ name }) => name).sort();
  assertEquals(leftovers, Object.values(runFiles).sort(), "no temporary files stay");
});

Deno.test("best.safetensors has the names of the official state dict", async () => {
  await using temporary = await temporaryFolder();
  const folder = `${temporary.path}/run`;

  await smallRun(folder);

  const names = Object.keys(tensorsOf(folder, runFiles.best));
  for (const name of ["layer2.0.conv1.weight", "bn1.num_batches_tracked", "fc_cb.weight"]) {
    assert(names.includes(name), name);
  }
  assert(names.every((name) => !name.startsWith("optimizer.")));
});

Deno.test("readProgress() tells a damaged checkpoint from an absent one", async () => {
  await testEngine();
  await using temporary = await temporaryFolder();
  const network = createNetwork("resnet32", { classes: 10, width: 4 });

  assertEquals(await readProgress(temporary.path, network), undefined);
  await Deno.writeFile(`${temporary.path}/${runFiles.checkpoint}`, new Uint8Array(100));
  await assertRejects(
    () => readProgress(temporary.path, network),
    SyntaxError,
    "Cannot continue from",
  );
});
