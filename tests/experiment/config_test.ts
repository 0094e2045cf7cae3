import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  configHash,
  configure,
  defaultConfig,
  defaultRunName,
  describeChanges,
  effectivePrecision,
  readConfig,
  resultHash,
  type RunConfig,
  type Settings,
  settingsOf,
  unknownMethods,
} from "../../lib/experiment/config.ts";
import { glmcFields } from "../../lib/method/glmc/fields.ts";
import { numberField } from "../../lib/settings/field.ts";
import { projectRoot } from "../../lib/setup/project.ts";

const toyFields = {
  strength: numberField({ default: 0.5, most: 1, flags: ["strength"], help: "of the toy" }),
};
const methods = [
  { name: "glmc", fields: glmcFields },
  { name: "cross_entropy", fields: {} },
  { name: "cb", fields: {} },
  { name: "toy", fields: toyFields },
];
const config = (settings: Settings): RunConfig => configure(settings, { methods });

/** The form of a stored configuration before it had a version, as `config.json` of a run has it. */
const oldForm = {
  dataset: "cifar10",
  source: "npm",
  dataFolder: null,
  classes: 10,
  imbalanceRate: 0.02,
  profile: "exponential",
  replace: false,
  splitSeed: 0,
  architecture: "resnet32",
  width: 16,
  precision: "float32",
  epochs: 2,
  startEpoch: 0,
  batchSize: 64,
  learningRate: 0.01,
  warmUp: false,
  momentum: 0.9,
  weightDecay: 5e-3,
  resampleExponent: 0,
  labelWeightExponent: 1.2,
  consistencyWeight: 4,
  officialBeta: 0.5,
  mixtureBeta: 1,
  cutMixLabel: "lambda",
  lossScale: "sum",
  rebalanceTarget: "component",
  classifiers: "two",
  seed: 42,
};

/** What came with the third form, and what runs before it meant. */
const laterSettings = {
  splitGenerator: "kit",
  splitFile: null,
  splitHash: null,
  validation: 0,
  decay: "cosine",
  nesterov: false,
  samRadius: 0,
  averageDecay: 0,
  freshClassifier: false,
  maxNorm: null,
};

/** What came with the fourth form, and what runs before it meant. */
const fourthSettings = {
  testedClassifier: "rebalanced",
  cumulative: "parabolic",
  pairViews: "both",
  mixWeights: "shared",
  predictor: "linear",
};

/** What data sets in files and large networks brought. */
const fifthSettings = {
  trainList: null,
  testList: null,
  trainListHash: null,
  testListHash: null,
  testShare: null,
  imageSize: null,
  onBadImage: "stop",
  accumulate: 1,
  syncBatchNorm: false,
};

/** What trainings from given weights brought. */
const sixthSettings = { pretrained: null, pretrainedHash: null };

/** What fewer evaluations brought. */
const seventhSettings = { evaluateEvery: 1 };

/** What second stages from the best weights, and own copies of images, brought. */
const eighthSettings = { startsFrom: "last", imagesHash: null };

Deno.test("defaultConfig is the run that it has always been", () => {
  const { data, network, stages, seed } = defaultConfig;
  const { name, method, options, trains, statistics, ...stage } = stages[0];
  const { largestClass, ...all } = { ...data, ...network, ...stage, ...options, seed };
  assertEquals(largestClass, null);
  assertEquals<unknown>(all, {
    ...oldForm,
    ...laterSettings,
    ...fourthSettings,
    ...fifthSettings,
    ...sixthSettings,
    ...seventhSettings,
    ...eighthSettings,
  });
  assertEquals(
    { name, method, trains, statistics, stages: stages.length },
    { name: "train", method: "glmc", trains: "all", statistics: "updated", stages: 1 },
  );
});

Deno.test("configure() completes what follows from other settings", () => {
  assertEquals(config({}), defaultConfig);
  const { data } = config({ dataset: "cifar100" });
  assertEquals([data.classes, data.source], [100, "archive"]);
  assertEquals(config({ architecture: "resnet32" }).network.width, 64);
  assertEquals(config({ architecture: "resnet32", width: 8 }).network.width, 8);
  assertEquals(config({ method: "cross_entropy" }).stages[0].options, {});
  assertEquals(config({ method: "toy" }).stages[0].options, { strength: 0.5 });
  assertEquals(config({ dataFolder: "images" }).data.dataFolder, `${Deno.cwd()}/images`);
});

