import { Buffer } from "node:buffer";
import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  openSafetensors,
  readSafetensors,
  type SafeTensors,
  writeSafetensors,
} from "glmc/disk/safetensors.ts";
import { randomStream } from "glmc/data/random.ts";
import { golden } from "../golden.ts";

const sample: SafeTensors = {
  tensors: {
    "flag": { dtype: "BOOL", shape: [3], data: Uint8Array.of(1, 0, 1) },
    "image": { dtype: "U8", shape: [1, 1, 3], data: Uint8Array.of(0, 128, 255) },
    "count": { dtype: "I32", shape: [2], data: Int32Array.of(-1, 2 ** 31 - 1) },
    "steps": { dtype: "I64", shape: [], data: BigInt64Array.of(-(2n ** 63n)) },
    "weight": { dtype: "F32", shape: [2, 1], data: Float32Array.of(0.1, -Infinity) },
    "mean": { dtype: "F64", shape: [1], data: Float64Array.of(Math.PI) },
    "empty": { dtype: "F32", shape: [0, 4], data: new Float32Array() },
  },
  metadata: { format: "pt", note: "Größe" },
  sealed: true,
};

/** A file with this header text and this many bytes of data. */
function file(header: string, size = 0): Uint8Array {
  const json = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + json.length + size);
  bytes[0] = json.length;
  bytes.set(json, 8);
  return bytes;
}

function assertDamaged(bytes: Uint8Array, reason: string): void {
  const error = assertThrows(() => readSafetensors(bytes), SyntaxError, reason);
  assertStringIncludes(error.message, "it is damaged or incomplete");
}

Deno.test("readSafetensors() reads back what writeSafetensors() wrote", () => {
  assertEquals(readSafetensors(writeSafetensors(sample.tensors, sample.metadata)), sample);
  assertEquals(readSafetensors(writeSafetensors({})), {
    tensors: {},
    metadata: {},
    sealed: true,
  });
});

Deno.test("readSafetensors() reads files of the official library", () => {
  const { label_i, view1_i, mixup_y } = golden("mix");

  assert(label_i && view1_i && mixup_y);
  assertEquals([label_i.dtype, label_i.shape, label_i.data.length], ["I64", [8], 8]);
  assertEquals([view1_i.dtype, view1_i.shape], ["U8", [8, 32, 32, 3]]);
  for (let row = 0; row < 8; row++) {
    const target = mixup_y.data.subarray(10 * row, 10 * row + 10) as Float32Array;
    // A soft label in float32.
    assertAlmostEquals(target.reduce((sum, share) => sum + share), 1, 1e-6);
  }
});

Deno.test("readSafetensors() widens F16 to F32", () => {
  const bytes = file('{"x":{"dtype":"F16","shape":[4],"data_offsets":[0,8]}}', 8);
  bytes.set(
    new Uint8Array(Uint16Array.of(0x3c00, 0xc100, 0x0001, 0x7c00).buffer),
    bytes.length - 8,
  );

  const { x } = readSafetensors(bytes).tensors;

  assertEquals(x, {
    dtype: "F32",
    shape: [4],
    data: Float32Array.of(1, -2.5, 2 ** -24, Infinity),
  });
});

Deno.test("readSafetensors() widens BF16, small and unsigned integers", () => {
  const read = (dtype: string, values: { readonly buffer: ArrayBufferLike }): unknown => {
    const stored = new Uint8Array(values.buffer);
    const size = stored.length;
    const count = size / Number(/\d+$/.exec(dtype)![0]) * 8;
    const header = `{"x":{"dtype":"${dtype}","shape":[${count}],"data_offsets":[0,${size}]}}`;
    const bytes = file(header, size);
    bytes.set(stored, bytes.length - size);
    return readSafetensors(bytes).tensors.x?.data;
  };

  // As PyTorch prints them: 1, -2.5, the smallest and the largest number, infinity.
  assertEquals(
    read("BF16", Uint16Array.of(0x3f80, 0xc020, 0x0001, 0x7f7f, 0xff80)),
    Float32Array.of(1, -2.5, 2 ** -133, 255 * 2 ** 120, -Infinity),
  );
  assertEquals(read("I8", Int8Array.of(-128, 127)), Int32Array.of(-128, 127));
  assertEquals(read("I16", Int16Array.of(-32768)), Int32Array.of(-32768));
  assertEquals(read("U16", Uint16Array.of(65535)), Int32Array.of(65535));
  assertEquals(read("U32", Uint32Array.of(2 ** 32 - 1)), BigInt64Array.of(4294967295n));
});

