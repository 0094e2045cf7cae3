/**
 * The meeting of processes that work together: they make sure that all are there and mean the same, exchange
 * a few words, and hear of each other's end.
 *
 * Each has a connection to the first one, which stays open as long as it works: what ends a process, however
 * it ends, closes it. The work itself goes other ways.
 *
 * @module
 */

import { lookup } from "node:dns/promises";
import { type Line, type Link, openLink } from "./link.ts";
import type { World } from "./world.ts";

/** How another process has ended. */
export interface PeerEnd {
  /** Which one. */
  readonly rank: number;
  /** Its last words; `undefined` if it had no time for any. */
  readonly words?: string | undefined;
  /** Whether it was asked to stop and has done so. */
  readonly isStop: boolean;
}

/** Settings of {@linkcode meetPeers}. */
export interface MeetOptions {
  /** What must be the same in all processes, by names for people; `null` where this one does not know. */
  readonly facts: Readonly<Record<string, string | null>>;
  /** Seconds in which all have to come. */
  readonly timeoutSeconds: number;
}

/** The others, as one process hears them. */
export interface PeerLink extends Disposable {
  /** Where this process is. */
  readonly world: World;
  /** The first one that has ended before its work was done; for ever waited for if all is well. */
  readonly lost: Promise<PeerEnd>;
  /** Sends plain data: rank 0 to all others, any other to rank 0. */
  tell(value: unknown): Promise<void>;
  /** What has been sent: rank 0 hears one value of each other in their order, any other what rank 0 tells. */
  hear(): Promise<unknown[]>;
  /** Sends rank 0 a line that it is to tell the user; rank 0 itself sends none. */
  note(words: string): void;
  /** Takes such lines of the others, and who sends them; those before it are lost. */
  onNote(take: (words: string, rank: number) => void): void;
  /** The last words of this process, before it closes the connection; none of them where its work is done. */
  end(
    how: { readonly words?: string; readonly isStop?: boolean; readonly isDone?: boolean },
  ): Promise<
    void
  >;
}

/**
 * Meets the other processes.
 *
 * @param world The place of this process.
 * @param options What must be the same, and how long to wait.
 * @returns The others; the caller disposes the link.
 * @throws {Deno.errors.AddrInUse} If another program listens at this process's address.
 * @throws {Error} If a host is not found by its name, a process does not come in time, two have one rank, or
 * they do not mean the same.
 */
export async function meetPeers(world: World, options: MeetOptions): Promise<PeerLink> {
  const { addresses, rank } = world;
  if (rank > 0) {
    // TensorFlow would say it less well.
    listen(world).close();
    return linkOf(world, new Map([[0, await joinFirst(world, options)]]));
  }
  return linkOf(world, addresses.length === 1 ? new Map() : await gather(world, options));
}

function listen({ addresses, rank }: World): Deno.TcpListener {
  const port = Number(addresses[rank]!.split(":").at(-1));
  try {
    return Deno.listen({ port });
  } catch (cause) {
    if (!(cause instanceof Deno.errors.AddrInUse)) throw cause;
    throw new Deno.errors.AddrInUse(
      `Cannot train as rank ${rank}: another program listens at port ${port}: choose other ports, or ` +
        "see whether a process of an earlier training is still there",
      { cause },
    );
  }
}

/** What is wrong with the names of the hosts: that of a machine which begins may be known late. */
async function unknownHost(
  addresses: readonly string[],
  { timeoutSeconds }: Pick<MeetOptions, "timeoutSeconds">,
): Promise<string | undefined> {
  const until = performance.now() + 1000 * timeoutSeconds;
  for (const [rank, address] of addresses.entries()) {
    while (!await isFound(address)) {
      if (performance.now() < until) await pause();
      else {
        return `the host of rank ${rank} (${address}) is not found by its name within ` +
          `${timeoutSeconds} s: check --world`;
      }
    }
  }
}

function isFound(address: string): Promise<boolean> {
  return lookup(address.split(":")[0]!).then(() => true, () => false);
}

/** Rank 0: waits until all have come, and lets them in together. */
async function gather(world: World, options: MeetOptions): Promise<Map<number, Link>> {
  const { addresses } = world;
  const { facts, timeoutSeconds } = options;
  const listener = listen(world);
  const links = new Map<number, Link>();
  const tooMany: Link[] = [];
  let end!: (problem: string | undefined) => void;
  const ended = new Promise<string | undefined>((resolve) => end = resolve);
  const missing = (): string =>
    addresses.flatMap((address, rank) =>
      rank === 0 || links.has(rank) ? [] : [`rank ${rank} (${address})`]
    ).join(", ");
  // TensorFlow would say it less well, and later; in half the time, so that the others still listen.
  const unknown = unknownHost(addresses, { timeoutSeconds: timeoutSeconds / 2 });
  const timer = setTimeout(() => {
    if (missing() === "") return;
    end(`${missing()} has not come within ${timeoutSeconds} s: start it, or see what it says`);
  }, 1000 * timeoutSeconds);
  const receive = async (connection: Deno.TcpConn): Promise<void> => {
    const link = openLink(connection);
    const hello = await link.next();
    // Whoever knocks and is none of us.
    if (hello?.kind !== "hello") return link.close();
    const { rank } = hello;
    const problem = links.has(rank)
      ? `two processes say that they are rank ${rank}: give each a --rank of its own`
      : difference(hello, { addresses, facts });
    if (links.has(rank)) tooMany.push(link);
    else links.set(rank, link);
    if (problem !== undefined) end(problem);
    else if (links.size === addresses.length - 1) end(await unknown);
  };
  const accepting = (async () => {
    for await (const connection of listener) receive(connection).catch(() => {});
  })();
  try {
    const problem = await ended;
    if (problem === undefined) {
      for (const link of links.values()) await link.send({ kind: "welcome" });
      return links;
    }
    const words = `Cannot train together: ${problem}`;
    for (const link of [...links.values(), ...tooMany]) {
      await link.send({ kind: "refused", words }).catch(() => {});
      link.close();
    }
    throw new Error(words);
  } finally {
    clearTimeout(timer);
    listener.close();
    await accepting.catch(() => {});
  }
}

