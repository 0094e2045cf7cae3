import { assert, assertEquals } from "@std/assert";
import { colourOrders } from "../../../lib/images/augment/draw.ts";
import { middleFrame, windowFrame } from "../../../lib/images/augment/framing.ts";
import {
  type MakeView,
  openImage,
  type ViewChange,
} from "../../../lib/images/pictures/make_view.ts";
import { golden, goldenExperiments } from "../../golden.ts";
import { compileKernels } from "./compile_kernels.ts";

const values = golden("large_augment");
const { boxes, factors } = goldenExperiments().cases.large_augment;

interface Opened {
  readonly height: number;
  readonly width: number;
  readonly makeView: MakeView;
}

function open(name: string): Opened {
  const { data, shape } = values[name]!;
  const [height, width] = shape as [number, number];
  const copyInto = (target: Uint8Array) => target.set(data as Uint8Array);
  return { height, width, makeView: openImage({ height, width, copyInto }) };
}

const unchanged: ViewChange = {
  isMirrored: false,
  factors: [1, 1, 1],
  order: 0,
  isGrey: false,
  sigma: 0,
};

/** Mean and largest difference from a golden image. */
function differences(view: ArrayLike<number>, name: string): { mean: number; most: number } {
  const expected = values[name]!.data as Uint8Array;
  assertEquals(view.length, expected.length);
  const off = Array.from(expected, (level, i) => Math.abs(level - view[i]!));
  return { mean: off.reduce((sum, each) => sum + each) / off.length, most: Math.max(...off) };
}

/** The small golden image as it is, so that only the change is seen. */
function changed(change: Partial<ViewChange>): Uint8Array {
  const { height, width, makeView } = open("small");
  const frame = windowFrame({ top: 0, left: 0, height, width }, height);
  return makeView(frame, { side: height, change: { ...unchanged, ...change } });
}

Deno.test("kernels.wasm is what kernels.as compiles to", async () => {
  const stored = new URL("../../../lib/images/pictures/kernels.wasm", import.meta.url);
  assertEquals(await Deno.readFile(stored), await compileKernels());
});

Deno.test("windows and middles have Pillow's pixels, a few of them one level off", () => {
  const { height, width, makeView } = open("image");
  const frames = boxes.map(([top, left, height, width], i) => ({
    name: `crop_${i}`,
    frame: windowFrame({ top, left, height, width }, 64),
  }));
  const middle = middleFrame({ height, width }, { side: 64, resize: 96 });
  for (const { name, frame } of [...frames, { name: "resize_96_centre_64", frame: middle }]) {
    const { mean, most } = differences(makeView(frame, { side: 64 }), name);
    // Tall windows were scaled down before across, so that the rounding between falls elsewhere.
    assert(most <= 1 && mean < 0.25, `${name}: ${mean}, ${most}`);
  }
});

const { brightness, contrast, saturation } = factors;
const order = (...kinds: readonly number[]): number =>
  colourOrders.findIndex((order) => order.every((kind, i) => kind === kinds[i]));

for (
  const [name, change] of Object.entries<Partial<ViewChange>>({
    brightness: { factors: [brightness, 1, 1] },
    contrast: { factors: [1, contrast, 1] },
    saturation: { factors: [1, 1, saturation] },
    saturation_brightness_contrast: {
      factors: [brightness, contrast, saturation],
      order: order(2, 0, 1),
    },
    grey: { isGrey: true },
  })
) {
  Deno.test(`${name} gives every pixel the level that Pillow gives it`, () => {
    assertEquals(differences(changed(change), name), { mean: 0, most: 0 });
  });
}

Deno.test("blur is Pillow's but for its rounding", () => {
  for (const sigma of [0.1, 0.7, 1.3, 2]) {
    const { mean } = differences(changed({ sigma }), `blur_${sigma.toFixed(1)}`);
    // The golden table allows 1.5; Pillow rounds six times.
    assert(mean < 0.5, `${sigma}: ${mean}`);
  }
});

/** A picture in which every pixel is another. */
function countedImage(height: number, width: number): MakeView {
  const pixels = Uint8Array.from({ length: 3 * height * width }, (_, i) => i * 37 % 251);
  return openImage({ height, width, copyInto: (target) => target.set(pixels) });
}

Deno.test("a mirrored view is the view from right to left", () => {
  // Sides that are no multiple of the sixteen pixels which are worked on at a time.
  for (const side of [1, 5, 16, 17, 33]) {
    const frame = windowFrame({ top: 2, left: 1, height: 21, width: 13 }, side);
    const makeView = countedImage(25, 19);
    const all = { factors: [1.3, 0.8, 1.2], order: 3, sigma: 1.5 } as const;
    const [there, back] = [false, true].map((isMirrored) =>
      makeView(frame, { side, change: { ...unchanged, ...all, isMirrored } }).slice()
    ) as [Uint8Array, Uint8Array];
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        for (let channel = 0; channel < 3; channel++) {
          const [at, mirrored] = [x, side - 1 - x].map((x) => 3 * (y * side + x) + channel);
          assertEquals(there[at!], back[mirrored!], `side ${side}, pixel ${x}, ${y}`);
        }
      }
    }
  }
});

Deno.test("a view at the scale of the image has its pixels, in every corner", () => {
  const [height, width, side] = [37, 41, 19];
  for (const [top, left] of [[0, 0], [0, 22], [18, 0], [18, 22]] as const) {
    const frame = windowFrame({ top, left, height: side, width: side }, side);
    const view = countedImage(height, width)(frame, { side, change: unchanged });
    const expected = Array.from({ length: 3 * side * side }, (_, i) => {
      const [y, x] = [Math.floor(i / 3 / side), Math.floor(i / 3) % side];
      return (3 * ((top + y) * width + left + x) + i % 3) * 37 % 251;
    });
    assertEquals([...view], expected);
  }
});

Deno.test("one grey level stays as it is, however it is scaled and blurred", () => {
  for (const [height, width] of [[1, 1], [3, 400], [300, 2], [50, 60]] as const) {
    const makeView = openImage({ height, width, copyInto: (target) => target.fill(201) });
    const whole = { top: 0, left: 0, height, width };
    for (const sigma of [0, 0.3, 2]) {
      const view = makeView(windowFrame(whole, 24), { side: 24, change: { ...unchanged, sigma } });
      assert(view.every((level) => level === 201), `${height} x ${width}, ${sigma}: ${view[0]}`);
    }
  }
});
