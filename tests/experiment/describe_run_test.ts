import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { writeJson, writeSealedJson } from "../../lib/disk/json_file.ts";
import { isRecord } from "../../lib/disk/schema.ts";
import { runFiles } from "../../lib/experiment/run_folder.ts";
import { openRunStore } from "../../lib/experiment/run_store.ts";
import { temporaryFolder } from "../data/disposables.ts";
import { assertUnchanged, copyFolder, finishedRun, snapshot, uses } from "./run_copies.ts";

type Stored = Record<string, unknown>;

const place = Deno.makeTempDirSync();
globalThis.addEventListener("unload", () => Deno.removeSync(place, { recursive: true }));
const present = await finishedRun(place, { name: "present" });
const former = new URL("../fixtures/old_run/", import.meta.url).pathname;

/** What `config.json` of a run holds, without its digest. */
function storedIn(folder: string): Stored {
  const { sha256: _, ...stored } = JSON.parse(
    Deno.readTextFileSync(`${folder}/${runFiles.description}`),
  );
  return stored;
}

/** Every record and list of records inside a value, by its path. */
function* recordsIn(value: unknown, path: readonly string[] = []): Generator<readonly string[]> {
  if (isRecord(value)) yield path;
  else if (!Array.isArray(value)) return;
  for (const [key, part] of Object.entries(value)) yield* recordsIn(part, [...path, key]);
}

/** A copy in which the field at a path is another value, or gone. */
function changed(value: unknown, [key, ...rest]: readonly string[], other?: unknown): unknown {
  const copy = structuredClone(value) as Stored;
  if (rest.length > 0) copy[key!] = changed(copy[key!], rest, other);
  else if (other === undefined) delete copy[key!];
  else copy[key!] = other;
  return copy;
}

/** All fields of a description; those of texts for people have no names of their own. */
function fieldsOf(stored: Stored): (readonly string[])[] {
  return [...recordsIn(stored)].filter(([first]) => first !== "environment")
    .flatMap((path) => {
      const record = path.reduce<unknown>((value, key) => (value as Stored)[key], stored);
      return Object.keys(record as Stored).map((key) => [...path, key]);
    });
}

/** Uses a copy of a run whose description is another one; fails unless nothing of it changes. */
async function useWith(
  run: string,
  description: unknown,
  { isSealed, how }: { readonly isSealed: boolean; readonly how: string },
): Promise<{ readonly said: readonly string[]; readonly isRefused: boolean }> {
  using folder = temporaryFolder();
  const copy = `${folder.path}/run`;
  copyFolder(run, copy);
  await (isSealed ? writeSealedJson : writeJson)(
    `${copy}/${runFiles.description}`,
    description as object,
  );
  const said: string[] = [];
  const refused: boolean[] = [];
  for (const [use, run] of Object.entries(uses)) {
    const before = snapshot(copy);
    const outcome = await run(openRunStore(folder.path), copy);
    said.push(outcome.said);
    refused.push(outcome.isRefused);
    if (use !== "resume" || outcome.isRefused) assertUnchanged(before, copy, how);
  }
  assertEquals(new Set(refused).size, 1, `${how}: ${said.join("\n")}`);
  return { said, isRefused: refused[0]! };
}

/** Fields that were not there from the beginning, with a meaning for runs from before them. */
const laterFields = ["precision", "rebalanceTarget", "classifiers", "environment"];

for (
  const [which, run, isSealed, earlier] of [
    ["version 1", former, false, laterFields],
    ["version 2, with a second stage", present, true, []],
  ] as const
) {
  const stored = storedIn(run);

  Deno.test(`a run of ${which} without a field means what it meant, or is refused by its name`, async () => {
    let taken = 0;
    for (const path of fieldsOf(stored)) {
      const name = path.at(-1)!;
      const how = `without ${path.join(".")}`;
      const { said, isRefused } = await useWith(run, changed(stored, path), { isSealed, how });
      assertEquals(isRefused, !earlier.some((later) => later === name), `${how}: ${said}`);
      if (!isRefused) taken++;
      else {
        for (const line of said) {
          assertMatch(line, /^Cannot read "[^"]*config\.json": [^\n]*: [^\n]+$/, how);
          assertMatch(line, new RegExp(`\\b${name}\\b.*(is missing|must be)`), how);
        }
      }
    }
    assertEquals(taken, earlier.length);
  });

  Deno.test(`a run of ${which} with a field that is null or of another type is refused by its name`, async () => {
    for (const path of fieldsOf(stored)) {
      const name = path.at(-1)!;
      const value = path.reduce<unknown>((part, key) => (part as Stored)[key], stored);
      for (const other of [value === null ? {} : null, typeof value === "boolean" ? "yes" : true]) {
        const how = `${path.join(".")} is ${other}`;
        const description = changed(stored, path, other);
        const { said: [line], isRefused } = await useWith(run, description, { isSealed, how });
        // A null where a digest or a list of names may be missing is one of its values.
        const isValue = other === null && ["id", "dataHash", "classNames"].includes(name);
        if (isValue) continue;
        assert(isRefused, how);
        assertMatch(line!, new RegExp(`config\\.json": [^:]*\\b${name}\\b`), how);
      }
    }
  });
}

