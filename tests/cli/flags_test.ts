import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { flagsHelp, parseFlags } from "../../lib/cli/flags.ts";
import { UsageError } from "../../lib/cli/shell.ts";
import { configFlags, configOf, conflicts } from "../../lib/cli/train_flags.ts";
import { defaultConfig, type RunConfig } from "../../lib/experiment/config.ts";

function config(line: string): RunConfig {
  return configOf(parseFlags(line.split(" ").filter(Boolean), configFlags));
}

Deno.test("configOf() without flags is the default run", () => {
  assertEquals(config(""), defaultConfig);
});

Deno.test("configOf() reads the official line, with the official width", () => {
  const line = "--dataset cifar10 --arch resnet32 --num_classes 10 --imbanlance_rate 0.02 " +
    "--beta 0.5 --lr 0.01 --epochs 2 -b 64 --momentum 0.9 --weight_decay 5e-3 " +
    "--resample_weighting 0.0 --label_weighting 1.2 --contrast_weight 4 --seed 42";
  assertEquals(config(line), { ...defaultConfig, width: 64 });
});

Deno.test("configOf() reads aliases, with - or _, and = or a space", () => {
  assertEquals(
    config("--imbalance-rate=0.1 --batch-size 32 --consistency_weight 2 --wd 0.1 --split-seed 7"),
    {
      ...defaultConfig,
      imbalanceRate: 0.1,
      batchSize: 32,
      consistencyWeight: 2,
      weightDecay: 0.1,
      splitSeed: 7,
    },
  );
  assertEquals(config("--dataset cifar100").classes, 100);
  assertEquals(config("--replace").replace, true);
});

for (
  const [line, text] of [
    ["--epoch 3", "did you mean --epochs?"],
    ["--epochs", "--epochs needs a value"],
    ["--epochs three", "must be a number"],
    ["--epochs 0", "at least 1"],
    ["--epochs 2.5", "whole number"],
    ["--imbanlance_rate 1.5", "in (0, 1]"],
    ["--imbanlance_rate 0", "in (0, 1]"],
    ["--num_classes 100", "10 for cifar10"],
    ["--dataset mnist", "one of cifar10, cifar100"],
    ["-a vgg", "one of resnet32"],
    ["-a resnet18 --width 16", "only resnet32"],
    ["--lr -1", "at least 0"],
    ["--momentum 1", "in [0, 1)"],
    ["--start-epoch 2", "in [0, 2)"],
    ["--dataset cifar100 --source npm", "archive for cifar100"],
    ["more", 'Unexpected argument "more"'],
  ]
) {
  Deno.test(`configOf() refuses "${line}"`, () => {
    assertThrows(() => config(line), UsageError, text);
  });
}

Deno.test("conflicts() names flags that differ from a run's configuration", () => {
  const values = parseFlags(["--lr", "0.1", "--epochs", "2"], configFlags);
  assertEquals(conflicts(values, defaultConfig), ["--learning_rate 0.1 (the run has 0.01)"]);
});

Deno.test("flagsHelp() lists every name of every flag", () => {
  const help = flagsHelp(configFlags);
  for (const { names } of configFlags) {
    for (const name of names) assertStringIncludes(help, name);
  }
});
