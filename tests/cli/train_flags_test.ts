import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { parseFlags } from "../../lib/cli/flags.ts";
import { UsageError } from "../../lib/cli/shell.ts";
import {
  checkRunFlags,
  configFlags,
  configOf,
  conflicts,
  trainFlags,
} from "../../lib/cli/train_flags.ts";
import { helpText } from "../../lib/cli/help_screen.ts";
import { trainHelp } from "../../lib/cli/train_help.ts";
import {
  configure,
  defaultConfig,
  type RunConfig,
  type Settings,
} from "../../lib/experiment/config.ts";
import { glmcFields } from "../../lib/method/glmc/fields.ts";
import { methods as kitMethods } from "../../lib/method/methods.ts";
import { numberField } from "../../lib/settings/field.ts";

const strength = numberField({ default: 0.5, most: 1, flags: ["strength"], help: "of the toy" });
const glmc = { name: "glmc", fields: glmcFields };
const toy = { name: "toy", fields: { strength } };
const methods = [glmc, toy];
const valuesIn = (line: string) =>
  parseFlags(line.split(" ").filter(Boolean), trainFlags({ methods }));
const config = (line: string): RunConfig => configOf(valuesIn(line), { methods });

for (
  const [line, settings] of [
    ["", {}],
    // The official command, as it is written in the paper's repository.
    [
      "--dataset cifar10 --arch resnet32 --num_classes 10 --imbanlance_rate 0.02 --beta 0.5 " +
      "--lr 0.01 --epochs 2 -b 64 --momentum 0.9 --weight_decay 5e-3 --resample_weighting 0.0 " +
      "--label_weighting 1.2 --contrast_weight 4 --seed 42",
      { width: 64 },
    ],
    [
      "--imbalance-rate=0.1 --batch-size 32 --consistency_weight 2 --wd 0.1 --split-seed 7",
      { imbalanceRate: 0.1, batchSize: 32, consistencyWeight: 2, weightDecay: 0.1, splitSeed: 7 },
    ],
    ["--dataset cifar100", { dataset: "cifar100", classes: 100, source: "archive" }],
    ["--replace", { replace: true }],
    ["--replace=false", {}],
    ["--method toy --strength 1", { method: "toy", strength: 1 }],
    ["--second_stage classifier --second_epochs 3 --second_lr 0.1", {
      secondStage: "classifier",
      secondEpochs: 3,
      secondLearningRate: 0.1,
    }],
    ["--root /images", { dataFolder: "/images" }],
    ["--largest_class 600", { largestClass: 600 }],
  ] as [string, Settings][]
) {
  Deno.test(`configOf() reads "${line}"`, () => {
    assertEquals(config(line), configure(settings, { methods }));
  });
}

for (
  const [line, text] of [
    ["--epoch 3", "did you mean --epochs?"],
    ["--epochs", "--epochs needs a value"],
    ["--epochs three", "a whole number in [1, 1000000]"],
    ["--epochs 0", "a whole number in [1, 1000000]"],
    ["--imbanlance_rate 1.5", "in (0, 1]"],
    ["--imbanlance_rate 0", "in (0, 1]"],
    ["--num_classes 100", "10 for cifar10"],
    ["--dataset mnist", "one of cifar10, cifar100"],
    ["-a vgg", "one of resnet32"],
    ["-a resnet18 --width 16", "width 64 alone"],
    ["--lr -1", "a number in [0, 1000]"],
    ["--momentum 1", "in [0, 1)"],
    ["--start-epoch 2", "in [0, 2)"],
    ["--dataset cifar100 --source npm", "archive for cifar100"],
    ["--resample_weighting 400", "in [0, 10]"],
    ["--label_weighting 400", "in [0, 10]"],
    ["--mixture-beta 1e-4", "in [0.05, 1000000]"],
    ["--seed -1", "at least 0"],
    ["--intra_op_threads 0", "a whole number in [1, 1024]"],
    ["--inter_op_threads 0", "a whole number in [1, 1024]"],
    ["--inter_op_threads 2.5", "a whole number in [1, 1024]"],
    ["-p 0", "a whole number in [1, "],
    ["-j -1", "a whole number in [0, 1024]"],
    ["--method toy --contrast_weight 1", "with the method toy: it belongs to glmc"],
    ["--strength 1", "with the method glmc: it belongs to toy"],
    ["--method tyo", "did you mean toy?"],
    ["--second_epochs 3", "there is no second stage"],
    ["--second_stage none --second_lr 1", "there is no second stage"],
    ["--lr 0.1 --learning_rate 0.2", "one flag with two values"],
  ] as const
) {
  Deno.test(`train refuses "${line}"`, () => {
    assertThrows(() => config(line), UsageError, text);
  });
}

