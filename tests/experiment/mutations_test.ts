import { assert, assertEquals } from "@std/assert";
import { temporaryFolder } from "../data/disposables.ts";
import { findSilentDamage } from "./mutations.ts";

Deno.test("no damage to a file of a run is taken silently, in 80 ways", async () => {
  await using temporary = await temporaryFolder();

  const findings = await findSilentDamage(temporary.path, { ways: 80, seed: 3 });

  const bad = findings.filter(({ problem }) => problem !== undefined);
  assertEquals(bad, []);
  assert(findings.filter(({ said }) => said.length > 0).length > 70);
});
