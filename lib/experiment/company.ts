/**
 * The processes that train a run together, and what the first one tells the others before the first step.
 *
 * @module
 */

import { setTimeout as delay } from "node:timers/promises";
import type { Split } from "../data/long_tail.ts";
import { broadcastFromFirst, type Peers } from "../ops/collectives.ts";
import type { PeerEnd, PeerLink } from "../process/peers.ts";
import { disposeTensors, mapTensors, type NamedTensors } from "../tensor/named_tensors.ts";
import { tf } from "../tensor/tfjs.ts";
import { collectiveKeys, flattened, unflattened } from "../train/all_reduce.ts";
import type { Progress, TrainEvent } from "../train/events.ts";
import type { TrainState } from "../train/step.ts";

/** The other processes of a training. */
export interface Company {
  /** How they hear of each other. */
  readonly link: PeerLink;
  /** How they compute together. */
  readonly peers: Peers;
  /** Seconds after which a process is given up that lives and does not answer. */
  readonly timeoutSeconds: number;
  /** Ends what waits for others, once one is known to have ended. */
  readonly abort: () => void;
  /** Notices a process that lives and does not answer; it ends with the work. */
  readonly heartbeat: Disposable;
}

/**
 * Another process of the training has ended, so that this one cannot go on.
 *
 * @example Which one
 * ```ts
 * import { PeerEndedError } from "glmc/experiment/company.ts";
 * import { assertMatch } from "@std/assert";
 *
 * const error = new PeerEndedError({ rank: 1, isStop: false }, ["node1:29500", "node2:29500"]);
 *
 * assertMatch(error.message, /rank 1 \(node2:29500\) has ended without a word/);
 * ```
 */
export class PeerEndedError extends Error {
  /** Name of the class, for messages. */
  override readonly name = "PeerEndedError";
  /** How it has ended. */
  readonly end: PeerEnd;

  /** Says which process has ended, and why. */
  constructor(end: PeerEnd, addresses: readonly string[]) {
    const words = end.words?.replace(/^error: /, "") ??
      "without a word, like one that is killed or whose machine fails";
    super(
      `Cannot train on: rank ${end.rank} (${addresses[end.rank]}) has ended ${
        end.words === undefined ? words : `(${words})`
      }: start all processes again`,
    );
    this.end = end;
  }
}

/** What the processes compare and share before the first step. */
interface Beginning {
  readonly dataHash: string;
  readonly splitHash: string;
  /** Where the run stands, without its tensors. */
  readonly position: Omit<Progress, "state">;
  /** Shape of each tensor of the state. */
  readonly shapes: Shapes;
}

type Shapes = { readonly [name: string]: readonly number[] | Shapes };

/** What a process has put on its device. */
export interface LoadedImages {
  /** SHA-256 of its images and labels. */
  readonly dataHash: string;
  /** Its subset. */
  readonly subset: Pick<Split, "hash">;
}

/**
 * What work gives, unless another process ends before.
 *
 * @param company The others.
 * @param work The work; it goes on in vain if another process ends.
 * @returns Its result.
 * @throws {PeerEndedError} If another process ends.
 */
export async function unlessAlone<T>(
  { link }: Pick<Company, "link">,
  work: Promise<T>,
): Promise<T> {
  return await Promise.race([work, link.lost.then((end) => Promise.reject(endOf(link, end)))]);
}

function endOf({ world: { addresses } }: PeerLink, end: PeerEnd): PeerEndedError {
  return new PeerEndedError(end, addresses);
}

/**
 * Rank 0 shares where the run stands, once all others have the same images.
 *
 * @param company The others.
 * @param options Where the run stands, whose state is taken over, and the images.
 * @returns The same place, with the state that all have.
 * @throws {PeerEndedError} If another process ends.
 * @throws {Error} If another process has other images.
 */
export async function shareBeginning(
  company: Company,
  { from, dataHash, subset }: LoadedImages & { readonly from: Progress },
): Promise<Progress> {
  const { link } = company;
  const { state, ...position } = from;
  const shapes = mapTensors(state, ({ shape }) => shape);
  const beginning: Beginning = { dataHash, splitHash: subset.hash, position, shapes };
  await link.tell(beginning);
  const answers = await unlessAlone(company, link.hear()) as (string | null)[];
  const problem = answers.find((answer) => answer !== null);
  if (problem !== undefined) throw new Error(problem!);
  await link.tell("go");
  return { ...position, state: await broadcast(state, company) };
}

/**
 * Another rank hears where the run stands.
 *
 * @param company The others.
 * @param images Its images.
 * @returns Where the run stands, with the state that all have; the caller owns it.
 * @throws {PeerEndedError} If another process ends.
 * @throws {Error} If it has other images than rank 0.
 */
