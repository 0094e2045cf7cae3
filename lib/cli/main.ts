/**
 * Entry of the command line: `deno run -A lib/cli/main.ts <command> [flags]`.
 *
 * It imports nothing that needs a package, and loads a command by a computed address, so that Deno
 * fetches nothing before the set-up has said what it installs and why.
 *
 * @module
 */
import { guardConsole } from "../process/streams.ts";
import { commands } from "./commands.ts";
import { prepare } from "./setup.ts";
import { type Command, reportError, runCommand } from "./shell.ts";

function load(name: string): Promise<Command> {
  const file = `/${name.replaceAll("-", "_")}.ts`;
  // Had the text before the placeholder a closing slash, Deno would take every file of the folder for
  // a part of this program, and fetch the packages of all of them at once.
  return import(`../cli${file}`);
}

guardConsole();
for (const event of ["error", "unhandledrejection"] as const) {
  globalThis.addEventListener(event, (problem) => {
    problem.preventDefault();
    Deno.exit(reportError("reason" in problem ? problem.reason : problem.error));
  });
}

const code = await runCommand(Deno.args, { commands, load, prepare });
// Ending at once: libtensorflow does not survive being unloaded at a normal end. What the work has come to
// stands before what was shown of it: a terminal that has closed takes no table.
Deno.exit(Deno.exitCode || code);