/** What another process means otherwise. */
function difference(
  hello: Line & { readonly kind: "hello" },
  own: { readonly addresses: readonly string[]; readonly facts: MeetOptions["facts"] },
): string | undefined {
  const theirs: MeetOptions["facts"] = { processes: hello.addresses.join(","), ...hello.facts };
  const ours: MeetOptions["facts"] = { processes: own.addresses.join(","), ...own.facts };
  for (const [name, value] of Object.entries(ours)) {
    const other = theirs[name] ?? null;
    if (other === value || other === null || value === null) continue;
    return `rank ${hello.rank} has another ${name} (${other}) than rank 0 (${value}): start all with ` +
      "the same command and the same version of the kit";
  }
  return undefined;
}

/** Milliseconds between two attempts to reach the first process. */
const knockEvery = 200;

async function joinFirst(
  { addresses, rank }: World,
  { facts, timeoutSeconds }: MeetOptions,
): Promise<Link> {
  const [first] = addresses as [string, ...string[]];
  const [hostname, port] = first.split(":") as [string, string];
  const until = performance.now() + 1000 * timeoutSeconds;
  const tooLate = (what: string): Error =>
    new Error(
      `Cannot train as rank ${rank}: rank 0 ${what} at ${first} within ${timeoutSeconds} s: start it, ` +
        "or check --world",
    );
  for (;;) {
    try {
      const link = openLink(await Deno.connect({ hostname, port: Number(port) }));
      await link.send({ kind: "hello", rank, addresses, facts });
      const answer = await Promise.race([link.next(), patience(until)]);
      if (answer?.kind === "welcome") return link;
      link.close();
      if (answer?.kind === "refused") throw new RefusedError(answer.words);
      // It may have ended, or been another program, before the first one listens.
    } catch (error) {
      if (error instanceof RefusedError) throw new Error(error.message);
    }
    if (performance.now() >= until) {
      throw tooLate(await isFound(first) ? "does not answer" : "is not found by its name");
    }
    await pause();
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, knockEvery));
}

class RefusedError extends Error {
  override readonly name = "RefusedError";
}

function patience(until: number): Promise<undefined> {
  return new Promise((resolve) => {
    const left = Math.max(0, until - performance.now());
    Deno.unrefTimer(setTimeout(() => resolve(undefined), left));
  });
}

/** Listens to all links until they close. */
function linkOf(world: World, links: ReadonlyMap<number, Link>): PeerLink {
  const ranks = [...links.keys()].sort((a, b) => a - b);
  const heard = new Map<number, unknown[]>(ranks.map((rank) => [rank, []]));
  const waiting: (() => void)[] = [];
  let takeNote: (words: string, rank: number) => void = () => {};
  let lose!: (end: PeerEnd) => void;
  const lost = new Promise<PeerEnd>((resolve) => lose = resolve);
  let isOver = false;
  const send = (line: Line): Promise<unknown> =>
    Promise.allSettled([...links.values()].map((link) => link.send(line)));

  for (const [rank, link] of links) void follow(rank, link);

  async function follow(rank: number, link: Link): Promise<void> {
    for (let line = await link.next(); line !== undefined; line = await link.next()) {
      if (line.kind === "data") heard.get(rank)!.push(line.value);
      else if (line.kind === "note") takeNote(line.words, rank);
      else if (line.kind === "end") {
        if (line.isDone) return;
        await lostOne({ rank: line.rank, words: line.words, isStop: line.isStop });
        return;
      }
      waiting.splice(0).forEach((look) => look());
    }
    if (!isOver) await lostOne({ rank, isStop: false });
  }

  async function lostOne(end: PeerEnd): Promise<void> {
    lose(end);
    // The others have no connection among themselves.
    if (world.rank === 0) await send({ kind: "end", isDone: false, ...end });
  }

  return {
    world,
    lost,
    tell: async (value) => void await send({ kind: "data", value }),
    async hear() {
      while (ranks.some((rank) => heard.get(rank)!.length === 0)) {
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
      return ranks.map((rank) => heard.get(rank)!.shift());
    },
    note(words) {
      if (world.rank > 0) void send({ kind: "note", words });
    },
    onNote(take) {
      takeNote = take;
    },
    async end({ words, isStop = false, isDone = false }) {
      if (isOver) return;
      isOver = true;
      await send({ kind: "end", rank: world.rank, words, isStop, isDone });
    },
    [Symbol.dispose]() {
      isOver = true;
      for (const link of links.values()) link.close();
    },
  };
}
