import { assert, assertEquals, assertRejects } from "@std/assert";
import { createTarGzip } from "nanotar";
import { type SafeTensor, writeSafetensors } from "glmc/disk/safetensors.ts";
import { readTensorFile } from "glmc/disk/tensor_file.ts";
import { temporaryFolder } from "../data/disposables.ts";

const fixture = (name: string): Uint8Array =>
  Deno.readFileSync(new URL(`../fixtures/torch/${name}`, import.meta.url));
const text = (words: string): Uint8Array => new TextEncoder().encode(words);
const tensor = (...values: number[]): SafeTensor => ({
  dtype: "F32",
  shape: [values.length],
  data: Float32Array.from(values),
});

/** Writes files into a folder, by name. */
function write(folder: string, files: Readonly<Record<string, Uint8Array | string>>): void {
  for (const [name, content] of Object.entries(files)) {
    Deno.writeFileSync(`${folder}/${name}`, typeof content === "string" ? text(content) : content);
  }
}

/** Names and values of what a file holds. */
async function values(path: string): Promise<Record<string, number[]>> {
  const { tensors } = await readTensorFile(path);
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { data }]) => [name, Array.from(data, Number)]),
  );
}

/** An archive of nothing. */
const zip = new Uint8Array(22);
zip.set([0x50, 0x4b, 5, 6]);

const parts = {
  "model-00001-of-00002.safetensors": writeSafetensors({ a: tensor(1), b: tensor(2, 3) }),
  "model-00002-of-00002.safetensors": writeSafetensors({ c: tensor(4) }),
  "model.safetensors.index.json": JSON.stringify({
    metadata: { total_size: 16 },
    weight_map: {
      a: "model-00001-of-00002.safetensors",
      b: "model-00001-of-00002.safetensors",
      c: "model-00002-of-00002.safetensors",
    },
  }),
};
const whole = { a: [1], b: [2, 3], c: [4] };

Deno.test("readTensorFile() reads a file by what is in it, whatever its ending", async () => {
  using folder = temporaryFolder();
  write(folder.path, {
    "weights.pth": writeSafetensors({ a: tensor(1) }, { tied: "a" }),
    "weights.safetensors": fixture("protocol4.pt"),
    "weights": fixture("old_official.pth.tar"),
  });

  const { tensors, metadata, path } = await readTensorFile(`${folder.path}/weights.pth`);

  assertEquals([tensors.a?.data, metadata, path], [
    Float32Array.of(1),
    { tied: "a" },
    `${folder.path}/weights.pth`,
  ]);
  assert("protocol 4" in await values(`${folder.path}/weights.safetensors`));
  assert("state_dict.module.fc.bias" in await values(`${folder.path}/weights`));
});

Deno.test("readTensorFile() puts parts together, from their index or its folder", async () => {
  using folder = temporaryFolder();
  write(folder.path, { ...parts, "config.txt": "", "optimizer.bin": "" });

  assertEquals(await values(`${folder.path}/model.safetensors.index.json`), whole);
  assertEquals(await values(folder.path), whole);
});

Deno.test("readTensorFile() finds the one file of weights in a folder", async () => {
  for (
    const names of [
      ["model_best.pth.tar"],
      ["pytorch_model.bin", "training_args.bin"],
      ["model.safetensors", "pytorch_model.bin", "optimizer.pt"],
    ]
  ) {
    using folder = temporaryFolder();
    write(folder.path, { "README.md": "", "._model_best.pth.tar": "" });
    names.forEach((name, i) =>
      write(folder.path, { [name]: i === 0 ? fixture("protocol4.pt") : "" })
    );
    assertEquals(Object.keys(await values(folder.path)), ["protocol 4"]);
  }
});

