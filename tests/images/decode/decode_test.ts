import { assert, assertEquals, assertRejects } from "@std/assert";
import { crc32 } from "node:zlib";
import { decodeImage } from "../../../lib/images/decode/decode.ts";
import { assertClose, assertNoLeak } from "../../assertions.ts";
import { testEngine } from "../../engine.ts";
import { expectedPictures, picture } from "./pictures.ts";

const engine = await testEngine();

/** Pillow cuts values of 16 bits off at 255, which leaves such pictures white. */
const different = ["grey_16.png"];
/** The product of ink and black is cut off to a whole number here, and rounded by Pillow. */
const tolerances: Record<string, number> = { "black_ink.jpg": 1 };

for (const [name, { height, width, pixels }] of Object.entries(expectedPictures)) {
  if (different.includes(name)) continue;
  Deno.test(`${name} has the pixels that Pillow reads in it`, async () => {
    const decoded = await decodeImage(picture(name), name);
    assertEquals([decoded.height, decoded.width], [height, width]);
    // No tolerance by default: both use the same libraries with the same settings.
    assertClose(decoded.pixels, pixels, { absolute: tolerances[name] ?? 0 });
  });
}

Deno.test("there are pictures of every format", () => {
  const count = (ending: string) =>
    Object.keys(expectedPictures).filter((name) => name.endsWith(ending)).length;
  for (const ending of [".png", ".jpg", ".bmp", ".gif", ".webp"]) {
    assert(count(ending) >= 5, ending);
  }
});

Deno.test("a grey PNG of 16 bits keeps the upper 8 of each value", async () => {
  const { pixels } = await decodeImage(picture("grey_16.png"), "grey_16.png");
  // The same values as the red of the coloured one.
  const red = expectedPictures["rgb_16.png"]!.pixels.filter((_, place) => place % 3 === 0);
  assertEquals(
    pixels,
    Uint8Array.from({ length: pixels.length }, (_, i) => red[Math.floor(i / 3)]!),
  );
});

Deno.test("the ending of a name does not matter", async () => {
  const { pixels } = await decodeImage(picture("rgb.bmp"), "cat.png");
  assertEquals(pixels, expectedPictures["rgb.bmp"]!.pixels);
});

Deno.test("decoding leaves nothing behind, whether it works or fails", async () => {
  const broken = png({ IDAT: (data) => data.subarray(0, 20) });
  await assertNoLeak(engine, async () => {
    for (const name of ["rgb.png", "cmyk.jpg", "clear.gif", "rgba.webp", "rgb.bmp"]) {
      await decodeImage(picture(name), name);
    }
    await assertRejects(() => decodeImage(broken, "broken.png"), SyntaxError);
  });
});

Deno.test("pictures that are decoded at the same time keep to themselves", async () => {
  const names = Object.keys(expectedPictures).filter((name) => !different.includes(name));
  const decoded = await Promise.all(names.map((name) => decodeImage(picture(name), name)));
  for (const [n, { pixels }] of decoded.entries()) {
    const absolute = tolerances[names[n]!] ?? 0;
    assertClose(pixels, expectedPictures[names[n]!]!.pixels, { absolute });
  }
});

/** `rgb.png` with changed chunks, and checksums that fit them again. */
function png(changes: Record<string, (data: Uint8Array) => Uint8Array>): Uint8Array<ArrayBuffer> {
  const whole = picture("rgb.png");
  const view = new DataView(whole.buffer);
  const parts: number[][] = [[...whole.subarray(0, 8)]];
  for (let at = 8; at < whole.length;) {
    const length = view.getUint32(at);
    const type = String.fromCharCode(...whole.subarray(at + 4, at + 8));
    const data = whole.slice(at + 8, at + 8 + length);
    const body = [...whole.subarray(at + 4, at + 8), ...changes[type]?.(data) ?? data];
    parts.push(bigEndian(body.length - 4), body, bigEndian(crc32(Uint8Array.from(body))));
    at += 12 + length;
  }
  return Uint8Array.from(parts.flat());
}

function bigEndian(value: number): number[] {
  return [24, 16, 8, 0].map((shift) => value >>> shift & 255);
}

/** A picture with one byte changed. */
function changed(name: string, at: number, change: (byte: number) => number) {
  const bytes = picture(name);
  const place = at < 0 ? bytes.length + at : at;
  bytes[place] = change(bytes[place]!);
  return bytes;
}

/** A picture without its last bytes, or its first ones only. */
const cut = (name: string, to: number) => picture(name).slice(0, to);

/** `cmyk.jpg` without the segment that says how its inks are meant. */
function unmarkedInks(): Uint8Array<ArrayBuffer> {
  const bytes = picture("cmyk.jpg");
  const at = bytes.findIndex((byte, i) => byte === 0xff && bytes[i + 1] === 0xee);
  return Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + 16)]);
}

function size(width: number, height: number): (data: Uint8Array) => Uint8Array {
  return (data) =>
    Uint8Array.from([...bigEndian(width), ...bigEndian(height), ...data.subarray(8)]);
}

const text = (words: string) => new TextEncoder().encode(words);
const [damaged, other, none] = [SyntaxError, TypeError, RangeError];
const pngChunk = 8 + 25;

