import { assert, assertEquals, assertThrows } from "@std/assert";
import { configure, settingsOf } from "../../lib/experiment/config.ts";
import {
  findPreset,
  maxNormStage,
  presets,
  resolvePreset,
  settingsOver,
} from "../../lib/study/presets.ts";
import { publishedFor } from "../../lib/study/published.ts";

// The commands of the official README, written out once more: lr, epochs, batch, wd, q, k, gamma.
const commands: Readonly<Record<string, readonly number[]>> = {
  "cifar10-lt-100": [0.01, 200, 64, 5e-3, 0, 1.2, 1],
  "cifar10-lt-50": [0.01, 200, 64, 5e-3, 0, 1.2, 1],
  "cifar10-lt-10": [0.01, 200, 64, 5e-3, 0.2, 1, 2],
  "cifar100-lt-100": [0.01, 200, 64, 5e-3, 0, 1.2, 4],
  "cifar100-lt-50": [0.01, 200, 64, 5e-3, 0.2, 1.2, 6],
  "cifar100-lt-10": [0.01, 200, 64, 5e-3, 0.2, 1.2, 4],
};
const rates: Readonly<Record<string, number>> = { "100": 0.01, "50": 0.02, "10": 0.1 };

const kept = {
  method: "glmc",
  architecture: "resnet32",
  width: 64,
  momentum: 0.9,
  nesterov: false,
  decay: "cosine",
  warmUp: false,
  samRadius: 0,
  averageDecay: 0,
  profile: "exponential",
  largestClass: null,
  validation: 0,
  precision: "float32",
  secondStage: "none",
  splitGenerator: "numpy",
};
const asCoded = {
  mixtureBeta: 1,
  cutMixLabel: "lambda",
  lossScale: "sum",
  rebalanceTarget: "component",
  classifiers: "two",
  replace: false,
  splitSeed: 3407,
};

for (
  const [name, [learningRate, epochs, batchSize, weightDecay, q, k, gamma]] of Object.entries(
    commands,
  )
) {
  const [dataset, , factor] = name.split("-");
  const common = {
    ...kept,
    dataset,
    imbalanceRate: rates[factor!],
    classes: dataset === "cifar10" ? 10 : 100,
    learningRate,
    epochs,
    batchSize,
    weightDecay,
    resampleExponent: q,
    labelWeightExponent: k,
    consistencyWeight: gamma,
    seed: 3407,
  };
  for (
    const [reading, expected] of Object.entries({
      "": { ...common, ...asCoded },
      "-paper": {
        ...common,
        ...asCoded,
        mixtureBeta: 0.5,
        lossScale: "mean",
        consistencyWeight: gamma! / 2,
        rebalanceTarget: "pair",
        classifiers: "one",
        resampleExponent: 2,
        replace: true,
      },
      "-corrected": {
        ...common,
        ...asCoded,
        mixtureBeta: 0.5,
        cutMixLabel: "area",
        splitSeed: 0,
      },
    })
  ) {
    Deno.test(`the preset ${name}${reading} resolves to exactly its hyper-parameters`, () => {
      const settings = settingsOf(configure(resolvePreset(`${name}${reading}`)));
      const found = Object.fromEntries(Object.keys(expected).map((key) => [key, settings[key]]));
      assertEquals(found, expected);
      // Every other setting has its default.
      const usual = settingsOf(configure({ dataset: dataset as "cifar10" }));
      const others = Object.keys(usual).filter((key) => !(key in expected));
      assertEquals(
        others.map((key) => [key, settings[key]]),
        others.map((key) => [key, usual[key]]),
      );
    });
  }
}

// Those of the large sets, likewise: dataset, classes, epochs, batch, wd.
for (
  const [name, dataset, classes, epochs, batchSize, weightDecay] of [
    ["imagenet-lt", "imagenet_lt", 1000, 135, 120, 2e-4],
    ["inat18", "inat18", 8142, 120, 128, 1e-4],
  ] as const
) {
  for (
    const [reading, differing] of Object.entries({
      "": {},
      "-paper": {
        mixtureBeta: 0.5,
        lossScale: "mean",
        consistencyWeight: 5,
        rebalanceTarget: "pair",
        classifiers: "one",
        resampleExponent: 2,
      },
      "-corrected": { mixtureBeta: 0.5, cutMixLabel: "area" },
    })
  ) {
    Deno.test(`the preset ${name}${reading} resolves to exactly its hyper-parameters`, () => {
      const settings = settingsOf(configure(resolvePreset(`${name}${reading}`)));
      const expected = {
        ...{ ...kept, ...asCoded, dataset, classes, epochs, batchSize, weightDecay },
        ...{ architecture: "resnext50_32x4d", imageSize: 224, learningRate: 0.1, warmUp: true },
        ...{ profile: "given", imbalanceRate: 1, splitGenerator: "kit", splitSeed: 0, seed: 3407 },
        ...{ resampleExponent: 0.2, labelWeightExponent: 1, consistencyWeight: 10 },
        ...differing,
      };
      assertEquals(
        Object.fromEntries(Object.keys(expected).map((key) => [key, settings[key]])),
        expected,
      );
    });
  }
}

