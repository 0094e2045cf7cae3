// What is done to the pixels of a view, sixteen at a time: AssemblyScript, compiled to kernels.wasm.
//
//     deno run -A tests/images/pictures/compile_kernels.ts
//
// Weights are whole numbers that add up to 2^14, two of them in 32 bits, so that one operation multiplies
// two pixels and adds them up. Sums are rounded to whole levels, as Pillow rounds them.

const SHIFT: i32 = 14;
const HALF: i32 = 1 << (SHIFT - 1);

// Four sums as levels in the first four bytes.
// @ts-ignore: decorator
@inline
function levels(a: v128, b: v128, c: v128, d: v128): v128 {
  return i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d));
}

// @ts-ignore: decorator
@inline
function rounded(sum: v128): v128 {
  return i32x4.shr_s(sum, SHIFT);
}

// Scales rows of packed colours: output x takes 2 * pairs pixels from byte starts[x] on.
export function scaleRows(
  from: usize,
  fromStride: usize,
  to: usize,
  toStride: usize,
  rows: i32,
  columns: i32,
  starts: usize,
  weights: usize,
  pairs: i32,
): void {
  for (let row = 0; row < rows; row++) {
    let weight = weights;
    let target = to;
    for (let x = 0; x < columns; x++) {
      let source = from + load<u32>(starts + (<usize> x << 2));
      let sum = i32x4.splat(HALF);
      for (let pair = 0; pair < pairs; pair++) {
        // Red, green and blue of two pixels side by side, in 16 bits each.
        const both = i8x16.swizzle(
          v128.load64_zero(source),
          i8x16(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1),
        );
        sum = i32x4.add(sum, i32x4.dot_i16x8_s(both, v128.load32_splat(weight)));
        source += 6;
        weight += 4;
      }
      const whole = rounded(sum);
      v128.store32_lane(target, levels(whole, whole, whole, whole), 0);
      target += 3;
    }
    from += fromStride;
    to += toStride;
  }
}

// Sixteen bytes of the weighted sum of lines: `lines` holds where each begins, from `from` on.
// @ts-ignore: decorator
@inline
function weighted(from: usize, lines: usize, weights: usize, pairs: i32): v128 {
  let a = i32x4.splat(HALF);
  let b = a;
  let c = a;
  let d = a;
  for (let pair = 0; pair < pairs; pair++) {
    const weight = v128.load32_splat(weights + (<usize> pair << 2));
    const line = lines + (<usize> pair << 3);
    const first = v128.load(from + load<u32>(line));
    const second = v128.load(from + load<u32>(line + 4));
    const low = i8x16.shuffle(
      first, second, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23,
    );
    const high = i8x16.shuffle(
      first, second, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31,
    );
    a = i32x4.add(a, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(low), weight));
    b = i32x4.add(b, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(low), weight));
    c = i32x4.add(c, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(high), weight));
    d = i32x4.add(d, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(high), weight));
  }
  return levels(rounded(a), rounded(b), rounded(c), rounded(d));
}

// A row for each output: the weighted sum of 2 * pairs lines, whose beginnings follow each other.
export function sumLines(
  from: usize,
  lines: usize,
  lineStep: usize,
  to: usize,
  toStride: usize,
  rows: i32,
  bytes: i32,
  weights: usize,
  weightStep: usize,
  pairs: i32,
): void {
  for (let row = 0; row < rows; row++) {
    for (let x = 0; x < bytes; x += 16) v128.store(to + x, weighted(from + x, lines, weights, pairs));
    lines += lineStep;
    weights += weightStep;
    to += toStride;
  }
}

// Rows of packed colours with their first and last pixel repeated beyond their ends.
export function padRows(from: usize, bytes: i32, to: usize, rows: i32, reach: i32): void {
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < reach; i++) {
      store<u16>(to, load<u16>(from));
      store<u8>(to + 2, load<u8>(from + 2));
      to += 3;
    }
    memory.copy(to, from, bytes);
    to += bytes;
    from += bytes;
    for (let i = 0; i < reach; i++) {
      store<u16>(to, load<u16>(from - 3));
      store<u8>(to + 2, load<u8>(from - 1));
      to += 3;
    }
  }
}

// Packed colours to planes.
export function split(
  from: usize,
  fromStride: usize,
  to: usize,
  plane: usize,
  rows: i32,
  columns: i32,
): void {
  for (let row = 0; row < rows; row++) {
    for (let x = 0; x < columns; x += 16) {
      const a = v128.load(from + 3 * x);
      const b = v128.load(from + 3 * x + 16);
      const c = v128.load(from + 3 * x + 32);
      const target = to + x;
      v128.store(
        target,
        i8x16.shuffle(
          i8x16.shuffle(a, b, 0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 0, 0, 0, 0, 0),
          c, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 17, 20, 23, 26, 29,
        ),
      );
      v128.store(
        target + plane,
        i8x16.shuffle(
          i8x16.shuffle(a, b, 1, 4, 7, 10, 13, 16, 19, 22, 25, 28, 31, 0, 0, 0, 0, 0),
          c, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 18, 21, 24, 27, 30,
        ),
      );
      v128.store(
        target + 2 * plane,
        i8x16.shuffle(
          i8x16.shuffle(a, b, 2, 5, 8, 11, 14, 17, 20, 23, 26, 29, 0, 0, 0, 0, 0, 0),
          c, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 19, 22, 25, 28, 31,
        ),
      );
    }
    from += fromStride;
    to += columns;
  }
}