Deno.test("a run of a newer kit is refused with both versions", async () => {
  const stored = storedIn(present);
  const environment = { ...stored.environment as Stored, kit: "9.1.0" };
  const [stage] = (stored.config as { stages: Stored[] }).stages;
  const newer: readonly [unknown, RegExp][] = [
    [{ ...stored, environment, sweep: "a" }, /sweep is not known/],
    [
      changed({ ...stored, environment }, ["config", "data", "crop"], 1),
      /data\.crop is no setting/,
    ],
    [
      changed({ ...stored, environment }, ["config", "stages"], [{ ...stage, sam: 0.05 }]),
      /stages\[0\]\.sam is no setting/,
    ],
    [changed({ ...stored, environment }, ["config", "version"], 9), /its form is 9/],
  ];
  for (const [description, text] of newer) {
    const { said, isRefused } = await useWith(present, description, {
      isSealed: true,
      how: `${text}`,
    });
    assert(isRefused);
    for (const line of said) {
      assertMatch(line, text);
      assertMatch(
        line,
        /: it was written by version 9\.1\.0 of the kit, this is version [\d.]+: use/,
      );
    }
  }
});

for (
  const [what, description, text] of [
    [
      "a language model",
      { architectures: ["BertModel"], hidden_size: 768, layers: 12, model_type: "bert", vocab: 1 },
      "it is of another program: it holds architectures, hidden_size, layers, model_type and others, " +
      "and nothing of a run",
    ],
    ["nothing", {}, "it is of another program: it holds nothing"],
    ["a list", [1, 2], "it is no description of a run"],
    ["null", null, "it is no description of a run"],
    ["a configuration alone", { config: {} }, "splitHash is missing"],
  ] as const
) {
  Deno.test(`config.json of ${what} is called what it is`, async () => {
    const { said, isRefused } = await useWith(former, description, { isSealed: false, how: what });
    assert(isRefused);
    for (const line of said) assertStringIncludes(line, text);
  });
}

Deno.test("a description that was edited by hand says so, and names the field", async () => {
  using folder = temporaryFolder();
  const { path: runs } = folder;
  const edits: readonly [RegExp, string, RegExp][] = [
    [/ *"splitHash": "\w+",\n/, "", /altered after it was written: splitHash is missing: undo/],
    [/"epochs": 1,/, '"epochs": "many",', /altered .*stages\[0\]\.epochs must be .*"many": undo/],
    [/"epochs": 1,/, '"epochs": 9,', /altered after it was written, its SHA-256 does not fit/],
    [
      /"id":/,
      '"notes": "mine",\n  "id":',
      /altered after it was written: notes is not known: undo/,
    ],
    [/,\s*"sha256": "\w+"/, "", /: its sha256 is missing: /],
  ];
  for (const [index, [found, other, text]] of edits.entries()) {
    const copy = `${runs}/${index}`;
    copyFolder(present, copy);
    const path = `${copy}/${runFiles.description}`;
    const before = Deno.readTextFileSync(path);
    Deno.writeTextFileSync(path, before.replace(found, other));
    assert(before !== Deno.readTextFileSync(path), `${found}`);
    const all = snapshot(copy);
    for (const use of Object.values(uses)) {
      const { said, isRefused } = await use(openRunStore(runs), copy);
      assert(isRefused);
      assertMatch(said, text);
    }
    assertUnchanged(all, copy, `${text}`);
  }
});
