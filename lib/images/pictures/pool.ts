/**
 * The threads that make views, shared by all sources of a process.
 *
 * @module
 */

import { Worker } from "node:worker_threads";
import type { Binding } from "../../tensor/binding.ts";
import { tf } from "../../tensor/tfjs.ts";
import type { JobFault, PicturesAnswer, PicturesTask } from "./task.ts";
import type { WorkerStart } from "./worker.ts";

/** One for each core, but no more than this: they make more views a second than a machine trains on. */
const mostThreads = 32;

/** Makes views of files on threads of its own. */
export interface PicturePool extends Disposable {
  /**
   * Makes the views of a step; tasks are begun in their order.
   *
   * @param task The files, and where their views go.
   * @returns Files that could not be used.
   * @throws {Error} If a thread has ended.
   */
  readonly run: (task: Omit<PicturesTask, "id" | "taken">) => Promise<JobFault[]>;
}

interface Waiting {
  readonly faults: JobFault[];
  missing: number;
  readonly resolve: (faults: JobFault[]) => void;
  readonly reject: (error: Error) => void;
}

interface Threads {
  readonly workers: readonly Worker[];
  readonly waiting: Map<number, Waiting>;
}

let running: Threads | undefined;
let users = 0;
let tasks = 0;

/**
 * Joins the threads of this process; they start with the first task and end with the last user.
 *
 * @returns The pool; whoever joined disposes it.
 */
export function joinPicturePool(): PicturePool {
  users++;
  let hasLeft = false;
  return {
    run: (task) => run(running ??= startThreads(), task),
    [Symbol.dispose]() {
      if (hasLeft) return;
      hasLeft = true;
      users--;
      if (users === 0) endThreads();
    },
  };
}

function startThreads(): Threads {
  const { binding } = tf.backend() as { binding?: Binding };
  if (binding === undefined) {
    throw new Error("Cannot decode images: the engine does not run: call startEngine() first");
  }
  const workerData: WorkerStart = {
    context: binding.contextAddress,
    gate: new SharedArrayBuffer(4),
  };
  const waiting = new Map<number, Waiting>();
  const threads = Math.min(mostThreads, navigator.hardwareConcurrency);
  const workers = Array.from({ length: threads }, () => {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData });
    worker.on("message", (answer: PicturesAnswer) => hear(answer, { workers, waiting }));
    worker.on("error", (error: Error) => fail(error, waiting));
    // A process whose work is done ends, whether or not all sources are disposed.
    worker.unref();
    return worker;
  });
  return { workers, waiting };
}

function run(
  { workers, waiting }: Threads,
  task: Omit<PicturesTask, "id" | "taken">,
): Promise<JobFault[]> {
  const id = tasks++;
  const message: PicturesTask = { ...task, id, taken: new SharedArrayBuffer(4) };
  return new Promise((resolve, reject) => {
    waiting.set(id, { faults: [], missing: workers.length, resolve, reject });
    for (const worker of workers) {
      worker.ref();
      worker.postMessage(message);
    }
  });
}

function hear({ id, faults }: PicturesAnswer, { workers, waiting }: Threads): void {
  const task = waiting.get(id)!;
  task.faults.push(...faults);
  task.missing--;
  if (task.missing > 0) return;
  waiting.delete(id);
  if (waiting.size === 0) { for (const worker of workers) worker.unref(); }
  task.resolve(task.faults.sort((a, b) => a.job - b.job));
}

function fail(error: Error, waiting: Map<number, Waiting>): void {
  const reason = new Error(
    `Cannot decode images: a thread has ended: ${error.message}: start again`,
    { cause: error },
  );
  for (const { reject } of waiting.values()) reject(reason);
  waiting.clear();
  endThreads();
}

function endThreads(): void {
  const ended = running;
  running = undefined;
  for (const worker of ended?.workers ?? []) worker.terminate();
}
