import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { flagsHelp, parseFlags } from "../../lib/cli/flags.ts";
import { UsageError } from "../../lib/cli/shell.ts";
import {
  checkRunFlags,
  configFlags,
  configOf,
  conflicts,
  trainFlags,
  trainFlagsHelp,
} from "../../lib/cli/train_flags.ts";
import {
  configure,
  defaultConfig,
  type RunConfig,
  type Settings,
  settingsOf,
} from "../../lib/experiment/config.ts";
import type { Method } from "../../lib/method/method.ts";
import { methods } from "../../lib/method/methods.ts";

const flags = trainFlags({ methods });

function config(line: string): RunConfig {
  return configOf(parseFlags(line.split(" ").filter(Boolean), flags), { methods });
}

/** What differs from the default run. */
function changes(line: string): Settings {
  const usual = settingsOf(defaultConfig);
  const settings = Object.entries(settingsOf(config(line)));
  return Object.fromEntries(settings.filter(([name, value]) => value !== usual[name]));
}

Deno.test("configOf() without flags is the default run", () => {
  assertEquals(config(""), defaultConfig);
  assertEquals(config(""), configure());
});

Deno.test("configOf() reads the official line, with the official width", () => {
  const line = "--dataset cifar10 --arch resnet32 --num_classes 10 --imbanlance_rate 0.02 " +
    "--beta 0.5 --lr 0.01 --epochs 2 -b 64 --momentum 0.9 --weight_decay 5e-3 " +
    "--resample_weighting 0.0 --label_weighting 1.2 --contrast_weight 4 --seed 42";
  assertEquals(changes(line), { width: 64 });
});

Deno.test("configOf() reads aliases, with - or _, and = or a space", () => {
  assertEquals(
    changes("--imbalance-rate=0.1 --batch-size 32 --consistency_weight 2 --wd 0.1 --split-seed 7"),
    {
      imbalanceRate: 0.1,
      batchSize: 32,
      consistencyWeight: 2,
      weightDecay: 0.1,
      splitSeed: 7,
    },
  );
  assertEquals(config("--dataset cifar100").data.classes, 100);
  assertEquals(config("--replace").data.replace, true);
  assertEquals(config("--largest_class 600").data.largestClass, 600);
});

Deno.test("--method and --second_stage make the stages", () => {
  const [stage] = config("--method cross_entropy --lr 0.1").stages;
  assertEquals([stage.method, stage.options, stage.learningRate], ["cross_entropy", {}, 0.1]);
  const { stages } = config("--second_stage classifier --second_epochs 3");
  assertEquals(
    stages.map(({ name, trains, statistics, epochs }) => [name, trains, statistics, epochs]),
    [["train", "all", "updated", 2], ["classifier", "classifier", "kept", 3]],
  );
});

for (
  const [line, text] of [
    ["--epoch 3", "did you mean --epochs?"],
    ["--epochs", "--epochs needs a value"],
    ["--epochs three", "whole number"],
    ["--epochs 0", "in [1, 1000000]"],
    ["--epochs 2.5", "whole number"],
    ["--lr 0.1 --learning_rate 0.2", "--lr"],
    ["--replace -1", "--replace"],
    ["--method cross_entropy --contrast_weight 2", "it belongs to glmc"],
    ["--method glmx", "did you mean glmc"],
    ["--second_epochs 5", "no second stage"],
    ["--intra_op_threads 0", "[1, 1024]"],
    ["-p 0", "in [1, "],
    ["--mixture-beta 1e-9", "0.01"],
    ["--label_weighting 1e9", "10"],
    ["--imbanlance_rate 1.5", "in (0, 1]"],
    ["--imbanlance_rate 0", "in (0, 1]"],
    ["--num_classes 100", "10 for cifar10"],
    ["--dataset mnist", "one of cifar10, cifar100"],
    ["-a vgg", "one of resnet32"],
    ["-a resnet18 --width 16", "width 64 alone"],
    ["--lr -1", "in [0, 1000]"],
    ["--momentum 1", "in [0, 1)"],
    ["--start-epoch 2", "in [0, 2)"],
    ["--dataset cifar100 --source npm", "archive for cifar100"],
    ["more", 'Unexpected argument "more"'],
  ] as const
) {
  Deno.test(`configOf() refuses "${line}"`, () => {
    assertThrows(() => config(line), UsageError, text);
  });
}

Deno.test("conflicts() names flags that differ from a run's configuration", () => {
  const values = parseFlags(["--lr", "0.1", "--epochs", "2"], flags);
  assertEquals(conflicts(values, defaultConfig, { methods }), [
    "--learning_rate 0.1 (the run has 0.01)",
  ]);
});

Deno.test("a name has no place beside --resume", () => {
  assertThrows(() => checkRunFlags({ name: "b", resume: "a" }), UsageError, "--name b");
});

Deno.test("the help text lists every name of every flag of the chosen method", () => {
  const [method] = methods as [Method];
  const help = trainFlagsHelp({ methods, method });
  for (const { names } of configFlags({ methods: [method] })) {
    for (const name of names) assertStringIncludes(help, name);
  }
  assertStringIncludes(flagsHelp(flags), "--contrast_weight, --consistency_weight");
});
