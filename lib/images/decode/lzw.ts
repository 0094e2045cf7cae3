/**
 * The compression of GIF: codes of growing width that stand for growing strings of pixels (LZW).
 *
 * @module
 */

const largestCodeBits = 12;

/**
 * Unpacks the data of a GIF picture.
 *
 * @param data Its blocks in a row.
 * @param options `bits`: of a pixel, 1 to 8; `count`: pixels wanted.
 * @returns The index of each pixel.
 * @throws {SyntaxError} With a reason, if a code is wrong or pixels are missing.
 */
export function unpackLzw(
  data: Uint8Array,
  { bits, count }: { readonly bits: number; readonly count: number },
): Uint8Array {
  const damaged = new SyntaxError("its GIF data are damaged");
  if (bits < 1 || bits > 8) throw damaged;
  const [clear, stop] = [1 << bits, (1 << bits) + 1];
  // A code stands for the pixels of another one and one more.
  const before = new Uint16Array(1 << largestCodeBits);
  const last = new Uint8Array(1 << largestCodeBits).map((_, code) => code);
  const first = last.slice();
  const lengths = new Uint32Array(1 << largestCodeBits).fill(1, 0, clear);
  const pixels = new Uint8Array(count);
  let done = 0;
  let [next, codeBits] = [clear + 2, bits + 1];
  let previous: number | undefined;
  let [buffer, held] = [0, 0];
  for (let at = 0; done < count;) {
    while (held < codeBits && at < data.length) {
      buffer |= data[at++]! << held;
      held += 8;
    }
    if (held < codeBits) break;
    const code = buffer & ((1 << codeBits) - 1);
    buffer >>>= codeBits;
    held -= codeBits;
    if (code === stop) break;
    if (code === clear) {
      [next, codeBits, previous] = [clear + 2, bits + 1, undefined];
      continue;
    }
    const isNew = code === next && previous !== undefined && next < before.length;
    if (!isNew && (code >= next || (previous === undefined && code >= clear))) throw damaged;
    if (previous !== undefined && next < before.length) {
      before[next] = previous;
      first[next] = first[previous]!;
      last[next] = first[isNew ? previous : code]!;
      lengths[next] = lengths[previous]! + 1;
      next++;
      if (next === 1 << codeBits && codeBits < largestCodeBits) codeBits++;
    }
    const length = lengths[code]!;
    for (let place = done + length - 1, part = code; place >= done; place--) {
      if (place < count) pixels[place] = last[part]!;
      part = before[part]!;
    }
    done += length;
    previous = code;
  }
  if (done < count) throw damaged;
  return pixels;
}