Deno.test("configure() refuses parts of a batch whose batch norm is to take the whole", () => {
  assertThrows(
    () => config({ accumulate: 2, syncBatchNorm: true }),
    RangeError,
    "it must be 1 with --sync_batch_norm",
  );
});

Deno.test("configure() refuses parts of a batch that are too small for batch norm", () => {
  assertEquals(config({ batchSize: 8, accumulate: 4 }).stages[0].accumulate, 4);
  for (const accumulate of [5, 8]) {
    assertThrows(
      () => config({ batchSize: 8, accumulate }),
      RangeError,
      `Cannot use accumulate (--accumulate) ${accumulate}: it must be at most half the batch size`,
    );
  }
  assertEquals(
    config({ batchSize: 8, accumulate: 4, secondStage: "classifier" }).stages[1]?.accumulate,
    4,
  );
});

Deno.test("configure() adds a second stage that trains the classifier alone", () => {
  const [first, second, ...others] =
    config({ secondStage: "classifier", learningRate: 0.1, warmUp: true }).stages;
  assertEquals(others, []);
  assertEquals(second, {
    ...first,
    name: "classifier",
    trains: "classifier",
    statistics: "kept",
    epochs: 10,
    warmUp: false,
  });
  const { stages } = config({ secondStage: "classifier", secondEpochs: 3, secondLearningRate: 1 });
  assertEquals([stages[1]?.epochs, stages[1]?.learningRate], [3, 1]);
});

for (
  const [settings, text] of [
    [
      { epoch: 3 },
      "Cannot use the setting epoch: there is none of that name: did you mean epochs?",
    ],
    [{ toString: 1 }, "Cannot use the setting toString: there is none of that name"],
    [{ method: "cross_entrpy" }, "no such method: did you mean cross_entropy?"],
    [{ method: "constructor" }, "no such method"],
    [
      { method: "cross_entropy", consistencyWeight: 1 },
      "Cannot use consistencyWeight (--contrast_weight) with the method cross_entropy: it belongs to " +
      "glmc: leave it out, or choose the method glmc",
    ],
    [{ strength: 1 }, "it belongs to toy"],
    [{ method: "toy", strength: 2 }, "a number in [0, 1]"],
    [{ epochs: 0 }, "Cannot use epochs (--epochs) 0: it must be a whole number in [1, 1000000]"],
    [{ epochs: 2.5 }, "a whole number"],
    [{ learningRate: NaN }, "Cannot use learningRate (--lr) NaN: it must be a number in [0, 1000]"],
    [{ resampleExponent: 400 }, "a number in [0, 10]"],
    [{ mixtureBeta: 1e-4 }, "a number in [0.05, 1000000]"],
    [{ seed: -1 }, "a whole number, at least 0"],
    [{ seed: 2 ** 53 }, "a whole number, at least 0"],
    [{ classes: 100 }, "Cannot use classes (--num_classes) 100: it must be 10 for cifar10"],
    [{ dataset: "cifar100", source: "npm" }, "it must be archive for cifar100"],
    [{ startEpoch: 2 }, "a whole number in [0, 2)"],
    [{ architecture: "resnet18", width: 16 }, "it comes in width 64 alone"],
    [{ splitGenerator: "numpi" }, "it must be one of kit, numpy"],
    [
      { splitGenerator: "numpy", splitSeed: 2 ** 32 },
      "splitSeed (--split_seed) 4294967296: it must be a whole number in [0, 4294967295] for numpy",
    ],
    [{ validation: 1 }, "Cannot use validation (--validation) 1: it must be a number in [0, 1)"],
    [{ splitHash: "0".repeat(64) }, "name their file with --split_file"],
    [{ splitFile: "rows.txt", splitHash: "0" }, "it must be 64 hexadecimal digits"],
    ...(["imbalanceRate", "largestClass", "splitSeed"].map((name) => [
      { splitFile: "rows.txt", [name]: 1 },
      "the subset is not drawn but given by splitFile (--split_file): leave one of them out",
    ])),
    [{ splitFile: "rows.txt", profile: "step" }, "Cannot use profile (--profile) step: the subset"],
    [{ splitFile: "rows.txt", splitGenerator: "numpy" }, "given by splitFile"],
    [{ secondEpochs: 3 }, "there is no second stage"],
    [{ secondStage: "none", secondLearningRate: 3 }, "there is no second stage"],
    [{ secondStage: "classifier", secondEpochs: 0 }, "a whole number in [1, 1000000]"],
  ] as [Settings, string][]
) {
  Deno.test(`configure() refuses ${JSON.stringify(settings)}`, () => {
    assertThrows(() => config(settings), RangeError, text);
  });
}

