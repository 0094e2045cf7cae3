import { dirname } from "node:path";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { firstUnreadable } from "../../lib/setup/access.ts";
import { openPackageFiles, unreadablePackageFile } from "../../lib/setup/npm_cache.ts";
import { isForThisUser } from "../../lib/setup/stamp.ts";
import { denoCache } from "../../lib/setup/npm_cache.ts";
import { projectRoot } from "../../lib/setup/project.ts";
import { temporaryFolder } from "../data/disposables.ts";
import { copyProject, type ProjectCopy } from "./project_copy.ts";

/** The number of the user nobody on most systems; it need not be in the list of users. */
const otherUser = 65534;
// Only root may start a process as someone else: elsewhere these tests have nobody to be.
const ignore = Deno.uid() !== 0;

/** A copy that root has set up, which others may read, with a library that they may read. */
async function installedByRoot(): Promise<ProjectCopy> {
  const copy = await copyProject();
  await copy.run(["setup"]);
  for (const above of ["..", "../.."]) Deno.chmodSync(`${copy.root}/${above}`, 0o755);
  const library = `${libraryFolder(copy)}/libtensorflow_cc.so.2`;
  Deno.removeSync(library);
  Deno.writeTextFileSync(library, "");
  return copy;
}

const libraryFolder = (copy: ProjectCopy): string =>
  `${copy.root}/.venv/lib/python3.11/site-packages/tensorflow`;

/** Lets others into a temporary folder. */
function openTo(folder: string, mode: number): void {
  Deno.chmodSync(dirname(folder), 0o755);
  Deno.chmodSync(folder, mode);
}

/** A home and a cache of one's own, and no network. */
function ownPlaces(folder: string): Record<string, string> {
  openTo(folder, 0o777);
  return {
    HOME: folder,
    DENO_DIR: `${folder}/deno`,
    GLMC_RUNS: `${folder}/runs`,
    HTTPS_PROXY: "http://127.0.0.1:1",
  };
}

/** A cache with one package of the project whose file has this mode. */
function cacheWith(folder: string, mode: number, folderMode = 0o755): string {
  const place = `${folder}/npm/registry.example/google-protobuf/3.21.4`;
  Deno.mkdirSync(place, { recursive: true });
  Deno.writeTextFileSync(`${place}/package.json`, "{}");
  Deno.chmodSync(`${place}/package.json`, mode);
  Deno.chmodSync(place, folderMode);
  return `${place}/package.json`;
}

