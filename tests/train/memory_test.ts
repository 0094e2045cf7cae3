import { assert } from "@std/assert";
import { initialProgress, trainEpochs } from "../../lib/train/loop.ts";
import { testEngine } from "../engine.ts";
import { nativeMegabytes } from "../native_memory.ts";
import { smallStage, smallTraining } from "./small_training.ts";

const engine = await testEngine();

Deno.test("16 trainings in one process: native memory stays where the fourth left it", async () => {
  const megabytes: number[] = [];
  for (let run = 0; run < 16; run++) {
    const training = smallTraining(engine, { stages: [smallStage({ epochs: 1 })] });
    for await (const _ of trainEpochs(training, { from: initialProgress(training) }));
    training.dispose();
    megabytes.push(nativeMegabytes());
  }
  // Single readings swing by some megabytes both ways; functions that stayed would take 20 MB each.
  const late = megabytes.slice(-3).sort((a, b) => a - b)[1]!;
  assert(late - megabytes[3]! < 10, `grew: ${megabytes.map(Math.round)} MB`);
});
