import { assertEquals, assertRejects } from "@std/assert";
import { isTemporaryName, removeLeftovers, writeWholeFile } from "glmc/disk/whole_file.ts";
import { namesIn, temporaryFolder } from "../data/disposables.ts";

Deno.test("writeWholeFile() keeps two writers of one file apart", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/weights.bin`;
  const contents = Array.from({ length: 16 }, (_, n) => new Uint8Array(200_000).fill(n));

  await Promise.all(contents.map((content) => writeWholeFile(path, content)));

  const written = await Deno.readFile(path);
  assertEquals(written, contents[written[0] ?? -1]);
  assertEquals(namesIn(folder.path), ["weights.bin"]);
});

Deno.test("writeWholeFile() writes texts as UTF-8, and takes long names", async () => {
  using folder = temporaryFolder();
  const name = "ß".repeat(125);

  await writeWholeFile(`${folder.path}/${name}`, "Größe\n");

  assertEquals(await Deno.readTextFile(`${folder.path}/${name}`), "Größe\n");
});

Deno.test("writeWholeFile() says that the folder is missing, and not that it may not write", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/none/config.json`;

  const error = await assertRejects(() => writeWholeFile(path, "{}"), Deno.errors.NotFound);

  assertEquals(
    error.message,
    `Cannot write "${path}": No such file or directory: make the folder "${folder.path}/none" first`,
  );
});

Deno.test("writeWholeFile() leaves nothing behind where a folder of that name is", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/best`;
  await Deno.mkdir(path);

  await assertRejects(() => writeWholeFile(path, "{}"), Error, "for there is a folder of this one");

  assertEquals(namesIn(folder.path), ["best"]);
});

Deno.test({
  name: "writeWholeFile() killed while it writes leaves a leftover, which is swept away",
  ignore: Deno.build.os === "windows",
  async fn() {
    using folder = temporaryFolder();
    const path = `${folder.path}/weights.bin`;
    await writeWholeFile(path, "old");
    // The process is killed between writing and renaming.
    const script = `
      Deno.rename = () => { Deno.kill(Deno.pid, "SIGKILL"); return Promise.resolve(); };
      const { writeWholeFile } = await import(${
      JSON.stringify(import.meta.resolve("../../lib/disk/whole_file.ts"))
    });
      await writeWholeFile(${JSON.stringify(path)}, "new");
    `;
    const { signal } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", "--no-config", script],
      stdout: "null",
      stderr: "null",
    }).output();

    assertEquals(signal, "SIGKILL");
    assertEquals(await Deno.readTextFile(path), "old");
    const [leftover = ""] = namesIn(folder.path);
    assertEquals(isTemporaryName(leftover), true, leftover);
    // An hour: whoever writes at this moment is spared.
    assertEquals(await removeLeftovers(folder.path, { olderThan: 3_600_000 }), []);
    assertEquals(await removeLeftovers(folder.path), [leftover]);
    assertEquals(namesIn(folder.path), ["weights.bin"]);
  },
});

Deno.test({
  name: "writeWholeFile() says that the disk is full and leaves the older file as it was",
  ignore: Deno.build.os !== "linux",
  async fn() {
    using folder = temporaryFolder();
    const path = `${folder.path}/config.json`;
    await writeWholeFile(path, "old");
    const open = Deno.open;
    // A disk without room, whatever the file is called.
    Deno.open = (_, options) => open("/dev/full", { write: options?.write ?? false });
    try {
      await assertRejects(() => writeWholeFile(path, "new"), Error, "free some disk space");
    } finally {
      Deno.open = open;
    }

    assertEquals(await Deno.readTextFile(path), "old");
    assertEquals(namesIn(folder.path), ["config.json"]);
  },
});
