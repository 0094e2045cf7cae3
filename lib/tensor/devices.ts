/**
 * The devices that TensorFlow has found.
 *
 * @module
 */

import { textOf } from "./c_values.ts";
import type { Handle, LibTensorFlow } from "./libtensorflow.ts";
import type { Status } from "./status.ts";

/** A device TensorFlow found. */
export interface Device {
  /** Its full name, such as `/job:localhost/replica:0/task:0/device:GPU:0`. */
  readonly name: string;
  /** `CPU`, `GPU` or another kind. */
  readonly type: string;
}

/**
 * Lists the devices that operations can run on.
 *
 * @param library The opened C API.
 * @param options TensorFlow's context, and the status of the call.
 * @returns The devices.
 * @throws {Error} If TensorFlow does not list them.
 */
export function listDevices(
  library: LibTensorFlow,
  { context, status }: { readonly context: Handle; readonly status: Status },
): Device[] {
  const list = library.TFE_ContextListDevices(context, status.pointer);
  status.check(() => "list devices", 'run "deno task doctor"');
  const count = library.TF_DeviceListCount(list);
  const devices = Array.from({ length: count }, (_, i) => ({
    name: textOf(library.TF_DeviceListName(list, i, status.pointer)),
    type: textOf(library.TF_DeviceListType(list, i, status.pointer)),
  }));
  library.TF_DeleteDeviceList(list);
  return devices;
}
