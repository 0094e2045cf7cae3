import { assertEquals, assertThrows } from "@std/assert";
import { methods } from "../../lib/method/methods.ts";
import { ablations, ablationStudy } from "../../lib/study/ablations.ts";
import { resolvePreset } from "../../lib/study/presets.ts";
import { planStudy } from "../../lib/study/study.ts";

const quick = resolvePreset("quick");

Deno.test("the study of an ablation has a run for each variant and seed, over the base", () => {
  for (const { name, variants } of ablations) {
    const runs = planStudy(ablationStudy(name, { base: quick, seeds: [4, 7] }), { methods });

    assertEquals(runs.map(({ variant, seed }) => `${variant}, ${seed}`), [
      ...variants.map(({ name }) => `${name}, 4`),
      ...variants.map(({ name }) => `${name}, 7`),
    ]);
    assertEquals(new Set(runs.map(({ config }) => config.stages[0].epochs)), new Set([48]));
  }
});

Deno.test("one run serves all ablations that ask for it", () => {
  const hashesOf = (name: string) =>
    new Map(
      planStudy(ablationStudy(name, { base: quick, seeds: [1] }), { methods })
        .map(({ variant, hash }) => [variant, hash]),
    );
  const whole = hashesOf("components").get("GLMC");

  assertEquals(hashesOf("alpha").get("alpha parabolic"), whole);
  assertEquals(hashesOf("gamma").get("gamma 1"), whole);
  assertEquals(
    hashesOf("gamma").get("gamma 0"),
    hashesOf("components").get("GLMC without consistency"),
  );
});

Deno.test("an ablation that is not there is refused with the nearest name", () => {
  assertThrows(() => ablationStudy("gama"), RangeError, "did you mean gamma?");
});
