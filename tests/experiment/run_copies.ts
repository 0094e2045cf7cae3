/**
 * A finished run to be damaged, and a way to see that nothing of it has been lost.
 *
 * @module
 */
import { isDeepStrictEqual } from "node:util";
import { assert, assertEquals } from "@std/assert";
import { readSafetensors } from "../../lib/disk/safetensors.ts";
import { configure } from "../../lib/experiment/config.ts";
import { beginRun } from "../../lib/experiment/run.ts";
import { runFiles } from "../../lib/experiment/run_folder.ts";
import { openRunStore, type RunStore } from "../../lib/experiment/run_store.ts";
import { disposeTensors } from "../../lib/tensor/named_tensors.ts";
import { createConfiguredNetwork } from "../../lib/experiment/configured.ts";
import { methods } from "../../lib/method/methods.ts";
import { testEngine } from "../engine.ts";
import { smallDataset } from "../fixtures.ts";

const dataset = smallDataset();
const engine = await testEngine();

/** Trains `runs/name` to its end: a stage of so many epochs, and a second one of one epoch. */
export async function finishedRun(
  runs: string,
  { name, epochs = 1, onEpoch }: {
    readonly name: string;
    readonly epochs?: number;
    readonly onEpoch?: (epoch: number) => void;
  },
): Promise<string> {
  const config = configure({
    imbalanceRate: 0.2,
    width: 2,
    epochs,
    batchSize: 34,
    secondStage: "classifier",
    secondEpochs: 1,
  });
  using run = await beginRun({
    config,
    engine,
    dataset,
    store: openRunStore(runs),
    name,
    // Event files are never read back.
    tensorboard: false,
  });
  for await (const event of run.events()) {
    if (event.type === "epoch") onEpoch?.(event.record.epoch);
  }
  return run.folder;
}

/** Copies the files of a run, but for the lock of one that is at work. */
export function copyFolder(from: string, to: string): void {
  Deno.mkdirSync(to, { recursive: true });
  for (const { name } of Deno.readDirSync(from)) {
    if (name === runFiles.lock) continue;
    Deno.copyFileSync(`${from}/${name}`, `${to}/${name}`);
  }
}

/** What lies in a folder: bytes of files, targets of links, `folder` for folders. */
export type Snapshot = ReadonlyMap<string, Uint8Array | string>;

/** Looks at a folder without following links. */
export function snapshot(folder: string): Snapshot {
  return new Map(
    [...Deno.readDirSync(folder)].map(({ name, isFile, isSymlink }) => {
      const path = `${folder}/${name}`;
      const what = isFile
        ? Deno.readFileSync(path)
        : isSymlink
        ? Deno.readLinkSync(path)
        : "folder";
      return [name, what] as const;
    }).sort(([a], [b]) => a < b ? -1 : 1),
  );
}

/** Times differ from run to run, and digests with them. */
function meaning(bytes: Uint8Array | string): unknown {
  if (typeof bytes === "string") return bytes;
  const timeless = (text: string): string =>
    text.replaceAll(/"(trainSeconds|evaluateSeconds|seconds|sha256)":\s*("\w+"|[\d.e-]+)/g, "$1");
  try {
    const { tensors, metadata } = readSafetensors(bytes);
    return [tensors, timeless(JSON.stringify(metadata).replaceAll('\\"', '"'))];
  } catch {
    return timeless(new TextDecoder().decode(bytes));
  }
}

/** Fails unless a folder holds what it held, to the last bit. */
export function assertUnchanged(before: Snapshot, folder: string, how: string): void {
  const after = snapshot(folder);
  // The difference of two weight files would be no use to anybody.
  const changed = [...new Set([...before.keys(), ...after.keys()])]
    .filter((name) => !isDeepStrictEqual(before.get(name), after.get(name)));
  assertEquals(changed, [], how);
}

/** Fails if something that was there is neither there still nor set aside. */
export function assertNothingLost(before: Snapshot, after: Snapshot, how: string): void {
  const kept = [...after].map(([name, what]) => [name, meaning(what)] as const);
  for (const [name, what] of before) {
    const wanted = meaning(what);
    const isKept = kept.some(([other, found]) =>
      (other === name || other.startsWith(`${name}.damaged`)) && isDeepStrictEqual(found, wanted)
    );
    // The checkpoint before the last one makes room for the last one.
    const isRotated = name === runFiles.previousCheckpoint &&
      isDeepStrictEqual(meaning(after.get(name)!), meaning(before.get(runFiles.checkpoint) ?? ""));
    assert(isKept || isRotated, `${how}: ${name} is not what it was`);
  }
}

/** What became of the three things that are done with a run. */
export interface Outcome {
  /** What was said, by notices and errors. */
  readonly said: string;
  /** Whether it was refused. */
  readonly isRefused: boolean;
}

/** The things that are done with a run, by name. */
export const uses: Readonly<Record<string, (store: RunStore, folder: string) => Promise<Outcome>>> =
  {
    resume: (store, folder) =>
      outcomeOf(async (say) => {
        using run = await beginRun({
          engine,
          dataset,
          store,
          name: folder,
          resume: "must",
          onNotice: say,
        });
        // What was gone back to is done again; whole epochs would only take time.
        if (run.from.step > 0) { for await (const _ of run.events()); }
      }),
    evaluate: (store, folder) =>
      outcomeOf(async () => {
        const { description: { config } } = await store.find(folder);
        const network = createConfiguredNetwork(config, { methods });
        disposeTensors(await store.weights(folder, { which: "best", network }));
      }),
    report: (store, folder) =>
      outcomeOf(async (say) => (await store.read(folder)).notices.forEach(say)),
  };

async function outcomeOf(use: (say: (line: string) => void) => Promise<void>): Promise<Outcome> {
  const lines: string[] = [];
  try {
    await use((line) => lines.push(line));
    return { said: lines.join("\n"), isRefused: false };
  } catch (error) {
    const { message } = error as Error;
    assertEquals(message.includes("\n"), false, message);
    return { said: [...lines, message].join("\n"), isRefused: true };
  }
}
