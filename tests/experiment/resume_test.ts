import { runArgument } from "../../lib/experiment/place.ts";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { runFiles } from "../../lib/experiment/run_folder.ts";
import { openRunStore } from "../../lib/experiment/run_store.ts";
import { counted } from "../../lib/settings/count.ts";
import { temporaryFolder } from "../data/disposables.ts";
import {
  assertNothingLost,
  assertUnchanged,
  copyFolder,
  finishedRun,
  type Outcome,
  snapshot,
  uses,
} from "./run_copies.ts";

/** Ways in which a file of a run may be other than it was; what is said of it where it is needed. */
const damages: Readonly<
  Record<string, { readonly damage: (path: string) => void; readonly said: RegExp }>
> = {
  missing: {
    damage: (path) => Deno.removeSync(path),
    said: /gone|there is no|without config\.json/i,
  },
  empty: {
    damage: (path) => Deno.truncateSync(path),
    said: /is empty/,
  },
  "a folder": {
    damage: (path) => {
      Deno.removeSync(path);
      Deno.mkdirSync(path);
    },
    said: /it is a folder where a file of the run is to be: move it away, and /,
  },
  "a link to nothing": {
    damage: (path) => {
      Deno.removeSync(path);
      Deno.symlinkSync("/unmounted/file", path);
    },
    said: /it is a link to "\/unmounted\/file", which is not there: .*mount the disk/,
  },
  "not to be read": {
    // The administrator may read everything, so the refusal is pretended.
    damage: (path) => forbidden.add(path),
    said: /permission denied: make it readable for you/,
  },
  "an edit by hand": {
    damage: (path) => {
      const bytes = Deno.readFileSync(path);
      const text = new TextDecoder("latin1").decode(bytes);
      // The last digit before a comma becomes another one.
      const at = text.search(/\d,/);
      bytes[at]! ^= 1;
      Deno.writeFileSync(path, bytes);
    },
    said: /altered after it was written|does not fit|is damaged/,
  },
  "a comma too many": {
    damage: (path) => {
      const text = Deno.readTextFileSync(path);
      Deno.writeTextFileSync(path, text.replace(/(?=\s*\}\s*$)/, ","));
    },
    said: /a comma too many at the end of line \d+: take it out, or /,
  },
};

// One training for all tests of this file; each damages copies of it.
const place = Deno.makeTempDirSync();
globalThis.addEventListener("unload", () => Deno.removeSync(place, { recursive: true }));
const sound = await finishedRun(place, {
  name: "sound",
  epochs: 2,
  onEpoch: (epoch) => copyFolder(`${place}/sound`, `${place}/after-${epoch + 1}`),
});

const forbidden = new Set<string>();
const { readFile } = Deno;

/** Runs `work` while forbidden files cannot be read. */
async function withForbidden<Result>(work: () => Promise<Result>): Promise<Result> {
  Deno.readFile = (path, options) =>
    forbidden.has(`${path}`)
      ? Promise.reject(
        Object.assign(new Deno.errors.PermissionDenied("Permission denied"), { code: "EACCES" }),
      )
      : readFile(path, options);
  try {
    return await work();
  } finally {
    Deno.readFile = readFile;
    forbidden.clear();
  }
}

/** Files without which a thing cannot be done; the others are not looked at, or had again. */
const needed: Readonly<Record<string, readonly string[]>> = {
  resume: [runFiles.description],
  evaluate: [runFiles.description, runFiles.best],
  report: [
    runFiles.description,
    runFiles.metrics,
    runFiles.bestEvaluation,
    runFiles.lastEvaluation,
  ],
};

Deno.test("whatever has become of a file of a finished run, nothing is lost and its cause is said", async (t) => {
  await using temporary = await temporaryFolder();
  const { path: runs } = temporary;
  const names = [...snapshot(sound).keys()];
  assertEquals(names.length, 8);
  const store = openRunStore(runs);

  for (const [what, { damage, said }] of Object.entries(damages)) {
    await t.step(what, async () => {
      for (const file of names) {
        if (what === "a comma too many" && !/json/.test(file)) continue;
        const folder = `${runs}/${what.replaceAll(" ", "_")}_${file}`;
        copyFolder(sound, folder);
        damage(`${folder}/${file}`);
        const before = snapshot(folder);
        await withForbidden(async () => {
          for (const [use, run] of Object.entries(uses)) {
            const how = `${file}, ${what}: ${use}`;
            const outcome: Outcome = await run(store, folder);
            if (outcome.isRefused || use !== "resume") assertUnchanged(before, folder, how);
            else assertNothingLost(before, snapshot(folder), how);
            if (needed[use]!.includes(file)) {
              assert(outcome.isRefused, how);
              assertMatch(outcome.said, said, how);
            }
            if (outcome.said !== "") assertStringIncludes(outcome.said, file, how);
            if (use !== "resume") continue;
            // Of a finished run each file is looked at, but for a spare that is gone.
            const isSpareGone = file === runFiles.previousCheckpoint && what === "missing";
            if (!isSpareGone) assertMatch(outcome.said, said, how);
            // What the next things find is what was damaged.
            if (!outcome.isRefused) {
              Deno.removeSync(folder, { recursive: true });
              copyFolder(sound, folder);
              damage(`${folder}/${file}`);
            }
          }
        });
        Deno.removeSync(folder, { recursive: true });
      }
    });
  }
});