Deno.test("openSafetensors() leaves alone what is not looked at, of whatever type", () => {
  const entries = [
    '"a":{"dtype":"F8_E4M3","shape":[3],"data_offsets":[0,3]}',
    '"b":{"dtype":"F4","shape":[3],"data_offsets":[3,5]}',
    '"c":{"dtype":"X9","shape":[3],"data_offsets":[5,7]}',
    '"d":{"dtype":"F32","shape":[],"data_offsets":[7,11]}',
  ];
  const bytes = file(`{${entries}}`, 11);
  bytes.set(new Uint8Array(Float32Array.of(1.5).buffer), bytes.length - 4);

  const { tensors } = openSafetensors(bytes);

  assertEquals(tensors.d?.data, Float32Array.of(1.5));
  assertEquals([tensors.a?.dtype, tensors.b?.shape, tensors.c?.dtype], ["F8_E4M3", [3], "X9"]);
  for (const name of ["a", "b", "c"]) {
    assertThrows(() => tensors[name]!.data, SyntaxError, `Cannot read tensor "${name}": its elem`);
  }
  assertThrows(
    () => readSafetensors(bytes),
    SyntaxError,
    'tensor "a" has the element type F8_E4M3, which is not supported: save it as another type',
  );
});

Deno.test("openSafetensors() of a file without a seal gives values or one clear error", () => {
  const header = '{"a":{"dtype":"BF16","shape":[2,2],"data_offsets":[0,8]},' +
    '"b":{"dtype":"F32","shape":[],"data_offsets":[8,12]}}';
  const random = randomStream(3, "bytes");
  for (let trial = 0; trial < 2000; trial++) {
    const bytes = file(header, 12);
    for (let change = 0; change <= trial % 3; change++) {
      bytes[random.integer(bytes.length)] = random.integer(256);
    }
    try {
      const { tensors } = openSafetensors(bytes);
      // Four values and one, or fewer: never more than the file has bytes for.
      for (const { data } of Object.values(tensors)) assert(data.length <= 12);
    } catch (error) {
      assert(
        error instanceof SyntaxError && /^Cannot read .*: .*: ./.test(error.message),
        `${error}`,
      );
    }
  }
});

Deno.test("readSafetensors() calls a file of another kind by its name", () => {
  const text = (words: string): Uint8Array => new TextEncoder().encode(words);
  const refuses = (bytes: Uint8Array, message: string): void => {
    assertThrows(() => readSafetensors(bytes), SyntaxError, message);
  };

  refuses(new Uint8Array(), "Cannot read the safetensors file: it is an empty file: fetch");
  refuses(text("version https://git-lfs.github.com/spec/v1\nsize 12\n"), "a Git LFS pointer to 12");
  refuses(text("<!DOCTYPE html><html>"), "it is a web page: fetch the file again");
  refuses(Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0), "it is a gzip archive: unpack it");
  // The length of this header, 35615 bytes, begins as a gzip archive does.
  const long = file("{}" + " ".repeat(35613));
  long.set([0x1f, 0x8b]);
  assertEquals(readSafetensors(long).tensors, {});
});

Deno.test("readSafetensors() copies, so that the file can be freed or changed", () => {
  const bytes = writeSafetensors(sample.tensors);
  const { tensors } = readSafetensors(bytes);
  bytes.fill(0);

  assertEquals(tensors, sample.tensors);
});

Deno.test("readSafetensors() reads from anywhere in a larger buffer", () => {
  const bytes = writeSafetensors(sample.tensors);
  const shifted = new Uint8Array(bytes.length + 3).subarray(3);
  shifted.set(bytes);

  assertEquals(readSafetensors(shifted).tensors, sample.tensors);
});

Deno.test("readSafetensors() reads Node buffers, which lie in a shared pool at odd places", () => {
  const bytes = writeSafetensors(sample.tensors, sample.metadata);
  for (const offset of [0, 1, 5]) {
    const pooled = Buffer.from(Buffer.concat([Buffer.alloc(offset), bytes]));
    const { tensors, metadata } = readSafetensors(pooled.subarray(offset));
    pooled.fill(0);

    assertEquals({ tensors, metadata, sealed: true }, sample);
  }
});

Deno.test("writeSafetensors() writes views from anywhere in a larger buffer", () => {
  const data = new Float32Array(8).map((_, index) => index).subarray(3, 5);
  const bytes = Buffer.from([9, 1, 2, 9]).subarray(1, 3);

  const { a, b } = readSafetensors(writeSafetensors({
    a: { dtype: "F32", shape: [2], data },
    b: { dtype: "U8", shape: [2], data: bytes },
  })).tensors;

  assertEquals(a?.data, Float32Array.of(3, 4));
  assertEquals(b?.data, Uint8Array.of(1, 2));
});

