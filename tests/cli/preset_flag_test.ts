import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { type FlagValues, parseFlags } from "../../lib/cli/flags.ts";
import { chooseMethod } from "../../lib/cli/method_flag.ts";
import {
  commandLine,
  namedPreset,
  presetAnswer,
  presetRows,
  usualPreset,
} from "../../lib/cli/preset_flag.ts";
import { UsageError } from "../../lib/cli/shell.ts";
import { checkRunFlags, configFlags, configOf, trainFlags } from "../../lib/cli/train_flags.ts";
import { help } from "../../lib/cli/train.ts";
import { configure, type RunConfig, settingsOf } from "../../lib/experiment/config.ts";
import { methods } from "../../lib/method/methods.ts";
import { findPreset, presets, tailedDatasets } from "../../lib/study/presets.ts";

/** The configuration of a command line, as `train` reads it. */
async function configIn(line: string): Promise<RunConfig> {
  const args = line.split(" ").filter(Boolean);
  const base = namedPreset(args)?.settings ?? {};
  const chosen = await chooseMethod(args, {
    methods,
    ...(base.method && { usual: `${base.method}` }),
  });
  return configOf(parseFlags(chosen.args, trainFlags(chosen)), { ...chosen, base });
}

Deno.test("--preset list and ? show every preset, by patterns that mean it", () => {
  const data = tailedDatasets.map(({ name }) => name);
  const meant = presetRows().flatMap(([pattern]) =>
    (pattern.includes("<data>") ? data : [""]).flatMap((name) =>
      (pattern.includes("<l|c>") ? ["l", "c"] : [""]).map((schedule) =>
        pattern.replace("<data>", name).replace("<l|c>", schedule)
      )
    )
  );
  assertEquals(meant.sort(), presets.map(({ name }) => name).sort());

  const answer = presetAnswer(["--preset", "?"], { methods })!;
  assertEquals(presetAnswer(["--preset=list"], { methods }), answer);
  assert(answer.split("\n").every((line) => line.length <= 80));
  for (const name of ["quick", "<data>-paper", "ldam-drw-<l|c>-<data>", "cifar100-lt-50"]) {
    assertStringIncludes(answer, name);
  }
  assertEquals(presetAnswer(["--preset", "cifar10-lt-100"], { methods }), undefined);
});

Deno.test("an unknown preset is refused with the nearest one", () => {
  assertThrows(
    () => presetAnswer(["--preset", "cifar10-lt100", "?"], { methods }),
    UsageError,
    "did you mean cifar10-lt-100?",
  );
  assertThrows(() => namedPreset(["--preset", "resnet"]), UsageError, "--preset list");
  assertThrows(() => presetAnswer(["?"], { methods }), UsageError, "--preset ?");
});

Deno.test("a preset is explained by what differs from the defaults, also with --help", async () => {
  const answer = presetAnswer(["--preset", "cifar100-lt-50", "?"], { methods })!;
  for (
    const line of ["  width              64", "  consistencyWeight  6", "--consistency_weight 6"]
  ) {
    assertStringIncludes(answer, line);
  }
  assert(!answer.includes("momentum"), "momentum is the default");
  assertEquals(await help(["--preset", "cifar100-lt-50"]), answer);
});

Deno.test("the command line of every preset means the preset", async () => {
  const shown = presets.filter(({ name }) => !/-(50|10)$|-lt-(50|10)-/.test(name));
  assert(shown.length > 60);
  for (const { name, settings } of shown) {
    const line = commandLine(settings, { methods }).replaceAll(/\\\n/g, " ");
    assertEquals(
      await configIn(line.replace("deno task train ", "").replaceAll(/ +/g, " ")),
      configure(settings),
      name,
    );
  }
});

Deno.test("other flags change a preset, and its width stays", async () => {
  const base = configure(findPreset("cifar10-lt-100").settings);
  const changed = await configIn("--preset cifar10-lt-100 --epochs 3 --seed 7");
  const [stage] = base.stages;
  assertEquals(changed, { ...base, seed: 7, stages: [{ ...stage, epochs: 3 }] });
  const named = await configIn("--preset ce-l-cifar10-lt-10 --arch resnet32");
  assertEquals(named.network.width, 16);
  assertEquals((await configIn("--arch resnet32")).network.width, 64);
});

Deno.test("a preset brings its method, which another one replaces", async () => {
  const ldam = await configIn("--preset ldam-drw-l-cifar10-lt-100 --ldam_margin 0.3");
  assertEquals([ldam.stages[0].method, ldam.stages[0].options.ldamMargin], ["ldam_drw", 0.3]);
  const vs = settingsOf(await configIn("--preset cifar10-lt-100 --loss vs --vs_gamma 0.2"));
  assertEquals([vs.vsGamma, vs.width, vs.epochs, vs.cutMixLabel], [0.2, 64, 200, undefined]);
});

Deno.test("a run that goes on takes no preset", () => {
  assertThrows(() => checkRunFlags({ preset: "a", resume: "b" }), UsageError, "keeps its settings");
});

Deno.test("a training is told nothing by its seed, its place and the machine", () => {
  const flags = configFlags({ methods });
  const first = presets.find(({ name }) => name === "first-look");
  const quiet: readonly FlagValues[] = [{}, { seed: 3 }, { name: "a", device: "cpu" }, {
    root: "/images",
  }];
  for (const values of quiet) assertEquals(usualPreset(values, flags), first);
  const telling: readonly FlagValues[] = [{ epochs: 2 }, { a: "resnet32" }, { resume: "b" }, {
    method: "glmc",
  }];
  for (const values of telling) assertEquals(usualPreset(values, flags), undefined);
});
