import { assert, assertEquals } from "@std/assert";
import { decodeImage } from "../../../lib/images/decode/decode.ts";
import { squareImage } from "../../../lib/images/decode/resize.ts";
import { assertClose, assertNoLeak } from "../../assertions.ts";
import { testEngine } from "../../engine.ts";
import { expectedSquares, picture } from "./pictures.ts";

const engine = await testEngine();

for (const [what, expected] of Object.entries(expectedSquares)) {
  const [name, side] = what.split(" ") as [string, string];
  Deno.test(`${name} as a square of ${side} is what Pillow makes of it`, async () => {
    const image = await decodeImage(picture(name), name);
    await assertNoLeak(engine, () => {
      const { pixels, height, width } = squareImage(image, Number(side));
      assertEquals([height, width], [expected.height, expected.width]);
      // Pillow scales rows, rounds, and then scales columns: two roundings instead of one.
      assertClose(pixels, expected.pixels, { absolute: 1 });
      const same = pixels.filter((value, place) => value === expected.pixels[place]).length;
      assert(same > 0.7 * pixels.length, `only ${same} of ${pixels.length} values are the same`);
    });
  });
}

Deno.test("a square of the size asked for keeps every bit", () => {
  const image = { pixels: new Uint8Array(12).map((_, i) => 20 * i), height: 2, width: 2 };
  assertEquals(squareImage(image, 2), image);
});