Deno.test("conflicts() names flags that differ from a run's configuration", () => {
  const conflictsOf = (line: string, run: RunConfig = defaultConfig) =>
    conflicts(valuesIn(line), run, { methods });
  assertEquals(conflictsOf("--lr 0.1 --epochs 2 --start-epoch 0 --method glmc --replace=false"), [
    "--learning_rate 0.1 (the run has 0.01)",
  ]);
  assertEquals(conflictsOf("--start-epoch 1"), ["--start-epoch 1 (the run has 0)"]);
  assertEquals(conflictsOf("--second_epochs 5"), [
    "--second_epochs 5 (the run has none)",
  ]);
  assertEquals(conflictsOf("--strength 1"), ["--strength 1 (the run has none)"]);
  const replaced = configure({ replace: true }, { methods });
  assertEquals(conflictsOf("--replace=false", replaced), ["--replace false (the run has true)"]);
});

Deno.test("the flags of the official scripts are all there, at their defaults", () => {
  const official = "--dataset cifar10 --root /data/ -a resnet32 --num_classes 10 " +
    "--imbanlance_rate 0.02 --beta 0.5 --lr 0.01 --learning-rate 0.01 --epochs 200 -b 64 " +
    "--momentum 0.9 --wd 5e-3 --weight_decay 5e-3 --resample_weighting 0.2 --label_weighting 1.0 " +
    "--contrast_weight 10 --seed 3407 -p 1000 --print_freq 1000 --gpu 0 -j 4 --workers 4 " +
    "--start-epoch 0 --root_log GLMC-CVPR2023/output/ --root_model GLMC-CVPR2023/output/ " +
    "--store_name GLMC-CVPR2023/output/";
  const values = valuesIn(official);
  assertEquals(
    [values.gpu, values.j, values.p, values.store_name],
    ["0", 4, 1000, "GLMC-CVPR2023/output/"],
  );
  assert(`${values.root_model}`.endsWith("/GLMC-CVPR2023/output"));
  const relatives = "--exp_str 0 --world-size 1 --rank 0 --dist-url tcp://a:1 " +
    "--dist-backend nccl --multiprocessing-distributed --dir_train_txt a.txt --dir_test_txt b.txt";
  assertEquals(Object.keys(valuesIn(relatives)).length, 8);
  // Theirs is a switch and means weights of ImageNet, which here are a file.
  assertThrows(
    () => valuesIn("--pretrained"),
    UsageError,
    "--pretrained needs a value: write --pretrained <path>, or leave it out: weights to begin from",
  );
});

Deno.test("checkRunFlags() refuses a name for a run that has one", () => {
  checkRunFlags({ name: "a" });
  checkRunFlags({ resume: "a" });
  checkRunFlags({ store_name: "b", resume: "a" });
  assertThrows(() => checkRunFlags({ name: "b", resume: "a" }), UsageError, "leave --name out");
  assertThrows(() => checkRunFlags({ name: "b", store_name: "a" }), UsageError, "leave one out");
});

Deno.test("trainHelp() lists every name of every flag of the kit's methods", () => {
  for (const method of kitMethods) {
    const help = helpText(trainHelp({ methods: kitMethods, method }), { columns: 80 });
    for (const { names } of configFlags({ methods: [method] })) {
      for (const name of names) assertStringIncludes(help, name);
    }
  }
});

Deno.test("trainHelp() explains the chosen method's flags and says whose the others are", () => {
  const ofToy = helpText(trainHelp({ methods, method: toy }), { columns: 80 });
  assertMatch(
    ofToy,
    /The method toy:\n\n {2}--strength <number> +of the toy \[default: 0.5; 0 to 1\]/,
  );
  assertMatch(ofToy, /^ {2}glmc +--resample_weighting, /m);
  assert(!ofToy.includes("weight of the consistency loss"));
  const ofGlmc = helpText(trainHelp({ methods, method: glmc }), { columns: 80 });
  assertStringIncludes(ofGlmc, "weight of the consistency loss");
  for (
    const flag of ["--imbanlance_rate", "--second_stage", "--resume", "--device", "--root_log"]
  ) {
    assertStringIncludes(ofGlmc, flag);
  }
});
