import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { encode } from "fast-png";
import { decodeBinaryBatch, decodePythonBatch, decodeSheet } from "glmc/data/batch.ts";
import { randomStream } from "glmc/data/random.ts";
import { projectRoot, venvFolder } from "glmc/setup/project.ts";
import { namesIn, temporaryFolder } from "./disposables.ts";
import { tinyBinary, tinyImages } from "./tiny_cifar.ts";

/**
 * Two images with the values of `tinyValue()`, pickled by Python 2.7 and NumPy 1.16, as the published
 * files are, or by Python 3 with NumPy 1.26 or 2: see `write_cifar_pickles.py` beside them.
 */
function fixture(name: string): Uint8Array<ArrayBuffer> {
  return Deno.readFileSync(new URL(`../fixtures/${name}.pickle`, import.meta.url));
}

Deno.test("decodeBinaryBatch() takes the planes of an image and the last label byte", () => {
  const ten = decodeBinaryBatch(tinyBinary([[6], [9]]), { count: 2, labelBytes: 1 });
  const hundred = decodeBinaryBatch(tinyBinary([[11, 49], [5, 99]]), { count: 2, labelBytes: 2 });

  assertEquals([...Array.from(ten.labels), ...Array.from(hundred.labels)], [6, 9, 49, 99]);
  assertEquals(ten.images, tinyImages);
  assertEquals(hundred.images, tinyImages);
});

Deno.test("decodeBinaryBatch() refuses a file of another size", () => {
  const bytes = tinyBinary([[6], [9]]);

  const decode = (wrong: Uint8Array) => () => decodeBinaryBatch(wrong, { count: 2, labelBytes: 1 });

  assertThrows(decode(bytes.subarray(1)), RangeError, "it has 6145 bytes instead of 6146");
  assertThrows(decode(bytes.subarray(0, 3073)), RangeError, "it has 1 images instead of 2");
  assertThrows(decode(new Uint8Array()), SyntaxError, "it is an empty file");
  assertThrows(decode(new Uint8Array(3000)), SyntaxError, "it is a file of zeros");
});

/** Fixtures of CIFAR-10: every protocol, as Python 2 and 3 and NumPy 1 and 2 write it. */
const protocols = [
  "python2_numpy1_protocol0",
  "python2_numpy1_protocol1",
  "python2",
  "python3_numpy1_protocol0",
  "python3_numpy2_protocol1",
  "python3_protocol2",
  "python3_numpy1_protocol3",
  "python3_protocol4",
  "python3_numpy1_protocol5",
  "python3_numpy2_protocol5",
].map((name) => `cifar10_${name}`);
const options = { count: 2, labelKeys: ["labels", "fine_labels"] };

Deno.test("decodePythonBatch() reads every protocol of Python 2 and 3, NumPy 1 and 2", () => {
  for (const name of protocols) {
    const { images, labels } = decodePythonBatch(fixture(name), options);

    assertEquals(labels, [6, 9], name);
    assertEquals(images, tinyImages, name);
  }
});

Deno.test("decodePythonBatch() takes the fine labels of CIFAR-100 and columns of pixels", () => {
  // Stored column by column; the coarse labels are 10 and 10.
  const batch = decodePythonBatch(fixture("cifar100_python2_columns"), options);

  assertEquals(batch.labels, [49, 33]);
  assertEquals(batch.images, tinyImages);
});

Deno.test("decodePythonBatch() refuses a truncated file at every length", () => {
  const bytes = fixture("cifar10_python2");
  for (let length = 0; length < bytes.length; length++) {
    assertThrows(() => decodePythonBatch(bytes.subarray(0, length), options), SyntaxError);
  }
});

Deno.test("decodePythonBatch() reads a file with faults, or says in one line what is wrong", () => {
  const random = randomStream(7, "faults");
  const below = (limit: number): number => random.integer(limit);
  const files = protocols.map(fixture);
  let read = 0;
  for (let trial = 0; trial < 3000; trial++) {
    const bytes = files[below(files.length)]!.slice();
    for (let fault = below(3); fault >= 0; fault--) {
      // Mostly in what describes the arrays, which is at the start and the end.
      const place = below(3) > 0 ? below(300) : bytes.length - 1 - below(200);
      bytes[place] = below(2) > 0 ? bytes[below(bytes.length)]! : below(256);
    }
    try {
      const { images, labels } = decodePythonBatch(bytes, options);
      assertEquals([images.length, labels.length], [2 * 3072, 2]);
      read++;
    } catch (error) {
      const isClear = error instanceof RangeError || error instanceof SyntaxError ||
        error instanceof TypeError;
      assert(isClear, String(error));
      assertMatch(error.message, /^(?:its?|the|there) \P{C}{3,300}$/u, `trial ${trial}`);
    }
  }
  // Faults in pixels and unused parts do no harm, most others do.
  assert(read > 100 && read < 2500, `${read} were read`);
});

Deno.test("decodePythonBatch() calls a file that is something else what it is", () => {
  const text = new TextEncoder();
  for (
    const [content, problem] of [
      [text.encode("<!DOCTYPE html><html><body>404</body></html>"), "it is a web page"],
      [
        text.encode("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 31035704\n"),
        "it is a Git LFS pointer to 31035704 bytes",
      ],
      [Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0), "it is a gzip archive"],
      [new Uint8Array(), "it is an empty file"],
      [text.encode("I42\n."), "it holds no dictionary"],
    ] as const
  ) {
    assertThrows(() => decodePythonBatch(content, options), Error, problem);
  }
});

