import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { checkPlatform, type Platform, platformProblem } from "../../lib/setup/platform.ts";
import { libraryNames } from "../../lib/setup/library_names.ts";
import { temporaryFolder } from "../data/disposables.ts";

/** The files of a machine whose processor has these flags. */
function machineWith(flags: string): ReturnType<typeof temporaryFolder> {
  const root = temporaryFolder();
  Deno.mkdirSync(`${root.path}/proc`);
  Deno.writeTextFileSync(
    `${root.path}/proc/cpuinfo`,
    `processor\t: 0\nflags\t\t: ${flags}\nbugs\t\t:\n`,
  );
  return root;
}

const pc: Platform = { os: "linux", arch: "x86_64" };

Deno.test("platformProblem() has nothing against the machines that TensorFlow is published for", () => {
  using machine = machineWith("fpu sse4_2 avx avx2");
  for (
    const platform of [pc, { os: "linux", arch: "aarch64" }, {
      os: "darwin",
      arch: "aarch64",
    }] as const
  ) {
    assertEquals(platformProblem({ platform, root: machine.path, ownLibrary: "" }), undefined);
  }
});

Deno.test("checkPlatform() says what to use instead of an unsuitable machine", () => {
  const refused: [Platform, RegExp][] = [
    [{ os: "windows", arch: "x86_64" }, /on windows \(x86_64\): .*: .*wsl --install/],
    [
      { os: "darwin", arch: "x86_64" },
      /Intel processors: use Linux .* Apple silicon; a Linux virtual/,
    ],
    [{ os: "freebsd", arch: "x86_64" }, /for freebsd: use Linux/],
  ];
  for (const [platform, message] of refused) {
    const error = assertThrows(() => checkPlatform({ platform }), Deno.errors.NotSupported);
    assertMatch(error.message, message);
  }
});

Deno.test("checkPlatform() refuses a processor without AVX before TensorFlow ends the process", () => {
  using old = machineWith("fpu sse4_2 xsave_avx_like f16c");

  const error = assertThrows(
    () => checkPlatform({ platform: pc, root: old.path, ownLibrary: "" }),
    Deno.errors.NotSupported,
  );

  assertMatch(
    error.message,
    /lacks the AVX instructions .*: use a machine with AVX, .*from source/,
  );
  // One's own build may do without, a system may not tell, and ARM has no such thing.
  checkPlatform({ platform: pc, root: old.path, ownLibrary: "/opt/without-avx" });
  checkPlatform({ platform: pc, root: "/nowhere", ownLibrary: "" });
  checkPlatform({ platform: { os: "linux", arch: "aarch64" }, root: old.path, ownLibrary: "" });
});

Deno.test("libraryNames() tells shared libraries from other files on both systems", () => {
  const [linux, mac] = [libraryNames("linux"), libraryNames("darwin")];

  for (const { tensorflow, framework, pattern } of [linux, mac]) {
    assertEquals([tensorflow, framework, "libtensorflow_cc.h"].map((name) => pattern.test(name)), [
      ...[true, true],
      false,
    ]);
  }
  assertEquals(linux.pattern.test("libcudnn.so"), true);
  assertEquals(linux.pattern.test("libcudnn.sound"), false);
});
