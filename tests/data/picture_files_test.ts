import { assert, assertEquals } from "@std/assert";
import { readPicture } from "../../lib/data/picture_files.ts";
import { projectRoot } from "../../lib/setup/project.ts";
import { temporaryFolder } from "./disposables.ts";

Deno.test("readPicture() reads a file below the folder", async () => {
  using folder = temporaryFolder();
  Deno.writeFileSync(`${folder.path}/a b.jpg`, Uint8Array.of(1, 2));
  assertEquals(await readPicture(folder.path, "a b.jpg"), Uint8Array.of(1, 2));
});

Deno.test("readPicture() says that too many files are open, which is no fault of the image", async () => {
  const script = `
    import { faultKind, readPicture } from "${projectRoot}/lib/data/picture_files.ts";
    const files = [];
    try {
      for (;;) files.push(Deno.openSync("/dev/null"));
    } catch {
      await readPicture("/dev", "null").catch((error) => {
        for (const file of files) file.close();
        console.log(error.message, faultKind(error));
      });
    }
  `;
  const { stdout, stderr } = await new Deno.Command("bash", {
    args: ["-c", 'ulimit -n 200; exec "$0" eval --no-check "$1"', Deno.execPath(), script],
    cwd: projectRoot,
  }).output();
  const [said, problem] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assert(said!.startsWith('Cannot read "/dev/null": too many files are open'), said! + problem);
  assert(said!.endsWith("undefined\n"), said);
});
