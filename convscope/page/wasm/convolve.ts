/** Sums of products over all maps of one picture: a convolution, a dense layer. Maps lie row by row, (C, H, W). */

import { at, copyRow, madd, sumOf, VECTOR } from "./vector";

const PLACES: i32 = 8; // that are summed for together: two vectors
const TAP: usize = 32; // bytes of one number for each of them

/** Copy maps into larger ones that hold zeros, `top` rows down and `left` columns to the right. */
export function pad(
  from: usize, to: usize, channels: i32, height: i32, width: i32, top: i32, left: i32, high: i32, wide: i32,
): void {
  const row = <usize>width << 2;
  for (let c = 0; c < channels; c++) {
    let target = to + <usize>((c * high + top) * wide + left) * 4;
    for (let y = 0; y < height; y++, from += row, target += <usize>wide << 2) copyRow(from, target, width);
  }
}

/**
 * Sums of products for each filter and place: bias + the weights × the numbers at the place's `begins` + `offsets`,
 * both in bytes; `begins` has entries up to a multiple of eight. Weights are packed (blocks of 4 filters, taps, 4). The
 * taps are taken `depth` at a time, so that what is multiplied stays in a processor's caches; `panel` has room for
 * `together` × 8 places of so many, which the filters run over one after another.
 */
export function convolve(
  source: usize, packed: usize, bias: usize, target: usize, begins: usize, offsets: usize, panel: usize, places: i32,
  taps: i32, filters: i32, together: i32, depth: i32,
): void {
  const step = <usize>depth * TAP;
  const block = <usize>taps << 4;
  for (let tap = 0; tap < taps; tap += depth) {
    const count = min(depth, taps - tap);
    const read = offsets + (<usize>tap << 2);
    for (let first = 0; first < places; first += together * PLACES) {
      const groups = min(together, (places - first + PLACES - 1) / PLACES);
      for (let g = 0; g < groups; g++) {
        layOut(source, begins + (<usize>(first + g * PLACES) << 2), read, panel + <usize>g * step, count);
      }
      let weights = packed + (<usize>tap << 4);
      for (let f = 0; f < filters; f += 4, weights += block) {
        const offset = tap == 0 ? bias + (<usize>f << 2) : 0;
        for (let g = 0; g < groups; g++) {
          const p = first + g * PLACES;
          const out = target + (<usize>(f * places + p) << 2);
          four(panel + <usize>g * step, weights, offset, out, <usize>places << 2, count, filters - f, places - p);
        }
      }
    }
  }
}

/** Lay the numbers that eight places read side by side, tap after tap. */
function layOut(source: usize, begins: usize, offsets: usize, panel: usize, taps: i32): void {
  const p0 = source + <usize>at(begins, 0), p1 = source + <usize>at(begins, 1);
  const p2 = source + <usize>at(begins, 2), p3 = source + <usize>at(begins, 3);
  const p4 = source + <usize>at(begins, 4), p5 = source + <usize>at(begins, 5);
  const p6 = source + <usize>at(begins, 6), p7 = source + <usize>at(begins, 7);
  const side = p7 - p0 == 28;
  for (let t = 0; t < taps; t++, panel += TAP) {
    const o = <usize>at(offsets, t);
    if (side) {
      v128.store(panel, v128.load(p0 + o), 0);
      v128.store(panel, v128.load(p4 + o), 16);
      continue;
    }
    store<f32>(panel, load<f32>(p0 + o), 0);
    store<f32>(panel, load<f32>(p1 + o), 4);
    store<f32>(panel, load<f32>(p2 + o), 8);
    store<f32>(panel, load<f32>(p3 + o), 12);
    store<f32>(panel, load<f32>(p4 + o), 16);
    store<f32>(panel, load<f32>(p5 + o), 20);
    store<f32>(panel, load<f32>(p6 + o), 24);
    store<f32>(panel, load<f32>(p7 + o), 28);
  }
}

