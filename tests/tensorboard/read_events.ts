/**
 * Reads event files back, by rules of its own: what is checked must not check itself.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { isEventFile } from "../../lib/tensorboard/event_file.ts";
import { maskedCrc32c } from "../../lib/tensorboard/crc32c.ts";

/** An event. */
export interface ReadEvent {
  /** Its step. */
  readonly step: number;
  /** Version of the form, in the first event of a file. */
  readonly version?: string;
  /** Whether a process goes on with a run here. */
  readonly isStart: boolean;
  /** Numbers by tag. */
  readonly scalars: Readonly<Record<string, number>>;
  /** Strings of tensors by tag: texts, or width, height and PNG of images. */
  readonly strings: Readonly<Record<string, readonly Uint8Array[]>>;
  /** Left edge, right edge and count of each bucket by tag. */
  readonly histograms: Readonly<Record<string, Float64Array>>;
}

/** Numbers and bytes of a message under their field numbers. */
type Message = Map<number, (number | Uint8Array)[]>;

/** Reads the whole records of a file; a half one ends it, as it does for TensorBoard. */
export function readEvents(path: string): ReadEvent[] {
  const bytes = Deno.readFileSync(path);
  const view = new DataView(bytes.buffer);
  const events: ReadEvent[] = [];
  for (let at = 0; at + 12 <= bytes.length;) {
    const length = Number(view.getBigUint64(at, true));
    assertEquals(view.getUint32(at + 8, true), maskedCrc32c(bytes.subarray(at, at + 8)));
    const end = at + 12 + length;
    if (end + 4 > bytes.length) break;
    const data = bytes.subarray(at + 12, end);
    assertEquals(view.getUint32(end, true), maskedCrc32c(data));
    events.push(eventOf(data));
    at = end + 4;
  }
  return events;
}

/** Paths of the event files of a folder, in the order in which they are read. */
export function eventFiles(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).filter(isEventFile).sort()
    .map((name) => `${folder}/${name}`);
}

/** Scalars of a folder as TensorBoard shows them: a start drops its step and later ones. */
export function shownScalars(folder: string): Map<string, [step: number, value: number][]> {
  const shown = new Map<string, [number, number][]>();
  for (const { step, isStart, scalars } of eventFiles(folder).flatMap(readEvents)) {
    if (isStart) {
      for (const [tag, points] of shown) shown.set(tag, points.filter(([at]) => at < step));
    }
    for (const [tag, value] of Object.entries(scalars)) {
      shown.set(tag, [...shown.get(tag) ?? [], [step, value]]);
    }
  }
  return shown;
}

function eventOf(data: Uint8Array): ReadEvent {
  const fields = messageOf(data);
  const [version] = bytesIn(fields, 3);
  const [session] = bytesIn(fields, 7);
  const values = bytesIn(fields, 5).flatMap((summary) => bytesIn(messageOf(summary), 1))
    .map(messageOf);
  const byTag = <Value>(of: (value: Message) => Value | undefined): Record<string, Value> =>
    Object.fromEntries(values.flatMap((value) => {
      const found = of(value);
      return found === undefined ? [] : [[textOf(bytesIn(value, 1)[0]!), found]];
    }));
  return {
    step: Number(fields.get(2)?.[0] ?? 0),
    ...(version && { version: textOf(version) }),
    isStart: session !== undefined && messageOf(session).get(1)?.[0] === 1,
    scalars: byTag((value) => value.get(2)?.[0] as number | undefined),
    strings: byTag((value) => {
      const [tensor] = bytesIn(value, 8).map(messageOf);
      return tensor?.get(1)?.[0] === 7 ? bytesIn(tensor, 8) : undefined;
    }),
    histograms: byTag((value) => {
      const [tensor] = bytesIn(value, 8).map(messageOf);
      const content = tensor && bytesIn(tensor, 4)[0];
      return content && new Float64Array(content.slice().buffer);
    }),
  };
}

function messageOf(bytes: Uint8Array): Message {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const fields: Message = new Map();
  let at = 0;
  const varint = (): number => {
    let [value, scale] = [0, 1];
    for (;; scale *= 128) {
      const byte = bytes[at++]!;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const key = varint();
    const read: Record<number, () => number | Uint8Array> = {
      0: varint,
      1: () => view.getFloat64((at += 8) - 8, true),
      2: () => {
        const length = varint();
        return bytes.subarray(at, at += length);
      },
      5: () => view.getFloat32((at += 4) - 4, true),
    };
    const value = read[key % 8]!();
    const field = Math.floor(key / 8);
    fields.set(field, [...fields.get(field) ?? [], value]);
  }
  return fields;
}

function bytesIn(message: Message, field: number): Uint8Array[] {
  return (message.get(field) ?? []) as Uint8Array[];
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
