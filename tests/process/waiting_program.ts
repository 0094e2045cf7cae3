/** A program that runs until it is told to end. */
export interface WaitingProgram extends AsyncDisposable {
  /** Its process id. */
  readonly pid: number;
  /** How it has ended. */
  readonly status: Promise<Deno.CommandStatus>;
}

/**
 * Starts a shell that only waits, and waits until it runs: Linux names the words of a program a moment after it
 * has been started.
 *
 * @param words What its command line holds besides.
 * @returns The program; it ends with its block.
 */
export async function startWaitingProgram(...words: string[]): Promise<WaitingProgram> {
  const child = new Deno.Command("sh", {
    args: ["-c", "echo; read line", ...words],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const output = child.stdout.getReader();
  await output.read();
  return {
    pid: child.pid,
    status: child.status,
    async [Symbol.asyncDispose]() {
      await child.stdin.close().catch(() => {});
      await output.cancel();
      await child.status;
    },
  };
}
