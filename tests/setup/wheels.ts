/**
 * Checks the builds of TensorFlow for every machine: that each exports what the kit calls, under the names
 * that the kit looks for. `deno task test:wheels` fetches them, about 1.4 GB; `GLMC_WHEELS=<folder>` keeps
 * them there.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { openZip } from "../../lib/disk/zip_file.ts";
import { libraryNames } from "../../lib/setup/library_names.ts";
import { projectRoot, venvFolder } from "../../lib/setup/project.ts";
import { requirements } from "../../lib/setup/requirements.ts";
import { symbols } from "../../lib/tensor/libtensorflow.ts";
import { readNativeLibrary } from "./native_library.ts";

interface Wheel {
  readonly what: string;
  readonly requirements: "cpu" | "gpu";
  /** As Python calls the processor. */
  readonly machine: string;
  readonly os: "linux" | "darwin";
  readonly arch: string;
  /** Name of the package, and the end of its file's name. */
  readonly package: string;
  readonly platform: string;
}

const linux = { os: "linux", requirements: "cpu" } as const;
const wheels: readonly Wheel[] = [
  {
    ...{ ...linux, what: "Linux on x86-64", machine: "x86_64", arch: "x86_64" },
    ...{ package: "tensorflow-cpu", platform: "manylinux_2_27_x86_64" },
  },
  {
    ...{ ...linux, what: "Linux on x86-64, with CUDA", machine: "x86_64", arch: "x86_64" },
    ...{ requirements: "gpu", package: "tensorflow", platform: "manylinux_2_27_x86_64" },
  },
  {
    ...{ ...linux, what: "Linux on ARM", machine: "aarch64", arch: "aarch64" },
    ...{ package: "tensorflow", platform: "manylinux_2_27_aarch64" },
  },
  {
    ...{ os: "darwin", what: "macOS on Apple silicon", machine: "arm64", arch: "aarch64" },
    ...{ requirements: "cpu", package: "tensorflow", platform: "macosx_12_0_arm64" },
  },
];

/** C functions that the kit calls. */
const called = Object.entries(symbols).map(([key, symbol]) => "name" in symbol ? symbol.name : key);

/** The version that the requirements name for a machine. */
function pinnedVersion(wheel: Wheel): string {
  const lines = requirements(wheel.requirements).split("\n");
  const fitting = lines.flatMap((line) => {
    const match = /^([\w-]+)(?:\[[\w-]+\])?==([\d.]+)(?:; platform_machine == "(\w+)")?$/.exec(
      line,
    );
    return match !== null && [undefined, wheel.machine].includes(match[3]) ? [match] : [];
  }).filter(([, name]) => name!.startsWith("tensorflow"));
  assertEquals(fitting.map(([, name]) => name), [wheel.package], `${fitting}`);
  return fitting[0]![2]!;
}

async function fetchWheel(wheel: Wheel, folder: string): Promise<string> {
  const { success, stderr } = await new Deno.Command(`${venvFolder(projectRoot)}/bin/python`, {
    args: [
      ...["-I", "-m", "pip", "download", "--quiet", "--no-deps", "--disable-pip-version-check"],
      ...["--only-binary=:all:", "--implementation=cp", "--python-version=3.11"],
      ...[`--platform=${wheel.platform}`, `--dest=${folder}`],
      `${wheel.package}==${pinnedVersion(wheel)}`,
    ],
    stdout: "null",
    stderr: "piped",
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  const start = `${wheel.package.replace("-", "_")}-`;
  const file = Array.from(Deno.readDirSync(folder), ({ name }) => name)
    .find((name) => name.startsWith(start) && name.endsWith(`${wheel.platform}.whl`));
  assert(file, `pip has fetched no ${wheel.platform}`);
  return `${folder}/${file}`;
}

const kept = Deno.env.get("GLMC_WHEELS");

for (const wheel of wheels) {
  Deno.test(`TensorFlow for ${wheel.what} exports all that the kit calls`, async () => {
    const folder = kept ?? await Deno.makeTempDir();
    try {
      const names = libraryNames(wheel.os);
      const members = await openZip(await Deno.readFile(await fetchWheel(wheel, folder)));
      const read = async (name: string) => {
        const member = members.find((member) => member.name === `tensorflow/${name}`);
        assert(member, `There is no ${name} in the wheel`);
        return readNativeLibrary(await member.read());
      };
      const main = await read(names.tensorflow);
      const framework = await read(names.framework);

      assertEquals([main.processor, framework.processor], [wheel.arch, wheel.arch]);
      const missing = called.filter((name) =>
        !main.exported.has(name) && !framework.exported.has(name)
      );
      assertEquals(missing, []);
      assert(called.length > 60, `only ${called.length} functions are looked for`);
      // What the framework has is found through the other one, which needs it by this name.
      assert(main.needs.includes(framework.name), `${main.needs} lacks ${framework.name}`);
      const beside = main.searched.some((place) => /^@loader_path\/?$/.test(place));
      if (wheel.os === "darwin") assert(beside, `${main.searched}`);
    } finally {
      if (kept === undefined) await Deno.remove(folder, { recursive: true });
    }
  });
}
