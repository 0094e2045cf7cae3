/**
 * What has to wait for TensorFlow to run.
 *
 * @module
 */

const waiting: (() => void)[] = [];
let runs = false;

/**
 * Runs an action as soon as TensorFlow runs, at once if it does already; never inside a recording.
 *
 * @param action Such as a probe of what the installed TensorFlow can do.
 */
export function whenStarted(action: () => void): void {
  if (runs) action();
  else waiting.push(action);
}

/** Runs what has waited; called once, by the engine. */
export function declareStarted(): void {
  runs = true;
  for (const action of waiting.splice(0)) action();
}
