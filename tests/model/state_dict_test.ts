import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { createNetwork } from "glmc/model/network.ts";
import { officialShape, sizeOf } from "glmc/model/shapes.ts";
import { officialState, type StateDictOptions } from "glmc/model/state_dict.ts";
import { importWeights, type StoredTensor } from "glmc/model/weights.ts";

type State = Readonly<Record<string, StoredTensor>>;

const network = createNetwork("resnet32", { classes: 3, width: 1 });
const { structure } = network;
const shapes = { ...network.parameterShapes, ...network.statisticShapes };

/** A tensor whose values follow from its shape and a number. */
function tensor(shape: readonly number[], start = 0): StoredTensor {
  const data = Float32Array.from({ length: sizeOf(shape) }, (_, i) => start + i / 8);
  return { dtype: "F32", shape, data };
}

const plain: State = Object.fromEntries(
  Object.entries(shapes).map(([name, shape], i) => [name, tensor(officialShape(shape), i)]),
);
const raw: State = Object.fromEntries(
  Object.entries(plain).map(([name, { shape }]) => [name, tensor(shape, -1000)]),
);

/** The tensors whose names pass, with something before them. */
function under(prefix: string, state: State, test: RegExp = /./): State {
  const entries = Object.entries(state).filter(([name]) => test.test(name));
  return Object.fromEntries(entries.map(([name, tensor]) => [prefix + name, tensor]));
}

/** The tensors but those of these names. */
function without(state: State, ...names: readonly string[]): State {
  return Object.fromEntries(Object.entries(state).filter(([name]) => !names.includes(name)));
}

function read(
  tensors: State,
  options: StateDictOptions = {},
): { readonly state: State; readonly said: readonly string[] } {
  const said: string[] = [];
  const onNotice = (line: string): void => void said.push(line);
  return { state: officialState(tensors, { shapes, structure }, { onNotice, ...options }), said };
}

/** Weight normalisation of a head, as PyTorch stores it: w = g v / ||v|| for each row. */
function normalised(state: State, name: string, parts: readonly [string, string]): State {
  const { shape: [rows = 0, columns = 0], data } = state[name]!;
  const values = data as Float32Array;
  const row = (i: number): Float32Array => values.subarray(i * columns, (i + 1) * columns);
  const norms = Float32Array.from({ length: rows }, (_, i) => Math.hypot(...row(i)));
  // Any v of the same directions has the same weights.
  const direction = values.map((value, i) => value * (2 + Math.floor(i / columns)));
  return {
    ...without(state, name),
    [parts[0]]: { dtype: "F32", shape: [rows, 1], data: norms },
    [parts[1]]: { dtype: "F32", shape: [rows, columns], data: direction },
  };
}

const heads = /^(?:fc|fc_cb|contrast_head\.0|projection_head\.0)\./;
const trunk = new RegExp(`^(?!${heads.source.slice(1)})`);

Deno.test("officialState() takes what is there as it is, without a word", () => {
  const counters = { "bn1.num_batches_tracked": tensor([]), n_averaged: tensor([]) };
  const optimizer = under("optimizer.momentum.", plain, /weight/);

  assertEquals(read({ ...plain, ...counters, ...optimizer }), { state: plain, said: [] });
});

for (
  const prefix of [
    "module.",
    "_orig_mod.",
    "module.module.",
    "module._orig_mod.",
    "_orig_mod.module.",
    "model.",
    "model.module.",
    "net.",
    "network.",
    "encoder.",
    "backbone.",
    "ema.",
    "state_dict.module.",
    "model_state_dict.",
    "student.0.encoder.",
    "0.",
  ]
) {
  Deno.test(`officialState() takes the prefix ${prefix} off, and says so`, () => {
    assertEquals(read({ ...under(prefix, plain), epoch: tensor([]) }), {
      state: plain,
      said: [`The prefix "${prefix}" is taken off the names in the file`],
    });
  });
}

Deno.test("officialState() takes a prefix off the trunk alone, or another one off the heads", () => {
  const apart = { ...under("backbone.", plain, trunk), ...under("", plain, heads) };
  const both = {
    ...under("module.encoder.", plain, trunk),
    ...under("module.head.", plain, heads),
  };

  assertEquals(read(apart), {
    state: plain,
    said: [
      'The prefix "backbone." is taken off the names in the file, but for those of the heads',
    ],
  });
  assertEquals(read(both), {
    state: plain,
    said: [
      'The prefix "module.encoder." is taken off the names in the file, and "module.head." off ' +
      "those of the heads",
    ],
  });
});

