import { assert, assertEquals, assertThrows } from "@std/assert";
import { randomStream } from "glmc/data/random.ts";
import { cutBox } from "glmc/images/cut_box.ts";
import { goldenIndex } from "../golden.ts";

Deno.test("cutBox() equals the 200 official boxes", () => {
  const boxes = goldenIndex().cutmix_boxes;
  assertEquals(boxes.length, 200);
  for (const { size, lam, centre, box } of boxes) {
    const options = { height: size, width: size, mixWeight: lam, centre };
    assertEquals([...cutBox(options)], [...box]);
  }
});

Deno.test("cutBox() is empty at mix weight 1 and refuses weights outside [0, 1]", () => {
  const options = { height: 32, width: 32, centre: [5, 9] } as const;
  assertEquals([...cutBox({ ...options, mixWeight: 1 })], [5, 9, 5, 9]);
  for (const mixWeight of [1.1, -0.1, NaN]) {
    assertThrows(() => cutBox({ ...options, mixWeight }), RangeError, `${mixWeight}`);
  }
});

for (const [height, width] of [[16, 48], [48, 16], [1, 1], [1, 7]] as const) {
  Deno.test(`cutBox() stays inside ${height} x ${width} and reaches every pixel`, () => {
    const random = randomStream(1, "boxes");
    const reached = new Set<number>();
    for (let draw = 0; draw < 4000; draw++) {
      const centre = [random.integer(height), random.integer(width)] as const;
      const box = cutBox({ height, width, mixWeight: random.uniform() ** 2, centre });
      const [top, left, bottom, right] = [...box] as [number, number, number, number];
      assert(0 <= top && top <= bottom && bottom <= height, `rows ${top} to ${bottom}`);
      assert(0 <= left && left <= right && right <= width, `columns ${left} to ${right}`);
      for (let row = top; row < bottom; row++) {
        for (let column = left; column < right; column++) reached.add(row * width + column);
      }
    }
    // Sides of one pixel have half sides of zero by the official rule: nothing is ever pasted.
    assertEquals(reached.size, Math.min(height, width) === 1 ? 0 : height * width);
  });
}
