import { assert, assertEquals } from "@std/assert";
import { parseFlags } from "../../lib/cli/flags.ts";
import {
  idleFlags,
  idleTestFlags,
  withoutNames,
  wordsOnIdleFlags,
} from "../../lib/cli/idle_flags.ts";
import { configFlags, trainFlags } from "../../lib/cli/train_flags.ts";
import { methods } from "../../lib/method/methods.ts";
import { numberField } from "../../lib/settings/field.ts";

Deno.test("wordsOnIdleFlags() says a word on each flag that was given, and on no other", () => {
  const values = parseFlags(
    ["--root_log", "logs/", "--dist_url=tcp://a:1", "--lr", "0.1"],
    trainFlags({ methods }),
  );
  assertEquals(wordsOnIdleFlags(values, idleFlags), [
    "--root_log has no effect here: what is logged lies with the weights, in the folder of the run",
    "--dist-url has no effect here: several devices have flags of their own: --devices, --world",
  ]);
  assertEquals(wordsOnIdleFlags({ b: 128, p: 100, pretrained: true }, idleTestFlags).length, 3);
});

Deno.test("no idle flag takes the name of one that means something", () => {
  assertEquals(withoutNames(idleFlags, configFlags({ methods })), [...idleFlags]);
});

Deno.test("a method may have a setting with the name of an idle flag", () => {
  const world_size = numberField({ default: 1, flags: ["world_size"], help: "of the toy" });
  const toy = { name: "toy", fields: { world_size } };
  const flags = trainFlags({ methods: [...methods, toy], method: toy });
  assertEquals(parseFlags(["--world-size", "3"], flags), { world_size: 3 });
  assert(!flags.some((flag) => idleFlags.includes(flag) && flag.names[0] === "world-size"));
});