Deno.test({
  name: "an installation of root, used by another user",
  ignore,
  async fn(t) {
    await using copy = await installedByRoot();
    await t.step(
      "another user needs only packages of their own beside root's installation",
      async () => {
        using home = temporaryFolder();

        const { code, stderr } = await copy.run(["setup"], ownPlaces(home.path), otherUser);

        assertEquals(code, 1);
        const lines = stderr.trim().split("\n");
        assertEquals(lines.length, 3, stderr);
        assertMatch(lines[1] ?? "", /^ {2}npm packages; .* in Deno's cache$/);
        assertMatch(lines[2] ?? "", /^error: Cannot fetch the npm packages: .*check the network/);
      },
    );
    await t.step(
      "another user is told which file of root's installation cannot be read, and what to do",
      async () => {
        using home = temporaryFolder();
        const env = ownPlaces(home.path);
        const library = `${libraryFolder(copy)}/libtensorflow_cc.so.2`;
        for (const [path, mode] of [[library, 0o600], [`${copy.root}/.venv`, 0o700]] as const) {
          const before = Deno.statSync(path).mode! & 0o777;
          Deno.chmodSync(path, mode);

          const doctor = await copy.run(["doctor"], env, otherUser);
          const setup = await copy.run(["setup"], env, otherUser);

          Deno.chmodSync(path, before);
          assertEquals([doctor.code, setup.code], [1, 1]);
          assert(doctor.stdout.includes(`libtensorflow  "${path}" cannot be read by you`), path);
          const start =
            `error: Cannot read "${path}", which another user has installed: have its owner`;
          assert(setup.stderr.startsWith(start), setup.stderr);
          assertMatch(setup.stderr, /run chmod -R a\+rX ".*\.venv", or use a copy of the project/);
        }
      },
    );
    await t.step(
      "another user is told that root's installation lacks something they may not add",
      async () => {
        using home = temporaryFolder();

        const args = ["setup", "--device", "gpu"];
        const { code, stderr } = await copy.run(args, ownPlaces(home.path), otherUser);

        assertEquals(code, 1);
        assertMatch(
          stderr,
          /^error: Cannot set up in ".*", where something is missing: ".*": permission denied, ".*\.venv" belongs to the user root: use a copy of the project that is your own\n$/,
        );
      },
    );
    await t.step("doctor does not promise a training whose runs cannot be kept", async () => {
      using home = temporaryFolder();
      const { GLMC_RUNS: _, ...env } = ownPlaces(home.path);

      const { code, stdout } = await copy.run(["doctor"], env, otherUser);

      assertEquals(code, 1);
      assertMatch(
        stdout,
        /^missing +Runs +".*data\/runs" cannot be written by you\n +→ .*GLMC_RUNS=/m,
      );
    });
    await t.step(
      "a package file that only its owner may read is found by others before Deno stumbles over it",
      async () => {
        using folder = temporaryFolder();
        openTo(folder.path, 0o755);
        const file = cacheWith(folder.path, 0o600);
        using home = temporaryFolder();
        const env = { ...ownPlaces(home.path), DENO_DIR: folder.path };

        const { code, stdout } = await copy.run(["doctor"], env, otherUser);

        assertEquals(code, 1);
        assert(stdout.includes(`npm packages   "${file}" cannot be read by you`), stdout);
        assertMatch(
          stdout,
          /have its owner run chmod -R a\+rX ".*npm", or use a cache of your own/,
        );
        assertEquals(await unreadablePackageFile(projectRoot, folder.path), undefined);
      },
    );
  },
});

Deno.test("openPackageFiles() lets those read a file who may read its folder, and no others", async () => {
  for (
    const [folderMode, mode, wanted] of [
      [0o755, 0o600, 0o644],
      [0o755, 0o700, 0o744],
      [0o750, 0o600, 0o640],
      [0o700, 0o600, 0o600],
      [0o755, 0o644, 0o644],
    ] as const
  ) {
    using folder = temporaryFolder();
    const file = cacheWith(folder.path, mode, folderMode);

    assertEquals(
      await openPackageFiles(projectRoot, folder.path),
      mode === wanted as number ? 0 : 1,
    );

    assertEquals(Deno.statSync(file).mode! & 0o777, wanted, `${folderMode.toString(8)}`);
  }
});

Deno.test("isForThisUser() trusts no stamp of another cache, another user, or an older kit", () => {
  using cache = temporaryFolder();
  const before = Deno.env.get("DENO_DIR");
  Deno.env.set("DENO_DIR", cache.path);
  try {
    const own = { cache: denoCache(), user: Deno.uid() };
    assertEquals(isForThisUser(own), false, "The cache is empty");
    cacheWith(cache.path, 0o644);
    assertEquals(isForThisUser(own), true);
    assertEquals(isForThisUser({ ...own, user: 4242 }), false);
    assertEquals(isForThisUser({ ...own, cache: "/elsewhere" }), false);
    assertEquals(isForThisUser({}), false);
  } finally {
    if (before === undefined) Deno.env.delete("DENO_DIR");
    else Deno.env.set("DENO_DIR", before);
  }
});

Deno.test("firstUnreadable() passes over links that lead nowhere, and folders that are not there", async () => {
  using folder = temporaryFolder();
  Deno.symlinkSync("/nowhere", `${folder.path}/link`);
  Deno.mkdirSync(`${folder.path}/empty`);

  assertEquals(await firstUnreadable(folder.path), undefined);
  assertEquals(await firstUnreadable(`${folder.path}/none`), undefined);
});