Deno.test("configure() calls a value of another type a TypeError", () => {
  assertThrows(() => config({ epochs: "3" }), TypeError, 'Cannot use epochs (--epochs) "3"');
  assertThrows(() => config({ replace: null }), TypeError, "true or false");
});

Deno.test("configure() refuses a method whose settings are those of every run", () => {
  for (const [name, flag] of [["epochs", "my_epochs"], ["rate", "lr"]] as const) {
    const fields = { [name]: numberField({ default: 1, flags: [flag], help: "" }) };
    assertThrows(
      () => configure({ method: "mine" }, { methods: [{ name: "mine", fields }] }),
      RangeError,
      "is there already",
    );
  }
});

Deno.test("a configuration survives being stored, whatever was set", () => {
  for (
    const settings of [
      {},
      { method: "toy", strength: 0.25 },
      { secondStage: "classifier", secondEpochs: 3, dataFolder: "/images" },
      { dataset: "cifar100", architecture: "resnet50", precision: "bfloat16", replace: true },
      { splitGenerator: "numpy", splitSeed: 2 ** 32 - 1, validation: 0.1 },
      { splitFile: "/rows.json", splitHash: "0".repeat(64), replace: true },
      { splitFile: "/rows.json", splitSeed: 3, validation: 0.1 },
      { dataset: "folder" },
      { dataset: "folder", imbalanceRate: 0.1 },
      { dataset: "folder", splitFile: "/rows.json", splitHash: "0".repeat(64) },
      { dataset: "imagenet_lt", splitFile: "/rows.json", secondStage: "classifier" },
    ] as Settings[]
  ) {
    const made = config(settings);
    assertEquals(readConfig(JSON.parse(JSON.stringify(made)), { methods }), made);
    assertEquals(config(settingsOf(made)), made);
  }
});

Deno.test("readConfig() brings the form without a version into today's", () => {
  assertEquals(readConfig(oldForm, { methods }), defaultConfig);
  const { precision: _, rebalanceTarget: __, classifiers: ___, ...older } = oldForm;
  assertEquals(readConfig(older, { methods }), defaultConfig);
  assertEquals(
    readConfig({ ...oldForm, dataFolder: "images" }, { methods }).data.dataFolder,
    `${projectRoot}/images`,
  );
  const withoutMethods = readConfig(oldForm, { methods: [] });
  // What a method that is not there would add is not known.
  assertEquals(
    { ...withoutMethods.stages[0].options, ...fourthSettings },
    defaultConfig.stages[0].options,
  );
});

Deno.test("readConfig() knows that runs of the fifth form drew their weights", () => {
  const { pretrained: _, pretrainedHash: __, ...network } = defaultConfig.network;
  const stored = { ...defaultConfig, network };

  assertEquals(readConfig({ ...stored, version: 5 }, { methods }), defaultConfig);
  assertThrows(
    () => readConfig(stored, { methods }),
    SyntaxError,
    "network.pretrained is missing",
  );
  const given = { ...stored, version: 5, network: { ...network, pretrained: "/weights.pth" } };
  assertEquals(readConfig(given, { methods }).network.pretrained, "/weights.pth");
});

Deno.test("configHash() of the sixth form stays, whatever fields come later", () => {
  assertEquals(
    configHash(defaultConfig),
    "680a8c3bada6b44e80d43f05d0329390bee86e9ff81f2df1c4ee402f638e38ce",
  );
  assertEquals(
    resultHash(configure({ dataset: "folder", secondStage: "crt" })),
    "5b9858fe283c24b18d40576e6f2870ad89d0628cbb45c17aa5e6fcbbf9180da4",
  );
  assertNotEquals(configHash(config({ evaluateEvery: 2 })), configHash(defaultConfig));
});

Deno.test("readConfig() knows that runs of the sixth form were evaluated after each epoch", () => {
  const { evaluateEvery: _, ...stage } = defaultConfig.stages[0];
  const stored = { ...defaultConfig, stages: [stage] };

  assertEquals(readConfig({ ...stored, version: 6 }, { methods }), defaultConfig);
  assertThrows(
    () => readConfig(stored, { methods }),
    SyntaxError,
    "stages[0].evaluateEvery is missing",
  );
});