const refused: [string, Uint8Array<ArrayBuffer>, ErrorConstructor, string][] = [
  [
    "PNG with a wrong byte of pixels",
    changed("rgb.png", 50, (b) => b ^ 1),
    damaged,
    "wrong checksum",
  ],
  [
    "PNG with a wrong checksum",
    changed("rgb.png", -13, (b) => b ^ 1),
    damaged,
    `"IDAT" at byte ${pngChunk}`,
  ],
  ["PNG with a wrong size", changed("rgb.png", 19, (b) => b ^ 1), damaged, '"IHDR" at byte 8'],
  [
    "PNG with a wrong checksum beside its pixels",
    changed("gamma.png", 41, (b) => b ^ 1),
    damaged,
    '"gAMA"',
  ],
  [
    "PNG that ends within its pixels",
    cut("rgb.png", 60),
    damaged,
    "ends too early, after 60 bytes",
  ],
  ["PNG without its end", cut("rgb.png", -12), damaged, "ends too early"],
  ["PNG of eight bytes", cut("rgb.png", 8), damaged, "ends too early, after 8 bytes"],
  [
    "PNG with too few pixels",
    png({ IDAT: (d) => d.subarray(0, 20) }),
    damaged,
    "PNG data are damaged",
  ],
  ["PNG of no width", png({ IHDR: size(0, 9) }), none, "0 x 9 pixels"],
  ["PNG of ten billion pixels", png({ IHDR: size(100_000, 100_000) }), none, "100000 x 100000"],
  ["JPEG that ends within its pixels", cut("half_color.jpg", 500), damaged, "ends too early"],
  ["JPEG without its end", cut("half_color.jpg", -2), damaged, "ends too early"],
  ["JPEG that ends within its head", cut("half_color.jpg", 100), damaged, "ends too early"],
  ["JPEG of three bytes", cut("half_color.jpg", 3), damaged, "ends too early"],
  ["JPEG with rubbish in its head", changed("half_color.jpg", 20, () => 0), damaged, "no segment"],
  [
    "JPEG of inks that may mean two things",
    unmarkedInks(),
    other,
    "four inks (CMYK) without Adobe",
  ],
  ["BMP that ends within its pixels", cut("rgb.bmp", 100), damaged, "ends too early"],
  ["BMP with a compression", changed("rgb.bmp", 30, () => 1), other, "compressed BMP"],
  ["BMP of an unknown depth", changed("rgb.bmp", 28, () => 2), other, "BMP of 2 bits"],
  ["BMP of no width", changed("rgb.bmp", 18, () => 0), none, "0 x 9 pixels"],
  [
    "BMP with a colour outside its palette",
    changed("palette_8.bmp", -8, () => 255),
    damaged,
    "of colour 255",
  ],
  ["BMP with pixels in its head", changed("rgb.bmp", 10, () => 20), damaged, "within its header"],
  ["GIF that ends within its pixels", cut("plain.gif", -30), damaged, "ends too early"],
  ["GIF that ends within its colours", cut("plain.gif", 60), damaged, "ends too early"],
  ["GIF of its first bytes", cut("plain.gif", 6), damaged, "ends too early"],
  [
    "GIF with wrong pixels",
    changed("plain.gif", -20, (b) => b ^ 255),
    damaged,
    "GIF data are damaged",
  ],
  ["GIF without a picture", text("GIF89a\x01\0\x01\0\0\0\0;"), damaged, "holds no picture"],
  ["WebP that ends early", cut("lossless.webp", 40), damaged, "ends too early, after 40 of"],
  [
    "WebP with wrong pixels",
    changed("lossy.webp", 24, (b) => b ^ 255),
    damaged,
    "WebP data are damaged",
  ],
  ["empty file", new Uint8Array(), other, "it is empty"],
  ["web page", text("<!DOCTYPE html>\n<title>404</title>"), other, 'begins with "<!DOCTYPE html>"'],
  [
    "Git LFS pointer",
    text("version https://git-lfs.github.com/spec/v1\noid"),
    other,
    "version https://git-lfs",
  ],
  ["drawing", text('<svg xmlns="http://www.w3.org/2000/svg"/>'), other, "a text that begins with"],
  ["TIFF", text("II*\0\x08\0\0\0"), other, "it is a TIFF image"],
  ["AVIF", text("\0\0\0\x1cftypavif"), other, "an AVIF or HEIC image"],
  ["HEIC", text("\0\0\0\x18ftypheic"), other, "an AVIF or HEIC image"],
  ["zip archive", text("PK\x03\x04"), other, "a zip archive"],
  ["file of zeros", new Uint8Array(1000), other, "no PNG, JPEG, BMP, GIF or WebP image"],
];

for (const [what, bytes, kind, words] of refused) {
  Deno.test(`refused by name: ${what}`, async () => {
    const error = await assertRejects(() => decodeImage(bytes, "train/cat/1.png"), kind, words);
    assert(error.message.startsWith('Cannot read the image "train/cat/1.png": it'), error.message);
    // What is wrong, and what to do.
    assert(error.message.split(": ").length >= 3, error.message);
  });
}

Deno.test("a PNG is decoded right or refused, whichever byte is wrong", async () => {
  const { pixels } = expectedPictures["rgb.png"]!;
  for (let at = 0; at < picture("rgb.png").length; at++) {
    const decoded = await decodeImage(changed("rgb.png", at, (b) => b ^ 0x10), "cat.png")
      .catch((error) => error);
    const isRight = !(decoded instanceof Error) && decoded.pixels.join() === pixels.join();
    assert(isRight || /"cat.png": it/.test(decoded.message), `byte ${at}: ${decoded.message}`);
  }
});

Deno.test("any picture cut off anywhere is decoded right or refused by name", async () => {
  for (const name of ["rgb.png", "progressive.jpg", "rgb.bmp", "clear.gif", "rgba.webp"]) {
    const whole = picture(name);
    for (let length = 0; length < whole.length; length += 7) {
      const decoded = await decodeImage(whole.slice(0, length), name).catch((error) => error);
      const isRight = !(decoded instanceof Error) &&
        decoded.pixels.join() === expectedPictures[name]!.pixels.join();
      assert(isRight || decoded.message.includes(`"${name}": it`), `${name}, ${length} bytes`);
    }
  }
});
