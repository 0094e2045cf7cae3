import { assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import { basename } from "node:path";
import { openRunStore } from "../../lib/experiment/run_store.ts";
import type { Study } from "../../lib/study/study.ts";
import { listStudies, readStudy, runsFolderOf, writeStudy } from "../../lib/study/study_folder.ts";
import { temporaryFolder } from "../data/disposables.ts";

const study: Study = {
  name: "gamma",
  title: "Weight of the consistency",
  base: { epochs: 1, splitFile: null, nesterov: true },
  variants: [{ name: "gamma 0", settings: { consistencyWeight: 0 } }],
  seeds: [1, 2],
  baseline: "gamma 0",
};

Deno.test("a study is written once, by what it asks for, and read as it was", async () => {
  using temporary = temporaryFolder();
  const { path: runs } = temporary;

  const written = await writeStudy(runs, study);
  const again = await writeStudy(runs, { ...study, base: { ...study.base } });
  const other = await writeStudy(runs, { ...study, seeds: [1] });

  assertMatch(basename(written.path), /^gamma-[0-9a-f]{8}$/);
  assertEquals([written.path, runsFolderOf(written.path)], [again.path, runs]);
  assertNotEquals(other.path, written.path);
  assertEquals(await readStudy(written.path), { path: written.path, study });
  assertEquals((await listStudies(runs)).length, 2);
  const noted = await writeStudy(runs, study, { preset: "quick" });
  assertEquals(noted, { path: written.path, study, preset: "quick" }, "no other study");
  assertEquals(await readStudy(written.path), noted);
  assertEquals(await openRunStore(runs).list(), [], "a study is no run");
});

Deno.test("a damaged study is told, and is none of the list", async () => {
  using temporary = temporaryFolder();
  const { path } = await writeStudy(temporary.path, study);
  const file = `${path}/study.json`;
  const text = Deno.readTextFileSync(file);

  for (const damage of [text.replace("0", "1"), text.slice(0, 50), '{"name": "gamma"}']) {
    Deno.writeTextFileSync(file, damage);
    await assertRejects(() => readStudy(path), SyntaxError, "give the command of the study again");
    assertEquals(await listStudies(temporary.path), []);
  }
  await writeStudy(temporary.path, study);
  assertEquals((await readStudy(path)).study, study);
  await assertRejects(() => readStudy(`${path}/none`), Deno.errors.NotFound, "no such file");
  await assertRejects(() => writeStudy(temporary.path, { ...study, name: "../up" }), TypeError);
});
