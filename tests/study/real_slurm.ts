/**
 * A real Slurm of one node on this machine, in a temporary folder: munge, controller and node on free ports.
 *
 * It needs the Debian packages slurmctld, slurmd, slurm-client and munge, and the rights of root.
 *
 * @module
 */

/** Why no Slurm can be started here; `undefined` where one can. */
export const noSlurm: string | undefined = Deno.build.os !== "linux" || Deno.uid() !== 0
  ? "Slurm is not tested: it is started by root only"
  : ["munged", "slurmctld", "slurmd", "sbatch"].every(isInstalled)
  ? undefined
  : "Slurm is not tested: slurmctld, slurmd, slurm-client and munge are not all installed";

/** A Slurm that is running. */
export interface RealSlurm extends AsyncDisposable {
  /** Runs one of its commands and gives what it has printed. */
  readonly ask: (command: string, ...args: readonly string[]) => Promise<string>;
}

/** Seconds that a job which is queued again waits; Slurm's own is two minutes, and 5 is the least. */
const requeueDelay = 5;

/** Settings of {@linkcode startSlurm}. */
export interface SlurmOptions {
  /** Id of its first job, by which a training chooses its ports; 1 by default. */
  readonly firstJob?: number;
}

/** Starts Slurm and points this process and its children to it. */
export async function startSlurm({ firstJob = 1 }: SlurmOptions = {}): Promise<RealSlurm> {
  await using resources = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "slurm-" });
  resources.defer(() => Deno.remove(folder, { recursive: true }));
  // Munge wants everybody to reach its socket.
  await Deno.chmod(folder, 0o755);
  for (const name of ["state", "spool"]) await Deno.mkdir(`${folder}/${name}`);
  await Deno.writeFile(`${folder}/key`, crypto.getRandomValues(new Uint8Array(128)), {
    mode: 0o600,
  });
  const config = `${folder}/slurm.conf`;
  await Deno.writeTextFile(
    config,
    `${configuration(folder, [freePort(), freePort()])}FirstJobId=${firstJob}\n`,
  );

  const before = Deno.env.get("SLURM_CONF");
  Deno.env.set("SLURM_CONF", config);
  resources.defer(() =>
    before === undefined ? Deno.env.delete("SLURM_CONF") : Deno.env.set("SLURM_CONF", before)
  );
  const files = { socket: "socket", "key-file": "key", "pid-file": "pid", "seed-file": "seed" };
  const munge = Object.entries(files).map(([flag, name]) => `--${flag}=${folder}/${name}`);
  resources.use(daemon("munged", ["--foreground", ...munge, `--log-file=${folder}/munge.log`]));
  await until(() => exists(`${folder}/socket`), "munge has not begun");
  resources.use(daemon("slurmctld", ["-D", "-c"]));
  resources.use(daemon("slurmd", ["-D"]));
  const isIdle = async (): Promise<boolean> =>
    (await ask("sinfo", "--noheader", "--format=%t").catch(() => "")) === "idle";
  await until(isIdle, "the node is not ready");
  // Before the daemons end: a job that is under way would outlive them.
  resources.defer(async () => {
    await ask("scancel", "--me", "--signal=KILL", "--full");
    await ask("scancel", "--me");
    await until(async () => await ask("squeue", "--noheader") === "", "jobs go on");
  });
  const held = resources.move();
  return { ask, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

function configuration(folder: string, [controller, node]: readonly [number, number]): string {
  const host = Deno.hostname().split(".")[0];
  return `
ClusterName=one
SlurmctldHost=${host}(127.0.0.1)
SlurmctldPort=${controller}
SlurmdPort=${node}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=${folder}/socket,cred_expire=${requeueDelay}
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
ReturnToService=2
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/slurmd.pid
SlurmctldLogFile=${folder}/slurmctld.log
SlurmdLogFile=${folder}/slurmd.log
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,bf_interval=1,sched_min_interval=0
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
NodeName=${host} NodeAddr=127.0.0.1 CPUs=2 RealMemory=1000 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
`;
}

/** Ends with this process, however that ends: its standard input is closed then. */
function daemon(command: string, args: readonly string[]): AsyncDisposable {
  const line = '"$@" </dev/null & read -r _; kill $!; wait $!';
  const child = new Deno.Command("sh", {
    args: ["-c", line, "sh", `/usr/sbin/${command}`, ...args],
    // A group of its own: Ctrl-C is not for the daemon, and the shell takes it along where it is killed.
    detached: true,
    stdin: "piped",
    stdout: "null",
    stderr: "null",
  }).spawn();
  return {
    [Symbol.asyncDispose]: async () => {
      await child.stdin.close();
      const late = setTimeout(() => Deno.kill(-child.pid, "SIGKILL"), 5000);
      await child.status;
      clearTimeout(late);
    },
  };
}

async function ask(command: string, ...args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args: [...args] }).output();
  const [text, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes).trim());
  if (!success) throw new Error(`${command} ${args.join(" ")}: ${errors}`);
  return text!;
}

/** Waits until something is so, 20 seconds by default. */
export async function until(
  is: () => Promise<boolean>,
  otherwise: string,
  seconds = 20,
): Promise<void> {
  const end = performance.now() + 1000 * seconds;
  while (performance.now() < end) {
    if (await is()) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`Slurm: ${otherwise} after ${seconds} s`);
}

function exists(path: string): Promise<boolean> {
  return Deno.stat(path).then(() => true, () => false);
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}

function isInstalled(command: string): boolean {
  const folders = [...(Deno.env.get("PATH") ?? "").split(":"), "/usr/sbin"];
  return folders.some((folder) => {
    try {
      return Deno.statSync(`${folder}/${command}`).isFile;
    } catch {
      return false;
    }
  });
}
