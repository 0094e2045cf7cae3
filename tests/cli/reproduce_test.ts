import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { openRunStore } from "../../lib/experiment/run_store.ts";
import { projectRoot } from "../../lib/setup/project.ts";
import { temporaryFolder } from "../data/disposables.ts";
import { writeTinyImageNet } from "../tiny_imagenet.ts";

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the real command. */
async function reproduce(
  args: readonly string[],
  { runs }: { readonly runs: string },
): Promise<Result> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-q", "-A", "--no-check", `${projectRoot}/lib/cli/main.ts`],
      ...["reproduce", ...args],
    ],
    env: { GLMC_RUNS: runs },
  }).output();
  const [out, said] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, stdout: out!, stderr: said! };
}

Deno.test("reproduce trains a row in small, and the same command again repeats nothing", async () => {
  await using temporary = await temporaryFolder();
  const { path: runs } = temporary;
  // Twenty images of the commonest class leave none of the rarest at the row's own rate.
  const args = ("cifar10-lt-100 --epochs 1 --second_epochs 1 --width 1 --largest_class 20 " +
    "--imbalance_rate 0.05 --seeds 1,2").split(" ");

  const first = await reproduce(args, { runs });

  assertEquals(first.code, 0, first.stderr);
  assertMatch(first.stderr, /2 runs of 1 \+ 1 epochs\. 2 of 2 runs to do: about /);
  assertMatch(first.stdout, /^GLMC +2 +[\d.]+ ± [\d.]+ .* GLMC g2 \(target\) +88\.50 +none: /m);
  assertMatch(first.stdout, /^GLMC \+ MaxNorm +2 +[\d.]+ ± .* GLMC g1 \(arXiv\) +87\.57 +none: /m);
  assertStringIncludes(first.stdout, "no verdict: imbalanceRate 0.05, largestClass 20, width 1");

  const made = await openRunStore(runs).list();
  const before = made.map(({ description }) => description?.id);
  assertEquals(made.map(({ description }) => description?.environment.preset), [
    ...["cifar10-lt-100", "cifar10-lt-100"],
  ]);
  const again = await reproduce(args, { runs });

  assertEquals([again.code, again.stdout], [0, first.stdout]);
  assertEquals(again.stderr.match(/: known, /g)?.length, 2);
  const after = (await openRunStore(runs).list()).map(({ description }) => description?.id);
  assertEquals([before.length, after], [2, before]);
});

Deno.test("reproduce lists its rows, and refuses what is none with code 2", async () => {
  await using temporary = await temporaryFolder();
  const { path: runs } = temporary;
  const cases: [args: string[], message: RegExp][] = [
    [[], /deno task reproduce \? lists them/],
    [["cifar10-lt-1000"], /did you mean cifar10-lt-100\?/],
    [["cifar10-lt-100", "--seed", "1"], /give them with --seeds/],
    [["cifar10-lt-100", "--reading", "mine"], /one of official-code, paper, corrected/],
    [["cifar10-lt-100", "--epochs", "0"], /--epochs/],
    [["imagenet-lt", "--dry-run"], /the folder of its images is not named: pass it with --root/],
    [["inat18", "--root", runs, "--dry-run"], /pass iNaturalist18_train\.txt with --dir_train_txt/],
  ];
  const [list, ...refused] = await Promise.all([
    reproduce(["?"], { runs }),
    ...cases.map(([args]) => reproduce(args, { runs })),
  ]);
  assertEquals(list!.code, 0, list!.stderr);
  assertMatch(list!.stdout, /^cifar100-lt-10 +GLMC, CIFAR-100-LT, .* 73\.40 +GLMC g2$/m);
  assertMatch(list!.stdout, /^inat18 +GLMC, iNaturalist 2018 +72\.21 +GLMC, large sets$/m);
  for (const [index, { code, stdout, stderr }] of refused.entries()) {
    assertEquals([code, stdout], [2, ""], stderr);
    assertMatch(stderr, cases[index]![1]);
    assertMatch(stderr, /^error: [^\n]*\n$/);
  }
  assertEquals([...Deno.readDirSync(runs)], []);
});

Deno.test("reproduce trains a row of a large set in small, without a verdict by other lists", async () => {
  await using temporary = await temporaryFolder();
  const { path } = temporary;
  const { root, trainList, testList } = writeTinyImageNet(path, Array(1000).fill(1));
  const files = ["--root", root, "--dir_train_txt", trainList, "--dir_test_txt", testList];
  const small = "--image_size 32 --width 4 --epochs 1 --second_epochs 1 --seeds 1".split(" ");
  const result = await reproduce(["imagenet-lt", ...files, ...small], { runs: `${path}/runs` });

  assertEquals(result.code, 0, result.stderr);
  assertMatch(result.stdout, /^GLMC +1 +[\d.]+ .* GLMC, large sets \(target\) +56\.30 +none: /m);
  assertMatch(result.stdout, /^GLMC \+ MaxNorm +1 .* 56\.70 +none: /m);
  assertMatch(
    result.stdout,
    /no\s+verdict: [^]*another\s+list\s+of\s+training\s+images, another\s+list\s+of\s+test/,
  );
});
