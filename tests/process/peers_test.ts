import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { freeAddresses } from "../../lib/cli/launch_ranks.ts";
import { meetPeers, type PeerLink } from "../../lib/process/peers.ts";
import { parseWorld, slurmWorld } from "../../lib/process/world.ts";

const facts = { configuration: "a", "version of the kit": "1" };
const options = { facts, timeoutSeconds: 20 };

function meetAll(addresses: readonly string[]): Promise<PeerLink[]> {
  return Promise.all(addresses.map((_, rank) => meetPeers({ addresses, rank }, options)));
}

async function reasonOf(work: Promise<unknown>): Promise<string> {
  return (await assertRejects(() => work, Error)).message;
}

Deno.test("processes that have met exchange words, in the order of their ranks", async () => {
  const links = await meetAll(freeAddresses(3));
  const [first, ...others] = links as [PeerLink, ...PeerLink[]];
  await first.tell({ seed: 42 });
  assertEquals(await Promise.all(others.map((link) => link.hear())), [[{ seed: 42 }], [{
    seed: 42,
  }]]);
  await others[1]!.tell("third");
  await others[0]!.tell("second");
  assertEquals(await first.hear(), ["second", "third"]);
  // What is to be told to the user does not disturb what is said between them.
  const noted = new Promise<string>((resolve) =>
    first.onNote((words, rank) => resolve(`${rank}: ${words}`))
  );
  others[0]!.note("an image is damaged");
  await others[1]!.tell("fourth");
  await others[0]!.tell("fifth");
  assertEquals([await noted, await first.hear()], ["1: an image is damaged", ["fifth", "fourth"]]);
  for (const link of links) link[Symbol.dispose]();
});

Deno.test("the end of a process is heard of by all, with its last words", async () => {
  const links = await meetAll(freeAddresses(3));
  await links[2]!.end({ words: "error: no image" });
  for (const link of links.slice(0, 2)) {
    assertEquals(await link.lost, { rank: 2, words: "error: no image", isStop: false });
  }
  for (const link of links) link[Symbol.dispose]();

  const [first, second] = await meetAll(freeAddresses(2)) as [PeerLink, PeerLink];
  // As the system does for a process that is killed.
  second[Symbol.dispose]();
  assertEquals(await first.lost, { rank: 1, isStop: false });
  first[Symbol.dispose]();
});

Deno.test("whoever does not come, comes twice or means something else is named in time", async () => {
  const addresses = freeAddresses(3);
  const impatient = { facts, timeoutSeconds: 0.5 };
  const [alone, waiting] = await Promise.all([
    reasonOf(meetPeers({ addresses, rank: 0 }, impatient)),
    reasonOf(meetPeers({ addresses: freeAddresses(2), rank: 1 }, impatient)),
  ]);
  assertStringIncludes(alone, `rank 1 (${addresses[1]}), rank 2 (${addresses[2]}) has not come`);
  assertStringIncludes(waiting, "rank 0 does not answer");

  const [here, there, third] = freeAddresses(3) as [string, string, string];
  const nowhere = there.replace("127.0.0.1", "no-such-host.invalid");
  const meetings = [
    [{ addresses: [here, nowhere], rank: 0 }, `the host of rank 1 (${nowhere}) is not found`],
    [{ addresses: [here, nowhere], rank: 1 }, `the host of rank 1 (${nowhere}) is not found`],
    [{ addresses: [nowhere, third], rank: 1 }, `rank 0 is not found by its name at ${nowhere}`],
  ] as const;
  await Promise.all(meetings.map(async ([world, words]) => {
    assertStringIncludes(await reasonOf(meetPeers(world, { facts, timeoutSeconds: 2 })), words);
  }));

  const others = freeAddresses(3);
  const twice = [
    meetPeers({ addresses: others, rank: 0 }, options),
    meetPeers({ addresses: others, rank: 1 }, options),
    meetPeers({ addresses: others, rank: 1 }, options),
  ];
  for (const reason of await Promise.all(twice.map(reasonOf))) {
    assertStringIncludes(reason, "two processes say that they are rank 1");
  }

  const pair = freeAddresses(2);
  const unlike = [
    meetPeers({ addresses: pair, rank: 0 }, options),
    meetPeers({ addresses: pair, rank: 1 }, {
      ...options,
      facts: { ...facts, configuration: "b" },
    }),
  ];
  for (const reason of await Promise.all(unlike.map(reasonOf))) {
    assertStringIncludes(reason, "rank 1 has another configuration (b) than rank 0 (a)");
  }
});

Deno.test("a port in use is said, by the first process and by others", async () => {
  for (const rank of [0, 1]) {
    const addresses = freeAddresses(2);
    using _other = Deno.listen({ port: Number(addresses[rank]!.split(":")[1]) });
    const reason = await reasonOf(meetPeers({ addresses, rank }, options));
    assertStringIncludes(reason, "another program listens at port");
  }
});

Deno.test("whoever else knocks is sent away, and the others are let in", async () => {
  const addresses = freeAddresses(2);
  const first = meetPeers({ addresses, rank: 0 }, options);
  const stranger = await Deno.connect({ port: Number(addresses[0]!.split(":")[1]) });
  await stranger.write(new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"));
  const links = [await meetPeers({ addresses, rank: 1 }, options), await first];
  stranger.close();
  for (const link of links) link[Symbol.dispose]();
});

Deno.test("places that are none are refused", async () => {
  for (
    const [text, rank, reason] of [
      [",", 0, "there is none"],
      ["node1", 0, "node1 is no host with a port"],
      ["node1:1,node1:1", 0, "node1:1 comes twice"],
      ["node1:1,node2:1", 2, "there is no rank 2 among 2"],
    ] as const
  ) {
    assertStringIncludes(
      await reasonOf(Promise.resolve().then(() => parseWorld(text, rank))),
      reason,
    );
  }
  const cyclic = {
    SLURM_JOB_ID: "1",
    SLURM_PROCID: "1",
    SLURM_NTASKS: "4",
    SLURM_STEP_NODELIST: "n[1-2]",
    SLURM_STEP_TASKS_PER_NODE: "2(x2)",
    SLURMD_NODENAME: "n2",
  };
  const reason = await reasonOf(Promise.resolve().then(() => slurmWorld(cyclic)));
  assertStringIncludes(reason, "--distribution=block");
});
