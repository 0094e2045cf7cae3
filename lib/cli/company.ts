/**
 * The other processes of a training, as the command line meets them and takes leave of them.
 *
 * @module
 */

import { type Company, finishTogether, PeerEndedError } from "../experiment/company.ts";
import { resultHash, type RunConfig } from "../experiment/config.ts";
import { startHeartbeat } from "../experiment/heartbeat.ts";
import { launchersOf, parentOf } from "../process/launchers.ts";
import { meetPeers, type PeerLink } from "../process/peers.ts";
import type { StopOptions, StopRequest } from "../process/stop.ts";
import { tell } from "../process/streams.ts";
import type { World } from "../process/world.ts";
import { kitVersion } from "../setup/project.ts";
import type { Engine } from "../tensor/engine.ts";
import type { FlagValues } from "./flags.ts";
import { errorLine } from "./shell.ts";

/** Where a process is, and whose end is a request to stop. */
export interface Place {
  /** The processes. */
  readonly world: World;
  /** The process that has started this one, if it is to end with it. */
  readonly parent?: number | undefined;
  /** Its share of the machine, over what the flags say. */
  readonly machine?: FlagValues | undefined;
}

/** The others, once they have been met. */
export interface Meeting {
  /** How they are heard of. */
  link?: PeerLink | undefined;
  /** How work is done together. */
  company?: Company | undefined;
}

const timeoutOf = ({ peer_timeout }: FlagValues): number => Number(peer_timeout ?? 60);

/** TensorFlow tells of every process that ends, in many lines; this kit does so in one. */
const logLevel = "TF_CPP_MIN_LOG_LEVEL";

/**
 * Meets the other processes, which must have the same configuration and the same version of the kit.
 *
 * @param place Where this process is.
 * @param options Parsed flags, and the configuration; a run that is resumed has that of rank 0.
 * @returns How they are heard of; the caller disposes it.
 * @throws {Error} If one does not come, or means something else.
 */
export async function meet(
  { world }: Place,
  { values, config }: { readonly values: FlagValues; readonly config?: RunConfig | undefined },
): Promise<PeerLink> {
  if (!Deno.env.has(logLevel) && !Deno.env.get("GLMC_DEBUG")) Deno.env.set(logLevel, "3");
  const link = await meetPeers(world, {
    facts: {
      "version of the kit": kitVersion,
      configuration: config === undefined ? null : resultHash(config).slice(0, 12),
      "way to run": values.eager === true ? "op by op" : "compiled",
    },
    timeoutSeconds: timeoutOf(values),
  });
  link.onNote((words, rank) => tell(`rank ${rank}: ${words}`));
  return link;
}

/**
 * Has the engine compute together with the others; before there is any tensor.
 *
 * @param link The others.
 * @param options The engine, and parsed flags.
 * @returns The others.
 * @throws {Error} If this process cannot listen at its address.
 */
export function companyOf(
  link: PeerLink,
  { engine, values }: { readonly engine: Engine; readonly values: FlagValues },
): Company {
  const { world } = link;
  engine.join(world);
  const peers = {
    rank: world.rank,
    count: world.addresses.length,
    transport: engine.device === "gpu" ? "nccl" : "ring",
  } as const;
  const timeoutSeconds = 10 * timeoutOf(values);
  const heartbeat = startHeartbeat({ peers, timeoutSeconds });
  return { link, peers, timeoutSeconds, abort: () => engine.abortJoined(), heartbeat };
}

/**
 * Who asks this process to stop by ending.
 *
 * @param place Where this process is; `undefined` if it is alone.
 * @returns Options for the listening.
 */
export function stopOptions(place: Place | undefined): Pick<StopOptions, "launchers"> {
  if (place?.parent === undefined) return {};
  return { launchers: [...launchersOf(), parentOf(place.parent)] };
}

/**
 * Does work of which the others hear the end, however it comes.
 *
 * @param meeting The others, who may be met in the course of the work.
 * @param options What stops it; and what to do where another process was asked to stop before a step was
 * done, and has ended.
 * @param work The work; returns whether it has come to its end, or to the same step as that of the others.
 * @throws What the work throws.
 */
export async function tellingOthers(
  meeting: Meeting,
  { stop, onStop }: {
    readonly stop: StopRequest;
    readonly onStop: (words: string | undefined) => void;
  },
  work: () => Promise<boolean>,
): Promise<void> {
  try {
    const isTogether = await work();
    if (meeting.company !== undefined && isTogether) await finishTogether(meeting.company);
    else await meeting.link?.end({ isStop: true });
  } catch (error) {
    if (error instanceof PeerEndedError && error.end.isStop) return onStop(error.end.words);
    // One that heard of it from another has nothing to add.
    const isOwn = !(error instanceof PeerEndedError);
    await meeting.link?.end({
      isStop: stop.signal.aborted,
      ...(isOwn && { words: errorLine(error) }),
    });
    throw error;
  } finally {
    meeting.company?.heartbeat[Symbol.dispose]();
    meeting.link?.[Symbol.dispose]();
  }
}
