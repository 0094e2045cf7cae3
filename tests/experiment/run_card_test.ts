import { assertEquals } from "@std/assert";
import { defaultConfig } from "../../lib/experiment/config.ts";
import { describeEnvironment, environmentChanges } from "../../lib/experiment/run_card.ts";
import { testEngine } from "../engine.ts";

Deno.test("a run says whether it took deterministic algorithms alone, and whether that has changed", async () => {
  const engine = await testEngine();
  const [any, always] = await Promise.all(
    [false, true].map((deterministic) =>
      describeEnvironment({ engine: { ...engine, deterministic }, config: defaultConfig })
    ),
  );
  assertEquals([any!.deterministic, always!.deterministic], ["off", "on"]);
  assertEquals(environmentChanges({ environment: always!, resumed: [] }, any!), {
    deterministic: { before: "on", now: "off" },
  });
});
