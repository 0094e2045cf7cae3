import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { chooseMethod, loadMethod, requireMethods } from "../../lib/cli/method_flag.ts";
import { UsageError } from "../../lib/cli/shell.ts";
import { drawSplit } from "../../lib/data/long_tail.ts";
import { configure } from "../../lib/experiment/config.ts";
import type { OpenRun } from "../../lib/experiment/open_run.ts";
import { openRunStore } from "../../lib/experiment/run_store.ts";
import { methods } from "../../lib/method/methods.ts";
import { projectRoot } from "../../lib/setup/project.ts";
import { temporaryFolder } from "../data/disposables.ts";

/** The text of a module with a method, or with one that lacks something. */
function toyModule(change = ""): string {
  return `
import { numberField } from "${projectRoot}/lib/settings/field.ts";
const fields = {
  strength: numberField({ default: 0.5, most: 1, flags: ["strength"], help: "of the toy" }),
};
export default {
  name: "toy", title: "Toy", summary: "A toy.", fields, heads: ["logits"], testedHead: "logits",
  terms: ["loss"], passes: 1, unit: "images", plan: () => [], loss: () => ({}), ${change}
};`;
}

Deno.test("chooseMethod() takes a name or a file, and leaves the method's name in its place", async () => {
  const none = await chooseMethod(["--lr", "0.1"], { methods });
  assertEquals([none.method.name, none.args, none.methods], ["glmc", ["--lr", "0.1"], methods]);
  const named = await chooseMethod(["--method=cross_entropy"], { methods });
  assertEquals(named.method.name, "cross_entropy");
  const other = await chooseMethod(["--seed", "1", "--method", "ce"], { methods });
  assertEquals(other.args, ["--seed", "1", "--method", "cross_entropy"]);
  const parts = await chooseMethod(["--loss", "focal", "--views=mixup", "--lr=1"], { methods });
  assertEquals(parts.args, ["--lr=1", "--method", "mixup_focal"]);
  const varied = await chooseMethod(["--method=ldam_drw", "--views", "cmo"], { methods });
  assertEquals(varied.method.name, "cmo_ldam_drw");

  await using folder = await temporaryFolder();
  const file = `${folder.path}/my_toy.ts`;
  await Deno.writeTextFile(file, toyModule());
  for (const args of [["--method", file], [`--method=${file}`]]) {
    const { method, methods: all, args: rest } = await chooseMethod(args, { methods });
    assertEquals([method.name, all.length], ["toy", methods.length + 1]);
    assertEquals(rest, ["--method", "toy"]);
    const config = configure({ method: "toy" }, { methods: all });
    assertEquals(config.stages[0].options, { strength: 0.5 });
    assertThrows(
      () => requireMethods(config, { methods, run: "first" }),
      UsageError,
      'Cannot continue "first": its method toy is not part of the kit: name the file',
    );
  }
});

Deno.test("chooseMethod() takes the method of the run that is named, where none is", async () => {
  await using folder = await temporaryFolder();
  const before = Deno.env.get("GLMC_RUNS");
  Deno.env.set("GLMC_RUNS", folder.path);
  try {
    const { folder: place } = await beginRunOf("cross_entropy", "first");
    const named = async (...args: string[]): Promise<string> =>
      (await chooseMethod(args, { methods, runFlag: "resume" })).method.name;
    assertEquals(await named("--resume", "first"), "cross_entropy");
    assertEquals(await named(`--resume=${place}/config.json`), "cross_entropy");
    assertEquals(await named("--resume", "first", "--root_model", folder.path), "cross_entropy");
    assertEquals(await named("--resume", "first", "--method", "glmc"), "glmc");
    assertEquals(await named("--resume", "nothing"), "glmc", "that it is not there is said later");
    assertEquals(await named("--lr", "0.1"), "glmc");
  } finally {
    if (before === undefined) Deno.env.delete("GLMC_RUNS");
    else Deno.env.set("GLMC_RUNS", before);
  }
});

/** A run of a method that has not trained yet. */
async function beginRunOf(method: string, name: string): Promise<OpenRun> {
  const run = await openRunStore().start({
    config: configure({ method }),
    name,
    split: drawSplit(Int32Array.of(0, 0, 0), { counts: [3, ...Array(9).fill(0)], seed: 0 }),
    dataHash: "0".repeat(64),
    classNames: [],
    classCounts: [3, ...Array(9).fill(0)],
    parameters: 7,
    environment: {},
  });
  run.release();
  return run;
}

Deno.test("loadMethod() says what a file lacks to be a method", async () => {
  await using folder = await temporaryFolder();
  const changes = [
    ['name: "My Toy",', "its name must be small letters"],
    ['name: "glmc",', "the kit has a method named glmc"],
    ["loss: 1,", "its loss must be a function"],
    ["terms: [],", "its terms must be a list of names"],
    ["fields: { a: 1 },", "its setting a must be made by"],
    ["fields: { epochs: fields.strength },", "a setting of that name is there already"],
    ['fields: { a: { ...fields.strength, flags: ["device"] } },', "the flag --device is there"],
    ["fields: { a: { ...fields.strength, default: 2 } },", "is none of its values"],
  ] as const;
  for (const [index, [change, text]] of changes.entries()) {
    const file = `${folder.path}/toy_${index}.ts`;
    await Deno.writeTextFile(file, toyModule(change));
    await assertRejects(() => loadMethod(file, { methods }), Error, text);
  }
  const broken = `${folder.path}/broken.ts`;
  await Deno.writeTextFile(broken, 'throw new Error("of its own");');
  await assertRejects(() => loadMethod(broken, { methods }), Error, "of its own");
  await assertRejects(
    () => loadMethod("./nowhere.ts", { methods }),
    Error,
    "there is no such file",
  );
});

for (
  const [line, text] of [
    ["--method glcm", "did you mean glmc?, or name a file as ./method.ts"],
    ["--views mixp", "there are no such views: did you mean mixup?"],
    ["--loss ldm", "there is no such loss: did you mean ldam?"],
    ["--views mixup --loss ldam", "its margin belongs to the true class"],
    ["--views glmc --loss ldam", "its margin belongs to the true class"],
    ["--method ldam_drw --views cutmix", "its margin belongs to the true class"],
    [
      "--method ce_drw --views cutmix",
      "--views cutmix --loss cross_entropy --class_weights deferred",
    ],
  ] as const
) {
  Deno.test(`chooseMethod() refuses ${line}`, async () => {
    await assertRejects(() => chooseMethod(line.split(" "), { methods }), UsageError, text);
  });
}
