/**
 * How a process joins those that it computes together with, and leaves them.
 *
 * @module
 */

import { cText } from "./c_values.ts";
import type { EagerRuntime } from "./eager_runtime.ts";
import type { Bytes } from "./libtensorflow.ts";
import { Status } from "./status.ts";

/** What of the runtime this needs. */
export type JoiningRuntime = Pick<EagerRuntime, "library" | "context" | "status">;

/**
 * Starts the server by which processes compute together.
 *
 * @param runtime The runtime; its devices get other names.
 * @param definition A `ServerDef`.
 * @throws {Error} If it cannot listen at its address.
 */
export function enableCollectives(
  { library, context, status }: JoiningRuntime,
  definition: Bytes,
): void {
  library.TFE_EnableCollectiveOps(
    context,
    definition,
    BigInt(definition.length),
    status.pointer,
  );
  status.check(() => "join the other processes", "see whether another program has the port");
}

/** `TF_Code` of what was given up because of something else. */
const aborted = 10;

/**
 * Ends all that waits for another process, with an error.
 *
 * @param runtime The runtime.
 */
export function abortCollectives({ library, context }: JoiningRuntime): void {
  const status = new Status(library);
  library.TF_SetStatus(status.pointer, aborted, cText("another process has ended"));
  library.TFE_AbortCollectiveOps(context, status.pointer);
  status.close();
}
