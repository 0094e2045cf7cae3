/**
 * A copy of the project in a temporary folder, on a machine with pretended programs.
 *
 * The pretended Python makes environments and installs in no time and without a network: its pip
 * links the libtensorflow of this project, or fails as it is told to.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { findLibraryFolder } from "../../lib/setup/find.ts";
import { projectRoot } from "../../lib/setup/project.ts";
import { oddName } from "../data/disposables.ts";

/** How a command ended. */
export interface CommandResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** A copy that is deleted at the end of its block. */
export interface ProjectCopy extends AsyncDisposable {
  /** Absolute path of the copy. */
  root: string;
  /** Adds a program to the pretended machine. */
  addProgram(name: string, script: string): void;
  /** Starts `lib/cli/main.ts` in the copy, as another user where one is named. */
  start(args: readonly string[], env?: Record<string, string>, user?: number): Deno.ChildProcess;
  /** Runs `lib/cli/main.ts` in the copy to its end. */
  run(args: readonly string[], env?: Record<string, string>, user?: number): Promise<CommandResult>;
  /** The arguments of each call of the pretended `pip install`. */
  pipCalls(): string[];
}

/** Text of a Python that pretends; what it does follows from the `FAKE_` variables. */
export const pretendedPython = `#!/bin/sh
PATH=/usr/bin:/bin
case "$*" in
  *python_version*) echo "\${FAKE_VERSION:-3.11.7}" ;;
  *"import venv"*) [ -z "$FAKE_NO_VENV" ] ;;
  *" -m venv "*)
    for folder; do :; done
    mkdir -p "$folder/bin" && cp "$0" "$folder/bin/python" && echo "version = 3.11.7" > "$folder/pyvenv.cfg" ;;
  *"pip --version"*) echo "pip 23.2.1 from here (python 3.11)" ;;
  *"pip install"*)
    echo "$*" >> "$FAKE_CALLS"
    sleep "\${FAKE_SECONDS:-0}"
    if [ -n "$FAKE_WARNING" ]; then echo "$FAKE_WARNING" >&2; fi
    if [ -n "$FAKE_FAILURE" ]; then echo "$FAKE_FAILURE" >&2; exit 1; fi
    case "$*" in *requirements-lab*) touch "\${0%/python}/jupyter-lab"; exit 0 ;; esac
    packages="\${0%/bin/python}/lib/python3.11/site-packages"
    case "$*" in *requirements-tensorboard*)
      for name in tensorboard-2.21.0 tensorboard_data_server-0.7.2; do
        mkdir -p "$packages/$name.dist-info" && touch "$packages/$name.dist-info/INSTALLER"
      done
      exit 0 ;;
    esac
    mkdir -p "$packages/tensorflow"
    case "$*" in *gpu*) name=nvidia_cudnn_cu12 ;; *) name=tensorflow_cpu ;; esac
    mkdir -p "$packages/$name-2.21.0.dist-info" && touch "$packages/$name-2.21.0.dist-info/INSTALLER"
    ln -sf "$FAKE_LIBRARIES"/libtensorflow_*.so.2 "$packages/tensorflow/" ;;
  *"-m jupyterlab"*) echo "started $*" ;;
  *"-m tensorboard"*) { echo "started $*"; echo "TensorBoard 2.21.0 at http://localhost:9/ (Press"; } >&2 ;;
  *) exit 3 ;;
esac
`;

/** Copies the parts of the project the set-up needs; `python3` is the pretended one. */
export async function copyProject(): Promise<ProjectCopy> {
  const outer = await Deno.makeTempDir();
  const base = `${outer}/${oddName}`;
  const root = `${base}/project`;
  const programs = `${base}/programs`;
  await Deno.mkdir(`${root}/lib`, { recursive: true });
  await Deno.mkdir(programs);
  for (
    const part of [
      "deno.json",
      "deno.lock",
      ".jsr",
      "lib/process",
      "lib/disk",
      "lib/settings",
      "lib/setup",
      "lib/cli",
    ]
  ) {
    await copy(`${projectRoot}/${part}`, `${root}/${part}`);
  }
  const addProgram = (name: string, script: string): void =>
    Deno.writeTextFileSync(`${programs}/${name}`, script, { mode: 0o755 });
  addProgram("python3", pretendedPython);

  const start: ProjectCopy["start"] = (args, env = {}, user) =>
    new Deno.Command(user === undefined ? Deno.execPath() : denoForAll(outer), {
      args: ["run", "-A", `${root}/lib/cli/main.ts`, ...args],
      // Elsewhere on purpose: commands find the project by themselves.
      cwd: base,
      env: {
        PATH: programs,
        NO_COLOR: "1",
        GLMC_LIBTENSORFLOW: "",
        FAKE_CALLS: `${base}/calls`,
        FAKE_LIBRARIES: findLibraryFolder(),
        ...env,
      },
      ...(user !== undefined && { uid: user, gid: user }),
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();

  return {
    root,
    addProgram,
    start,
    async run(args, env, user) {
      const { code, stdout, stderr } = await start(args, env, user).output();
      const decoder = new TextDecoder();
      return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
    },
    pipCalls() {
      try {
        return Deno.readTextFileSync(`${base}/calls`).trim().split("\n");
      } catch {
        return [];
      }
    },
    [Symbol.asyncDispose]: () => Deno.remove(outer, { recursive: true }),
  };
}

/** A Deno that every user may start: the one at work may lie in a home that only its owner reads. */
function denoForAll(folder: string): string {
  const program = `${folder}/deno`;
  if (!existsSync(program)) {
    Deno.copyFileSync(Deno.execPath(), program);
    Deno.chmodSync(program, 0o755);
  }
  return program;
}

async function copy(from: string, to: string): Promise<void> {
  if (!(await Deno.stat(from)).isDirectory) return await Deno.copyFile(from, to);
  await Deno.mkdir(to);
  for await (const { name } of Deno.readDir(from)) await copy(`${from}/${name}`, `${to}/${name}`);
}
