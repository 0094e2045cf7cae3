import { assert, assertEquals, assertMatch } from "@std/assert";
import { diskError, explainSystemError, isRefusal, rephrase } from "../../lib/disk/errors.ts";
import { checkFolder, writeWholeFile } from "../../lib/disk/whole_file.ts";
import { projectRoot } from "../../lib/setup/project.ts";
import { temporaryFolder } from "../data/disposables.ts";

const system = (code: string, message = "Odd (os error 1)"): Error =>
  Object.assign(new Error(message), { code });

/** A disk that only this process and its children see; needs root, and a kernel that lets it. */
async function onDisk(
  options: string,
  work: string,
  folder: string,
): Promise<{ readonly code: number; readonly stdout: string }> {
  const { code, stdout } = await new Deno.Command("unshare", {
    args: ["--mount", "sh", "-c", `mount -t tmpfs -o ${options} none "$1" && exec "$2" eval "$3"`]
      .concat("sh", folder, Deno.execPath(), work),
    env: { NO_COLOR: "1" },
    stderr: "inherit",
  }).output().catch(() => ({ code: 127, stdout: new Uint8Array() }));
  return { code, stdout: new TextDecoder().decode(stdout) };
}

const canMount = await (async () => {
  using folder = temporaryFolder();
  return (await onDisk("size=100k", "", folder.path)).code === 0;
})();

Deno.test("diskError() names a cause and a step for every refusal, and the caller's own place", () => {
  const advice = "name another place: --out <file>";
  for (
    const [code, text] of [
      ["ENOSPC", "the disk is full: free some disk space and try again"],
      ["EDQUOT", "your share of the disk is used up: free some disk space and try again"],
      ["EROFS", `the disk is read-only: ${advice}`],
      ["EACCES", `permission denied: ${advice}`],
      ["EPERM", `permission denied: ${advice}`],
      ["EIO", "Odd: check the disk, or choose another one"],
      ["ENOTDIR", 'Odd: choose another place, for a part of "/none" is a file'],
      ["EWHATEVER", "Odd: check the folder and its permissions"],
    ] as const
  ) {
    const { message } = diskError("/none/file", system(code), { advice });
    // Where root is not the reader, the owner of the disk's top folder is named as well.
    assertEquals(
      message.replace(/, "\/" belongs to the user root/, ""),
      `Cannot write "/none/file": ${text}`,
    );
  }
});

Deno.test("isRefusal() sees through the errors around it, and takes no other cause for one", () => {
  const twice = rephrase(diskError("/a", system("EACCES")), "Cannot set up");

  assert(isRefusal(twice));
  for (const error of [system("ENOSPC"), new Error("EACCES"), undefined, "EROFS"]) {
    assert(!isRefusal(error));
  }
});

Deno.test("explainSystemError() puts what nobody caught into words, and leaves all else", async () => {
  using folder = temporaryFolder();
  const caught = async (work: () => Promise<unknown>): Promise<string> => {
    const error = await work().then(() => undefined, (error) => error);
    return String((explainSystemError(error) as Error).message);
  };

  assertMatch(
    await caught(() => Deno.mkdir(`${folder.path}/none/new`)),
    /^Cannot write ".*'q' .*\/none\/new": .*make the folder/,
  );
  assertMatch(
    await caught(() => Deno.readTextFile("/none")),
    /^Cannot read "\/none": there is no such file/,
  );
  assertMatch(
    await caught(() => Array.fromAsync(Deno.readDir("/dev/null"))),
    /^Cannot read "\/dev\/null": a part/,
  );
  assertMatch(
    await caught(() => Deno.rename(`${folder.path}/a`, `${folder.path}/b`)),
    /^Cannot write ".*'q' .*\/a": /,
  );
  const own = new Error("Cannot do it: it is odd: try again");
  assertEquals(explainSystemError(own), own);
});

Deno.test("a path whose parent is a file is refused with its name, wherever it is written", async () => {
  using folder = temporaryFolder();
  const file = `${folder.path}/file`;
  await writeWholeFile(file, "");

  for (const work of [() => checkFolder(`${file}/a`), () => writeWholeFile(`${file}/a`, "")]) {
    const message = await work().then(() => "", (error) => error.message);
    assert(message.startsWith(`Cannot write "${file}/a": `), message);
    assertMatch(message, /: choose another place, for a part of ".*" is a file$/);
  }
});

Deno.test({
  name: "a disk that is read-only is said so by everything that writes",
  ignore: !canMount,
  async fn() {
    using folder = temporaryFolder();

    const { stdout } = await onDisk(
      "ro",
      `
      import { acquireLock, withLock } from "${projectRoot}/lib/disk/lock.ts";
      import { checkFolder, makeFolder, writeWholeFile } from "${projectRoot}/lib/disk/whole_file.ts";
      import { isWritable } from "${projectRoot}/lib/setup/access.ts";
      import { reserveRun } from "${projectRoot}/lib/experiment/reserve.ts";
      const place = ${JSON.stringify(folder.path)};
      const lock = { what: "work" };
      const onNotice = () => {};
      for (const work of [
        () => makeFolder(place + "/a"),
        () => checkFolder(place),
        () => writeWholeFile(place + "/a", ""),
        () => acquireLock(place + "/a", lock),
        () => withLock(place + "/a/b", () => Promise.resolve(), lock),
        () => reserveRun({ runs: place, name: "a", config: {}, methods: [], onNotice }),
      ]) console.log(await work().then(() => "written", (error) => error.message));
      console.log(await isWritable(place), await isWritable(place + "/new"));`,
      folder.path,
    );

    const [last, ...lines] = stdout.trim().split("\n").reverse();
    assertEquals(last, "false false");
    assertEquals(lines.length, 6);
    for (const line of lines) assertMatch(line, /^Cannot write ".*": the disk is read-only: /);
    assertMatch(lines[0]!, /: name a folder of your own for runs: GLMC_RUNS=<folder>$/);
  },
});

Deno.test({
  name: "a disk that fills up leaves no half file, and is named",
  ignore: !canMount,
  async fn() {
    using folder = temporaryFolder();

    const { stdout } = await onDisk(
      "size=100k",
      `
      import { writeWholeFile } from "${projectRoot}/lib/disk/whole_file.ts";
      const place = ${JSON.stringify(folder.path)};
      await writeWholeFile(place + "/a", "old");
      const large = new Uint8Array(200_000);
      console.log(await writeWholeFile(place + "/a", large).catch((error) => error.message));
      console.log(Deno.readTextFileSync(place + "/a"), Array.from(Deno.readDirSync(place)).length);`,
      folder.path,
    );

    assertMatch(
      stdout,
      /^Cannot write ".*\/a": the disk is full: free some disk space and try again\n/,
    );
    assertMatch(stdout, /\nold 1\n$/);
  },
});
