import { assertEquals, assertRejects } from "@std/assert";
import { listClassFolders, readListed } from "../../lib/data/class_folders.ts";
import { temporaryFolder } from "./disposables.ts";

/** A folder with these empty files. */
function folderOf(paths: readonly string[]): ReturnType<typeof temporaryFolder> {
  const folder = temporaryFolder();
  for (const path of paths) {
    const whole = `${folder.path}/${path}`;
    Deno.mkdirSync(whole.slice(0, whole.lastIndexOf("/")), { recursive: true });
    Deno.writeTextFileSync(whole, "");
  }
  return folder;
}

Deno.test("files are listed set by set, class by class, in the order of their names", async () => {
  using folder = folderOf([
    ...["train/b/2.png", "train/b/10.png", "train/a/1.png", "test/b/1.JPG", "test/a/notes"],
  ]);
  const { classNames, files, leftOut } = await listClassFolders(folder.path);
  assertEquals(classNames, ["a", "b"]);
  assertEquals(files, [
    { path: "train/a/1.png", part: "train", label: 0, isNamedImage: true },
    { path: "train/b/10.png", part: "train", label: 1, isNamedImage: true },
    { path: "train/b/2.png", part: "train", label: 1, isNamedImage: true },
    { path: "test/a/notes", part: "test", label: 0, isNamedImage: false },
    { path: "test/b/1.JPG", part: "test", label: 1, isNamedImage: true },
  ]);
  assertEquals(leftOut, []);
});

Deno.test("hidden files and those of systems are left out, in any capitalisation", async () => {
  const others = ["train/a/.DS_Store", "train/a/THUMBS.DB", "train/@eaDir/a/1.png", "test/.git/x"];
  using folder = folderOf(["train/a/1.png", "test/a/1.png", ...others]);
  const { files, leftOut } = await listClassFolders(folder.path);
  assertEquals(files.map(({ path }) => path), ["train/a/1.png", "test/a/1.png"]);
  assertEquals(leftOut.map(({ path }) => path).sort(), [
    "test/.git",
    "train/@eaDir",
    "train/a/.DS_Store",
    "train/a/THUMBS.DB",
  ]);
});

Deno.test("a file may vanish after it was listed", async () => {
  using folder = folderOf(["train/a/1.png", "test/a/1.png"]);
  await assertRejects(
    () => readListed(folder.path, "train/a/2.png"),
    Deno.errors.NotFound,
    `Cannot read "${folder.path}/train/a/2.png": there is no such file`,
  );
});

Deno.test({
  name: "a class that may not be read is named",
  // Nothing is forbidden to root.
  ignore: Deno.uid() === 0,
  async fn() {
    using folder = folderOf(["train/a/1.png", "train/b/1.png", "test/a/1.png"]);
    Deno.chmodSync(`${folder.path}/train/b`, 0);
    try {
      await assertRejects(
        () => listClassFolders(folder.path),
        Deno.errors.PermissionDenied,
        `Cannot read "${folder.path}/train/b": permission denied`,
      );
    } finally {
      Deno.chmodSync(`${folder.path}/train/b`, 0o755);
    }
  },
});