// Planes to packed colours, sixteen pixels at a time.
export function join(from: usize, plane: usize, to: usize, count: i32): void {
  for (let i = 0; i < count; i += 16) {
    const r = v128.load(from + i);
    const g = v128.load(from + plane + i);
    const b = v128.load(from + 2 * plane + i);
    const low = i8x16.shuffle(r, g, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    const high = i8x16.shuffle(r, g, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    const middle = i8x16.shuffle(low, high, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25);
    v128.store(to + 3 * i, i8x16.shuffle(low, b, 0, 1, 16, 2, 3, 17, 4, 5, 18, 6, 7, 19, 8, 9, 20, 10));
    v128.store(
      to + 3 * i + 16,
      i8x16.shuffle(middle, b, 1, 21, 2, 3, 22, 4, 5, 23, 6, 7, 24, 8, 9, 25, 10, 11),
    );
    v128.store(
      to + 3 * i + 32,
      i8x16.shuffle(high, b, 26, 6, 7, 27, 8, 9, 28, 10, 11, 29, 12, 13, 30, 14, 15, 31),
    );
  }
}

// @ts-ignore: decorator
@inline
function quarter(bytes: v128, part: i32): v128 {
  const half = part < 2 ? i16x8.extend_low_i8x16_u(bytes) : i16x8.extend_high_i8x16_u(bytes);
  return (part & 1) == 0 ? i32x4.extend_low_i16x8_u(half) : i32x4.extend_high_i16x8_u(half);
}

// Four levels moved away from a reference, cut off to whole ones.
// @ts-ignore: decorator
@inline
function moved(level: v128, reference: v128, factor: v128): v128 {
  const off = f32x4.mul(factor, f32x4.sub(f32x4.convert_i32x4_s(level), reference));
  return i32x4.trunc_sat_f32x4_s(f32x4.add(reference, off));
}

// Changes the distance of all values from one level.
export function stretch(values: usize, count: i32, level: f32, by: f32): void {
  const reference = f32x4.splat(level);
  const factor = f32x4.splat(by);
  for (let i = 0; i < count; i += 16) {
    const old = v128.load(values + i);
    v128.store(
      values + i,
      levels(
        moved(quarter(old, 0), reference, factor),
        moved(quarter(old, 1), reference, factor),
        moved(quarter(old, 2), reference, factor),
        moved(quarter(old, 3), reference, factor),
      ),
    );
  }
}

// Grey of four pixels.
// @ts-ignore: decorator
@inline
function greyOf(r: v128, g: v128, b: v128): v128 {
  const sum = i32x4.add(
    i32x4.add(i32x4.mul(r, i32x4.splat(19595)), i32x4.mul(g, i32x4.splat(38470))),
    i32x4.add(i32x4.mul(b, i32x4.splat(7471)), i32x4.splat(0x8000)),
  );
  return i32x4.shr_u(sum, 16);
}

// Grey of sixteen pixels in one plane, and the sum of it over all of them.
export function greyInto(from: usize, plane: usize, to: usize, count: i32): i32 {
  let sum = i32x4.splat(0);
  let total: i32 = 0;
  for (let i = 0; i < count; i += 16) {
    const r = v128.load(from + i);
    const g = v128.load(from + plane + i);
    const b = v128.load(from + 2 * plane + i);
    const grey = levels(
      greyOf(quarter(r, 0), quarter(g, 0), quarter(b, 0)),
      greyOf(quarter(r, 1), quarter(g, 1), quarter(b, 1)),
      greyOf(quarter(r, 2), quarter(g, 2), quarter(b, 2)),
      greyOf(quarter(r, 3), quarter(g, 3), quarter(b, 3)),
    );
    v128.store(to + i, grey);
    if (i + 16 <= count) {
      sum = i32x4.add(sum, i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(grey)));
    } else {
      for (let rest = i; rest < count; rest++) total += load<u8>(to + rest);
    }
  }
  return total + i32x4.extract_lane(sum, 0) + i32x4.extract_lane(sum, 1) +
    i32x4.extract_lane(sum, 2) + i32x4.extract_lane(sum, 3);
}

// @ts-ignore: decorator
@inline
function movedFrom(old: v128, grey: v128, factor: v128): v128 {
  return levels(
    moved(quarter(old, 0), f32x4.convert_i32x4_s(quarter(grey, 0)), factor),
    moved(quarter(old, 1), f32x4.convert_i32x4_s(quarter(grey, 1)), factor),
    moved(quarter(old, 2), f32x4.convert_i32x4_s(quarter(grey, 2)), factor),
    moved(quarter(old, 3), f32x4.convert_i32x4_s(quarter(grey, 3)), factor),
  );
}

// Changes the distance of the values of a plane from a grey plane.
export function stretchFrom(values: usize, grey: usize, count: i32, by: f32): void {
  const factor = f32x4.splat(by);
  for (let i = 0; i < count; i += 16) {
    v128.store(values + i, movedFrom(v128.load(values + i), v128.load(grey + i), factor));
  }
}
