/**
 * Damages every file of a run in many ways and looks at what is said:
 * `deno run -A tests/experiment/mutations.ts [ways]`.
 *
 * No damage may be taken silently: either the run still reads, resumes, evaluates and reports as if nothing
 * had happened to the bytes that matter, or there is one clear line, or a fall-back that is said.
 *
 * @module
 */
import { errorLine } from "../../lib/cli/shell.ts";
import { configure } from "../../lib/experiment/config.ts";
import { beginRun } from "../../lib/experiment/run.ts";
import { runFiles } from "../../lib/experiment/run_folder.ts";
import { openRunStore } from "../../lib/experiment/run_store.ts";
import { type RandomStream, randomStream } from "../../lib/data/random.ts";
import { disposeTensors } from "../../lib/tensor/named_tensors.ts";
import type { Engine } from "../../lib/tensor/engine.ts";
import { testEngine } from "../engine.ts";
import { smallDataset } from "../fixtures.ts";

/** What became of one damaged file. */
export interface Finding {
  /** The file and what was done to it. */
  readonly damage: string;
  /** Lines that were said, by errors and notices. */
  readonly said: readonly string[];
  /** Why this is not good enough; absent where it is. */
  readonly problem?: string;
}

/** What JavaScript says by itself, and a user should never see. */
const javascriptWords =
  /undefined|is not a function|is not iterable|Cannot read propert|NaN|\[object|Invalid typed array|Unexpected token|\n/;

const dataset = smallDataset();
const config = configure({ imbalanceRate: 0.2, width: 2, epochs: 3, batchSize: 24 });

/** Trains two of three epochs into `runs/name`. */
async function makeRun(runs: string, name: string, engine: Engine, seed = 42): Promise<void> {
  // Event files are never read back.
  const options = { engine, dataset, store: openRunStore(runs), name, tensorboard: false };
  using run = await beginRun({ ...options, config: { ...config, seed } });
  for await (const event of run.events()) {
    if (event.type === "epoch" && event.record.epoch === 1) break;
  }
}

type Bytes = Uint8Array<ArrayBuffer>;

/** A way to damage a file: its new bytes, or `undefined` if it is taken away. */
type Damage = (bytes: Bytes, random: RandomStream) => { what: string; bytes?: Bytes };

const damages: readonly Damage[] = [
  (bytes, random) => {
    const [position, bit] = [random.integer(bytes.length), random.integer(8)];
    const flipped = bytes.slice();
    flipped[position]! ^= 1 << bit;
    return { what: `bit ${bit} of byte ${position} flipped`, bytes: flipped };
  },
  (bytes, random) => {
    const start = random.integer(bytes.length);
    const damaged = bytes.slice();
    damaged.fill(0, start, start + 64);
    return { what: `64 bytes from ${start} are zeros`, bytes: damaged };
  },
  (bytes, random) => {
    const length = random.integer(bytes.length);
    return { what: `cut to ${length} bytes`, bytes: bytes.slice(0, length) };
  },
  (bytes, random) => {
    const start = random.integer(bytes.length);
    const damaged = bytes.slice();
    for (let i = start; i < Math.min(start + 16, bytes.length); i++) {
      damaged[i] = random.integer(256);
    }
    return { what: `16 bytes from ${start} are others`, bytes: damaged };
  },
  (bytes, random) => {
    const tail = Uint8Array.from({ length: 1 + random.integer(32) }, () => random.integer(256));
    const longer = new Uint8Array(bytes.length + tail.length);
    longer.set(bytes);
    longer.set(tail, bytes.length);
    return { what: `${tail.length} bytes more`, bytes: longer };
  },
  (bytes, random) => {
    // A number in JSON, or in the JSON header of a file of tensors, becomes another one.
    const text = new TextDecoder("latin1").decode(bytes);
    const digits = [...text.slice(0, 200_000).matchAll(/(?<=[:,[])-?\d+(\.\d+)?(?=[,\]}\n])/g)];
    const chosen = digits[random.integer(Math.max(1, digits.length))];
    if (chosen === undefined) return { what: "emptied", bytes: new Uint8Array(0) };
    const words = ["null", "1e999", "-1", '"3"', "99999999", "[]", "{}", "true"];
    const value = words[random.integer(words.length)]!;
    const changed = text.slice(0, chosen.index) + value +
      text.slice(chosen.index + chosen[0].length);
    const what = `${chosen[0]} at ${chosen.index} is ${value}`;
    return { what, bytes: Uint8Array.from(changed, (letter) => letter.charCodeAt(0)) };
  },
  (bytes, random) => {
    const text = new TextDecoder("latin1").decode(bytes);
    const keys = [...text.slice(0, 200_000).matchAll(/"(\w[\w.]*)"(?=:)/g)];
    const chosen = keys[random.integer(Math.max(1, keys.length))];
    if (chosen === undefined) return { what: "emptied", bytes: new Uint8Array(0) };
    const changed = text.slice(0, chosen.index + 1) + "x" + text.slice(chosen.index + 2);
    const what = `the name ${chosen[1]} at ${chosen.index} is misspelt`;
    return { what, bytes: Uint8Array.from(changed, (letter) => letter.charCodeAt(0)) };
  },
];