/** Four filters for eight places: six numbers or vectors read give eight vectors of products. Without a bias, which is
 * address 0, they are added to the sums that are there. */
@inline
function four(
  x: usize, w: usize, bias: usize, out: usize, plane: usize, taps: i32, filters: i32, places: i32,
): void {
  let a0 = f32x4.splat(0), a1 = a0, b0 = a0, b1 = a0, c0 = a0, c1 = a0, d0 = a0, d1 = a0;
  if (bias) {
    a0 = a1 = v128.load32_splat(bias, 0);
    b0 = b1 = v128.load32_splat(bias, 4);
    c0 = c1 = v128.load32_splat(bias, 8);
    d0 = d1 = v128.load32_splat(bias, 12);
  } else {
    a0 = v128.load(out, 0);
    a1 = v128.load(out, 16);
    if (filters > 1) {
      b0 = v128.load(out + plane, 0);
      b1 = v128.load(out + plane, 16);
    }
    if (filters > 2) {
      c0 = v128.load(out + 2 * plane, 0);
      c1 = v128.load(out + 2 * plane, 16);
    }
    if (filters > 3) {
      d0 = v128.load(out + 3 * plane, 0);
      d1 = v128.load(out + 3 * plane, 16);
    }
  }
  for (const end = x + <usize>taps * TAP; x < end; x += TAP, w += VECTOR) {
    const x0 = v128.load(x, 0);
    const x1 = v128.load(x, 16);
    let weight = v128.load32_splat(w, 0);
    a0 = madd(weight, x0, a0);
    a1 = madd(weight, x1, a1);
    weight = v128.load32_splat(w, 4);
    b0 = madd(weight, x0, b0);
    b1 = madd(weight, x1, b1);
    weight = v128.load32_splat(w, 8);
    c0 = madd(weight, x0, c0);
    c1 = madd(weight, x1, c1);
    weight = v128.load32_splat(w, 12);
    d0 = madd(weight, x0, d0);
    d1 = madd(weight, x1, d1);
  }
  keep(out, a0, a1, places);
  if (filters > 1) keep(out + plane, b0, b1, places);
  if (filters > 2) keep(out + 2 * plane, c0, c1, places);
  if (filters > 3) keep(out + 3 * plane, d0, d1, places);
}

/** Write the sums of up to eight places. */
@inline
function keep(out: usize, low: v128, high: v128, places: i32): void {
  if (places >= PLACES) {
    v128.store(out, low, 0);
    v128.store(out, high, 16);
    return;
  }
  for (let i = 0; i < places; i++, out += 4) {
    const from = i < 4 ? low : high;
    const lane = i & 3;
    const value = lane == 0 ? f32x4.extract_lane(from, 0) : lane == 1 ? f32x4.extract_lane(from, 1)
      : lane == 2 ? f32x4.extract_lane(from, 2) : f32x4.extract_lane(from, 3);
    store<f32>(out, value);
  }
}

/** bias + a row of weights × all inputs, for each unit. */
export function dense(x: usize, weights: usize, bias: usize, y: usize, inputs: i32, units: i32): void {
  const whole = inputs & ~15;
  for (let u = 0; u < units; u++, bias += 4, y += 4) {
    let a = f32x4.splat(0), b = a, c = a, d = a;
    let from = x;
    for (const end = x + (<usize>whole << 2); from < end; from += 64, weights += 64) {
      a = madd(v128.load(weights, 0), v128.load(from, 0), a);
      b = madd(v128.load(weights, 16), v128.load(from, 16), b);
      c = madd(v128.load(weights, 32), v128.load(from, 32), c);
      d = madd(v128.load(weights, 48), v128.load(from, 48), d);
    }
    let sum = sumOf(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)));
    for (let i = whole; i < inputs; i++, from += 4, weights += 4) sum += load<f32>(weights) * load<f32>(from);
    store<f32>(y, sum + load<f32>(bias));
  }
}

