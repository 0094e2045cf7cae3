import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { nextStep, type Standing } from "../../lib/study/slurm/next_step.ts";
import { parseQueue, type QueuedTask } from "../../lib/study/slurm/queue.ts";
import { nextJobName } from "../../lib/study/slurm/submissions.ts";

/** As Slurm 22.05.8 has answered. */
const recorded = `\
1|2|COMPLETED|0|vm|two-weights-01234567.1|None|
1|4|COMPLETING|0|vm|two-weights-01234567.1|None|
1|0|FAILED|19200|vm|two-weights-01234567.1|NonZeroExitCode|
1|1|FAILED|9|vm|two-weights-01234567.1|JobLaunchFailure|
1|3|PENDING|0||two-weights-01234567.1|JobArrayTaskLimit|
5|N/A|PENDING|0||alone|Resources|
4|0|PENDING|0||held|JobHeldUser|
1|5|RUNNING|0|vm|two-weights-01234567.1|None|
`;

function task(changes: Partial<QueuedTask>): QueuedTask {
  return {
    ...{ job: "17", index: 0, name: "gamma.1", phase: "ended", state: "FAILED" },
    ...{ reason: "", exitCode: 0, node: "node4" },
    ...changes,
  };
}

Deno.test("parseQueue() reads states, exit codes and reasons of a real Slurm", () => {
  assertEquals(
    parseQueue(recorded).map(({ index, phase, state, reason, exitCode, node }) =>
      [index, phase, state, reason, exitCode, node] as const
    ),
    [
      [2, "ended", "COMPLETED", "", 0, "vm"],
      [4, "running", "COMPLETING", "", 0, "vm"],
      [0, "ended", "FAILED", "NonZeroExitCode", 75, "vm"],
      [1, "ended", "FAILED", "JobLaunchFailure", 137, "vm"],
      [3, "waiting", "PENDING", "JobArrayTaskLimit", 0, ""],
      [0, "waiting", "PENDING", "JobHeldUser", 0, ""],
      [5, "running", "RUNNING", "", 0, "vm"],
    ],
  );
});

Deno.test("parseQueue() leaves out jobs that are no arrays, and halves of lines", () => {
  assertEquals(parseQueue("4|N/A|RUNNING|0|vm|mine|None|\n5|1|RUNN"), []);
  assertEquals(parseQueue(""), []);
  // Newer versions may write code and signal.
  assertEquals(
    parseQueue("4|0|FAILED|75:0|vm|a|None|\n4|1|FAILED|0:9|vm|a|None|").map((task) =>
      task.exitCode
    ),
    [75, 137],
  );
});

Deno.test("nextStep() takes the folder's word before Slurm's", () => {
  const finished = { isFinished: true, isLocked: false };
  const failed = task({ exitCode: 1 });
  assertEquals(nextStep({ folder: finished, task: failed, tries: 1 }).report.state, "finished");
  const locked = { isFinished: false, isLocked: true };
  assertEquals(nextStep({ folder: locked, task: failed, tries: 1 }).report.state, "elsewhere");
  assertEquals(nextStep({ folder: locked, tries: 0 }).submit, undefined);
});

Deno.test("nextStep() submits again what was lost, and gives up when that happens three times", () => {
  const lost: (QueuedTask | undefined)[] = [
    undefined,
    task({ state: "NODE_FAIL" }),
    task({ state: "TIMEOUT" }),
    task({ state: "PREEMPTED" }),
  ];
  for (const ended of lost) {
    const at = (tries: number): Standing => ({ task: ended, tries });
    assertEquals([0, 1, 2, 3].map((tries) => nextStep(at(tries)).submit ?? false), [
      true,
      true,
      true,
      false,
    ]);
    assertEquals(nextStep(at(3)).report.state, "failed");
  }
  assertMatch(nextStep({ task: lost[2], tries: 3 }).report.problem!, /--time-limit/);
  // Another process was at work on it, and has left it.
  assertEquals(nextStep({ task: task({ exitCode: 75 }), tries: 3 }).submit, true);
});

Deno.test("nextStep() leaves a run that fails or is cancelled, unless the command is given again", () => {
  const failed = task({ exitCode: 1 });
  const cancelled = task({ state: "CANCELLED", exitCode: 0 });
  assertEquals(nextStep({ task: failed, tries: 1 }).report, {
    state: "failed",
    problem: "its job has ended as FAILED on node4 (code 1)",
  });
  assertEquals(nextStep({ task: cancelled, tries: 1 }).report.state, "stopped");
  for (const task of [failed, cancelled]) assertEquals(nextStep({ task, tries: 0 }).submit, true);
});

Deno.test("nextStep() says why a job waits if time alone will not help", () => {
  const at = (reason: string): unknown =>
    nextStep({ task: task({ phase: "waiting", state: "PENDING", reason }), tries: 1 }).report
      .problem;
  assertEquals(["", "Priority", "BeginTime", "JobHeldAdmin"].map(at), [
    undefined,
    undefined,
    undefined,
    "Slurm has it wait: JobHeldAdmin",
  ]);
});

Deno.test("nextJobName() tells the arrays of one study in two folders of runs apart", () => {
  const [here, there] = ["/here", "/there"].map((runs) => `${runs}/.studies/gamma-01234567`);
  const first = nextJobName(here!, []);
  assertNotEquals(first, nextJobName(there!, []));
  assertEquals(first, nextJobName(here!, []));
  // Written down before names told the folder.
  const second = nextJobName(here!, [{ name: "gamma-01234567.1", runs: ["0123"] }]);
  assertEquals(second, first.replace(/1$/, "2"));
});
