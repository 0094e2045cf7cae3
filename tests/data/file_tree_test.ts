import { assertEquals, assertRejects } from "@std/assert";
import { createTar } from "nanotar";
import { findInArchive, findInFolder } from "glmc/data/file_tree.ts";
import { temporaryFolder } from "./disposables.ts";
import { writeFiles } from "./tiny_cifar.ts";

const isWanted = (name: string): boolean => name === "a.bin";

Deno.test("findInFolder() goes level by level as deep as it is told, past what is hidden", async () => {
  using folder = temporaryFolder();
  const { path } = folder;
  const places = ["1/2/3/4", "1/2/3", "1", "b", ".hidden", "__MACOSX"];
  for (const place of places) await writeFiles(`${path}/${place}`, { "a.bin": "a", "b.bin": "b" });
  const found = async (options: { readonly depth?: number }) =>
    (await findInFolder(path, { isWanted, ...options })).map(({ path, depth }) => [path, depth]);

  assertEquals(await found({}), [
    [`${path}/1/a.bin`, 1],
    [`${path}/b/a.bin`, 1],
    [`${path}/1/2/3/a.bin`, 3],
  ]);
  assertEquals(await found({ depth: 0 }), []);
  assertEquals((await found({ depth: 4 })).length, 4);
});

Deno.test("findInFolder() says what lies in place of a file, and follows links once", async () => {
  using folder = temporaryFolder();
  const { path } = folder;
  await writeFiles(`${path}/real`, { "a.bin": "a" });
  await Deno.mkdir(`${path}/folder/a.bin`, { recursive: true });
  await Deno.mkdir(`${path}/links`);
  await Deno.symlink("../real", `${path}/links/again`);
  await Deno.symlink("..", `${path}/links/back`);
  await Deno.symlink("gone.bin", `${path}/links/a.bin`);
  await Deno.symlink("itself", `${path}/links/itself`);

  const found = await findInFolder(path, { isWanted });

  assertEquals(found.map(({ path, problem }) => [path, problem]), [
    [`${path}/folder/a.bin`, "a folder"],
    [`${path}/links/a.bin`, 'a link to "gone.bin", where there is no file'],
    [`${path}/real/a.bin`, undefined],
  ]);
  assertEquals(await found[2]!.read(), new TextEncoder().encode("a"));
});

Deno.test("findInFolder() passes over a folder that cannot be read, but not the first", async () => {
  using folder = temporaryFolder();
  const { path } = folder;
  await writeFiles(`${path}/closed`, { "a.bin": "a" });
  await writeFiles(`${path}/open`, { "a.bin": "a" });
  const { readDir } = Deno;
  const close = (closed: string) => {
    Deno.readDir = (place) => {
      if (place !== closed) return readDir(place);
      throw Object.assign(new Deno.errors.PermissionDenied("Permission denied"), {
        code: "EACCES",
      });
    };
  };
  try {
    close(`${path}/closed`);
    assertEquals((await findInFolder(path, { isWanted })).map(({ path }) => path), [
      `${path}/open/a.bin`,
    ]);
    close(path);
    await assertRejects(
      () => findInFolder(path, { isWanted }),
      Deno.errors.PermissionDenied,
      `Cannot read "${path}": permission denied`,
    );
  } finally {
    Deno.readDir = readDir;
  }
});

Deno.test("findInArchive() finds files by their name, the shallowest first", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/archive.tar`;
  const names = ["1/2/a.bin", "./1/a.bin", "1/b.bin", "a.bin"];
  await Deno.writeFile(path, createTar(names.map((name) => ({ name, data: name }))));

  const found = await findInArchive(path, { isWanted, advice: "look at it" });

  assertEquals(found.map(({ path, folder, depth }) => [path, folder, depth]), [
    [`${path}/a.bin`, path, 0],
    [`${path}/1/a.bin`, `${path}/1`, 1],
    [`${path}/1/2/a.bin`, `${path}/1/2`, 2],
  ]);
  assertEquals(await found[1]!.read(), new TextEncoder().encode("./1/a.bin"));
});
