import { assert, assertEquals } from "@std/assert";
import { configure, type Settings } from "../../lib/experiment/config.ts";
import { publishedRows } from "../../lib/study/published/rows.ts";
import { publishedFor } from "../../lib/study/published.ts";

const found = (settings: Settings) =>
  publishedFor(configure(settings)).map(({ source, top1 }) => [source, top1]);

Deno.test("publishedFor() gives all generations of GLMC's numbers, with and without second stage", () => {
  assertEquals(found({ dataset: "cifar100", imbalanceRate: 0.1 }), [
    ["glmc-g0", 70.74],
    ["glmc-g1", 70.74],
    ["glmc-g2", 73.4],
  ]);
  assertEquals(found({ imbalanceRate: 0.02, secondStage: "maxnorm" }), [
    ["glmc-g0", 95.13],
    ["glmc-g1", 90.22],
    ["glmc-g2", 92.04],
  ]);
});

Deno.test("publishedFor() tells rows of one method apart by sampler and second stage", () => {
  const base = { method: "cross_entropy", imbalanceRate: 0.02 };
  assertEquals(found(base), [
    ["bagoftricks", 76.45],
    ["bagoftricks-reference", 74.81],
    ["score", 74.8],
  ]);
  assertEquals(found({ ...base, samplingExponent: 1 }), [["bagoftricks", 78.08]]);
  assertEquals(found({ ...base, secondStage: "lws" }), [["bagoftricks", 78.66]]);
  assertEquals(found({ ...base, samplingExponent: 1, secondStage: "crt" }), []);
});

Deno.test("publishedFor() knows what is done to a classifier without training", () => {
  const config = configure({ method: "cross_entropy", imbalanceRate: 0.01 });
  const adjusted = publishedFor(config, { postHoc: "logit_adjustment" });
  assertEquals(adjusted.map(({ top1 }) => top1), [77.32]);
});

const without: Readonly<Record<string, Settings>> = {
  "another imbalance factor": { imbalanceRate: 0.05 },
  "a smaller largest class": { largestClass: 500 },
  "a step": { profile: "step" },
  "GLMC without consistency": { consistencyWeight: 0 },
  "GLMC without rebalancing": { labelWeightExponent: 0 },
  "GLMC of MixUp alone": { pairViews: "mixup" },
  "another second stage": { secondStage: "crt" },
  "cross-entropy with class weights": { method: "cross_entropy", classWeights: "always" },
  "CutMix, for which none was found": { method: "cutmix" },
};

for (const [what, settings] of Object.entries(without)) {
  Deno.test(`publishedFor() has no number for ${what}`, () => {
    assertEquals(found({ imbalanceRate: 0.01, ...settings }), []);
  });
}

Deno.test("every published number is a percentage and can be found", () => {
  let count = 0;
  for (const { method, cifar10, cifar100, settings, postHoc, source } of publishedRows) {
    for (const [dataset, numbers] of Object.entries({ cifar10, cifar100 })) {
      for (const [index, top1] of (numbers ?? []).entries()) {
        if (top1 === null) continue;
        count++;
        assert(top1 > 30 && top1 < 100, `${method} ${top1}`);
        const imbalanceRate = [0.01, 0.02, 0.1][index]!;
        const config = configure({ ...settings, dataset, imbalanceRate, method });
        const same = publishedFor(config, postHoc && { postHoc })
          .filter((row) => row.source === source);
        assertEquals(same.map(({ top1 }) => top1), [top1]);
      }
    }
  }
  assert(count > 100, `${count}`);
});
