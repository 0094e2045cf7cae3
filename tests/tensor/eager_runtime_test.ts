import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { attributeKind, dataType, typeAttribute } from "../../lib/tensor/attributes.ts";
import { disposeTensors } from "../../lib/tensor/named_tensors.ts";
import { OutOfMemoryError } from "../../lib/tensor/status.ts";
import { tf } from "../../lib/tensor/tfjs.ts";
import { convert } from "../../lib/ops/precision.ts";
import { assertNoLeak } from "../assertions.ts";
import { testEngine } from "../engine.ts";
import { nativeMegabytes } from "../native_memory.ts";
import { countedRuntime } from "./native_objects.ts";

const engine = await testEngine();

const float = typeAttribute("T", "float32");
const { runtime, binding, alive } = countedRuntime();
const scalar = (value: number) => runtime.create([], dataType.float32, Float32Array.of(value)).id;

/** Calls that fail half-way, once TensorFlow holds something of them. */
const failures: Record<string, (x: number) => void> = {
  "an input that was disposed": (x) => binding.executeOp("Add", [float], [x, 1e9], 1),
  "an attribute of no known kind": (x) =>
    binding.executeOp("Square", [float, { name: "K", type: 99, value: 0 }], [x], 1),
  "an attribute that is no whole number": (x) =>
    binding.executeOp(
      "Square",
      [float, { name: "K", type: attributeKind.int, value: 1.5 }],
      [x],
      1,
    ),
  "a shape of more axes than TensorFlow has": () =>
    binding.executeOp(
      "Placeholder",
      [
        typeAttribute("dtype", "float32"),
        { name: "shape", type: attributeKind.shape, value: new Array(300).fill(1) },
      ],
      [],
      1,
    ),
  "an operation that does not exist": (x) => binding.executeOp("Sqare", [float], [x], 1),
  "inputs that do not fit": (x) => binding.executeOp("MatMul", [float], [x, x], 1),
};

for (const [what, fail] of Object.entries(failures)) {
  Deno.test(`a call with ${what} leaves nothing behind in TensorFlow, run or recorded`, () => {
    const x = scalar(3);
    const before = [alive(), runtime.tensorCount];
    assertThrows(() => fail(x));
    assertThrows(() =>
      binding.record("failing", {
        inputs: [{ shape: [], dtype: dataType.float32 }],
        xla: false,
        build: ([input]) => {
          fail(input!.id);
          throw new Error("recorded");
        },
      })
    );
    assertEquals([alive(), runtime.tensorCount], before);
    runtime.delete(x);
  });
}

Deno.test("a failure that the recorded function catches leaves the recording whole", () => {
  const x = scalar(3);
  const before = alive();
  const recorded = binding.record("catching", {
    inputs: [{ shape: [], dtype: dataType.float32 }],
    xla: false,
    build: ([input]) => {
      const refused = { name: "K", type: 99, value: 0 };
      assertThrows(() => binding.executeOp("Square", [float, refused], [input!.id], 1), TypeError);
      return binding.executeOp("Square", [float], [input!.id], 1).map(({ id }) => id);
    },
  });
  const [result] = runtime.execute(recorded.name, [], [x], 1);
  assertEquals([...runtime.read(result!.id)], [9]);
  runtime.removeFunction(recorded.name);
  runtime.delete(result!.id);
  runtime.delete(x);
  // Handles of results and inputs are freed above; results are made by no function counted here.
  assertEquals({ ...alive(), handle: 0 }, { ...before, handle: 0 });
});

Deno.test("a runtime that ends frees its context and status", () => {
  const { runtime, alive } = countedRuntime();
  runtime.close();
  assertEquals(Object.values(alive()).filter((count) => count !== 0), []);
});

Deno.test("a tensor larger than the memory is refused as such, and leaves nothing behind", () => {
  const before = alive();
  // A view that only claims its length; TensorFlow is asked for the memory before a byte is copied.
  const values = { buffer: new ArrayBuffer(0), byteOffset: 0, byteLength: 2 ** 46 };
  assertThrows(
    () => runtime.create([2 ** 44], dataType.float32, values as unknown as Float32Array),
    OutOfMemoryError,
    `float32[${2 ** 44}]`,
  );
  assertEquals(alive(), before);
});

Deno.test("an operation for whose result there is no memory says so by the class of its error", () => {
  const { message } = assertThrows(() => tf.fill([2 ** 30, 2 ** 14], 1), OutOfMemoryError);
  assertMatch(message, /^Cannot run Fill on int32\[2\], float32\[\]: .*: compute less at a time/s);
});

