/**
 * What TensorFlow is told of the processes that compute together.
 *
 * @module
 */

import { type Bytes, bytesField, integerField, joined } from "../disk/protobuf.ts";
import { cConfig, type RuntimeConfig } from "./c_values.ts";

/** One process among those that compute together. */
export interface ProcessPlace {
  /** Address of each process, such as `node1:29500`, in the order of their ranks. */
  readonly addresses: readonly string[];
  /** Which of them this one is, from 0. */
  readonly rank: number;
}

const job = "worker";

const deviceOf = (rank: number): string => `/job:${job}/replica:0/task:${rank}`;

/**
 * Serialises a `ServerDef`: all processes, and how this one computes.
 *
 * A process sees its own devices alone; the first one brings the members of a collective operation
 * together. Field numbers: tensorflow/core/protobuf/tensorflow_server.proto, cluster.proto and config.proto.
 *
 * @param place Addresses and rank.
 * @param config Threads and devices of this process.
 * @returns The serialised protocol buffer.
 * @throws {RangeError} If the rank has no address, or the address no port.
 * @example The second of two
 * ```ts
 * import { assert } from "@std/assert";
 * import { serverDefinition } from "glmc/tensor/server_definition.ts";
 *
 * const place = { addresses: ["node1:29500", "node2:29500"], rank: 1 };
 * const config = { intraOpThreads: 1, interOpThreads: 2, hideGpus: true };
 * const text = new TextDecoder().decode(serverDefinition(place, config));
 *
 * assert(text.includes("node2:29500") && text.includes("/job:worker/replica:0/task:1"));
 * ```
 */
export function serverDefinition(
  { addresses, rank }: ProcessPlace,
  config: RuntimeConfig,
): Bytes {
  const port = Number(addresses[rank]?.match(/:(\d+)$/)?.[1]);
  if (!Number.isInteger(port)) {
    throw new RangeError(
      `Cannot join the processes ${
        addresses.join(", ")
      } as rank ${rank}: it has no address with a ` +
        "port among them: give one to each, such as node1:29500",
    );
  }
  const tasks = addresses.map((address, task) =>
    bytesField(2, joined([integerField(1, task), bytesField(2, address)]))
  );
  const cluster = bytesField(1, joined([bytesField(1, job), ...tasks]));
  const session = joined([
    cConfig(config),
    bytesField(4, deviceOf(rank)), // device_filters
    bytesField(16, bytesField(1, deviceOf(0))), // experimental { collective_group_leader }
  ]);
  return joined([
    bytesField(1, cluster),
    bytesField(2, job),
    integerField(3, rank),
    bytesField(4, session),
    bytesField(5, "grpc"),
    integerField(6, port),
  ]);
}