Deno.test("officialState() takes averaged weights before raw ones, unless it is told", () => {
  for (
    const [before, after, ema] of [
      [raw, under("ema.", plain), "ema."],
      [under("module.", raw), under("module_ema.", plain), "module_ema."],
      [under("state_dict.", raw), under("state_dict_ema.module.", plain), "state_dict_ema.module."],
      [raw, { ...under("module.", plain), n_averaged: tensor([]) }, "module."],
      [under("model.", raw), under("swa_model.module.", plain), "swa_model.module."],
    ] as const
  ) {
    const file = { ...before, ...after };
    const { state, said } = read(file);
    assertEquals(state, plain);
    const other = Object.keys(before)[0]!.replace("conv1.weight", "");
    assertEquals(said, [
      `The prefix "${ema}" is taken off the names in the file`,
      "The file holds averaged weights, which are taken, beside others, which " +
      `--prefix ${other || "none"} takes`,
    ]);
    assertEquals(read(file, { prefix: other || "none" }).state, raw);
    assertEquals(read(file, { prefix: ema.split(".")[0]! }).state, plain);
  }
});

Deno.test("officialState() asks which, where several sets of weights fit", () => {
  const file = { ...under("encoder_q.", plain), ...under("encoder_k.", raw) };

  assertThrows(
    () => read(file),
    TypeError,
    "the file holds several sets of them: choose one with --prefix encoder_q. or encoder_k.",
  );
  assertEquals(read(file, { prefix: "encoder_k" }), {
    state: raw,
    said: ['The prefix "encoder_k." is taken off the names in the file'],
  });
  assertThrows(
    () => read(file, { prefix: "encoder" }),
    TypeError,
    'no whole set of them begins with "encoder": those that are there begin with encoder_q. or ' +
      "encoder_k.",
  );
  // Of two sets, the one whose shapes are those of the network.
  const wide = Object.fromEntries(
    Object.entries(raw).map(([name, { shape }]) => [name, tensor([...shape, 2])]),
  );
  assertEquals(read({ ...under("teacher.", wide), ...under("student.", plain) }).state, plain);
});

Deno.test("officialState() fills in what is tied to another tensor, as the file says", () => {
  const tied = { ...plain, "fc_cb.weight": plain["fc.weight"]!, "fc_cb.bias": plain["fc.bias"]! };
  const file = without(tied, "fc_cb.weight", "fc_cb.bias");
  const aliases = { format: "pt", "fc_cb.weight": "fc.weight", "fc_cb.bias": "fc.bias" };

  assertEquals(read(file, { aliases }), {
    state: tied,
    said: [
      "fc_cb.weight is tied to fc.weight, as the file says",
      "fc_cb.bias is tied to fc.bias, as the file says",
    ],
  });
  // The other way round, behind a prefix.
  const kept = under("module.", without(tied, "fc.weight", "fc.bias"));
  const back = { "module.fc.weight": "module.fc_cb.weight", "module.fc.bias": "module.fc_cb.bias" };
  assertEquals(read(kept, { aliases: back }).state, tied);
  // A name that leads nowhere is as good as none, and so is one that leads to itself.
  for (const target of ["gone", "fc_cb.weight", "constructor"]) {
    const { state } = read(without(plain, "fc_cb.weight"), { aliases: { "fc_cb.weight": target } });
    assertEquals(state, without(plain, "fc_cb.weight"));
  }
});

Deno.test("officialState() puts weight-normalised heads together", () => {
  for (
    const [prefix, ending] of [
      ["", ["weight_g", "weight_v"]],
      ["module.", ["weight_g", "weight_v"]],
      ["", ["parametrizations.weight.original0", "parametrizations.weight.original1"]],
      ["model._orig_mod.", [
        "parametrizations.weight.original0",
        "parametrizations.weight.original1",
      ]],
    ] as const
  ) {
    let file = plain;
    for (const head of ["fc", "fc_cb"]) {
      file = normalised(file, `${head}.weight`, [`${head}.${ending[0]}`, `${head}.${ending[1]}`]);
    }
    const { state, said } = read(under(prefix, file));
    assertEquals(Object.keys(state), Object.keys(plain));
    for (const head of ["fc", "fc_cb"]) {
      const name = `${head}.weight`;
      assertEquals(state[name]?.shape, plain[name]?.shape);
      const expected = plain[name]!.data as Float32Array;
      // Divided and multiplied in float64, then rounded to float32.
      (state[name]!.data as Float32Array).forEach((value, i) =>
        assertAlmostEquals(value, expected[i]!, 1e-6 * Math.abs(expected[i]!))
      );
      const parts = ending.map((part) => `${prefix}${head}.${part}`).join(" and ");
      assertEquals(
        said.includes(`${prefix}${name} is computed from ${parts} (weight normalisation)`),
        true,
      );
    }
  }
});

