import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { jobScript, type JobScriptOptions } from "../../lib/study/slurm/job_script.ts";

/** A folder for a script, which bash is to take for nothing else, and for a command of Slurm. */
async function place(): Promise<string> {
  const folder = `${await Deno.makeTempDir()}/its "place", $HOME \`date\` 100% é`;
  await Deno.mkdir(folder);
  await Deno.writeTextFile(`${folder}/scontrol`, `#!/bin/bash\necho "$@" >"$LOGS/scontrol"\n`);
  await Deno.chmod(`${folder}/scontrol`, 0o755);
  return folder;
}

const worker = `
trap 'echo told >>"$LOGS/told"; exit 140' USR2
trap 'exit 143' TERM
printf '%s\\n' "$@" >"$LOGS/words"
for i in {1..200}; do [ "$1" = long ] || exit 3; sleep 0.05; done
`;

/** The script of runs that bash does, with the word for how long each takes and the name of the run. */
function scriptIn(folder: string, options: Partial<JobScriptOptions> = {}): string {
  return jobScript({
    name: "two-weights-01234567.1",
    runs: ["first", "it's"],
    worker: (run) => ["bash", "-c", worker, "bash", "short", folder, "--run", run, "--last"],
    logs: folder,
    environment: { LOGS: folder, PATH: `${folder}:${Deno.env.get("PATH")}` },
    needed: [folder],
    ...options,
  });
}

function start(script: string, environment: Record<string, string> = {}): Deno.ChildProcess {
  return new Deno.Command("bash", {
    args: ["-c", script],
    env: { SLURM_ARRAY_TASK_ID: "1", SLURM_JOB_ID: "18", ...environment },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Sends a signal to a script whose worker is at work. */
async function interrupt(
  folder: string,
  signal: Deno.Signal,
  restarts = "0",
): Promise<Deno.CommandOutput> {
  const script = scriptIn(folder, {
    worker: (run) => ["bash", "-c", worker, "bash", "long", run],
  });
  const child = start(script, { SLURM_RESTART_COUNT: restarts });
  for (let tries = 0; await isMissing(`${folder}/words`); tries++) {
    assert(tries < 400, "the worker begins");
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  child.kill(signal);
  return await child.output();
}

function isMissing(path: string): Promise<boolean> {
  return Deno.stat(path).then(() => false, () => true);
}

Deno.test("jobScript() says all that Slurm is to know, the user's options last", () => {
  const script = scriptIn("/a disk/100%", {
    throttle: 3,
    timeLimit: "1-00:00:00",
    sbatch: "--partition=gpu  --gres=gpu:1 ",
  });
  assertEquals(script.split("\n").filter((line) => line.startsWith("#SBATCH")), [
    '#SBATCH --job-name="two-weights-01234567.1"',
    "#SBATCH --array=0-1%3",
    '#SBATCH --output="/a disk/100%%/slurm-%A_%a.log"',
    "#SBATCH --signal=B:USR2@120",
    "#SBATCH --requeue",
    "#SBATCH --open-mode=append",
    "#SBATCH --time=1-00:00:00",
    "#SBATCH --partition=gpu  --gres=gpu:1",
  ]);
  assertMatch(scriptIn('/a "b"'), /^#SBATCH --output="\/a \\"b\\"\/slurm-%A_%a\.log"$/m);
});

Deno.test("The script starts the worker of its task with every word as it is, and ends as it does", async () => {
  const folder = await place();
  const { code } = await start(scriptIn(folder)).output();
  assertEquals(code, 3);
  assertEquals(
    Deno.readTextFileSync(`${folder}/words`),
    `short\n${folder}\n--run\nit's\n--last\n`,
  );
});

Deno.test("Told of the time limit, the script has the worker stop and queues itself again", async () => {
  const folder = await place();
  const { code } = await interrupt(folder, "SIGUSR2");
  assertEquals(code, 0);
  assertEquals(Deno.readTextFileSync(`${folder}/told`), "told\n");
  assertEquals(Deno.readTextFileSync(`${folder}/scontrol`), "requeue 18\n");
});

Deno.test("Told of it for the 200th time, the script gives up", async () => {
  const folder = await place();
  const { code, stderr } = await interrupt(folder, "SIGUSR2", "200");
  assertEquals(code, 1);
  assertMatch(new TextDecoder().decode(stderr), /it has run into its time limit 200 times/);
});

Deno.test("A script that is ended has the worker stop, and does not queue itself again", async () => {
  const folder = await place();
  const { code } = await interrupt(folder, "SIGTERM");
  assertEquals(code, 143);
  assertMatch(Deno.readTextFileSync(`${folder}/scontrol`), /^#!/);
});

Deno.test("A node that does not see a folder says which", async () => {
  const folder = await place();
  const { code, stderr } = await start(scriptIn(folder, { needed: [`${folder}/kit`] })).output();
  assertEquals(code, 1);
  assert(new TextDecoder().decode(stderr).includes(`does not see ${folder}/kit: put it on a disk`));
});

Deno.test("jobScript() refuses what a script cannot hold", () => {
  const cases: [Partial<JobScriptOptions>, string][] = [
    [{ throttle: 0 }, "Cannot use the throttle 0"],
    [{ timeLimit: "4h" }, "Cannot use the time limit 4h"],
    [{ sbatch: "gpu" }, 'Cannot pass "gpu" to sbatch'],
    [{ sbatch: "--mem=4G\nrm -rf /" }, "it must be one line"],
    [{ sbatch: "--mem=4G -J mine" }, "-J is said by the executor"],
    [{ sbatch: "--array=0-7" }, "--array is said by the executor"],
    [{ logs: "/a\\b" }, "Slurm takes no path with a backslash"],
  ];
  for (const [options, message] of cases) {
    assertThrows(() => scriptIn("/runs", options), RangeError, message);
  }
  // A value is no option.
  scriptIn("/runs", { sbatch: "-p gpu --gres=gpu:a100-a:1 --time 1-0" });
});