Deno.test("readConfig() knows that second stages of the seventh form went on from the last epoch", () => {
  const made = config({ secondStage: "classifier" });
  const stages = made.stages.map(({ startsFrom: _, ...stage }) => stage);

  assertEquals(readConfig({ ...made, stages, version: 7 }, { methods }), made);
  assertThrows(
    () => readConfig({ ...made, stages }, { methods }),
    SyntaxError,
    "stages[0].startsFrom is missing",
  );
});

Deno.test("rows that are given are known by their hash, wherever their file lies", () => {
  const at = (splitFile: string, digit = "0"): string =>
    resultHash(config({ splitFile, splitHash: digit.repeat(64) }));

  assertEquals(at("/here.txt"), at("/there.json"));
  assertNotEquals(at("/here.txt"), at("/here.txt", "1"));
  assertNotEquals(at("/here.txt"), resultHash(config({ splitFile: "/here.txt" })));
  assertNotEquals(at("/here.txt"), resultHash(config({})));
});

Deno.test("weights are known by their hash, and a hash needs weights", () => {
  const hash = "0".repeat(64);
  const at = (pretrained: string): string =>
    resultHash(config({ pretrained, pretrainedHash: hash }));

  assertEquals(at("/here.pth"), at("/there.safetensors"));
  assertNotEquals(at("/here.pth"), resultHash(config({ pretrained: "/here.pth" })));
  assertThrows(
    () => config({ pretrainedHash: hash }),
    RangeError,
    "name their file with --pretrained",
  );
});

Deno.test("readConfig() gives the third form's GLMC the switches of the official code", () => {
  const [first] = defaultConfig.stages;
  const options = Object.fromEntries(
    Object.entries(first.options).filter(([name]) => !(name in fourthSettings)),
  );
  const stored = { ...defaultConfig, stages: [{ ...first, options }] };

  assertEquals(readConfig({ ...stored, version: 3 }, { methods }), defaultConfig);
  assertThrows(
    () => readConfig(stored, { methods }),
    SyntaxError,
    "stages[0].options.testedClassifier is missing",
  );
});

Deno.test("readConfig() brings the second form, which has fewer settings, into today's", () => {
  const without = (part: object): unknown =>
    Object.fromEntries(Object.entries(part).filter(([name]) => !(name in laterSettings)));
  const { data, network, stages, seed } = config({ secondStage: "classifier" });
  const stored = { version: 2, data: without(data), network, stages: stages.map(without), seed };

  assertEquals(readConfig(stored, { methods }), config({ secondStage: "classifier" }));
  assertThrows(
    () => readConfig({ ...stored, version: 3, data }, { methods }),
    SyntaxError,
    "stages[0].freshClassifier is missing",
  );
});

Deno.test("readConfig() refuses a configuration with any field missing, null or of another type", () => {
  const laterFields = ["precision", "rebalanceTarget", "classifiers"];
  for (const name of Object.keys(oldForm)) {
    const { [name]: value, ...rest } = oldForm as Settings;
    if (!laterFields.includes(name)) {
      const error = assertThrows(() => readConfig(rest, { methods }), SyntaxError);
      assertStringIncludes(error.message, `${name} is missing`);
    }
    for (const other of [null, [], {}, value === true || typeof value === "string" ? 1 : "x"]) {
      if (name === "dataFolder" && (other === null || other === "x")) continue;
      const error = assertThrows(
        () => readConfig({ ...oldForm, [name]: other }, { methods }),
        SyntaxError,
      );
      assertMatch(
        error.message,
        new RegExp(`^Cannot read the configuration in "config.json": ${name} must be .*: it is `),
      );
    }
  }
});

/** Every way to leave out one part of a value, or to put something else there. */
function* mutations(value: unknown, path = ""): Generator<{ path: string; value: unknown }> {
  if (value === null || typeof value !== "object") return;
  for (const key of Object.keys(value)) {
    const inside = `${path}.${key}`;
    const put = (part: unknown): unknown =>
      Array.isArray(value) ? value.with(Number(key), part) : { ...value, [key]: part };
    const part = (value as Record<string, unknown>)[key];
    const others = [
      undefined,
      -1,
      1.5,
      1e9,
      "",
      "other",
      {},
      [],
      [null],
      ...(part === null ? [] : [null]),
    ];
    for (const other of others) {
      yield { path: `${inside} = ${JSON.stringify(other)}`, value: put(other) };
    }
    for (const deeper of mutations(part, inside)) yield { ...deeper, value: put(deeper.value) };
  }
  if (!Array.isArray(value)) yield { path: `${path}.more`, value: { ...value, more: 1 } };
}