Deno.test("without checkpoints a run begins anew only if no file tells of finished epochs", async () => {
  await using temporary = await temporaryFolder();
  const { path: runs } = temporary;
  const results = [
    runFiles.metrics,
    runFiles.lastEvaluation,
    runFiles.bestEvaluation,
    runFiles.best,
  ];
  const store = openRunStore(runs);
  // Every combination of what is left of the results.
  for (let left = 0; left < 2 ** results.length; left++) {
    const kept = results.filter((_, bit) => left & 2 ** bit);
    const folder = `${runs}/left-${left}`;
    copyFolder(sound, folder);
    const gone = results.filter((file) => !kept.includes(file));
    for (const file of [runFiles.checkpoint, runFiles.previousCheckpoint, ...gone]) {
      Deno.removeSync(`${folder}/${file}`);
    }
    const before = snapshot(folder);

    const { said, isRefused } = await uses.resume!(store, folder);

    const how = `with ${kept.join(", ") || "nothing"}`;
    assertUnchanged(before, folder, how);
    assertEquals(isRefused, kept.length > 0, `${how}: ${said}`);
    if (!isRefused) continue;
    assertMatch(said, /checkpoint\.safetensors is gone, though .* is of finished epochs: bring /);
    assertMatch(said, /; or train anew under another name: deno task train --name <another>$/);
    const says = (command: string): boolean =>
      said.includes(`deno task ${command} --run ${runArgument(folder)}`);
    assertEquals(says("evaluate"), kept.includes(runFiles.best), how);
    assertEquals(says("report"), kept.length - Number(kept.includes(runFiles.best)) === 3, how);
    for (const command of ["evaluate", "report"]) {
      if (says(command)) assertEquals((await uses[command]!(store, folder)).isRefused, false, how);
    }
  }
});

for (const [checkpointAfter, resultsAfter] of [[1, 3], [1, 2], [2, 3]] as const) {
  Deno.test(`a checkpoint of epoch ${checkpointAfter} is not gone on with beside results of epoch ${resultsAfter}`, async () => {
    await using temporary = await temporaryFolder();
    const { path: runs } = temporary;
    const folder = `${runs}/a`;
    copyFolder(`${place}/after-${resultsAfter}`, folder);
    for (const file of [runFiles.checkpoint, runFiles.previousCheckpoint]) {
      Deno.copyFileSync(`${place}/after-${checkpointAfter}/${file}`, `${folder}/${file}`);
    }
    const before = snapshot(folder);

    const { said, isRefused } = await uses.resume!(openRunStore(runs), folder);

    assert(isRefused);
    assertUnchanged(before, folder, said);
    assertStringIncludes(
      said,
      `checkpoint.safetensors knows of ${
        counted(checkpointAfter, "epoch")
      }, while metrics.jsonl is ` +
        `of epoch ${resultsAfter}: bring checkpoint.safetensors back`,
    );
  });
}

Deno.test("files that are damaged beside the checkpoint are kept as well", async () => {
  await using temporary = await temporaryFolder();
  const { path: runs } = temporary;
  for (const file of snapshot(sound).keys()) {
    if (file === runFiles.checkpoint) continue;
    const folder = `${runs}/${file}`;
    copyFolder(sound, folder);
    for (const name of [runFiles.checkpoint, file]) {
      damages["an edit by hand"]!.damage(`${folder}/${name}`);
    }
    const before = snapshot(folder);

    const { isRefused } = await uses.resume!(openRunStore(runs), folder);

    if (isRefused) assertUnchanged(before, folder, file);
    else assertNothingLost(before, snapshot(folder), file);
    const isBeyondMending = file === runFiles.description || file === runFiles.previousCheckpoint;
    assertEquals(isRefused, isBeyondMending, file);
  }
});

Deno.test("a damaged file that is written again is kept beside the new one", async () => {
  await using temporary = await temporaryFolder();
  const { path: runs } = temporary;
  const folder = `${runs}/a`;
  copyFolder(sound, folder);
  const path = `${folder}/${runFiles.metrics}`;
  const text = Deno.readTextFileSync(path);
  for (const note of ["// mine\n", "// mine too\n"]) {
    Deno.writeTextFileSync(path, note + text);

    const { said } = await uses.resume!(openRunStore(runs), "a");

    assertMatch(said, /not JSON: it is written again from the checkpoint/);
    assertEquals(Deno.readTextFileSync(path), text);
  }
  assertEquals(Deno.readTextFileSync(`${path}.damaged`), "// mine\n" + text);
  assertEquals(Deno.readTextFileSync(`${path}.damaged-2`), "// mine too\n" + text);
});