Deno.test("decodePythonBatch() refuses records that do not fit", () => {
  const bytes = fixture("cifar10_python2");

  assertThrows(
    () => decodePythonBatch(bytes, { ...options, count: 3 }),
    RangeError,
    "it has 2 images instead of 3",
  );
  assertThrows(
    () => decodePythonBatch(bytes, { count: 2, labelKeys: ["fine_labels"] }),
    RangeError,
    'it has no "fine_labels", only ',
  );
});

Deno.test("decodePythonBatch() calls nothing that a file asks for", () => {
  const bytes = new TextEncoder().encode("cos\nsystem\n(S'true'\ntR.");

  assertThrows(
    () => decodePythonBatch(bytes, options),
    SyntaxError,
    "it asks for the Python object os.system, which is not on the list of harmless ones",
  );
});

const python = `${venvFolder(projectRoot)}/bin/python`;

function hasNumpy(): boolean {
  try {
    return new Deno.Command(python, { args: ["-c", "import numpy"], stderr: "null" })
      .outputSync().success;
  } catch {
    return false;
  }
}

/** What is wrong with cases whose name begins with `wrong`. */
const wrong: Readonly<Record<string, string>> = {
  wrong_shape: 'its "data" is an array of type u1 and shape 2 x 32 x 96, where an array of numbers',
  wrong_transposed: 'its "data" is an array of type u1 and shape 3072 x 2, where',
  wrong_rows: "it has 4 images instead of 2",
  wrong_bool: 'its "data" is an array of type b1 and shape 2 x 3072, where',
  wrong_object: 'its "data" is an array of type O8 and shape 2 x 3072, where',
  wrong_signed: "there is a pixel of -123 in row 0, where whole numbers from 0 to 255 are read",
  wrong_256: "there is a pixel of 256 in row 1, where",
  wrong_negative: "there is a pixel of -3 in row 0, where",
  wrong_float: "there is a pixel of 0.0274509",
  wrong_half: "there is a pixel of 0.5 in row 1, where",
  wrong_nan: "there is a pixel of NaN in row 1, where",
  wrong_list: 'its "data" is a list of 2, where',
  wrong_labels_few: 'it has 2 images but 1 "labels"',
  wrong_labels_many: 'it has 2 images but 3 "labels"',
  wrong_labels_one_hot: 'its "labels" are an array of type f8 and shape 2 x 10, where a list',
  wrong_labels_text: 'the label in row 1 is "truck", where a whole number is read',
  wrong_labels_bool: "the label in row 1 is true, where",
  wrong_labels_none: "the label in row 0 is None, where",
  wrong_labels_list: "the label in row 0 is a list of 1, where",
  wrong_labels_bytes: 'its "labels" are a byte string, where',
  wrong_labels_number: 'its "labels" are 6, where',
  wrong_labels_bool_array: 'its "labels" are an array of type b1 and shape 2, where',
  wrong_labels_object: 'its "labels" are an array of type O8 and shape 2, where',
  wrong_keys: 'it has no "labels", only "data", "targets"',
  wrong_no_data: 'it has no "data", only "images", "labels"',
  wrong_tuple: "it holds no dictionary",
};
/** Labels that are read, and refused because they have no class. */
const beyond: Readonly<Record<string, readonly number[]>> = {
  beyond_low: [6, -(2 ** 40)],
  beyond_high: [2 ** 33 + 3, 9],
  beyond_huge: [2 ** 70, 9],
};

Deno.test({
  name: "decodePythonBatch() reads what NumPy makes of a batch, or says which value does not fit",
  // Needs a Python with NumPy.
  ignore: !hasNumpy(),
  fn() {
    using folder = temporaryFolder();
    const script = new URL("../fixtures/write_cifar_pickles.py", import.meta.url).pathname;
    const { success } = new Deno.Command(python, { args: [script, "cases", folder.path] })
      .outputSync();
    assert(success);
    const names = namesIn(folder.path).filter((name) => name.endsWith(".pickle"));
    assert(names.length > 100, `${names.length} cases`);
    const seen = new Set<string>();
    for (const name of names) {
      const decode = () => decodePythonBatch(Deno.readFileSync(`${folder.path}/${name}`), options);
      const [kind = ""] = name.split("-");
      seen.add(kind);
      if (kind in wrong) {
        assertThrows(decode, Error, wrong[kind]);
      } else {
        const { images, labels } = decode();
        assertEquals(images, tinyImages, name);
        assertEquals(labels, [...beyond[kind] ?? [6, 9]], name);
      }
    }
    assertEquals(
      [...Object.keys(wrong), ...Object.keys(beyond)].filter((kind) => !seen.has(kind)),
      [],
    );
  },
});

Deno.test("decodeSheet() reads one image from each row of pixels", () => {
  const png = encode({ width: 1024, height: 2, channels: 3, depth: 8, data: tinyImages });

  assertEquals(decodeSheet(png, { count: 2 }), tinyImages);
});

Deno.test("decodeSheet() refuses another size and damaged bytes", () => {
  const png = encode({ width: 1024, height: 2, channels: 3, depth: 8, data: tinyImages });
  const damaged = png.with(-30, png.at(-30)! ^ 1);

  assertThrows(() => decodeSheet(png, { count: 3 }), RangeError, "it has 1024 x 2 pixels");
  assertThrows(() => decodeSheet(damaged, { count: 2 }), Error);
  assertThrows(() => decodeSheet(png.subarray(0, 100), { count: 2 }), Error);
});