for (const [letter, decay] of [["l", "steps_160_180"], ["c", "steps_120_160"]] as const) {
  for (const [name, rate] of Object.entries(rates)) {
    Deno.test(`cross-entropy under schedule ${letter}, factor ${name}, is that of the field`, () => {
      const { data, network, stages: [stage], seed } = configure(
        resolvePreset(`ce-${letter}-cifar100-lt-${name}`),
      );
      assertEquals(
        [data.dataset, data.imbalanceRate, data.splitGenerator, data.splitSeed, data.replace],
        ["cifar100", rate, "numpy", 0, false],
      );
      assertEquals([network.architecture, network.width, seed], ["resnet32", 16, 1]);
      const { method, epochs, batchSize, learningRate, weightDecay, momentum, nesterov } = stage;
      assertEquals(
        [method, epochs, batchSize, learningRate, weightDecay, momentum, nesterov, stage.decay],
        ["cross_entropy", 200, 128, 0.1, 2e-4, 0.9, false, decay],
      );
    });
  }
}

Deno.test("baselines under one schedule differ in their method alone", () => {
  const base = settingsOf(configure(resolvePreset("ce-l-cifar10-lt-100")));
  const baselines = presets.filter(({ name }) => name.endsWith("-l-cifar10-lt-100"));
  assert(baselines.length > 15);
  const rows = baselines.map(({ name, settings }) => {
    const all = settingsOf(configure(settings));
    const others = Object.keys(base).filter((key) =>
      key in all && !key.startsWith("second") &&
      !/^(method|classWeights|samplingExponent)$/.test(key)
    );
    assertEquals(others.filter((key) => all[key] !== base[key]), [], name);
    return `${all.method} ${all.classWeights} ${all.samplingExponent} ${all.secondStage}`;
  });
  assertEquals(new Set(rows).size, rows.length);
});

Deno.test("names of presets are unique and can be typed; each names its width and is a run", () => {
  assertEquals(new Set(presets.map(({ name }) => name)).size, presets.length);
  for (const { name, settings, seeds, summary } of presets) {
    assert(/^[a-z][a-z0-9-]*$/.test(name), name);
    assert(typeof settings.width === "number", name);
    assert(seeds.length > 0 && summary.length < 100 && !summary.includes("\n"), name);
    configure(settings);
  }
});

Deno.test("every target has a published number", () => {
  const compared = presets.filter(({ target }) => target !== undefined);
  assert(compared.length > 50);
  for (const { name, settings, target } of compared) {
    const found = publishedFor(configure(settings)).filter(({ source }) => source === target);
    assertEquals(found.length, 1, name);
  }
});

Deno.test("findPreset() refuses an unknown name with the nearest one", () => {
  assertThrows(
    () => findPreset("ldam-drw-l-cifar10-lt100"),
    RangeError,
    "did you mean ldam-drw-l-cifar10-lt-100?",
  );
  assertThrows(() => findPreset("mnist"), RangeError, "--preset list");
});

Deno.test("the second stage of a row is that of LTR-weight-balancing", () => {
  const [, coded] = configure({
    ...resolvePreset("cifar100-lt-100"),
    ...maxNormStage("official-code"),
  }).stages;
  const [, corrected] = configure({
    ...resolvePreset("cifar100-lt-100"),
    ...maxNormStage("corrected"),
  }).stages;
  for (const stage of [coded!, corrected!]) {
    const { name, epochs, learningRate, weightDecay, momentum, decay, options } = stage;
    assertEquals(
      [name, epochs, learningRate, weightDecay, momentum, decay, options.cbBeta],
      ["maxnorm", 10, 0.01, 0.1, 0.9, "cosine", 0.9999],
    );
  }
  assertEquals([coded!.method, coded!.maxNorm], [
    "binary_class_balanced",
    { share: 0.1, every: "epoch" },
  ]);
  assertEquals([corrected!.method, corrected!.maxNorm], ["cb", { share: 0.1, every: "step" }]);
});

Deno.test("settingsOver() leaves out of a preset what the settings over it make meaningless", () => {
  const glmc = resolvePreset("cifar10-lt-100");
  const focal = configure(settingsOver(glmc, { method: "focal" }));
  assertEquals([focal.stages[0].method, focal.stages[0].epochs], ["focal", 200]);
  const crt = resolvePreset("crt-l-cifar10-lt-100");
  assertEquals(configure(settingsOver(crt, { secondStage: "none" })).stages.length, 1);
  const limited = configure(settingsOver(crt, { secondStage: "maxnorm" })).stages[1]!;
  assertEquals([limited.method, limited.weightDecay], ["cb", 0.1]);
  const given = configure(settingsOver(glmc, { splitFile: "/rows.txt" }));
  assertEquals(given.data.splitFile, "/rows.txt");
  assertThrows(() => configure(settingsOver(glmc, { focalGamma: 1 })), RangeError, "focal");
});
