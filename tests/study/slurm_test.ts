import { assertEquals, assertRejects } from "@std/assert";
import { openRunStore } from "../../lib/experiment/run_store.ts";
import { print } from "../../lib/process/streams.ts";
import { methods } from "../../lib/method/methods.ts";
import type { Executor, ExecutorOptions } from "../../lib/study/executor.ts";
import { localExecutor } from "../../lib/study/local_executor.ts";
import type { RunProgress } from "../../lib/study/progress.ts";
import { slurmExecutor } from "../../lib/study/slurm/slurm_executor.ts";
import { planStudy, type Study } from "../../lib/study/study.ts";
import { logFile, writeStudy } from "../../lib/study/study_folder.ts";
import { contentsOf } from "../experiment/processes.ts";
import { noSlurm, type RealSlurm, startSlurm } from "./real_slurm.ts";

if (noSlurm !== undefined) print(noSlurm);

const study: Study = {
  name: "two-weights",
  title: "Two weights of the consistency",
  base: { imbalanceRate: 0.2, largestClass: 20, width: 1, epochs: 4, batchSize: 20 },
  variants: [0, 4].map((consistencyWeight) => ({
    name: `gamma ${consistencyWeight}`,
    settings: { consistencyWeight },
  })),
  seeds: [1, 2],
};
const runs = planStudy(study, { methods });
// Sums depend on how many threads they are shared out to.
const machine = ["--device", "cpu", "--intra_op_threads", "1", "--inter_op_threads", "1"];

/** Does the study in a folder, and tells what it is told. */
async function* sweep(
  folder: string,
  executor: Executor,
  options: Partial<Pick<ExecutorOptions, "signal" | "onNotice">> = {},
): AsyncGenerator<RunProgress> {
  const store = openRunStore(folder);
  const { signal } = new AbortController();
  const studyFolder = await writeStudy(folder, study);
  yield* executor.run(runs, { store, studyFolder, signal, ...options });
}

/** The last that is told of each run. */
async function lastOf(told: AsyncIterable<RunProgress>): Promise<Record<string, unknown>> {
  const last: Record<string, unknown> = {};
  for await (const { run, state, problem } of told) last[run.name] = problem ?? state;
  return last;
}

const allFinished = Object.fromEntries(runs.map(({ name }) => [name, "finished"]));

/** Does to the script of a task what Slurm does before its time limit, which is a minute at least. */
async function tellOfTimeLimit({ ask }: RealSlurm, task: string): Promise<void> {
  const job = await ask("squeue", "--noheader", "--format=%A", `--jobs=${task}`);
  const lines = (await ask("scontrol", "listpids", job)).split("\n").slice(1);
  const scripts = lines.map((line) => line.trim().split(/\s+/)).filter(([pid]) =>
    /slurm_script/.test(Deno.readTextFileSync(`/proc/${pid}/cmdline`))
  );
  assertEquals(scripts.length, 1);
  Deno.kill(Number(scripts[0]![0]), "SIGUSR2");
}

Deno.test({
  name:
    "A Slurm array, watched twice, two of its runs interrupted, gives the table of the local sweep",
  ignore: noSlurm !== undefined,
  async fn() {
    await using slurm = await startSlurm();
    const place = await Deno.makeTempDir();
    const [here, there] = [`${place}/here`, `${place}/its "place", $HOME 100% é`];
    assertEquals(await lastOf(sweep(here, localExecutor({ jobs: 2, machine }))), allFinished);

    const notices: string[] = [];
    const onNotice = (line: string): void => void notices.push(line);
    const executor = slurmExecutor({ machine, throttle: 2, lookEvery: 0.2 });
    const left = new AbortController();
    for await (const { state } of sweep(there, executor, { signal: left.signal, onNotice })) {
      if (state === "running") left.abort();
    }
    assertEquals(notices, [
      "Submitted 4 runs to Slurm as job 1",
      "The job goes on: the same command watches again, scancel 1 cancels it",
    ]);

    // The first is queued again by an administrator, the second by itself, told of its time limit.
    const interrupt = [
      () => slurm.ask("scontrol", "requeue", "1_0"),
      () => tellOfTimeLimit(slurm, "1_1"),
    ];
    const last: Record<string, unknown> = {};
    for await (const { run, state, epoch, problem } of sweep(there, executor, { onNotice })) {
      last[run.name] = problem ?? state;
      const index = runs.indexOf(run);
      if (state === "running" && epoch >= 1) await interrupt[index]?.();
      if (state === "running" && epoch >= 1) delete interrupt[index];
    }
    assertEquals(last, allFinished);
    assertEquals(notices.length, 2, "nothing is submitted twice");

    for (const { name } of runs) {
      assertEquals(await contentsOf(there, name), await contentsOf(here, name));
    }
    const folder = (await writeStudy(there, study)).path;
    const goingOn = runs.map(({ name }) =>
      Deno.readTextFileSync(logFile(folder, name)).match(/ goes on in /g)?.length ?? 0
    );
    assertEquals(goingOn, [1, 1, 0, 0], "how often each was interrupted");

    const refused = sweep(`${place}/refused`, slurmExecutor({ sbatch: "--partition=gpu" }));
    await assertRejects(
      () => Array.fromAsync(refused),
      Error,
      "Cannot submit the runs: sbatch says: Batch job submission failed: Invalid partition name",
    );
  },
});

Deno.test("Where Slurm is not installed, the sweep says so and submits nothing", async () => {
  const folder = await Deno.makeTempDir();
  const path = Deno.env.get("PATH")!;
  Deno.env.set("PATH", folder);
  try {
    await assertRejects(
      () => Array.fromAsync(sweep(folder, slurmExecutor())),
      Deno.errors.NotFound,
      "there is no command squeue here: work on a machine that submits to Slurm",
    );
  } finally {
    Deno.env.set("PATH", path);
  }
});
