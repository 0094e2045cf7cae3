/**
 * Progress of long work in a notebook: one line that is rewritten in place and stays as one line.
 *
 * @module
 */
import { print } from "../process/streams.ts";
import { type Bundle, inNotebook, sendBundle, type SendOptions } from "./kernel.ts";

/** A line that says how far a job is. */
export interface NotebookProgress {
  /** Rewrites the line, at most four times a second; `fraction` in [0, 1] draws a bar. */
  update(text: string, fraction?: number): void;
  /** Writes the last words and waits until they are on their way. */
  finish(text: string): Promise<void>;
}

/**
 * Starts a line of progress; outside of a notebook only its last words are printed.
 *
 * What cannot be sent is dropped: no job ends because nobody can see how far it is.
 *
 * @param text First words, such as `Fetching CIFAR-10`.
 * @returns The line.
 * @example A job that is watched
 * ```ts
 * import { startProgress } from "glmc/notebook/progress.ts";
 *
 * const progress = startProgress("Counting");
 * for (let i = 1; i <= 10; i++) progress.update(`Counting: ${i} of 10`, i / 10);
 * await progress.finish("Counted to 10");
 * ```
 */
export function startProgress(text: string): NotebookProgress {
  if (!inNotebook()) {
    return { update: () => {}, finish: (last) => Promise.resolve(print(last)) };
  }
  const id = crypto.randomUUID();
  // Sent one after the other: an update that overtakes the first output would be lost.
  let sent: Promise<unknown> = sendOrDrop(lineBundle(text), { id });
  let lastTime = performance.now();
  return {
    update(text, fraction) {
      const now = performance.now();
      if (now - lastTime < 250) return;
      lastTime = now;
      sent = sent.then(() => sendOrDrop(lineBundle(text, fraction), { id, update: true }));
    },
    async finish(text) {
      await sent;
      await sendOrDrop(lineBundle(text), { id, update: true });
    },
  };
}

/**
 * Adapts a line of progress to functions that fetch data.
 *
 * @param progress The line.
 * @returns What such functions call `onProgress`.
 * @example In percent
 * ```ts
 * import { reportTo } from "glmc/notebook/progress.ts";
 * import { assertEquals } from "@std/assert";
 *
 * let line = "";
 * const progress = { update: (text: string) => void (line = text), finish: () => Promise.resolve() };
 * reportTo(progress)({ label: "fetching sheet 1", done: 5, total: 20 });
 * assertEquals(line, "fetching sheet 1: 25 %");
 * ```
 */
export function reportTo(
  progress: NotebookProgress,
): (step: { readonly label: string; readonly done: number; readonly total?: number }) => void {
  return ({ label, done, total }) =>
    total
      ? progress.update(`${label}: ${Math.round(100 * done / total)} %`, done / total)
      : progress.update(label);
}

async function sendOrDrop(bundle: Bundle, options: SendOptions): Promise<void> {
  await sendBundle(bundle, options).catch(() => {});
}

function lineBundle(text: string, fraction?: number): Record<string, string> {
  const cells = 24;
  const full = Math.round(cells * Math.min(1, Math.max(0, fraction ?? 0)));
  const bar = fraction === undefined ? "" : "█".repeat(full) + "░".repeat(cells - full) + " ";
  return { "text/plain": bar + text };
}
