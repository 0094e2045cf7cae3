/**
 * Small pictures of every kind, with the pixels that Pillow reads in them.
 *
 * @module
 */

/** Pixels as Pillow reads them. */
export interface ExpectedPicture {
  /** Height in pixels. */
  readonly height: number;
  /** Width in pixels. */
  readonly width: number;
  /** Red, green and blue `[height, width, 3]`. */
  readonly pixels: Uint8Array;
}

const folder = new URL("../../fixtures/pictures/", import.meta.url);

/** The bytes of a picture. */
export function picture(name: string): Uint8Array<ArrayBuffer> {
  return Deno.readFileSync(new URL(name, folder));
}

/** What Pillow reads in each picture, by its name. */
export const expectedPictures: Readonly<Record<string, ExpectedPicture>> = read("expected.json");

/** What Pillow makes of pictures that are brought to squares, by name and side. */
export const expectedSquares: Readonly<Record<string, ExpectedPicture>> = read("squares.json");

function read(file: string): Record<string, ExpectedPicture> {
  const entries: Record<string, { height: number; width: number; rgb: string }> = JSON.parse(
    Deno.readTextFileSync(new URL(file, folder)),
  );
  return Object.fromEntries(
    Object.entries(entries).map(([name, { height, width, rgb }]) => [
      name,
      { height, width, pixels: Uint8Array.fromBase64(rgb) },
    ]),
  );
}