export async function hearBeginning(
  company: Company,
  { dataHash, subset }: LoadedImages,
): Promise<Progress> {
  const { link } = company;
  const [beginning] = await unlessAlone(company, link.hear()) as [Beginning];
  const problem = beginning.dataHash !== dataHash
    ? `other images or labels (hash ${dataHash}) than rank 0 (${beginning.dataHash})`
    : beginning.splitHash !== subset.hash
    ? `another subset (hash ${subset.hash}) than rank 0 (${beginning.splitHash})`
    : undefined;
  const words = problem === undefined
    ? null
    : `Cannot train together: rank ${link.world.rank} has ` +
      `${problem}: give all processes the same data set`;
  await link.tell(words);
  if (words !== null) throw new Error(words);
  await unlessAlone(company, link.hear());
  const empty = zerosOf(beginning.shapes) as TrainState;
  return { ...beginning.position, state: await broadcast(empty, company) };
}

function zerosOf(shapes: Shapes): NamedTensors {
  const entries = Object.entries(shapes).map(([name, shape]) => [
    name,
    Array.isArray(shape) ? tf.zeros(shape) : zerosOf(shape as Shapes),
  ]);
  return Object.fromEntries(entries);
}

/** Replaces a state by that of rank 0, bit for bit. */
async function broadcast(state: TrainState, company: Company): Promise<TrainState> {
  const { peers, timeoutSeconds } = company;
  const own = flattened(state);
  try {
    const options = { peers, key: collectiveKeys.broadcast, timeoutSeconds };
    const first = broadcastFromFirst(own, options);
    const flat = await unlessAlone(company, first);
    const shared = unflattened(flat, state);
    flat.dispose();
    disposeTensors(state);
    return shared;
  } finally {
    own.dispose();
  }
}

/** Milliseconds in which the end of a process is heard of, after TensorFlow has noticed it. */
const grace = 3000;

/**
 * The events of a training, in which the end of another process is told as such.
 *
 * @param company The others.
 * @param events The events of this process.
 * @returns The same events.
 * @throws {PeerEndedError} If another process ends.
 * @throws {Error} If another process lives and does not answer, or the training of this one fails.
 */
export async function* inCompany(
  company: Company,
  events: AsyncGenerator<TrainEvent>,
): AsyncGenerator<TrainEvent> {
  let next: Promise<IteratorResult<TrainEvent>> | undefined;
  const lost = endOfOther(company, () => next);
  try {
    for (;;) {
      next = events.next();
      const { value, done } = await Promise.race([next, lost]);
      if (done) return;
      yield value;
    }
  } catch (error) {
    throw await asEndOfOther(error, company);
  }
}

/**
 * What work with the others before the training gives; the end of another process is told as such.
 *
 * @param company The others.
 * @param work Work that all do.
 * @returns Its result.
 * @throws {PeerEndedError} If another process ends.
 * @throws {Error} If another process lives and does not answer, or the work of this one fails.
 */
export async function workInCompany<T>(company: Company, work: () => Promise<T>): Promise<T> {
  const result = work();
  try {
    return await Promise.race([result, endOfOther(company, () => result)]);
  } catch (error) {
    throw await asEndOfOther(error, company);
  }
}

/**
 * Rejects when another process has ended. TensorFlow mostly hears of that by itself; where it does not, its
 * operations would never end.
 */
function endOfOther(
  { link, abort }: Company,
  waiting: () => Promise<unknown> | undefined,
): Promise<never> {
  const lost = link.lost.then(async (end): Promise<never> => {
    abort();
    await Promise.race([waiting()?.catch(() => {}), delay(grace, undefined, { ref: false })]);
    throw endOf(link, end);
  });
  lost.catch(() => {});
  return lost;
}

/** What TensorFlow says of the others, in words for people. */
async function asEndOfOther(
  error: unknown,
  { link, timeoutSeconds }: Company,
): Promise<unknown> {
  if (error instanceof PeerEndedError) return error;
  const end = await Promise.race([link.lost, delay(grace, undefined, { ref: false })]);
  if (end !== undefined) return endOf(link, end);
  if (!(error instanceof Error)) return error;
  if (/Collective has timed out/.test(error.message)) {
    return new Error(
      `Cannot train on: another process of the training has not answered for ${timeoutSeconds} s, ` +
        "though it has not ended: see what it does, or raise --peer_timeout",
      { cause: error },
    );
  }
  const [, reason] = /(?:Collective ops is aborted by: )+(.*?)(?:\n| Additional GRPC|$)/
    .exec(error.message) ?? [];
  if (reason === undefined) return error;
  return new Error(
    `Cannot train on: this process does not reach another one (${reason}): see whether each machine ` +
      `reaches the others at ${link.world.addresses.join(",")}`,
    { cause: error },
  );
}

/**
 * Waits until all processes have done their work: what one still has may be asked for by another.
 *
 * @param company The others.
 * @throws {PeerEndedError} If another process ends.
 */
export async function finishTogether(company: Company): Promise<void> {
  const { link } = company;
  if (link.world.rank > 0) await link.tell("finished");
  await unlessAlone(company, link.hear());
  if (link.world.rank === 0) await link.tell("finished");
  await link.end({ isDone: true });
}