Deno.test("readTensorFile() says what is wrong with a folder, an index or a part", async () => {
  const { "model-00002-of-00002.safetensors": last, ...cut } = parts;
  const index = "model.safetensors.index.json";
  const pointer = "version https://git-lfs.github.com/spec/v1\nsize 12\n";
  for (
    const [files, name, message] of [
      [{}, "", "it is a folder without a file of weights: name a safetensors file or a PyTorch"],
      [{ "a.pth": "", "b.pt": "" }, "", "with 2 files of weights: name one of them: a.pth, b.pt"],
      [{ "data.pkl": "" }, "", "it is a folder that a PyTorch file was unpacked into"],
      [{ "__0_0.distcp": "" }, "", "of torch.distributed.checkpoint, which python -m"],
      [{ "saved_model.pb": "" }, "", "it is a folder of a TensorFlow model"],
      [cut, index, 'model-00002-of-00002.safetensors": there is no such file'],
      [{ ...parts, "model-00002-of-00002.safetensors": pointer }, index, "a Git LFS pointer"],
      [{ ...cut, "model-00002-of-00002.safetensors": last.subarray(0, 99) }, "", "-00002.safe"],
      [{ [index]: '{"weight_map":{"a":"../a.safetensors"}}' }, index, "lies outside of its folder"],
      [{ [index]: '{"weight_map":{"a":1}}' }, index, "it is JSON text: name a safetensors file"],
      [{ [index]: "[]" }, index, "it is JSON text"],
      [{ [index]: "{" }, index, "it is JSON text"],
      [
        { ...parts, [index]: '{"weight_map":{"c":"model-00001-of-00002.safetensors"}}' },
        index,
        '"model-00001-of-00002.safetensors" does not hold c, as the index says',
      ],
    ] as const
  ) {
    using folder = temporaryFolder();
    write(folder.path, files);
    const error = await assertRejects(
      () => readTensorFile(`${folder.path}/${name}`),
      Error,
      message,
    );
    assert(error.message.startsWith(`Cannot read weights from "${folder.path}/`), error.message);
    assertEquals(error.message.match(/Cannot/g)?.length, 1, error.message);
  }
});

Deno.test("readTensorFile() calls any other file by its name, and says what to do", async () => {
  for (
    const [content, message] of [
      ["", "it is an empty file: fetch or write it again"],
      ["version https://git-lfs.github.com/spec/v1\nsize 12\n", "it is a Git LFS pointer to 12"],
      ["<!doctype html>", "it is a web page: fetch the file again"],
      ["Entry not found", 'it is a text that begins with "Entry not found": fetch the file again'],
      ['{"epochs": 2}', "it is JSON text: name a safetensors file or a PyTorch checkpoint"],
      [await createTarGzip([{ name: "a", data: "b" }]), "it is a gzip archive: unpack it"],
      [Uint8Array.of(0x80, 4, 0x7d, 0x2e), "torch.save(pickle.load("],
      [text("(dp0\nS'a'\n"), "it is a Python pickle: if you trust it, write it as PyTorch does"],
      [Uint8Array.from("\x93NUMPY\x01\0", (c) => c.charCodeAt(0)), "it is a NumPy array (.npy)"],
      [
        Uint8Array.from("\x89HDF\r\n\x1a\n", (c) => c.charCodeAt(0)),
        "it is an HDF5 file, as Keras",
      ],
      [new Uint8Array(5000), "it is a file of zeros, as a download that was cut off leaves it"],
      [zip, "it is a zip archive without the data.pkl of torch.save: unpack it, and name"],
      [Uint8Array.of(9, 8, 7, 250), "it is of no kind that is known here"],
      [fixture("tensors.pth").subarray(0, 3000), "its directory is damaged or cut off: fetch"],
      [fixture("network.pth"), "torch.nn.modules.linear.Linear, which is not on the list"],
      [writeSafetensors({ a: tensor(1) }).subarray(0, -1), "damaged or incomplete, fetch or write"],
    ] as const
  ) {
    using folder = temporaryFolder();
    const path = `${folder.path}/weights.safetensors`;
    write(folder.path, { "weights.safetensors": content });
    const error = await assertRejects(() => readTensorFile(path), SyntaxError, message);
    assert(error.message.startsWith(`Cannot read weights from "${path}": it`), error.message);
  }
});

Deno.test("readTensorFile() says that there is no such file", async () => {
  await assertRejects(
    () => readTensorFile("/nowhere/a.pth"),
    Deno.errors.NotFound,
    'Cannot read weights from "/nowhere/a.pth": there is no such file: name a safetensors file',
  );
});
