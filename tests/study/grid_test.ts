import { assertEquals, assertThrows } from "@std/assert";
import { methods } from "../../lib/method/methods.ts";
import { ablations } from "../../lib/study/ablations.ts";
import { gridVariants, parseAxis, parseSeeds } from "../../lib/study/grid.ts";
import { planStudy } from "../../lib/study/study.ts";
import { parseWhere } from "../../lib/study/where.ts";

const axis = (text: string) => parseAxis(text, { methods });

Deno.test("a grid takes a flag by any of its names, and values of its kind", () => {
  for (
    const flag of ["contrast_weight", "contrast-weight", "consistency_weight", "--contrast_weight"]
  ) {
    const { setting, values } = axis(`${flag}=0, 1.5`);
    assertEquals(
      [setting, values.map(({ value }) => value)],
      ["consistencyWeight", [0, 1.5]],
      flag,
    );
  }
  assertEquals(axis("nesterov=true,false").values.map(({ value }) => value), [true, false]);
  assertEquals(axis("dataset=ImageNet-LT,folder").values.map(({ value }) => value), [
    ...["imagenet_lt", "folder"],
  ]);
  assertEquals(parseWhere("dataset=Places-LT", { methods }), { dataset: "places_lt" });
  assertEquals(axis("method=glmc,ce").values.map(({ value }) => value), ["glmc", "ce"]);
  assertEquals(
    parseAxis("root=a", { methods, pathOf: (path) => `/home/${path}` }).values[0]!.value,
    "/home/a",
  );
});

Deno.test("several grids multiply, and name their variants by flags and values", () => {
  const variants = gridVariants(["contrast_weight=0,4", "cutmix-label=lambda,area"].map(axis));

  assertEquals(variants.map(({ name }) => name), [
    "contrast_weight 0, cutmix-label lambda",
    "contrast_weight 0, cutmix-label area",
    "contrast_weight 4, cutmix-label lambda",
    "contrast_weight 4, cutmix-label area",
  ]);
  assertEquals(variants[1]!.settings, { consistencyWeight: 0, cutMixLabel: "area" });
});

Deno.test("a grid of what is not there, or impossible, is refused with the nearest name", () => {
  for (
    const [text, message] of [
      ["contrast_wieght=0,1", "did you mean contrast_weight?"],
      ["contrast_weight", "write --grid <flag>=<value>,<value>"],
      ["contrast_weight=", "it must be a number in [0, 1000]"],
      ["contrast_weight=0,-1", "it must be a number in [0, 1000]"],
      ["contrast_weight=0,two", "it must be a number in [0, 1000]"],
      ["contrast_weight=1,1.0", "the value 1.0 is there twice"],
      ["cutmix-label=lambda,aera", "one of lambda, area"],
      ["nesterov=yes", "true or false"],
      ["seed=1,2", "give them with --seeds"],
    ] as const
  ) {
    assertThrows(() => axis(text), RangeError, message);
    assertThrows(() => axis(text), RangeError, `Cannot use --grid ${text}: `);
  }
  assertThrows(
    () => gridVariants(["lr=0.1", "learning_rate=0.2"].map(axis)),
    RangeError,
    "they are one setting",
  );
});

Deno.test("seeds are numbers and ranges, each once", () => {
  assertEquals(parseSeeds("1,2,3"), [1, 2, 3]);
  assertEquals(parseSeeds("1-3, 0"), [1, 2, 3, 0]);
  for (const text of ["", "1,", "a", "-1", "3-1", "1.5", "1,1", "1-3,2", "0-5000", "1e3"]) {
    assertThrows(() => parseSeeds(text), RangeError, `Cannot use --seeds ${text}: `);
  }
});

Deno.test("every ablation plans for CIFAR-10 and CIFAR-100, with its baseline among its variants", () => {
  for (const { name, title, variants, baseline } of ablations) {
    assertEquals(variants.filter((variant) => variant.name === baseline).length, 1, name);
    for (const dataset of ["cifar10", "cifar100"]) {
      const study = { name, title, base: { dataset, epochs: 5 }, variants, seeds: [1, 2] };
      const hashes = new Set(planStudy(study, { methods }).map(({ hash }) => hash));
      assertEquals(
        hashes.size,
        2 * variants.length,
        `${name} on ${dataset}: no two variants are alike`,
      );
    }
  }
});

Deno.test("mixtures alone know nothing of rarity and have no consistency", () => {
  const { variants } = ablations.find(({ name }) => name === "components")!;
  const study = { name: "c", title: "", base: { consistencyWeight: 7 }, variants, seeds: [1] };
  const optionsOf = (wanted: string) =>
    planStudy(study, { methods }).find(({ variant }) => variant === wanted)!.config.stages[0]
      .options;

  const { consistencyWeight, labelWeightExponent, resampleExponent, classifiers } = optionsOf(
    "mixtures alone",
  );
  assertEquals(
    { consistencyWeight, labelWeightExponent, resampleExponent, classifiers },
    { consistencyWeight: 0, labelWeightExponent: 0, resampleExponent: 0, classifiers: "one" },
  );
  assertEquals(optionsOf("GLMC").consistencyWeight, 7, "what is given holds for all variants");
  assertEquals(optionsOf("GLMC without rebalancing").consistencyWeight, 7);
  assertEquals(optionsOf("GLMC without consistency").consistencyWeight, 0);
});
