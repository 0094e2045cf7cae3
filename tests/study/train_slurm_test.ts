import { assert, assertEquals, assertMatch } from "@std/assert";
import { print } from "../../lib/process/streams.ts";
import { projectRoot } from "../../lib/setup/project.ts";
import { temporaryFolder } from "../data/disposables.ts";
import { contentsOf } from "../experiment/processes.ts";
import { writeTinyImageNet } from "../tiny_imagenet.ts";
import { noSlurm, type RealSlurm, startSlurm, until } from "./real_slurm.ts";

if (noSlurm !== undefined) print(noSlurm);

/** Seconds that a training may take on a machine that has much else to do. */
const patience = 120;

/** Trains by the command line, in two processes. */
async function train(runs: string, flags: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "-A", "--no-check", `${projectRoot}/lib/cli/main.ts`, "train", ...flags],
    env: { GLMC_RUNS: runs, NO_COLOR: "1" },
  }).output();
  const [text, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assert(success, errors);
  return text!;
}

const textOf = (path: string): string => {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
};

/** Id of a process that srun has started. */
async function processOf(
  { ask }: RealSlurm,
  { job, rank }: { readonly job: number; readonly rank: number },
): Promise<number> {
  // PID, job, step, rank on the node, rank.
  const rows = (await ask("scontrol", "listpids", `${job}.0`)).split("\n").slice(1);
  const found = rows.map((row) => row.trim().split(/\s+/)).find((row) => row[4] === `${rank}`);
  assert(found !== undefined, rows.join("\n"));
  return Number(found[0]);
}

Deno.test({
  name:
    "A training of two processes, told by Slurm of its time limit, goes on in the next job to the same weights",
  ignore: noSlurm !== undefined,
  async fn() {
    using temporary = temporaryFolder();
    const [here, there] = [`${temporary.path}/here`, `${temporary.path}/there`];
    const { root, trainList, testList } = writeTinyImageNet(temporary.path, [12, 8, 6, 4]);
    const flags = [
      ...["--dataset", "folder", "--root", root, "--image_size", "32", "-a", "resnet32"],
      ...["--train_list", trainList, "--test_list", testList, "--no_tensorboard"],
      ...["--width", "4", "--epochs", "20", "-b", "8", "--devices", "2", "--name", "two"],
      // Sums depend on how many threads they are shared out to.
      ...["--device", "cpu", "--intra_op_threads", "1", "--inter_op_threads", "1"],
    ];
    // Other ports than those of a Slurm that another test has started.
    const job = 1000 + Math.floor(9000 * Math.random());
    await using slurm = await startSlurm({ firstJob: job });
    const log = `${there}/.jobs/two-${job}.log`;
    assertEquals(
      await train(there, [...flags, "--executor", "slurm", "--nodes", "1"]),
      `Submitted as job ${job}: what it says goes to ${log}\n`,
    );

    await until(
      () => Promise.resolve(/^epoch +2\/20 +top-1/m.test(textOf(log))),
      "no epoch is done",
      patience,
    );
    // As Slurm does before a time limit, which is a minute at least; other nodes may hear of it later.
    const [, signal] = /--signal=(\w+)@/.exec(textOf(`${there}/.jobs/two.sh`)) ?? [];
    Deno.kill(await processOf(slurm, { job, rank: 0 }), `SIG${signal}` as Deno.Signal);
    // While the job waits to be begun again.
    await train(here, flags);
    await until(
      async () => await slurm.ask("squeue", "--noheader", "--states=PD,R,CG,RQ") === "",
      "the job goes on",
      patience,
    );

    const said = textOf(log);
    assertMatch(said, /^Stopped in epoch \d+ after step \d+: continue with: .* --resume /m);
    assertMatch(said, /^Training .* from epoch \d+, step \d+$/m);
    assertEquals(said.match(/^Finished: /mg)?.length, 1, said);
    // Deno opens one at SIGUSR1, for everybody on the node.
    assert(!/debugger|inspector/i.test(said), said);
    assertEquals(await contentsOf(there, "two"), await contentsOf(here, "two"));
  },
});
