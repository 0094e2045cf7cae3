import { assertEquals } from "@std/assert";
import { turnsEvery } from "../../lib/process/turn.ts";

Deno.test("turnsEvery() lets others have their turn when it is due, and not before", async () => {
  const heard: string[] = [];
  setTimeout(() => heard.push("other"));

  const inAMinute = turnsEvery(60_000);
  for (let call = 0; call < 3; call++) await inAMinute();
  assertEquals(heard, []);

  const always = turnsEvery(0);
  await always();
  assertEquals(heard, ["other"]);
  setTimeout(() => heard.push("another"));
  await always();
  assertEquals(heard, ["other", "another"]);
});
