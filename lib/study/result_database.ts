/**
 * An index of the runs in one SQLite file beside them. It saves reading and is never the truth: whatever is
 * wrong with the file, it is thrown away and made anew from the folders.
 *
 * @module
 */

import { DatabaseSync } from "node:sqlite";
import { LockedError } from "../disk/lock.ts";
import { removeIfPresent } from "../disk/whole_file.ts";

/** What the index holds of a run. */
export interface IndexRow {
  /** State of its files when it was read. */
  readonly stamp: string;
  /** What was read, as JSON. */
  readonly result: string;
}

/** What has become known since the index was read. */
export interface IndexChanges {
  /** Rows that are new or other, by the name of the run's folder. */
  readonly changed: ReadonlyMap<string, IndexRow>;
  /** Names of folders that are gone. */
  readonly gone: readonly string[];
}

/** An open index. */
export interface ResultDatabase extends Disposable {
  /** Rows by the name of the run's folder. */
  readonly rows: ReadonlyMap<string, IndexRow>;
  /** Writes in one transaction; says in a line where that is not possible. */
  write(changes: IndexChanges): string | undefined;
}

/** Settings of {@linkcode openResultDatabase}. */
export interface ResultDatabaseOptions {
  /** Whether what the file holds is thrown away; false by default. */
  readonly rebuild?: boolean;
  /** Milliseconds to wait for other processes; 2,000 by default. */
  readonly patience?: number;
  /** Told what is wrong and what is done about it. */
  readonly onNotice?: ((line: string) => void) | undefined;
}

/** Marks the file as one of this kit: "GLMC" in letters. */
const applicationId = 0x474c4d43;
const work = "use the index of results";
/** Form of the table; a file of another form is made anew. */
const form = 1;

/**
 * Opens the index.
 *
 * @param path The file.
 * @param options Whether it is made anew, and who is told what.
 * @returns The index; `undefined` where there can be none: the folder is not ours to write, or other
 * processes hold it for too long.
 * @example A new one
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { openResultDatabase } from "glmc/study/result_database.ts";
 *
 * const path = `${Deno.makeTempDirSync()}/index.sqlite`;
 * {
 *   using database = await openResultDatabase(path);
 *   database?.write({ changed: new Map([["first", { stamp: "1", result: "{}" }]]), gone: [] });
 * }
 * using again = await openResultDatabase(path);
 *
 * assertEquals(again?.rows.get("first"), { stamp: "1", result: "{}" });
 * ```
 */
export async function openResultDatabase(
  path: string,
  { rebuild = false, patience = 2000, onNotice }: ResultDatabaseOptions = {},
): Promise<ResultDatabase | undefined> {
  const door = await openDoor(path);
  if (door === undefined) {
    onNotice?.(`The index of results is not used: "${path}" is not ours to write`);
    return undefined;
  }
  try {
    // Whoever uses the file has the door in common; whoever throws it away has it alone, for SQLite must
    // not lose a file under its feet.
    if (rebuild) await throwAway(path, door);
    await waitFor(() => door.tryLockSync(false), patience);
    try {
      return openedDatabase(path, { door, patience });
    } catch (error) {
      if (isBusy(error)) throw error;
      onNotice?.(`The index of results is made anew: ${reasonOf(error)}`);
      door.unlockSync();
      await throwAway(path, door, patience);
      await waitFor(() => door.tryLockSync(false), patience);
      return openedDatabase(path, { door, patience });
    }
  } catch (error) {
    door.close();
    onNotice?.(`The index of results is not used this time: ${reasonOf(error)}`);
    return undefined;
  }
}

async function openDoor(path: string): Promise<Deno.FsFile | undefined> {
  try {
    return await Deno.open(`${path}-lock`, { create: true, write: true, read: true });
  } catch {
    return undefined;
  }
}

async function throwAway(path: string, door: Deno.FsFile, patience = 2000): Promise<void> {
  await waitFor(() => door.tryLockSync(true), patience);
  for (const end of ["", "-wal", "-shm", "-journal"]) await removeIfPresent(path + end);
  door.unlockSync();
}

async function waitFor(condition: () => boolean, patience: number): Promise<void> {
  const end = performance.now() + patience;
  while (!condition()) {
    if (performance.now() > end) throw new LockedError(work, undefined);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function openedDatabase(
  path: string,
  { door, patience }: { readonly door: Deno.FsFile; readonly patience: number },
): ResultDatabase {
  const database = new DatabaseSync(path, { timeout: patience });
  try {
    prepare(database);
    return {
      rows: readRows(database),
      write: (changes) => writeRows(database, changes),
      [Symbol.dispose]() {
        database.close();
        door.close();
      },
    };
  } catch (error) {
    database.close();
    throw error;
  }
}

function prepare(database: DatabaseSync): void {
  const found = formOf(database);
  if (found.isEmpty) {
    database.exec("PRAGMA journal_mode = WAL");
    database.exec("BEGIN IMMEDIATE");
    // Another process may have been faster.
    if (formOf(database).isEmpty) {
      database.exec(
        `CREATE TABLE results (folder TEXT PRIMARY KEY, stamp TEXT NOT NULL, result TEXT NOT NULL) ` +
          `WITHOUT ROWID; PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${form}`,
      );
    }
    database.exec("COMMIT");
  } else if (found.application !== applicationId) {
    throw new TypeError("it is of another program");
  } else if (found.version !== form) {
    throw new TypeError(`its form is ${found.version}, this version of the kit has form ${form}`);
  }
  // What a power cut takes from an index is read again.
  database.exec("PRAGMA synchronous = OFF");
}

function formOf(
  database: DatabaseSync,
): { readonly application: unknown; readonly version: unknown; readonly isEmpty: boolean } {
  const first = (query: string): unknown => Object.values(database.prepare(query).get() ?? {})[0];
  return {
    application: first("PRAGMA application_id"),
    version: first("PRAGMA user_version"),
    isEmpty: first("SELECT count(*) FROM sqlite_master") === 0,
  };
}

function readRows(database: DatabaseSync): Map<string, IndexRow> {
  const rows = database.prepare("SELECT folder, stamp, result FROM results").all();
  return new Map(rows.map(({ folder, stamp, result }) => {
    const values = [folder, stamp, result];
    if (!values.every((value) => typeof value === "string")) {
      throw new TypeError("it holds other things than texts");
    }
    return [String(folder), { stamp: String(stamp), result: String(result) }];
  }));
}

function writeRows(database: DatabaseSync, { changed, gone }: IndexChanges): string | undefined {
  if (changed.size + gone.length === 0) return undefined;
  try {
    database.exec("BEGIN IMMEDIATE");
    try {
      const put = database.prepare("INSERT OR REPLACE INTO results VALUES (?, ?, ?)");
      for (const [folder, { stamp, result }] of changed) put.run(folder, stamp, result);
      const drop = database.prepare("DELETE FROM results WHERE folder = ?");
      for (const folder of gone) drop.run(folder);
      database.exec("COMMIT");
    } catch (error) {
      database.exec("ROLLBACK");
      throw error;
    }
    return undefined;
  } catch (error) {
    return `The index of results is left as it was: ${reasonOf(error)}`;
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof LockedError ||
    error instanceof Error && /database (table )?is (locked|busy)/.test(error.message);
}

function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return isBusy(error) ? "other processes are at work on it" : message;
}
