import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  openSealedJson,
  readJson,
  readSealedJson,
  sealJson,
  writeJson,
  writeSealedJson,
} from "glmc/disk/json_file.ts";
import { temporaryFolder } from "../data/disposables.ts";

const record = {
  name: "Größe",
  counts: Int32Array.of(1, 2),
  rate: 0.1,
  nested: { empty: [], none: null, text: '"sha256": "' },
};
const plain = { ...record, counts: [1, 2] };

Deno.test("writeJson() and readJson() keep numbers, texts and typed arrays", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/a.json`;

  await writeJson(path, record);

  assertEquals(await readJson(path), plain);
});

Deno.test("readJson() tells a missing, a forbidden, an empty and a damaged file apart", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/a.json`;
  const { readFile } = Deno;

  await assertRejects(() => readJson(path), Deno.errors.NotFound, "there is no such file");
  await assertRejects(() => readJson(folder.path), Error, "it is a folder");
  await Deno.writeTextFile(path, "");
  await assertRejects(() => readJson(path), SyntaxError, "it is empty: write it again");
  await Deno.writeTextFile(path, '{"a": 1');
  await assertRejects(
    () => readJson(path, { advice: "start the run anew" }),
    SyntaxError,
    `Cannot read "${path}": it is damaged, its text ends too early: start the run anew`,
  );
  await Deno.writeFile(path, Uint8Array.of(0x22, 0xff, 0x22));
  await assertRejects(() => readJson(path), SyntaxError, "its text is not UTF-8");
  // The administrator may read everything, so the refusal is pretended.
  Deno.readFile = () =>
    Promise.reject(
      Object.assign(new Deno.errors.PermissionDenied("Permission denied"), { code: "EACCES" }),
    );
  try {
    await assertRejects(() => readJson(path), Deno.errors.PermissionDenied, "permission denied");
  } finally {
    Deno.readFile = readFile;
  }
});

Deno.test("sealed JSON comes back, in both layouts", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/a.json`;

  await writeSealedJson(path, record);

  assertEquals(await readSealedJson(path), { value: plain, sealed: true });
  assertEquals(openSealedJson(sealJson(record), "a.jsonl"), { value: plain, sealed: true });
  await writeJson(path, record);
  assertEquals(await readSealedJson(path), { value: plain, sealed: false });
});

Deno.test("sealJson() refuses what has no place for a seal", () => {
  for (const value of [[], {}, { sha256: "" }]) {
    assertThrows(() => sealJson(value), TypeError, "Cannot seal");
    assertThrows(() => sealJson(value, { spread: true }), TypeError, "Cannot seal");
  }
});

Deno.test("readSealedJson() notices every flipped bit, every truncation and every block of zeros", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/a.json`;
  for (const spread of [true, false]) {
    const bytes = new TextEncoder().encode(sealJson(record, { spread }));
    const assertNoticed = async (altered: Uint8Array, how: string): Promise<void> => {
      await Deno.writeFile(path, altered);
      const error = await readSealedJson(path).catch((error) => error);
      assert(error instanceof SyntaxError, `${how}: ${JSON.stringify(error)}`);
    };
    for (const [place, byte] of bytes.entries()) {
      for (let bit = 0; bit < 8; bit++) {
        await assertNoticed(bytes.with(place, byte ^ 1 << bit), `bit ${bit} of byte ${place}`);
      }
      // Without its last line break it holds what it held.
      const isCut = place !== bytes.length - 1 || !spread;
      if (isCut) await assertNoticed(bytes.subarray(0, place), `cut at ${place}`);
      await assertNoticed(bytes.slice().fill(0, place, place + 16), `zeros from ${place}`);
    }
  }
});

Deno.test("readSealedJson() notices a number that was edited by hand", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/config.json`;
  await writeSealedJson(path, record);
  const text = await Deno.readTextFile(path);

  await Deno.writeTextFile(path, text.replace("0.1", "0.2"));

  await assertRejects(
    () => readSealedJson(path, { advice: "start the run anew" }),
    SyntaxError,
    `Cannot read "${path}": it was altered after it was written, its SHA-256 does not fit: start the run anew`,
  );
});

for (
  const [how, change] of [
    ["a byte order mark", (text: string) => `\ufeff${text}`],
    ["line ends of Windows", (text: string) => text.replaceAll("\n", "\r\n")],
    ["line breaks at its end", (text: string) => `${text}\n\n`],
    ["no line break at its end", (text: string) => text.trimEnd()],
    ["another indent", (text: string) => text.replaceAll("  ", "\t")],
    ["all in one line", (text: string) => JSON.stringify(JSON.parse(text))],
  ] as const
) {
  Deno.test(`readSealedJson() takes a file with ${how} for what it is`, async () => {
    using folder = temporaryFolder();
    const path = `${folder.path}/config.json`;
    await writeSealedJson(path, plain);

    await Deno.writeTextFile(path, change(await Deno.readTextFile(path)));

    assertEquals(await readSealedJson(path), { value: plain, sealed: true });
  });
}

const utf16 = (text: string): Uint8Array =>
  Uint8Array.from([
    0xff,
    0xfe,
    ...new Uint8Array(Uint16Array.from(text, (c) => c.charCodeAt(0)).buffer),
  ]);

for (
  const [how, content, said] of [
    [
      "a comma too many in a record",
      '{\n  "a": 1,\n}\n',
      "a comma too many at the end of line 2: take it out, or",
    ],
    [
      "a comma too many in a list",
      '{"a": [1, 2, ]}',
      "a comma too many at the end of line 1: take it out, or",
    ],
    ["a quote too few", '{\n  "a: 1\n}', "it is damaged, its text is not JSON in line 2"],
    [
      "a comment",
      '{\n  // mine, of the year before last\n  "a": 1,\n  "b": 2\n}',
      "it is damaged, its text is not JSON in line 2",
    ],
    ["half of it", '{"a": [1, 2', "its text ends too early"],
    ["nothing but spaces", " \n", "it is empty"],
    ["UTF-16, as some shells write", utf16('{"a": 1}'), "its text is UTF-16: save it as UTF-8"],
  ] as const
) {
  Deno.test(`readJson() has words of its own for ${how}`, async () => {
    using folder = temporaryFolder();
    const path = `${folder.path}/config.json`;
    await Deno.writeFile(
      path,
      typeof content === "string" ? new TextEncoder().encode(content) : content,
    );

    await assertRejects(() => readJson(path), SyntaxError, said);
  });
}

Deno.test("readJson() says of a link to nothing where it leads", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/config.json`;

  await Deno.symlink("/unmounted/config.json", path);
  const gone = await assertRejects(() => readJson(path), Error);
  await Deno.remove(path);
  await Deno.symlink(path, path);
  const loop = await assertRejects(() => readJson(path), Error);

  assert(!(gone instanceof Deno.errors.NotFound));
  assertStringIncludes(
    gone.message,
    'it is a link to "/unmounted/config.json", which is not there',
  );
  assertStringIncludes(loop.message, "a link that leads back to itself");
});
