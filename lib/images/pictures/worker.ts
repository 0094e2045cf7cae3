/**
 * A thread that makes views of image files: started by `pool.ts`.
 *
 * @module
 */

import { parentPort, workerData } from "node:worker_threads";
import { faultKind, readPicture } from "../../data/picture_files.ts";
import { bytesRunner } from "../../tensor/bytes_operation.ts";
import { makeFileViews } from "./file_views.ts";
import { largeImageGate } from "./large_image_gate.ts";
import {
  type JobFault,
  type PictureJob,
  type PicturesAnswer,
  type PicturesTask,
  plannedChange,
  plannedFrame,
} from "./task.ts";

/** What a thread is started with. */
export interface WorkerStart {
  /** Address of TensorFlow's context. */
  readonly context: bigint;
  /** What large images wait at. */
  readonly gate: SharedArrayBuffer;
}

/** Files that a thread has open: one is read while another is decoded. */
const openFiles = 2;

const start = workerData as WorkerStart;
const runner = bytesRunner(start.context);
const gate = largeImageGate(start.gate);
let last = Promise.resolve();

parentPort!.on("message", (task: PicturesTask) => {
  // In their order: the step that comes first is wanted first.
  last = last.then(async () => parentPort!.postMessage(await work(task)));
});

async function work(task: PicturesTask): Promise<PicturesAnswer> {
  const taken = new Int32Array(task.taken);
  const faults: JobFault[] = [];
  async function takeJobs(): Promise<void> {
    for (;;) {
      const job = Atomics.add(taken, 0, 1);
      if (job >= task.jobs.length) return;
      try {
        await makeViews(task.jobs[job]!, task);
      } catch (error) {
        faults.push({ job, kind: faultKind(error), ...inWords(error) });
      }
    }
  }
  await Promise.all(Array.from({ length: openFiles }, takeJobs));
  return { id: task.id, faults };
}

async function makeViews({ path, places }: PictureJob, task: PicturesTask): Promise<void> {
  const { folder, plan, recipe: { side } } = task;
  const viewBytes = 3 * side * side;
  const all = new Uint8Array(task.views);
  const views = places.map((place) => ({
    frame: (size: { readonly height: number; readonly width: number }) =>
      plannedFrame(size, place, task),
    ...(plan && { change: plannedChange(plan, place) }),
    take: (view: Uint8Array) => all.set(view, place * viewBytes),
  }));
  await makeFileViews(await readPicture(folder, path), { name: path, side, views, runner, gate });
}

function inWords(error: unknown): Pick<JobFault, "type" | "message"> {
  if (error instanceof Error) return { type: error.name, message: error.message };
  return { type: "Error", message: String(error) };
}
