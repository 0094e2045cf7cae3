/**
 * Event files as TensorBoard reads them: records with checksums, each an `Event`.
 *
 * Field numbers are those of TensorFlow's `event.proto`.
 *
 * @module
 */

import { diskError } from "../disk/errors.ts";
import { maskedCrc32c } from "./crc32c.ts";
import { type Bytes, bytesField, doubleField, integerField, joined } from "../disk/protobuf.ts";
import type { SummaryValue } from "./summary.ts";

/** Something that is known of a step. */
export interface SummaryEvent {
  /** The step, from 0. */
  readonly step: number;
  /** What is known, under different tags. */
  readonly values: readonly SummaryValue[];
}

/** An event file that is written by this process alone. */
export interface EventFile {
  /** Its path. */
  readonly path: string;
  /**
   * Writes events behind those that are there, with the present time.
   *
   * @throws {Error} If the disk does not take them.
   */
  append(events: readonly SummaryEvent[]): void;
}

/** Settings of {@linkcode createEventFile}. */
export interface EventFileOptions {
  /**
   * First step that is to come, where a run goes on: readers drop what older files of the folder hold of
   * this step and of later ones.
   */
  readonly goesOnAt?: number | undefined;
}

const namePattern = /^events\.out\.tfevents\.(\d+)\./;

/** Version of the form; readers look for it at the beginning of a file. */
const fileVersion = "brain.Event:2";

/**
 * Whether a file is an event file.
 *
 * @param name Name of the file.
 * @returns Whether it is.
 * @example By its name
 * ```ts
 * import { isEventFile } from "glmc/tensorboard/event_file.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const names = ["events.out.tfevents.1700000000.host.12", "metrics.jsonl"];
 * assertEquals(names.map(isEventFile), [true, false]);
 * ```
 */
export function isEventFile(name: string): boolean {
  return namePattern.test(name);
}

/**
 * Begins an event file `events.out.tfevents.<seconds>.<host>.<process>`.
 *
 * Readers take the files of a folder in the order of their names; the new one comes last, whatever the clock
 * says.
 *
 * @param folder Where; the folder must exist.
 * @param options Where a run goes on.
 * @returns The file; nothing of it is kept open.
 * @throws {Error} If the disk does not take it.
 * @example A number of step 3
 * ```ts
 * import { createEventFile } from "glmc/tensorboard/event_file.ts";
 * import { scalar } from "glmc/tensorboard/summary.ts";
 * import { assert } from "@std/assert";
 *
 * const file = createEventFile(Deno.makeTempDirSync());
 * file.append([{ step: 3, values: [scalar("loss", 0.5)] }]);
 *
 * assert(Deno.statSync(file.path).size > 0);
 * ```
 */
export function createEventFile(
  folder: string,
  { goesOnAt }: EventFileOptions = {},
): EventFile {
  const path = `${folder}/${nextName(folder)}`;
  const wallTime = Date.now() / 1000;
  const begin = [
    encodeEvent({ wallTime, content: bytesField(3, fileVersion) }),
    ...(goesOnAt === undefined ? [] : [
      encodeEvent({ wallTime, step: goesOnAt, content: bytesField(7, integerField(1, 1)) }),
    ]),
  ];
  write(path, begin, { createNew: true });
  return {
    path,
    append(events) {
      const now = Date.now() / 1000;
      // A file that has been taken away is not begun anew in its middle.
      write(path, events.map((event) => summaryEvent(event, now)), { append: true, create: false });
    },
  };
}

/** At once, not by a thread of the pool: of a few hundred bytes most of the time would be waiting for it. */
function write(path: string, events: readonly Bytes[], options: Deno.WriteFileOptions): void {
  try {
    Deno.writeFileSync(path, joined(events.map(encodeRecord)), options);
  } catch (error) {
    throw diskError(path, error);
  }
}

/**
 * An event with values.
 *
 * @param event The step and its values.
 * @param wallTime Seconds since 1970.
 * @returns An encoded `Event`.
 * @example Without values
 * ```ts
 * import { summaryEvent } from "glmc/tensorboard/event_file.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = summaryEvent({ step: 7, values: [] }, 1);
 * assertEquals([...bytes], [0x09, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0x10, 7, 0x2a, 0]);
 * ```
 */
export function summaryEvent({ step, values }: SummaryEvent, wallTime: number): Bytes {
  const summary = joined(values.map((value) => bytesField(1, value)));
  return encodeEvent({ wallTime, step, content: bytesField(5, summary) });
}

/**
 * A record: the length of its data, a checksum of the length, the data, a checksum of the data.
 *
 * @param data The data.
 * @returns The record.
 * @example 16 bytes more than its data
 * ```ts
 * import { encodeRecord } from "glmc/tensorboard/event_file.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(encodeRecord(Uint8Array.of(1, 2)).length, 18);
 * ```
 */
export function encodeRecord(data: Uint8Array): Bytes {
  const record = new Uint8Array(data.length + 16);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc32c(record.subarray(0, 8)), true);
  record.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc32c(data), true);
  return record;
}

function encodeEvent(
  { wallTime, step = 0, content }: {
    readonly wallTime: number;
    readonly step?: number;
    readonly content: Bytes;
  },
): Bytes {
  // A zero is what a field is that is not there.
  const steps = step === 0 ? [] : [integerField(2, step)];
  return joined([doubleField(1, wallTime), ...steps, content]);
}

function nextName(folder: string): string {
  let last = 0;
  try {
    for (const { name } of Deno.readDirSync(folder)) {
      last = Math.max(last, Number(namePattern.exec(name)?.[1] ?? 0));
    }
  } catch (error) {
    throw diskError(folder, error);
  }
  const seconds = Math.max(Math.floor(Date.now() / 1000), last + 1);
  const host = Deno.hostname().replaceAll(/[^\w.-]/g, "_");
  return `events.out.tfevents.${seconds}.${host}.${Deno.pid}`;
}