Deno.test("readSafetensors() notices every flipped bit of a sealed file", () => {
  const bytes = writeSafetensors(sample.tensors, sample.metadata);
  for (const [place, byte] of bytes.entries()) {
    for (let bit = 0; bit < 8; bit++) {
      assertThrows(
        () => readSafetensors(bytes.with(place, byte ^ 1 << bit)),
        SyntaxError,
        "Cannot read",
      );
    }
  }
});

Deno.test("readSafetensors() notices zeroed blocks, swapped tensors and added bytes", () => {
  const { weight } = sample.tensors;
  assert(weight);
  const bytes = writeSafetensors({ ...sample.tensors, other: { ...weight, data: weight.data } });
  for (let start = 0; start < bytes.length; start++) {
    for (const length of [1, 7, 64]) {
      const zeroed = bytes.slice().fill(0, start, start + length);
      if (zeroed.every((byte, place) => byte === bytes[place])) continue;
      assertThrows(() => readSafetensors(zeroed), SyntaxError);
    }
  }
  assertThrows(() => readSafetensors(Uint8Array.of(...bytes, 0)), SyntaxError);
  const text = new TextDecoder("latin1").decode(bytes);
  const swapped = Uint8Array.from(
    text.replace('"other"', '"weigh"'),
    (letter) => letter.charCodeAt(0),
  );
  assertThrows(() => readSafetensors(swapped), SyntaxError, "SHA-256 does not fit");
});

Deno.test("readSafetensors() says that a file of another program has no seal", () => {
  const bytes = file(
    '{"__metadata__":{"format":"pt"},"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}',
    1,
  );

  const { sealed, metadata } = readSafetensors(bytes);

  assertEquals({ sealed, metadata }, { sealed: false, metadata: { format: "pt" } });
  assertEquals(readSafetensors(file("{}")).sealed, false);
});

Deno.test("writeSafetensors() seals anew what was read", () => {
  const { tensors, metadata } = readSafetensors(writeSafetensors(sample.tensors, { epoch: "1" }));
  const bytes = writeSafetensors(tensors, { ...metadata, "glmc.sha256": "of another file" });

  assertEquals(readSafetensors(bytes).metadata, { epoch: "1" });
});

Deno.test("writeSafetensors() aligns every tensor and gives equal bytes for equal contents", () => {
  const bytes = writeSafetensors(sample.tensors);
  const reversed = Object.fromEntries(Object.entries(sample.tensors).toReversed());
  const headerLength = new DataView(bytes.buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerLength)));

  assertEquals(writeSafetensors(reversed), bytes);
  assertEquals(headerLength % 8, 0);
  const { __metadata__, ...entries } = header;
  assertEquals(Object.keys(header)[0], "__metadata__");
  assertEquals(Object.keys(__metadata__), ["glmc.sha256"]);
  assertEquals(Object.keys(entries), [
    "mean",
    "steps",
    "count",
    "empty",
    "weight",
    "flag",
    "image",
  ]);
});

Deno.test("writeSafetensors() refuses a shape that does not fit", () => {
  const wrong = { dtype: "F32", shape: [3], data: new Float32Array(2) } as const;

  assertThrows(() => writeSafetensors({ wrong }), TypeError, '"wrong": F32 of shape [3]');
});

Deno.test("readSafetensors() notices a truncated file at every length", () => {
  const bytes = writeSafetensors(sample.tensors, sample.metadata);
  for (let length = 0; length < bytes.length; length++) {
    assertThrows(() => readSafetensors(bytes.subarray(0, length)), SyntaxError);
  }
  assertDamaged(bytes.subarray(0, 5), "it has only 5 bytes");
  assertDamaged(bytes.subarray(0, 40), "its header should take");
  assertDamaged(bytes.subarray(0, bytes.length - 1), "bytes but it holds");
});

Deno.test("readSafetensors() notices a damaged header", () => {
  const entry = (fields: string) => file(`{"x":{${fields}}}`, 4);

  assertDamaged(file("{"), "its header is not JSON");
  assertDamaged(file("[]"), "its header is not a JSON object");
  assertDamaged(file('{"__metadata__":{"a":1}}'), "its metadata is not a record of texts");
  assertDamaged(entry('"dtype":"F32","shape":[1]'), 'tensor "x" is incomplete');
  assertDamaged(entry('"dtype":"F32","shape":[-1],"data_offsets":[0,4]'), "is incomplete");
  assertDamaged(entry('"dtype":"F32","shape":[1],"data_offsets":[4,0]'), "bytes 4 to 0");
  assertDamaged(entry('"dtype":"F32","shape":[2],"data_offsets":[0,4]'), "bytes 0 to 4");
  assertDamaged(entry('"dtype":"F32","shape":[1],"data_offsets":[4,8]'), "begins at byte 4");
  assertDamaged(entry('"dtype":"F32","shape":[2],"data_offsets":[0,8]'), "take 8 bytes but");
});