Deno.test("readConfig() takes no mutation silently: each is another valid value or one clear line", () => {
  const stored = config({ secondStage: "classifier", dataFolder: "/images" });
  let refused = 0;
  for (const { path, value } of mutations(stored)) {
    const text = JSON.stringify(value);
    let read: RunConfig;
    try {
      read = readConfig(JSON.parse(text), { methods });
    } catch (error) {
      assert(error instanceof SyntaxError, `${path}: ${error}`);
      assertMatch(error.message, /^Cannot read the configuration in "config.json": [^\n]+$/, path);
      refused++;
      continue;
    }
    // Taken as what it says, not as something else: it is stored again as it was read.
    assertEquals(JSON.parse(JSON.stringify(read)), JSON.parse(text), path);
    assertNotEquals(configHash(read), configHash(stored), path);
  }
  assert(refused > 300, `${refused} refused`);
});

for (
  const [stored, text] of [
    [null, "the configuration must be an object of settings: it is null"],
    [[], "the configuration must be an object"],
    ["text", 'it is "text"'],
    [{ version: 9 }, "its form is 9, this version of the kit reads forms up to 8: use the version"],
    [
      { ...defaultConfig, stages: [{ ...defaultConfig.stages[0], startsFrom: "best" }] },
      'stages[0].startsFrom must be last: it is "best"',
    ],
    [{ version: "3" }, 'version must be 2 to 8: it is "3"'],
    [{ ...oldForm, contrast: 1 }, "contrast is no setting of this version of the kit"],
    [{ ...defaultConfig, width: 16 }, "width is no setting of this version of the kit"],
    [{ ...defaultConfig, stages: [] }, "stages must be a list of at least one: it is []"],
    [
      { ...defaultConfig, stages: [{ ...defaultConfig.stages[0], epochs: null }] },
      "stages[0].epochs must be a whole number in [1, 1000000]: it is null",
    ],
    [
      { ...defaultConfig, stages: [defaultConfig.stages[0], defaultConfig.stages[0]] },
      'stages[1].name must be unlike those before it: it is "train"',
    ],
    [
      { ...defaultConfig, network: { architecture: "resnet32", width: 16 } },
      "network.precision is missing",
    ],
    [
      { ...defaultConfig, data: { ...defaultConfig.data, classes: 9 } },
      "classes (--num_classes) 9: it must be 10 for cifar10",
    ],
  ] as [unknown, string][]
) {
  Deno.test(`readConfig() says: ${text}`, () => {
    assertThrows(() => readConfig(stored, { methods }), SyntaxError, text);
  });
}

Deno.test("readConfig() keeps the settings of a method that is not there", () => {
  const made = config({ method: "toy", strength: 0.25 });
  const read = readConfig(JSON.parse(JSON.stringify(made)), { methods: methods.slice(0, 2) });
  assertEquals(read, made);
  assertEquals(unknownMethods(read, { methods: methods.slice(0, 2) }), ["toy"]);
  assertEquals(unknownMethods(read, { methods }), []);
  const [stage] = made.stages;
  const nested = { ...made, stages: [{ ...stage, options: { strength: { a: 1 } } }] };
  assertThrows(
    () => readConfig(nested, { methods: [] }),
    SyntaxError,
    'stages[0].options.strength must be a text, a number, true, false or null: it is {"a":1}',
  );
});

