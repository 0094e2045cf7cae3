import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Check } from "../../lib/setup/checks.ts";
import { namesIn, temporaryFolder } from "../data/disposables.ts";
import { copyProject } from "../setup/project_copy.ts";
import { compileStubLibrary, hasCompiler } from "../setup/stub_library.ts";

interface Report {
  ready: boolean;
  checks: Check[];
}

function find(report: Report, name: string): Check {
  const check = report.checks.find((check) => check.name === name);
  assert(check, `There is no check "${name}"`);
  return check;
}

Deno.test("doctor installs nothing on a bare machine and names the command that mends it", async () => {
  await using copy = await copyProject();
  using cache = temporaryFolder();
  const before = namesIn(copy.root);
  const lock = await Deno.readTextFile(`${copy.root}/deno.lock`);
  const env = { DENO_DIR: cache.path, HTTPS_PROXY: "http://127.0.0.1:1" };

  const { code, stdout, stderr } = await copy.run(["doctor"], env);

  assertEquals({ code, stderr }, { code: 1, stderr: "" });
  assertMatch(stdout, /^missing +libtensorflow +not in \.venv\n +→ deno task setup$/m);
  assertMatch(stdout, /^missing +npm packages .*\n +→ deno task setup$/m);
  assertMatch(stdout, /Training cannot start yet/);
  assertEquals(namesIn(copy.root), before);
  assertEquals(await Deno.readTextFile(`${copy.root}/deno.lock`), lock);
});

Deno.test("doctor says that training can start after the set-up, as JSON too", async () => {
  await using copy = await copyProject();
  await copy.run(["setup"]);
  await Deno.mkdir(`${copy.root}/data/cache/cifar10`, { recursive: true });
  await Deno.writeTextFile(`${copy.root}/data/cache/cifar10/manifest.json`, "x".repeat(2000));

  const plain = await copy.run(["doctor"]);
  const json = await copy.run(["doctor", "--json"]);

  assertEquals([plain.code, json.code], [0, 0]);
  assertMatch(plain.stdout, /Training can start: deno task train\n$/);
  const report: Report = JSON.parse(json.stdout);
  assertEquals(report.ready, true);
  assertEquals(find(report, "Environment").state, "ok");
  assertMatch(find(report, "libtensorflow").found, /^\d+\.\d+\.\d+ opens, in /);
  assertEquals(find(report, "Data sets").found, "cifar10 (2 kB)");
  for (const { name } of report.checks) {
    assertMatch(plain.stdout, new RegExp(`^\\w+ +${name} `, "m"));
  }
});

Deno.test("doctor notices a GPU that TensorFlow was installed without", async () => {
  await using copy = await copyProject();
  await copy.run(["setup", "--device", "cpu"]);
  copy.addProgram("nvidia-smi", "#!/bin/sh\necho 'GPU 0: NVIDIA Pretend 9000 (UUID: GPU-1)'\n");

  const { code, stdout } = await copy.run(["doctor", "--json"]);

  const devices = find(JSON.parse(stdout), "Devices");
  assertEquals(code, 0);
  assertMatch(devices.found, /^NVIDIA Pretend 9000; .*without CUDA/);
  assertEquals(devices.mend, "deno task setup --device gpu");
});

Deno.test("doctor asks TensorFlow itself whether it can use the GPU that nvidia-smi lists", async () => {
  await using copy = await copyProject();
  await copy.run(["setup", "--device", "gpu"]);
  copy.addProgram("nvidia-smi", "#!/bin/sh\necho 'GPU 0: NVIDIA Pretend 9000 (UUID: GPU-1)'\n");
  const cuda = `${copy.root}/.venv/lib/python3.11/site-packages/nvidia/cudnn/lib`;
  await Deno.mkdir(cuda, { recursive: true });
  await Deno.writeTextFile(`${cuda}/libcudnn.so.9`, "half a file");

  const { code, stdout } = await copy.run(["doctor", "--json"]);

  const { state, found, mend } = find(JSON.parse(stdout), "Devices");
  assertEquals({ code, state }, { code: 0, state: "note" });
  // Which reason it is depends on the build of TensorFlow that is at hand.
  assertMatch(found, /^nvidia-smi lists NVIDIA Pretend 9000, the CPU is used: \w/);
  assert(mend);
});

Deno.test({
  name: "doctor says in which way TensorFlow can use a GPU, or why not",
  ignore: !hasCompiler,
  async fn() {
    await using copy = await copyProject();
    using library = temporaryFolder();
    await compileStubLibrary(library.path);
    copy.addProgram("nvidia-smi", "#!/bin/sh\necho 'GPU 0: NVIDIA Pretend 9000 (UUID: GPU-1)'\n");
    const created =
      "Created device GPU:0 -> device: 0, name: NVIDIA Pretend 9000, pci bus id: 0, " +
      "compute capability: 9.0\n";
    const cases: { says: string; fails?: string; state: string; found: RegExp }[] = [
      { says: created, state: "ok", found: /^TensorFlow lists NVIDIA Pretend 9000, .*: 9\.0$/ },
      {
        says: "Could not load dynamic library 'libnvidia-ml.so.1'; dlerror: none\n",
        state: "note",
        found: /^nvidia-smi lists NVIDIA Pretend 9000, the CPU is used: .*libnvidia-ml\.so\.1/,
      },
      {
        says: "",
        fails: "Status: CUDA driver version is insufficient for CUDA runtime version",
        state: "note",
        found: /the CPU is used: the NVIDIA driver is too old/,
      },
    ];

    const answers = await Promise.all(cases.map(async ({ says, fails = "" }) => {
      const env = {
        GLMC_LIBTENSORFLOW: library.path,
        CUDA_VISIBLE_DEVICES: "0",
        STUB_SAYS: says,
        STUB_FAILS: fails,
      };
      const { stdout } = await copy.run(["doctor", "--json"], env);
      return find(JSON.parse(stdout), "Devices");
    }));

    for (const [i, { state, found }] of cases.entries()) {
      assertEquals(answers[i]?.state, state);
      assertMatch(answers[i]!.found, found);
    }
  },
});

Deno.test("doctor tells a damaged library from a good one", async () => {
  await using copy = await copyProject();
  const folder = `${copy.root}/.venv/lib/python3.11/site-packages/tensorflow`;
  await Deno.mkdir(folder, { recursive: true });
  for (const part of ["cc", "framework"]) {
    await Deno.writeTextFile(`${folder}/libtensorflow_${part}.so.2`, "half a file");
  }

  const { code, stdout } = await copy.run(["doctor", "--json"]);

  const library = find(JSON.parse(stdout), "libtensorflow");
  assertEquals({ code, state: library.state }, { code: 1, state: "missing" });
  assertMatch(library.found, /^Cannot open libtensorflow/);
  assertEquals(library.mend, "rm -r .venv && deno task setup");
});

Deno.test("doctor notices a set-up that is out of date, and a missing Python", async () => {
  await using copy = await copyProject();
  await copy.run(["setup"]);
  await Deno.writeTextFile(
    `${copy.root}/lib/setup/requirements-cpu.txt`,
    "tensorflow-cpu==9.9.9\n",
  );

  const { code, stdout } = await copy.run(["doctor", "--json"], { PATH: "/nowhere" });

  const report: Report = JSON.parse(stdout);
  assertEquals(code, 0);
  assertMatch(find(report, "Environment").found, /out of date$/);
  assertEquals(find(report, "Python").mend, "sudo apt install python3 python3-venv");
  assertEquals(find(report, "Node").state, "note");
});