const wholeFileDamages: readonly Damage[] = [
  () => ({ what: "taken away" }),
  () => ({ what: "emptied", bytes: new Uint8Array(0) }),
  () => ({ what: "an empty object", bytes: new TextEncoder().encode("{}\n") as Bytes }),
];

/** Reads, resumes and evaluates a run as commands do, and collects what is said. */
async function use(runs: string, engine: Engine): Promise<string[]> {
  const said: string[] = [];
  const say = (line: string): void => void said.push(line);
  const tell = (error: unknown): void => say(errorLine(error));
  const store = openRunStore(runs);
  await store.read("run").then(({ notices }) => notices.forEach(say), tell);
  try {
    using run = await beginRun({
      engine,
      dataset,
      store,
      name: "run",
      resume: "must",
      onNotice: say,
    });
    for (const which of ["best", "last"] as const) {
      await store.weights("run", { which, network: run.network }).then(disposeTensors, tell);
    }
    if (run.from.history.length !== 2 && said.length === 0) say("");
  } catch (error) {
    tell(error);
  }
  return said;
}

/**
 * Damages copies of a run in so many ways, file after file, and finds what is said about each.
 *
 * @param runs An empty folder to work in.
 * @param options How many ways, and the seed of their choice.
 */
export async function findSilentDamage(
  runs: string,
  { ways, seed = 1 }: { readonly ways: number; readonly seed?: number },
): Promise<Finding[]> {
  const engine = await testEngine();
  const random = randomStream(seed, "mutations");
  await makeRun(`${runs}/sound`, "run", engine);
  await makeRun(`${runs}/other`, "run", engine, 43);
  const files = [...Deno.readDirSync(`${runs}/sound/run`)].map(({ name }) => name)
    .filter((name) => name !== runFiles.lock).sort();
  const swap: Damage = () => ({ what: "that of another run" });
  const findings: Finding[] = [];

  async function tryDamage(file: string, damage: Damage): Promise<void> {
    const copy = `${runs}/copy`;
    await Deno.mkdir(`${copy}/run`, { recursive: true });
    for (const name of files) {
      await Deno.copyFile(`${runs}/sound/run/${name}`, `${copy}/run/${name}`);
    }
    const path = `${copy}/run/${file}`;
    const before = await Deno.readFile(path);
    const isSwap = damage === swap;
    const { what, bytes } = damage(before, random);
    if (isSwap) await Deno.copyFile(`${runs}/other/run/${file}`, path);
    else if (bytes === undefined) await Deno.remove(path);
    else await Deno.writeFile(path, bytes);
    // Line breaks at the end of a text are nothing that it holds.
    const held = (bytes: Bytes): string =>
      /json/.test(file) ? new TextDecoder("latin1").decode(bytes).trimEnd() : `${bytes}`;
    const isChanged = isSwap || bytes === undefined || held(bytes) !== held(before);
    const said = isChanged ? await use(copy, engine) : [];
    const words = said.find((line) => javascriptWords.test(line));
    // A young run has no checkpoint before the last one: that it is gone tells of no damage.
    const isSpareGone = file === runFiles.previousCheckpoint && bytes === undefined && !isSwap;
    const problem = !isChanged || isSpareGone
      ? undefined
      : said.length === 0 || said.includes("")
      ? "taken without a word"
      : words === undefined
      ? undefined
      : `said in JavaScript's words: ${words}`;
    findings.push({
      damage: `${file}: ${what}`,
      said,
      ...(problem !== undefined && { problem }),
    });
    await Deno.remove(copy, { recursive: true });
  }

  for (const file of files) {
    for (const damage of [swap, ...wholeFileDamages]) await tryDamage(file, damage);
  }
  while (findings.length < ways) {
    const file = files[findings.length % files.length]!;
    await tryDamage(file, damages[random.integer(damages.length)]!);
  }
  return findings;
}

if (import.meta.main) {
  const runs = await Deno.makeTempDir();
  const findings = await findSilentDamage(runs, { ways: Number(Deno.args[0] ?? 500) });
  const bad = findings.filter(({ problem }) => problem !== undefined);
  for (const { damage, said, problem } of bad) console.log(`${damage}: ${problem}\n  ${said}`);
  console.log(`${findings.length} ways to damage a run, ${bad.length} not said well`);
  await Deno.remove(runs, { recursive: true });
  Deno.exit(bad.length === 0 ? 0 : 1);
}
