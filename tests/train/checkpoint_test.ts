import { assert, assertEquals, assertThrows } from "@std/assert";
import { readSafetensors, type SafeTensor, writeSafetensors } from "../../lib/disk/safetensors.ts";
import { disposeTensors } from "../../lib/tensor/named_tensors.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../../lib/train/checkpoint.ts";
import type { Progress } from "../../lib/train/events.ts";
import { initialProgress, trainEpochs } from "../../lib/train/loop.ts";
import { assertNoLeak } from "../assertions.ts";
import { testEngine } from "../engine.ts";
import { smallStage, smallTraining } from "./small_training.ts";

const engine = await testEngine();
const training = smallTraining(engine, {
  stages: [smallStage({ epochs: 3 }), smallStage({ name: "classifier", trains: "classifier" })],
});
const { parts: { network, counts }, options: { stages } } = training;
const context = { network, counts, stages };
/** Written after one epoch of three steps. */
const written = await afterOneEpoch();

async function afterOneEpoch(): Promise<Uint8Array> {
  for await (const event of trainEpochs(training, { from: initialProgress(training) })) {
    if (event.type === "epoch") return await encodeCheckpoint(event.progress, { stages });
  }
  throw new Error("There was no epoch");
}

type Json = Record<string, unknown>;

/** The file with its position or a tensor changed, sealed again or as files before digests were. */
function changed(
  change: { readonly position?: (position: Json) => Json; readonly tensor?: [string, SafeTensor] },
  { sealed = true }: { readonly sealed?: boolean } = {},
): Uint8Array {
  const { tensors, metadata } = readSafetensors(written);
  const position: Json = JSON.parse(metadata["glmc.position"]!);
  const bytes = writeSafetensors(
    { ...tensors, ...(change.tensor && Object.fromEntries([change.tensor])) },
    { "glmc.position": JSON.stringify(change.position?.(position) ?? position) },
  );
  return sealed ? bytes : withoutSeal(bytes);
}

/** Takes the digest off, as files of the time before it have none. */
function withoutSeal(bytes: Uint8Array): Uint8Array {
  const text = new TextDecoder("latin1").decode(bytes);
  // A key of the same length that nobody knows, so that no offset moves.
  const other = text.replace("glmc.sha256", "glmc.shaXXX");
  return Uint8Array.from(other, (letter) => letter.charCodeAt(0));
}

/** A position as it was written before losses had names and epochs had stages. */
function former({ stage: _, lossSums, history, ...position }: Json): Json {
  const records = (history as Json[]).map(({ stage: _, schedule, ...record }) => ({
    ...record,
    ...schedule as Json,
  }));
  return { ...position, lossSums: Object.values(lossSums as Json), history: records };
}

function untied({ state, ...position }: Progress): Omit<Progress, "state"> {
  disposeTensors(state);
  return position;
}

Deno.test("decodeCheckpoint() gives back position and history, and says whether it was sealed", () => {
  const { progress, sealed } = decodeCheckpoint(written, context);
  assertEquals(sealed, true);
  const { epoch, step, batches, history } = untied(progress);
  assertEquals([epoch, step, batches, history.length], [1, 0, 6, 1]);
  assertEquals(history[0]!.stage, "train");
});

Deno.test("decodeCheckpoint() reads files of the time before stages, named losses and digests", () => {
  const now = decodeCheckpoint(written, context).progress;
  const then = decodeCheckpoint(changed({ position: former }, { sealed: false }), context);
  assertEquals(then.sealed, false);
  assertEquals(untied(then.progress), untied(now));
});

const positions: readonly [what: string, change: (position: Json) => Json, said: string][] = [
  ["another epoch", (p) => ({ ...p, epoch: 2 }), "epoch 3, with records of 1 epochs"],
  ["a negative step", (p) => ({ ...p, step: -1 }), "position.step is -1"],
  ["no batches", ({ batches: _, ...p }) => p, "position.batches is missing"],
  ["batches that are a text", (p) => ({ ...p, batches: "6" }), 'position.batches is "6"'],
  ["seconds that are null", (p) => ({ ...p, seconds: null }), "position.seconds is null"],
  ["another stage", (p) => ({ ...p, stage: "classifier" }), "is of stage train, not classifier"],
  ["losses of another method", (p) => ({ ...p, lossSums: { total: 0 } }), "has the names total"],
  ["losses before a step", (p) => ({
    ...p,
    lossSums: { ...p.lossSums as Json, total: 3 },
  }), "of which no step is done"],
  ["a field that nobody knows", (p) => ({ ...p, more: 1 }), "position.more is not known"],
  ["no history", (p) => ({ ...p, history: [] }), "with records of 0 epochs"],
  ["another rate in the history", (p) => withRecord(p, { learningRate: 1 }), "has learning rate 1"],
  ["another schedule", (p) => withRecord(p, { schedule: { plainWeight: 0.5 } }), "plainWeight 0.5"],
  ["another epoch's record", (p) => withRecord(p, { epoch: 1 }), "says that it is of epoch 2"],
];

function withRecord(position: Json, change: Json): Json {
  const [first, ...others] = position.history as Json[];
  return { ...position, history: [{ ...first, ...change }, ...others] };
}

for (const [what, change, said] of positions) {
  Deno.test(`decodeCheckpoint() refuses ${what}`, async () => {
    await assertNoLeak(engine, () => {
      const bytes = changed({ position: change });
      const error = assertThrows(() => decodeCheckpoint(bytes, context), SyntaxError, said);
      assert(!/undefined|is not a function/.test(error.message), error.message);
    });
  });
}

Deno.test("decodeCheckpoint() counts steps and batches where no digest protects them", () => {
  for (const wrong of [{ step: 4, batches: 14, lossSums: [1, 1, 1, 1] }, { batches: 7 }]) {
    const position = (p: Json): Json => ({ ...former(p), ...wrong });
    assertThrows(
      () => decodeCheckpoint(changed({ position }, { sealed: false }), context),
      SyntaxError,
      "Cannot continue from this file",
    );
  }
});

const four = Float32Array.of(1, 1, 1, 1);
const tensors: readonly [what: string, tensor: [string, SafeTensor], said: string][] = [
  ["a weight that is not a number", ["bn1.weight", vector(NaN)], "bn1.weight holds NaN"],
  ["an infinite weight", ["bn1.bias", vector(-Infinity)], "bn1.bias holds -Infinity"],
  ["an absurd weight", ["bn1.bias", vector(3e38)], "bn1.bias holds 3"],
  ["a negative variance", ["bn1.running_var", vector(-0.5)], "bn1.running_var holds -0.5"],
  ["a velocity of another shape", ["optimizer.momentum.bn1.bias", {
    dtype: "F32",
    shape: [2, 2],
    data: four,
  }], "bn1.bias is [2,2], not [4]"],
];

function vector(first: number): SafeTensor {
  return { dtype: "F32", shape: [4], data: Float32Array.of(first, 1, 1, 1) };
}

for (const [what, tensor, said] of tensors) {
  Deno.test(`decodeCheckpoint() refuses ${what} and leaves no tensor behind`, async () => {
    await assertNoLeak(engine, () => {
      assertThrows(() => decodeCheckpoint(changed({ tensor }), context), Error, said);
    });
  });
}