Deno.test("a message about an operation of many inputs names the first of them", () => {
  const inputs = [
    ...Array.from({ length: 12 }, () => scalar(1)),
    binding.createText(Uint8Array.of()),
  ];
  const count = { name: "N", type: attributeKind.int, value: inputs.length };
  const { message } = assertThrows(
    () => binding.executeOp("AddN", [count, float], inputs, 1),
    Error,
  );
  assertStringIncludes(
    message,
    `Cannot run AddN on ${Array(8).fill("float32[]").join(", ")} and 5 more: `,
  );
  for (const id of inputs) binding.deleteTensor(id);
});

Deno.test("an operation may have more outputs than any before it", async () => {
  await assertNoLeak(engine, () => {
    // Above 4,096 outputs the buffer for their handles was once too small.
    const table = tf.range(0, 60000);
    const rows = tf.unstack(table);
    assertEquals(rows.length, 60000);
    for (const row of [0, 4095, 4096, 59999]) assertEquals([...rows[row]!.dataSync()], [row]);
    tf.dispose([table, ...rows]);
  });
});

Deno.test("a compiled function may return more tensors than any before it", () => {
  const count = 5000;
  using f = engine.compile(({ x }: { x: tf.Tensor }) =>
    Object.fromEntries(tf.unstack(x).map((row, i) => [`row${i}`, row]))
  );
  const x = tf.range(0, count);
  const rows = f({ x });
  assertEquals([...rows[`row${count - 1}`]!.dataSync()], [count - 1]);
  disposeTensors({ x, rows });
});

Deno.test("a bfloat16 tensor is read back as float32", async () => {
  const values = [1, -2.5, 0, 3.140625, -1e30, Infinity];
  const x = tf.tensor2d(values, [2, 3]);
  const short = convert(x, { from: "float32", to: "bfloat16" });
  const expected = values.map((value) =>
    value === -1e30 ? Math.fround(-1.0002555517426873e30) : value
  );
  assertEquals([...short.dataSync()], expected);
  assertEquals([...await short.data()], expected);
  assertEquals(await short.array(), [expected.slice(0, 3), expected.slice(3)]);
  disposeTensors({ x, short });
});

Deno.test("a bfloat16 constant keeps its value in a compiled function", () => {
  using f = engine.compile(({ x }: { x: tf.Tensor }) => {
    const half = convert(tf.scalar(0.5), { from: "float32", to: "bfloat16" });
    return { y: tf.add(x, convert(half, { from: "bfloat16", to: "float32" })) };
  });
  const x = tf.scalar(1);
  const { y } = f({ x });
  assertEquals([...y.dataSync()], [1.5]);
  disposeTensors({ x, y });
});

Deno.test("a text is freed with its tensor, and takes no part in a recorded function", () => {
  const before = [alive(), runtime.tensorCount];
  const megabyte = new Uint8Array(1 << 20).fill(65);
  const memory = nativeMegabytes();
  for (let i = 0; i < 200; i++) runtime.delete(binding.createText(megabyte));
  // 200 MB if the texts stayed.
  assert(nativeMegabytes() - memory < 50);
  assertThrows(
    () =>
      binding.record("texts", {
        inputs: [],
        xla: false,
        build: () => [binding.createText(Uint8Array.of(65))],
      }),
    Error,
    "Cannot use a text inside a function",
  );
  assertEquals([alive(), runtime.tensorCount], before);
});

Deno.test("operations beside each other give their own results and errors, and leave nothing", async () => {
  const tensors = runtime.tensorCount;
  const inputs = Array.from({ length: 20 }, (_, n) => scalar(n));
  const squares = await Promise.all(inputs.map(async (id) => {
    const square = await runtime.executeBeside("Square", [float], [id]);
    const [value] = runtime.read(square.id);
    runtime.delete(square.id);
    return value;
  }));
  assertEquals(squares, inputs.map((_, n) => n ** 2));

  // Handles of results are made inside of TensorFlow, where they are not counted.
  const before = alive();
  const text = binding.createText(Uint8Array.of(65));
  const failing = [
    () => runtime.executeBeside("DecodePng", [typeAttribute("dtype", "uint8")], [text]),
    () => runtime.executeBeside("Sqare", [float], [inputs[0]!]),
    () => runtime.executeBeside("Square", [float], [1e9]),
  ];
  for (const [n, fail] of failing.entries()) {
    await assertRejects(fail, Error, ["run DecodePng on string", "Sqare", "it was disposed"][n]);
  }
  runtime.delete(text);
  assertEquals(alive(), before);
  for (const id of inputs) runtime.delete(id);
  assertEquals(runtime.tensorCount, tensors);
});
