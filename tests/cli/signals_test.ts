import { assert, assertEquals, assertMatch } from "@std/assert";
import { runFiles } from "../../lib/experiment/run_folder.ts";
import { projectRoot } from "../../lib/setup/project.ts";
import { temporaryFolder } from "../data/disposables.ts";
import { contentsOf } from "../experiment/processes.ts";

// As the tasks do: Deno would draw a bar of its own, on dumb terminals too, while it loads for long.
const watchedRun = [
  ...[Deno.execPath(), "run", "-q", "-A", "--no-check"],
  `${projectRoot}/tests/cli/watched_run.ts`,
];
/** The closing line of a run that is stopped, in a folder of runs of its own. */
const continuing = (name: string): RegExp =>
  new RegExp(`continue with: deno task train --resume .*/${name}'?\n$`);
/** More than any test waits for. */
const endless = "100000";

/** Starts a command by a line of a shell, under which no signal is ignored. */
function start(
  command: readonly string[],
  { line = 'exec "$@"', env = {} }: { line?: string; env?: Record<string, string> } = {},
) {
  const child = new Deno.Command("env", {
    args: ["--default-signal=HUP,INT,TERM", "sh", "-c", line, "sh", ...command],
    env,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const readers = [child.stdout, child.stderr].map((stream) =>
    stream.pipeThrough(new TextDecoderStream()).getReader()
  );
  const texts = ["", ""];
  const readOn = async (index: number, until?: RegExp): Promise<string> => {
    while (!until?.test(texts[index]!)) {
      const { done, value } = await readers[index]!.read();
      if (done) break;
      texts[index] += value;
    }
    return texts[index]!;
  };
  return {
    kill: (signal: Deno.Signal) => child.kill(signal),
    /** Waits for a line of progress; where steps are fast, not every one has a line. */
    firstStep: () => readOn(1, /step \d+\//),
    /** Ends the readers of both streams, as `| head` does and as Ctrl-C does to `| tee`. */
    closeReaders: () => Promise.all(readers.map((reader) => reader.cancel())),
    /** Reads to the end. */
    async result() {
      const [stdout, stderr] = await Promise.all([readOn(0), readOn(1)]);
      return { code: (await child.status).code, stdout: stdout!, stderr: stderr! };
    },
  };
}

const hasCheckpoint = (runs: string, name: string): boolean =>
  Deno.statSync(`${runs}/${name}/${runFiles.checkpoint}`).size > 0;

Deno.test("a training whose display is lost goes on to its end", async () => {
  await using temporary = await temporaryFolder();
  const { path: runs } = temporary;

  const results = await Promise.all([
    start([...watchedRun, runs, "full"], { line: 'exec "$@" > /dev/full 2>&1' }).result(),
    start([...watchedRun, runs, "closed"], { line: 'exec "$@" >&- 2>&-' }).result(),
    (async () => {
      const headed = start([...watchedRun, runs, "headed"]);
      await headed.firstStep();
      await headed.closeReaders();
      return { code: (await headed.result()).code };
    })(),
  ]);

  assertEquals(results.map(({ code }) => code), [0, 0, 0]);
  const whole = await contentsOf(runs, "full");
  assertEquals(await contentsOf(runs, "closed"), whole);
  assertEquals(await contentsOf(runs, "headed"), whole);
});

Deno.test("SIGINT, SIGTERM and SIGHUP leave a checkpoint and their exit code, without a display too", async () => {
  await using temporary = await temporaryFolder();
  const { path: runs } = temporary;
  const cases = [
    // Ctrl-C reaches the process twice: from the terminal, and handed on by `deno task`.
    { name: "ctrl-c", signals: ["SIGINT", "SIGINT"], code: 130, isHeard: true },
    { name: "tee", signals: ["SIGINT"], code: 130, isHeard: false },
    { name: "term", signals: ["SIGTERM", "SIGTERM"], code: 143, isHeard: true },
    { name: "hup", signals: ["SIGHUP", "SIGHUP"], code: 129, isHeard: false },
  ] as const;

  await Promise.all(cases.map(async ({ name, signals, code, isHeard }) => {
    const run = start([...watchedRun, runs, name, endless]);
    await run.firstStep();
    if (!isHeard) await run.closeReaders();
    for (const signal of signals) run.kill(signal);
    const result = await run.result();
    assertEquals(result.code, code, name);
    assert(hasCheckpoint(runs, name));
    if (isHeard) assertMatch(result.stderr, continuing(name));
  }));
});

Deno.test("nohup, a pause and a comma-decimal locale change nothing of a training", async () => {
  await using temporary = await temporaryFolder();
  const { path: runs } = temporary;
  const german = { LC_ALL: "de_DE.UTF-8", LANG: "de_DE.UTF-8", LANGUAGE: "de" };
  const nohup = start([...watchedRun, runs, "nohup"], { line: 'trap "" HUP; exec "$@"' });
  const paused = start([...watchedRun, runs, "paused"]);
  const local = start([...watchedRun, runs, "local"], { env: german });

  await Promise.all([nohup.firstStep(), paused.firstStep()]);
  nohup.kill("SIGHUP");
  paused.kill("SIGSTOP");
  await new Promise((resolve) => setTimeout(resolve, 300));
  paused.kill("SIGCONT");
  const results = await Promise.all([nohup.result(), paused.result(), local.result()]);

  assertEquals(results.map(({ code }) => code), [0, 0, 0]);
  const [whole, ...others] = await Promise.all(
    ["nohup", "paused", "local"].map((name) => contentsOf(runs, name)),
  );
  assertEquals(others, [whole, whole]);
  // Speed and time left differ, and how often a line of progress is due.
  const numbers = ({ stdout, stderr }: { stdout: string; stderr: string }): unknown =>
    (stderr + stdout).match(/top-1 .* loss \S+|Finished: .*/g);
  assertEquals(numbers(results[2]), numbers(results[0]));
  assertMatch(results[2].stderr, /top-1 \d+\.\d\d %/);
});

/** Runs a command in a terminal of 40 columns that vanishes at a word; prints what was seen and the code. */
const inTerminal = `
import fcntl, json, os, pty, signal, struct, sys, termios
until, ignore, *command = sys.argv[1:]
pid, terminal = pty.fork()
if pid == 0:
    for name in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(name, signal.SIG_IGN if name == signal.SIGHUP and ignore else signal.SIG_DFL)
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 40, 0, 0))
    os.execvp(command[0], command)
seen = b""
while until.encode() not in seen:
    seen += os.read(terminal, 4096)
os.close(terminal)
print(json.dumps([seen.decode(errors="replace"), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])]))
`;

const hasPython = await new Deno.Command("python3", { args: ["--version"] }).output()
  .then(({ success }) => success, () => false);

Deno.test({
  name:
    "a terminal that vanishes leaves a checkpoint and code 129, and under nohup a training goes on",
  ignore: !hasPython,
  async fn() {
    await using temporary = await temporaryFolder();
    const { path: runs } = temporary;
    const seen = async (
      name: string,
      { epochs, ignore = "", term }: { epochs: string; ignore?: string; term: string },
    ): Promise<[text: string, code: number]> => {
      const { stdout } = await new Deno.Command("python3", {
        args: ["-c", inTerminal, "step ", ignore, ...watchedRun, runs, name, epochs],
        env: { TERM: term, NO_COLOR: "1", COLUMNS: "" },
        stderr: "inherit",
      }).output();
      return JSON.parse(new TextDecoder().decode(stdout));
    };

    const [live, dumb] = await Promise.all([
      seen("live", { epochs: endless, term: "xterm-256color" }),
      seen("dumb", { epochs: "2", ignore: "yes", term: "dumb" }),
    ]);

    assertEquals([live[1], dumb[1]], [129, 0]);
    assert(hasCheckpoint(runs, "live"));
    const rewritten = live[0].split("\r\x1b[K").slice(1).map((text) => text.split(/\r?\n/)[0]!);
    assert(rewritten.some((text) => /^epoch 1\/.*…$/.test(text)), live[0]);
    assertEquals(rewritten.filter((text) => text.endsWith("…") && text.length !== 39), []);
    const colours = live[0].split("\x1b[").slice(1).filter((code) => /^[\d;]*m/.test(code));
    assertEquals(colours, []);
    assert(!dumb[0].includes("\x1b"), "no codes at all");
  },
});

Deno.test("a training whose npx is ended or whose deno task is killed stops with a checkpoint", async () => {
  // A plain name: what is tried here is the end of processes, not the quoting of two shells.
  const runs = await Deno.makeTempDir();
  await using _ = { [Symbol.asyncDispose]: () => Deno.remove(runs, { recursive: true }) };
  const quoted = [...watchedRun, runs].map((word) => `'${word}'`).join(" ");
  await Deno.writeTextFile(`${runs}/deno.json`, JSON.stringify({ tasks: { go: quoted } }));
  const task = `"${Deno.execPath()}" task --config "${runs}/deno.json" go`;
  // As npx does: a shell between it and the program, and no word to them when it is ended.
  await Deno.writeTextFile(`${runs}/npx`, `#!/bin/sh\nsh -c '${task} by-npx ${endless}; :'\n:\n`, {
    mode: 0o755,
  });

  await Promise.all(
    ([
      ["by-npx", [`${runs}/npx`], "SIGTERM"],
      ["by-task", ["sh", "-c", `exec ${task} by-task ${endless}`], "SIGKILL"],
    ] as const).map(async ([name, command, signal]) => {
      const run = start(command, { env: { DENO_NO_UPDATE_CHECK: "1", NO_COLOR: "1" } });
      await run.firstStep();
      run.kill(signal);
      // The training holds the streams open until it ends.
      const { stderr } = await run.result();
      assertMatch(stderr, continuing(name));
      assert(hasCheckpoint(runs, name));
    }),
  );
});

Deno.test("--help ends quietly when its reader has seen enough, and fails where it is lost", async () => {
  const help = [Deno.execPath(), "run", "-A", "--no-check", `${projectRoot}/lib/cli/main.ts`];
  const [headed, full, lost] = await Promise.all([
    start(help, { line: '{ "$@"; echo "code $?" >&2; } | true' }).result(),
    start(help, { line: 'exec "$@" > /dev/full' }).result(),
    start(help, { line: 'exec "$@" > /dev/full 2>&1' }).result(),
  ]);

  assertEquals(headed, { code: 0, stdout: "", stderr: "code 0\n" });
  assertEquals([full.code, lost.code], [1, 1]);
  assertMatch(full.stderr, /^error: The disk is full: [^\n]*Cannot print the result[^\n]*\n$/);
});
