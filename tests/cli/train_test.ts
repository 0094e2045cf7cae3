import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { readSafetensors, writeSafetensors } from "../../lib/disk/safetensors.ts";
import { runFiles } from "../../lib/experiment/run_folder.ts";
import { openRunStore } from "../../lib/experiment/run_store.ts";
import { projectRoot } from "../../lib/setup/project.ts";
import { studyWithFiles, withFiles } from "../../lib/study/given_files.ts";
import { temporaryFolder } from "../data/disposables.ts";
import { findCudaLibraries } from "../../lib/setup/find.ts";
import { testEngine } from "../engine.ts";

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const main = `${projectRoot}/lib/cli/main.ts`;

/** Runs the real command; interrupts it once its output matches. */
async function glmc(
  args: readonly string[],
  { runs, interruptAt }: { readonly runs: string; readonly interruptAt?: RegExp },
): Promise<Result> {
  const child = new Deno.Command("env", {
    // Where the tests run in the background of a script, Ctrl-C is ignored.
    args: ["--default-signal=INT", Deno.execPath(), "run", "-A", "--no-check", main, ...args],
    env: { GLMC_RUNS: runs },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const collect = async (stream: ReadableStream<Uint8Array>): Promise<string> => {
    let text = "";
    for await (const part of stream.pipeThrough(new TextDecoderStream())) {
      const before = interruptAt?.test(text);
      text += part;
      if (!before && interruptAt?.test(text)) child.kill("SIGINT");
    }
    return text;
  };
  const [stdout, stderr] = await Promise.all([collect(child.stdout), collect(child.stderr)]);
  return { code: (await child.status).code, stdout, stderr };
}

/** A CIFAR-10 folder of the full size, in the binary version, of grey images that tell their class. */
async function writeGreyCifar(folder: string): Promise<void> {
  const record = 1 + 32 * 32 * 3;
  const files = [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}`);
  for (const [index, name] of [...files, "test_batch"].entries()) {
    const bytes = new Uint8Array(10_000 * record);
    for (let row = 0; row < 10_000; row++) {
      // No two files are alike, which would be taken for a mistake.
      bytes.fill(20 * (row % 10) + 20 + index, row * record, (row + 1) * record);
      bytes[row * record] = row % 10;
    }
    await Deno.writeFile(`${folder}/${name}.bin`, bytes);
  }
}

// The narrowest network, the steepest tail and a large batch: seconds, not minutes.
const small = "--width 1 -b 512 --imbanlance_rate 0.0002 --lr 0.05 --epochs 1".split(" ");

Deno.test("train, interrupted and resumed, then evaluate: the real commands", async (t) => {
  await using temporary = await temporaryFolder();
  const { path: runs } = temporary;
  const data = `${runs}/images`;
  await Deno.mkdir(data);
  await writeGreyCifar(data);
  const folder = `${runs}/tiny`;

  await t.step("Ctrl-C writes a checkpoint and says how to go on", async () => {
    const { code, stdout, stderr } = await glmc(
      ["train", ...small, "--name", "tiny", "--data", data, "-p", "1"],
      { runs, interruptAt: /step [2-9]\// },
    );
    assertEquals(code, 130, stderr);
    assertMatch(stdout, /^Network +resnet32, width 1, /m);
    assertMatch(stdout, /^Expected +\d+/m);
    assertMatch(
      stderr,
      /Stopped in epoch 1 after step \d+: continue with: deno task train --resume tiny/,
    );
    assert(Deno.statSync(`${folder}/${runFiles.checkpoint}`).isFile);
  });

  await t.step("Ctrl-C before the first step ends with a word", async () => {
    const args = ["train", ...small, "--name", "early", "--data", data];
    const { code, stdout, stderr } = await glmc(args, { runs, interruptAt: /^Network/m });
    assertEquals([code, /^Expected/m.test(stdout)], [130, false], stderr);
    assertMatch(stderr, /Stopped before a step was done: .* deno task train --resume early\n$/);
  });

  await t.step("a second run of that name is refused, other settings too", async () => {
    const again = await glmc(["train", ...small, "--name", "tiny", "--data", data], { runs });
    assertEquals(again.code, 2);
    assertMatch(again.stderr, /^error: .*--resume tiny.*\n$/);
    const other = await glmc(["train", "--resume", "tiny", "--lr", "0.3"], { runs });
    assertEquals(other.code, 2);
    assertMatch(other.stderr, /^error: .*--learning_rate 0.3 \(the run has 0.05\).*\n$/);
  });

  const moved = `${runs}/moved images`;
  await Deno.rename(data, moved);

  await t.step("--resume without its images says how to name their folder", async () => {
    const { code, stderr } = await glmc(["train", "--resume", "tiny"], { runs });
    assertEquals(code, 1);
    assertMatch(
      stderr,
      /error: .*images.*: if the images .* moved, name their folder with --data\n$/,
    );
  });

  await t.step("--resume goes on with images that have moved, and finishes", async () => {
    const { code, stdout, stderr } = await glmc(
      [
        "train",
        "--resume",
        folder,
        "--data",
        moved,
        "-j",
        "4",
        "--store_name",
        "a/b",
        "--start-epoch",
        "3",
      ],
      { runs },
    );
    assertEquals(code, 0, stderr);
    assertMatch(stderr, /^--workers has no effect here: images are on the device/m);
    assertMatch(stderr, /^--store_name has no effect here: a run that is resumed keeps its name/m);
    assertMatch(stderr, /^--start-epoch has no effect here: a run that is resumed goes on where /m);
    assertMatch(stdout, /from epoch 1, step \d+/);
    assertMatch(stderr, /epoch 1\/1 +top-1 +[\d.]+ %/);
    assertMatch(stdout, /Finished: best top-1 [\d.]+ % in epoch 1/);
  });

  await t.step("--resume of a finished run says so", async () => {
    const { code, stdout } = await glmc(["train", "--resume", "tiny"], { runs });
    assertEquals(code, 0);
    assertMatch(stdout, /is finished: best top-1/);
  });

  const metrics = JSON.parse(Deno.readTextFileSync(`${folder}/${runFiles.metrics}`));

  await t.step("evaluate gives what the training reported", async () => {
    const { code, stdout, stderr } = await glmc(
      ["evaluate", "--run", "tiny", "--json", "--data", moved, "--gpu", "0", "-p", "100"],
      { runs },
    );
    assertEquals(code, 0, stderr);
    assertEquals(JSON.parse(stdout).top1, metrics.evaluation.top1);
    assertMatch(stderr, /^--print_freq has no effect here/m);
    // What a machine without GPUs says; one with GPUs takes the first.
    assertEquals(
      /^No GPU 0 is used, the CPU does the work: /m.test(stderr),
      (await testEngine()).device === "cpu",
    );
  });

  await t.step("evaluate tests another classifier of the same weights", async () => {
    const { code, stdout, stderr } = await glmc(
      ["evaluate", "--run", "tiny", "--data", moved, "--json", "--tested", "mean"],
      { runs },
    );
    assertEquals(code, 0, stderr);
    const { calibrationError } = JSON.parse(stdout);
    assertNotEquals(calibrationError, metrics.evaluation.calibrationError);
    const other = await glmc(["evaluate", "--run", "tiny", "--predictor", "mlp"], { runs });
    assertEquals(other.code, 2);
    assertMatch(other.stderr, /--predictor mlp \(the run has linear\)/);
  });

  await t.step("evaluate refuses other images than those of the run", async () => {
    const other = `${runs}/other`;
    await Deno.mkdir(other);
    for (const { name } of Deno.readDirSync(moved)) {
      await Deno.symlink(`${moved}/${name}`, `${other}/${name}`);
    }
    const bytes = await Deno.readFile(`${moved}/test_batch.bin`);
    bytes[1]! ^= 1;
    await Deno.remove(`${other}/test_batch.bin`);
    await Deno.writeFile(`${other}/test_batch.bin`, bytes);
    const { code, stderr } = await glmc(["evaluate", "--run", "tiny", "--data", other], { runs });
    assertEquals(code, 1);
    assertMatch(stderr, /error: Cannot evaluate the run in .*: its images and labels have hash /);
  });

  await t.step("evaluate takes a state dict as PyTorch's DataParallel names it", async () => {
    const { tensors } = readSafetensors(Deno.readFileSync(`${folder}/${runFiles.best}`));
    const entries = Object.entries(tensors).map(([name, tensor]) => [`module.${name}`, tensor]);
    const file = `${runs}/exported.safetensors`;
    await Deno.writeFile(file, writeSafetensors(Object.fromEntries(entries)));
    const args = ["evaluate", "--weights", file, "--data", moved, "--json"];
    const { code, stdout, stderr } = await glmc([...args, "--width", "1"], { runs });
    assertEquals(code, 0, stderr);
    assertEquals(JSON.parse(stdout).top1, metrics.evaluation.top1);
    assertMatch(stderr, /^The prefix "module\." is taken off the names in the file\n/);

    const wrong = await glmc([...args, "-a", "resnet18", "--width", "64"], { runs });
    assertEquals(wrong.code, 1);
    assertMatch(wrong.stderr, /^error: Cannot use the weights in .*--arch.*\n$/);
  });

  await t.step(
    "stage2 changes a classifier without training, and says what it cannot do",
    async () => {
      const tried = ["stage2", "--run", "tiny", "--data", moved];
      for (
        const [flags, code, text] of [
          [["--method", "tau"], 2, "holds no images out for validation: name one with --tau"],
          [["--method", "l2", "--epochs", "3"], 2, "Cannot use --epochs with --method l2"],
          [["--method", "crt", "--tau", "1"], 2, "Cannot use --tau with --method crt"],
          [["--method", "crt", "--loss", "nothing"], 2, "there is no such method"],
          [["--method", "tua"], 2, "it must be one of classifier, crt, lws, maxnorm, tau, l2, la"],
        ] as const
      ) {
        const refused = await glmc([...tried, ...flags], { runs });
        assertEquals([refused.code, refused.stdout], [code, ""], refused.stderr);
        assert(refused.stderr.includes(text), refused.stderr);
      }
      const file = `${runs}/adjusted.safetensors`;
      const adjusted = await glmc([...tried, "--method", "la", "--json", "--out", file], { runs });
      assertEquals(adjusted.code, 0, adjusted.stderr);
      const { trials: [{ tau }], chosen } = JSON.parse(adjusted.stdout);
      assertEquals([tau, chosen], [1, 1]);
      const before = await Deno.readFile(`${folder}/${runFiles.best}`);
      const [old, now] = [before, await Deno.readFile(file)].map((bytes) =>
        readSafetensors(bytes).tensors
      );
      // How many batches the statistics have seen is not known of weights alone.
      const names = Object.keys(old!).filter((name) => !name.endsWith(".num_batches_tracked"));
      const changed = names.filter((name) => `${old![name]!.data}` !== `${now![name]!.data}`);
      assertEquals(changed, ["fc_cb.bias"]);
      const shifted = ["evaluate", "--run", "tiny", "--data", moved, "--test_prior", "forward:50"];
      const { code, stdout, stderr } = await glmc(shifted, { runs });
      assertEquals(code, 0, stderr);
      assertMatch(stdout, /^top-1, forward:50 +[\d.]+ %\ncompensated +[\d.]+ %$/m);
    },
  );

  await t.step("a copy of other images is known by these, by a run as by a study", async () => {
    const { description: { config, dataHash } } = await openRunStore(runs).find("tiny");
    const { imagesHash } = await withFiles({ dataFolder: moved });
    assertEquals([config.data.imagesHash, imagesHash], [dataHash, dataHash]);
    const variants = [{ name: "b", settings: { splitSeed: 2 } }];
    const study = { name: "a", title: "A", base: { dataFolder: moved }, variants, seeds: [1] };
    assertEquals((await studyWithFiles(study)).base.imagesHash, dataHash);
    const other = ["split", "--data", moved, "--images_hash", "0".repeat(64)];
    const { stderr } = await glmc(other, { runs });
    assertMatch(stderr, /error: Cannot use the images of cifar10: they must have SHA-256 0{64}: /);
  });

  await t.step("split writes rows; train says in a line what is wrong with others", async () => {
    const file = `${runs}/rows.txt`;
    const own = ["--data", moved];
    const draw = ["--imbalance_rate", "0.0002", "--split_generator", "numpy", "--write", file];
    const { code, stdout, stderr } = await glmc(["split", ...own, ...draw], { runs });
    assertEquals(code, 0, stderr);
    // np.random.RandomState(0).permutation(np.arange(0, 50000, 10))[:5]
    assertMatch(stdout, /^First rows +3980 38330 48360 45720 6360$/m);
    const lines = Deno.readTextFileSync(file).trim().split("\n");
    await Deno.writeTextFile(file, lines.slice(0, -1).join("\n"));
    const refused = await glmc(["train", ...own, "--split_file", file], { runs });
    assertEquals([refused.code, refused.stdout], [1, ""]);
    assertMatch(refused.stderr, /^error: Cannot use the rows of .*class 9 has none: .*\n$/m);
  });
  await t.step(
    "stage2 chooses tau by the held-out rows of a run whose file of rows is gone",
    async () => {
      const file = `${runs}/own rows.txt`;
      await Deno.writeTextFile(file, Array.from({ length: 200 }, (_, row) => `${row}\n`).join(""));
      const own = ["--data", moved, "--split_file", file, "--validation", "0.1"];
      const short = ["--width", "1", "-b", "90", "--epochs", "1", "--name", "rows"];
      const trained = await glmc(["train", ...own, ...short], { runs });
      assertEquals(trained.code, 0, trained.stderr);
      await Deno.remove(file);

      const args = ["stage2", "--run", "rows", "--data", moved, "--method", "tau", "--json"];
      const { code, stdout, stderr } = await glmc(args, { runs });

      assertEquals(code, 0, stderr);
      assertEquals(JSON.parse(stdout).selects, "validation");
    },
  );
  await t.step(
    "a run in place of weights, and weights in place of a run, are called so",
    async () => {
      const file = `${runs}/exported.safetensors`;
      for (
        const [args, code, message] of [
          [["evaluate", "--weights", "tiny"], 2, /"tiny" as weights: it is a run, .*--run tiny\n$/],
          [["evaluate", "--weights", folder], 2, /it is a run, .*evaluate --run .*tiny\n$/],
          [
            ["evaluate", "--run", file],
            1,
            /it is no run but a safetensors file: .*--weights .*\n$/,
          ],
          [
            ["train", "--resume", file],
            1,
            /it is no run but a safetensors file: .*--weights .*\n$/,
          ],
        ] as const
      ) {
        const { stdout, stderr, ...result } = await glmc(args, { runs });
        assertEquals([result.code, stdout], [code, ""], stderr);
        assertMatch(stderr, message);
      }
    },
  );

  await t.step("a damaged checkpoint falls back to the one before it, and says so", async () => {
    const path = `${folder}/${runFiles.checkpoint}`;
    const sound = Deno.readFileSync(path);
    Deno.writeFileSync(path, sound.subarray(0, 1000));
    const { code, stderr } = await glmc(["train", "--resume", "tiny", "--data", moved], { runs });
    assertEquals(code, 0, stderr);
    assertMatch(stderr, /checkpoint\.safetensors.*: continuing from the checkpoint before it/);
    assertEquals(readSafetensors(Deno.readFileSync(path)).tensors, readSafetensors(sound).tensors);
  });

  await t.step("two damaged checkpoints are one clear line and stay as they are", async () => {
    const paths = [runFiles.checkpoint, runFiles.previousCheckpoint].map((file) =>
      `${folder}/${file}`
    );
    const bytes = paths.map((path) => Deno.readFileSync(path).subarray(0, 1000));
    paths.forEach((path, i) => Deno.writeFileSync(path, bytes[i]!));
    const { code, stderr } = await glmc(["train", "--resume", "tiny"], { runs });
    assertEquals(code, 1);
    assertMatch(stderr, /^error: Cannot [^\n]*checkpoint\.safetensors[^\n]*\n$/);
    assertMatch(stderr, /; evaluate its best weights: deno task evaluate --run tiny; look at/);
    assertEquals(paths.map((path) => Deno.readFileSync(path)), bytes);
  });
});

for (
  const [args, code, text] of [
    ["train --epoch 3", 2, /did you mean --epochs/],
    ["train --imbanlance_rate 2", 2, /\(0, 1\]/],
    ["train --resume nothing", 1, /there is no such run/],
    ["train --name a/b", 2, /letters, digits/],
    ["train --name a --store_name b", 2, /both name the run: leave one out/],
    ["train --gpu 0 --device cpu", 2, /--gpu 0 with --device cpu: leave one of them out/],
    // Where CUDA is installed, only a pretended absence would do.
    ...findCudaLibraries().length > 0 ? [] : [
      [
        "train --device gpu",
        1,
        /Cannot use a GPU: [^\n]+: [^\n]+, or use --device cpu\n$/,
      ] as const,
    ],
    ["train --gpu -1", 2, /a whole number in \[0, 1023\]/],
    ["train --data /nowhere", 1, /Cannot read "\/nowhere": there is no such/],
    ["train --split_file /nowhere", 1, /there is no such file/],
    ["train --split_file rows.txt --split_seed 3", 2, /the subset is not drawn but given/],
    ["split --write", 2, /--write needs a value/],
    ["evaluate", 2, /either --run <name> or --weights <file>/],
    ["evaluate --run nothing", 1, /there is no such run/],
    ["evaluate --weights /nowhere", 1, /there is no such file/],
  ] as const
) {
  Deno.test(`"${args}" ends with code ${code} and one line`, async () => {
    await using temporary = await temporaryFolder();
    const { stdout, stderr, ...result } = await glmc(args.split(" "), { runs: temporary.path });
    assertEquals([result.code, stdout], [code, ""]);
    assertMatch(stderr, /^error: [^\n]*\n$/);
    assertMatch(stderr, text);
  });
}

Deno.test("train --help and evaluate --help list their flags", async () => {
  for (
    const [command, flag] of [["train", "--imbanlance_rate"], ["evaluate", "--weights"]] as const
  ) {
    const { code, stdout } = await glmc([command, "--help"], { runs: "/nowhere" });
    assertEquals(code, 0);
    assertMatch(stdout, new RegExp(flag));
  }
});
