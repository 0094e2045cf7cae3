import { assertEquals, assertThrows } from "@std/assert";
import { executorFlags, executorOf } from "../../lib/cli/executor_flags.ts";
import { type Flag, parseFlags } from "../../lib/cli/flags.ts";
import { UsageError } from "../../lib/cli/shell.ts";

const failFast: Flag = { names: ["fail-fast"], kind: "switch", help: "stop all" };

/** The executor of a command line. */
function parsed(...args: string[]): unknown {
  return executorOf(parseFlags(args, [...executorFlags, failFast]), []);
}

Deno.test("--sbatch takes options that begin with dashes, with or without an equals sign", () => {
  const options = "--partition=gpu --gres=gpu:1";
  for (const args of [["--sbatch", options], [`--sbatch=${options}`]]) {
    assertEquals(parseFlags(args, executorFlags), { sbatch: options });
  }
  assertEquals(parseFlags(["--sbatch", "-p", "--throttle", "2"], executorFlags), {
    sbatch: "-p",
    throttle: 2,
  });
});

Deno.test("executorOf() refuses flags of the other executor, and what Slurm does not take", () => {
  const cases: [args: string[], message: string][] = [
    [["--throttle", "2"], "Cannot use --throttle 2: it needs --executor slurm"],
    [["--sbatch", "--mem=4G"], "Cannot use --sbatch --mem=4G: it needs --executor slurm"],
    [["--executor", "slurm", "--jobs", "2"], "Cannot use --jobs 2: with --executor slurm"],
    [["--executor", "slurm", "--fail-fast"], "Cannot use --fail-fast"],
    [["--executor", "slurm", "--time-limit", "soon"], "Cannot use the time limit soon"],
    [["--executor", "slurm", "--sbatch", "--array=0-7"], "--array is said by the executor"],
    [["--executor", "slurm", "--throttle", "0"], "Cannot use --throttle 0"],
    [["--executor", "pbs"], "it must be one of local, slurm"],
  ];
  for (const [args, message] of cases) assertThrows(() => parsed(...args), UsageError, message);
});
