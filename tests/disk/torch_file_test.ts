import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { randomStream } from "glmc/data/random.ts";
import { readPickle } from "glmc/disk/pickle.ts";
import { readTorchFile } from "glmc/disk/torch_file.ts";

/** Files of PyTorch 2.13, written by `make.py` in the same folder. */
const folder = new URL("../fixtures/torch/", import.meta.url);
const fixture = (name: string): Uint8Array => Deno.readFileSync(new URL(name, folder));

/** dtype, shape and data of each tensor. */
async function contents(name: string): Promise<Record<string, unknown[]>> {
  const tensors = await readTorchFile(fixture(name));
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { dtype, shape, data }]) => [name, [dtype, shape, data]]),
  );
}

const ramp = Float32Array.of(0, 0.25, 0.5, 0.75, 1, 1.25);
const upTo = (end: number): Float32Array => Float32Array.from({ length: end }, (_, i) => i);

const tensors = {
  float32: ["F32", [2, 3], ramp],
  float64: ["F64", [2, 3], Float64Array.from(ramp)],
  float16: ["F16", [2, 3], ramp],
  bfloat16: ["BF16", [2, 3], ramp],
  int64: ["I64", [], BigInt64Array.of(-3n)],
  int32: ["I32", [2], Int32Array.of(1, -1)],
  int16: ["I16", [1], Int32Array.of(-300)],
  int8: ["I8", [1], Int32Array.of(-8)],
  uint8: ["U8", [1], Uint8Array.of(200)],
  bool: ["BOOL", [2], Uint8Array.of(1, 0)],
  transposed: ["F32", [3, 2], Float32Array.of(0, 0.75, 0.25, 1, 0.5, 1.25)],
  channels_last: ["F32", [1, 2, 3, 4], upTo(24)],
  middle: ["F32", [2], Float32Array.of(1, 2)],
  shared: ["F32", [4], upTo(4)],
  expanded: ["F32", [3], Float32Array.of(2.5, 2.5, 2.5)],
  empty: ["F32", [0, 4], new Float32Array()],
  parameter: ["F32", [2, 3], ramp],
};

const official = {
  "state_dict.module.fc.weight": ["F32", [2, 3], ramp],
  "state_dict.module.fc.bias": ["F32", [3], ramp.slice(0, 3)],
  "state_dict.module.bn1.num_batches_tracked": ["I64", [], BigInt64Array.of(7n)],
  best_acc1: ["F32", [], Float32Array.of(91.04)],
  "optimizer.state.0.momentum_buffer": ["F32", [2, 3], ramp.map((value) => value + 1)],
};

for (const name of ["tensors.pth", "old_tensors.pth"]) {
  Deno.test(`readTorchFile() reads every type and layout of ${name}`, async () => {
    assertEquals(await contents(name), tensors);
  });
}

for (const name of ["official.pth.tar", "old_official.pth.tar"]) {
  Deno.test(`readTorchFile() reads a checkpoint of the official code, ${name}`, async () => {
    assertEquals(await contents(name), official);
  });
}

Deno.test("readTorchFile() reads a state_dict with its metadata, and other protocols", async () => {
  assertEquals(Object.keys(await contents("module.bin")), [
    "0.weight",
    "0.bias",
    "1.weight",
    "1.bias",
    "1.running_mean",
    "1.running_var",
    "1.num_batches_tracked",
  ]);
  assertEquals(await contents("protocol4.pt"), { "protocol 4": ["F32", [2, 3], ramp] });
  assertEquals(await contents("without_sums.pth"), { a: ["F32", [2, 3], ramp] });
});

Deno.test("readTorchFile() leaves alone what is not looked at, of whatever type", async () => {
  const { float8, complex, uint16, ...others } = await readTorchFile(fixture("new_types.pth"));

  assertEquals([float8?.dtype, complex?.dtype], ["F8_E4M3", "C64"]);
  assertEquals(uint16?.data, Int32Array.of(65535));
  assertEquals(Object.keys(others), Object.keys(tensors));
  assertThrows(
    () => float8?.data,
    SyntaxError,
    'Cannot read tensor "float8": its element type F8_E4M3 is not supported: save it as float32',
  );
});

Deno.test("readTorchFile() executes nothing and refuses by name what is not on its list", async () => {
  await assertRejects(
    () => readTorchFile(fixture("network.pth")),
    SyntaxError,
    "it asks for the Python object torch.nn.modules.linear.Linear, which is not on the list of " +
      "harmless ones: if you trust the file, convert it with Python: import torch; ",
  );
  await assertRejects(
    () => readTorchFile(fixture("script.pt")),
    SyntaxError,
    "it is a TorchScript program: take its weights with Python: ",
  );
  // What pickles that do harm ask for.
  for (const object of ["os\nsystem", "builtins\neval", "__builtin__\ngetattr"]) {
    const bytes = new TextEncoder().encode(`c${object}\n(S'true'\ntR.`);
    assertThrows(
      () => readPickle(bytes, { names: new Map() }),
      SyntaxError,
      `it asks for the Python object ${object.replace("\n", ".")}, which is not on the list`,
    );
  }
});

Deno.test("readPickle() ends on lengths that lead back, and on texts without an end", () => {
  const read = (text: string): unknown =>
    readPickle(Uint8Array.from(text, (letter) => letter.charCodeAt(0)), { names: new Map() });

  for (
    const text of ["B\xfb\xff\xff\xff", "\x8e\xff\xff\xff\xff\xff\xff\xff\xff", "cos", "R.", ""]
  ) {
    assertThrows(() => read(text), SyntaxError, "its pickle is damaged or cut off");
  }
});

Deno.test("readTorchFile() says that a file is cut off, at every length", async () => {
  for (const name of ["module.bin", "old_official.pth.tar"]) {
    const bytes = fixture(name);
    for (let length = 0; length < bytes.length; length += 37) {
      await assertRejects(
        async () => {
          // The old format may end early behind what is looked at.
          const read = await readTorchFile(bytes.subarray(0, length));
          Object.values(read).forEach((tensor) => tensor.data);
        },
        SyntaxError,
        "Cannot read",
      );
    }
  }
});

Deno.test("readTorchFile() gives the same values or one clear error for any changed byte", async () => {
  const random = randomStream(5, "bytes");
  const values = async (bytes: Uint8Array): Promise<string | undefined> => {
    try {
      const tensors = Object.entries(await readTorchFile(bytes))
        .map(([name, { dtype, shape, data }]) => [name, [dtype, shape, data]]);
      return JSON.stringify(
        Object.fromEntries(tensors),
        (_, value) => typeof value === "bigint" ? `${value}n` : value,
      );
    } catch (error) {
      assert(error instanceof SyntaxError, String((error as Error).stack));
      assert(/^Cannot read .*: .*: .*/.test(error.message), error.message);
      return undefined;
    }
  };
  const sound = await values(fixture("official.pth.tar"));
  assert(sound !== undefined && sound.length > 100);

  let refused = 0;
  for (let trial = 0; trial < 120; trial++) {
    // The zip has sums, so that no change of a value passes.
    const bytes = fixture("official.pth.tar");
    const place = random.integer(bytes.length);
    bytes[place] = random.integer(256);
    const found = await values(bytes);
    assert(found === undefined || found === sound, `byte ${place}: ${found}`);
    if (found === undefined) refused++;
    // The old format has none, so that other values may be read, but nothing worse.
    const old = fixture("old_tensors.pth");
    old[random.integer(old.length)] = random.integer(256);
    await values(old);
  }
  assert(refused > 40);
});