Deno.test("describeChanges() names what differs, and defaultRunName() from the method's defaults", () => {
  const name = (settings: Settings): string => defaultRunName(config(settings), { methods });
  assertEquals(
    describeChanges(defaultConfig, defaultConfig),
    "cifar10-lt50-resnet32w16-glmc-seed42",
  );
  assertEquals(name({}), "cifar10-lt50-resnet32w16-glmc-seed42");
  assertEquals(
    name({ batchSize: 32, learningRate: 1e-7, replace: true, lossScale: "mean" }),
    "cifar10-lt50-resnet32w16-glmc-replace_on-b32-lr1e_7-lossscale_mean-seed42",
  );
  assertEquals(
    name({
      dataset: "cifar100",
      imbalanceRate: 1,
      architecture: "resnet18",
      method: "cross_entropy",
    }),
    "cifar100-balanced-resnet18w64-cross_entropy-seed42",
  );
  assertMatch(
    name({ method: "toy", strength: 1, secondStage: "classifier", secondEpochs: 3 }),
    /^cifar10-lt50-resnet32w16-toy-secondstage_classifier-secondepochs3-strength1-seed42-\w{12}$/,
  );
  assertMatch(
    name({ method: "cross_entropy", secondStage: "maxnorm" }),
    /^cifar10-lt50-resnet32w16-cross_entropy-secondstage_maxnorm-seed42-\w{12}$/,
  );
  assertEquals(
    name({ splitGenerator: "numpy" }),
    "cifar10-lt50-resnet32w16-glmc-splitgenerator_numpy-seed42",
  );
  // An imbalance rate says nothing of given rows.
  assertMatch(
    name({ splitFile: "/rows.json", splitHash: "0".repeat(64) }),
    /^cifar10-rows-resnet32w16-glmc-seed42-[0-9a-f]{12}$/,
  );
  assertMatch(
    name({ dataFolder: "/my images" }),
    /^cifar10-lt50-resnet32w16-glmc-root-seed42-[0-9a-f]{12}$/,
  );
});

Deno.test("two configurations have two names, and every name fits into a file system", () => {
  const base = { secondStage: "classifier", architecture: "resnet32" } as const;
  const variants: Settings[] = [
    { imbalanceRate: 0.0213 },
    { imbalanceRate: 0.02130001 },
    { imbalanceRate: 1 },
    { dataFolder: "/a" },
    { dataFolder: "/b" },
    { dataFolder: "/a b" },
    { splitGenerator: "numpy" },
    { validation: 0.1 },
    { splitFile: "/a" },
    { splitFile: "/b" },
    { splitFile: "/a", splitHash: "0".repeat(64) },
    { splitFile: "/a", splitHash: "1".repeat(64) },
    { learningRate: 1e-7 },
    { learningRate: 1 / 3 },
    { learningRate: 1 / 3 + 1e-16 },
    { width: 6, epochs: 4 },
    { width: 64 },
    { method: "toy" },
    { method: "toy", strength: 0.1 },
    { ...base },
    { ...base, secondEpochs: 11 },
    { ...base, secondLearningRate: 1 },
    {
      replace: true,
      batchSize: 1_000_000,
      learningRate: 1 / 7,
      momentum: 1 / 7,
      weightDecay: 1 / 7,
      splitSeed: 2 ** 53 - 1,
      consistencyWeight: 1 / 7,
    },
    {
      replace: true,
      batchSize: 1_000_000,
      learningRate: 1 / 7,
      momentum: 1 / 7,
      weightDecay: 1 / 7,
      splitSeed: 2 ** 53 - 1,
      consistencyWeight: 2 / 7,
    },
  ];
  const configs = [defaultConfig, ...variants.map(config)];
  const [stage] = defaultConfig.stages;
  configs.push({ ...defaultConfig, stages: [{ ...stage, name: "other" }] });
  configs.push({ ...defaultConfig, stages: [{ ...stage, statistics: "kept" }] });
  const names = configs.map((config) => defaultRunName(config, { methods }));
  assertEquals(new Set(names).size, names.length, names.join("\n"));
  for (const name of names) assertMatch(name, /^[\w.-]{1,100}$/);
});

Deno.test("configHash() does not depend on the order of the fields", () => {
  const reversed = (value: unknown): unknown =>
    value === null || typeof value !== "object" || Array.isArray(value)
      ? Array.isArray(value) ? value.map(reversed) : value
      : Object.fromEntries(Object.entries(value).reverse().map(([k, v]) => [k, reversed(v)]));
  assertEquals(configHash(reversed(defaultConfig) as RunConfig), configHash(defaultConfig));
  assertMatch(configHash(defaultConfig), /^[0-9a-f]{64}$/);
});

Deno.test("effectivePrecision() says that a CPU has no TensorFloat-32", () => {
  const { precision, notice } = effectivePrecision("tf32", "cpu");
  assertEquals(precision, "float32");
  assertStringIncludes(notice ?? "", "float32");
  for (const wanted of ["float32", "bfloat16"] as const) {
    assertEquals(effectivePrecision(wanted, "cpu"), { precision: wanted });
  }
  assertEquals(effectivePrecision("tf32", "gpu"), { precision: "tf32" });
});
