import { assert, assertEquals, assertThrows } from "@std/assert";
import { decode } from "fast-png";
import { crc32c } from "../../lib/tensorboard/crc32c.ts";
import { createEventFile, encodeRecord, summaryEvent } from "../../lib/tensorboard/event_file.ts";
import { pictureGrid } from "../../lib/tensorboard/picture_grid.ts";
import {
  histogram,
  image,
  scalar,
  type SummaryValue,
  text,
} from "../../lib/tensorboard/summary.ts";
import { temporaryFolder } from "../data/disposables.ts";
import { eventFiles, readEvents } from "./read_events.ts";

// What TensorBoard 2.21.0 writes (Python 3.11, protobuf 7.36.2), all at the time 1.5e9:
//   RecordWriter(out).write(Event(wall_time=1.5e9, step=step, summary=summary).SerializeToString())
// with Summary.Value(tag=, simple_value=), plugins.text.summary_v2.text_pb, and, of 50 and of 7 values,
// plugins.histogram.summary_v2.histogram_pb: of these the length and the CRC-32C of the whole record.
const wallTime = 1.5e9;
const expected = {
  begin: "1800000000000000a37f4b2209000000c00b5ad6411a0d627261696e2e4576656e743a324ca9a464" +
    "100000000000000095fbfe1809000000c00b5ad64110ac023a02080186d26f32",
  scalars: "2c00000000000000f4aecc4509000000c00b5ad64110ac022a1e0a110a0a6c6f73732f746f74616c15" +
    "cdcccc3d0a090a02c3bc15000040c0f83d49a1",
  text: "33000000000000000ca7205609000000c00b5ad6412a280a260a056e6f746573421308071200420d7c2061" +
    "207c0a7c202d2d2d207c4a080a060a047465787402399d01",
  spread: [794, 0x241bbe8c],
  equal: [794, 0xbebee2a5],
};

function record(values: readonly SummaryValue[], step: number): Uint8Array {
  return encodeRecord(summaryEvent({ step, values }, wallTime));
}

Deno.test("scalars and texts are TensorBoard's own bytes", () => {
  const scalars = record([scalar("loss/total", 0.1), scalar("ü", -3)], 300);

  assertEquals(scalars.toHex(), expected.scalars);
  assertEquals(record([text("notes", "| a |\n| --- |")], 0).toHex(), expected.text);
});

Deno.test("histograms are TensorBoard's own bytes", () => {
  const known = (values: readonly number[]): number[] => {
    const bytes = record([histogram("norms", values)], 1);
    return [bytes.length, crc32c(bytes)];
  };

  assertEquals(known(Array.from({ length: 50 }, (_, i) => 0.1 * i * i)), expected.spread);
  assertEquals(known(Array(7).fill(0.3)), expected.equal);
});

Deno.test("a file that goes on with a run begins as TensorFlow's own", () => {
  using temporary = temporaryFolder();
  const { now } = Date;
  Date.now = () => 1000 * wallTime;
  try {
    const { path } = createEventFile(temporary.path, { goesOnAt: 300 });
    assertEquals(Deno.readFileSync(path).toHex(), expected.begin);
  } finally {
    Date.now = now;
  }
});

Deno.test("files of one second come one after the other, and so does one of a clock that was put back", () => {
  using temporary = temporaryFolder();
  const late = `${temporary.path}/events.out.tfevents.4000000000.other.1`;
  const first = createEventFile(temporary.path);
  const second = createEventFile(temporary.path);
  Deno.writeFileSync(late, new Uint8Array(0));
  const third = createEventFile(temporary.path);

  assertEquals(eventFiles(temporary.path), [first.path, second.path, late, third.path]);
});

Deno.test("images come back pixel by pixel, and large steps as they were", () => {
  using temporary = temporaryFolder();
  const data = Uint8Array.from({ length: 9 * 2 * 3 * 3 }, (_, i) => i);
  const grid = pictureGrid({ count: 9, height: 2, width: 3, channels: 3, data });
  const file = createEventFile(temporary.path);
  file.append([{ step: 2 ** 40 + 1, values: [image("views", grid)] }]);

  const [begin, event, ...others] = readEvents(file.path);

  assertEquals([begin?.version, event?.step, others], ["brain.Event:2", 2 ** 40 + 1, []]);
  const [width, height, png] = event!.strings["views"]!;
  const read = decode(png!);
  assertEquals([width, height].map((bytes) => new TextDecoder().decode(bytes)), ["38", "6"]);
  assertEquals([...read.data], [...grid.data]);
  assertEquals([...grid.data.subarray(0, 18)], [
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    ...Array(6).fill(255),
    18,
    19,
    20,
  ]);
});

Deno.test("a record that is cut anywhere takes nothing from those before it", () => {
  using temporary = temporaryFolder();
  const file = createEventFile(temporary.path);
  file.append([{ step: 1, values: [scalar("a", 1)] }]);
  const { size } = Deno.statSync(file.path);
  file.append([{ step: 2, values: [scalar("a", 2)] }]);
  const whole = Deno.readFileSync(file.path);

  for (let length = size; length < whole.length; length++) {
    Deno.writeFileSync(file.path, whole.subarray(0, length));
    assertEquals(readEvents(file.path).map(({ step }) => step), [0, 1], `${length} bytes`);
  }
});

Deno.test("a file that has been taken away is not begun in its middle", () => {
  using temporary = temporaryFolder();
  const file = createEventFile(temporary.path);
  Deno.removeSync(file.path);

  assertThrows(() => file.append([{ step: 1, values: [] }]), Error, "Cannot write");
  assert(eventFiles(temporary.path).length === 0);
});