Deno.test("officialState() takes norms over what the magnitude has no size in", () => {
  const direction = tensor(plain["fc.weight"]!.shape, 1);
  const values = direction.data as Float32Array;
  const [rows, columns] = direction.shape as [number, number];
  const weight = (shape: readonly number[], data: Float32Array): Float32Array =>
    read({
      ...without(plain, "fc.weight"),
      "fc.weight_g": { dtype: "F32", shape, data },
      "fc.weight_v": direction,
    }).state["fc.weight"]!.data as Float32Array;

  // One norm for all, as dim=None has it.
  const all = Math.hypot(...values);
  assertAlmostEquals(weight([], Float32Array.of(2 * all))[5]!, 2 * values[5]!, 1e-6);
  // One for each column, as dim=1 has it.
  const ones = weight([1, columns], new Float32Array(columns).fill(1));
  const first = Array.from({ length: rows }, (_, row) => values[row * columns]!);
  assertAlmostEquals(ones[columns]!, first[1]! / Math.hypot(...first), 1e-6);
  assertThrows(
    () => weight([rows + 1, 1], new Float32Array(rows + 1)),
    TypeError,
    `fc.weight_g is [${rows + 1},1], which does not fit fc.weight_v, which is [${rows},${columns}]`,
  );
});

Deno.test("officialState() multiplies what pruning has split", () => {
  const { shape, data } = plain["conv1.weight"]!;
  const mask = (data as Float32Array).map((_, i) => i % 2);
  const { state, said } = read({
    ...without(plain, "conv1.weight"),
    "conv1.weight_orig": plain["conv1.weight"]!,
    "conv1.weight_mask": { dtype: "F32", shape, data: mask },
  });

  assertEquals(
    state["conv1.weight"]!.data,
    (data as Float32Array).map((value, i) => value * mask[i]!),
  );
  assertEquals(said, [
    "conv1.weight is computed from conv1.weight_mask and conv1.weight_orig (pruning)",
  ]);
});

Deno.test("officialState() names what it ignores, and does not look at it", () => {
  const unread: StoredTensor = {
    dtype: "F8_E4M3",
    shape: [8, 4],
    get data(): Float32Array {
      throw new Error("looked at");
    },
  };

  assertEquals(read({ ...plain, feat_queue: unread, queue_ptr: tensor([1]) }), {
    state: plain,
    said: ["The network has no feat_queue [8,4], queue_ptr [1]: ignored"],
  });
  assertEquals(read({ ...under("module.", plain), "module.fc3.weight": unread, q: unread }).said, [
    'The prefix "module." is taken off the names in the file',
    "The network has no module.fc3.weight [8,4], q [8,4]: ignored",
  ]);
  // Nobody is there to be told.
  assertEquals(
    Object.keys(officialState({ ...plain, feat_queue: unread }, { shapes, structure })).at(-1),
    "feat_queue",
  );
});

Deno.test("importWeights() refuses layers that the network does not have, and says what is missing", () => {
  const said: string[] = [];
  const refuses = (tensors: State, message: string): void => {
    assertThrows(
      () => importWeights(tensors, network, { onNotice: (line) => said.push(line) }),
      TypeError,
      message,
    );
    // A file that is refused is not worth further words.
    assertEquals(said, []);
  };

  refuses({ ...plain, "layer1.5.conv1.weight": tensor([1, 1, 3, 3]) }, "layer1.5.conv1.weight not");
  refuses(
    { ...under("module.", plain), "module.layer2.0.shortcut.0.weight": tensor([2, 1, 1, 1]) },
    "module.layer2.0.shortcut.0.weight not expected",
  );
  refuses(under("module.", without(plain, "fc.bias")), "fc.bias missing: the network is resnet32");
  refuses(without(plain, "fc.bias", "bn1.weight"), "bn1.weight, fc.bias missing");
  refuses(
    { "linear.weight": tensor([3, 4]), "conv1.weight": plain["conv1.weight"]! },
    "and 159 more missing, and the file holds linear.weight, conv1.weight: the network is resnet32",
  );
  refuses({ ...plain, "fc.bias": { ...plain["fc.bias"]!, dtype: "I8" } }, "fc.bias is I8, not F32");
});
