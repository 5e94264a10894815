/** One picture forward: what page/js/engine/fast/types.js calls ForwardKernels. Feature maps lie row by row, (C, H, W). */

import { at, madd, sumOf, VECTOR } from "./vector";

const PLACES: i32 = 8; // that are summed for together: two vectors
const TAP: usize = 32; // bytes of one number for each of them

/** Copy maps into larger ones that hold zeros, `top` rows down and `left` columns to the right. */
export function pad(
  from: usize, to: usize, channels: i32, height: i32, width: i32, top: i32, left: i32, high: i32, wide: i32,
): void {
  const row = <usize>width << 2;
  for (let c = 0; c < channels; c++) {
    let target = to + <usize>((c * high + top) * wide + left) * 4;
    for (let y = 0; y < height; y++, from += row, target += <usize>wide << 2) memory.copy(target, from, row);
  }
}

/**
 * Sums of products for each filter and place: bias + the weights × the numbers at the place's `begins` + `offsets`, both
 * in bytes; `begins` has entries up to a multiple of eight. Weights are packed (blocks of 4 filters, taps, 4). The taps
 * are taken `depth` at a time, so that what is multiplied stays in a processor's caches; `panel` has room for `together`
 * × 8 places of so many, which the filters run over one after another.
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

/**
 * A convolution that is one filter a map. Rows of the source are `wide` numbers apart, maps `plane`; a tap is `down` rows
 * and `across` columns from the next.
 */
export function slide(
  source: usize, weights: usize, bias: usize, target: usize, channels: i32, rows: i32, columns: i32, wide: i32,
  plane: i32, high: i32, broad: i32, down: i32, across: i32, strideDown: i32, strideAcross: i32,
): void {
  const vectors = columns >= 4 && strideAcross <= 2;
  const pairs = vectors && down == 1 && strideDown < high;
  for (let c = 0; c < channels; c++, source += <usize>plane << 2, weights += <usize>(high * broad) << 2, bias += 4) {
    let y = 0;
    for (; pairs && y + 2 <= rows; y += 2) {
      const line = source + (<usize>(y * strideDown * wide) << 2);
      const out = target + (<usize>(y * columns) << 2);
      for (let x = 0; x < columns; ) {
        const eight = columns - x >= 8 || (columns >= 8 && columns - x > 4);
        x = min(x, columns - (eight ? 8 : 4)); // the last may be made twice
        const from = line + (<usize>(x * strideAcross) << 2);
        const to = out + (<usize>x << 2);
        twoRows(from, weights, bias, to, columns, wide, high, broad, across, strideDown, strideAcross, eight);
        x += eight ? 8 : 4;
      }
    }
    for (; y < rows; y++) {
      const line = source + (<usize>(y * strideDown * wide) << 2);
      const out = target + (<usize>(y * columns) << 2);
      let x = 0;
      while (vectors && x < columns) {
        x = min(x, columns - 4);
        let sum = v128.load32_splat(bias);
        let w = weights;
        for (let ky = 0; ky < high; ky++) {
          let from = line + (<usize>(ky * down * wide + x * strideAcross) << 2);
          for (let kx = 0; kx < broad; kx++, w += 4, from += <usize>across << 2) {
            sum = madd(v128.load32_splat(w), nextFour(from, strideAcross), sum);
          }
        }
        v128.store(out + (<usize>x << 2), sum);
        x += 4;
      }
      for (; x < columns; x++) {
        let sum = load<f32>(bias);
        let w = weights;
        for (let ky = 0; ky < high; ky++) {
          let from = line + (<usize>(ky * down * wide + x * strideAcross) << 2);
          for (let kx = 0; kx < broad; kx++, w += 4, from += <usize>across << 2) sum += load<f32>(w) * load<f32>(from);
        }
        store<f32>(out + (<usize>x << 2), sum);
      }
    }
    target += <usize>(rows * columns) << 2;
  }
}

/** Four numbers one after another, or every other of eight. */
@inline
function nextFour(from: usize, stride: i32): v128 {
  return stride == 1 ? v128.load(from) : v128.shuffle<f32>(v128.load(from, 0), v128.load(from, 16), 0, 2, 4, 6);
}

/** Four or eight places of two rows: most rows of the source are read once for both. */
@inline
function twoRows(
  source: usize, weights: usize, bias: usize, out: usize, columns: i32, wide: i32, high: i32, broad: i32, across: i32,
  strideDown: i32, strideAcross: i32, eight: bool,
): void {
  const tap = <usize>across << 2;
  const second: usize = eight ? <usize>strideAcross << 4 : 0;
  const behind = <usize>(strideDown * broad) << 2; // a row's weights are so far from those that the next meets there
  let a0 = v128.load32_splat(bias), a1 = a0, b0 = a0, b1 = a0;
  let w = weights;
  let line = source;
  for (let r = 0; r < high + strideDown; r++, line += <usize>wide << 2) {
    let from = line;
    if (r < strideDown) {
      for (let kx = 0; kx < broad; kx++, w += 4, from += tap) {
        const weight = v128.load32_splat(w);
        a0 = madd(weight, nextFour(from, strideAcross), a0);
        if (eight) a1 = madd(weight, nextFour(from + second, strideAcross), a1);
      }
    } else if (r < high) {
      for (let kx = 0; kx < broad; kx++, w += 4, from += tap) {
        const x0 = nextFour(from, strideAcross);
        const weight = v128.load32_splat(w);
        const next = v128.load32_splat(w - behind);
        a0 = madd(weight, x0, a0);
        b0 = madd(next, x0, b0);
        if (eight) {
          const x1 = nextFour(from + second, strideAcross);
          a1 = madd(weight, x1, a1);
          b1 = madd(next, x1, b1);
        }
      }
    } else {
      for (let kx = 0; kx < broad; kx++, w += 4, from += tap) {
        const next = v128.load32_splat(w - behind);
        b0 = madd(next, nextFour(from, strideAcross), b0);
        if (eight) b1 = madd(next, nextFour(from + second, strideAcross), b1);
      }
    }
  }
  const below = out + (<usize>columns << 2);
  v128.store(out, a0);
  v128.store(below, b0);
  if (eight) {
    v128.store(out, a1, 16);
    v128.store(below, b1, 16);
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

/** y = scale·x + shift, map by map. */
export function scaleShift(x: usize, y: usize, scale: usize, shift: usize, channels: i32, area: i32): void {
  for (let c = 0; c < channels; c++, scale += 4, shift += 4) {
    const by = v128.load32_splat(scale);
    const plus = v128.load32_splat(shift);
    let i = 0;
    for (; i + 4 <= area; i += 4, x += VECTOR, y += VECTOR) v128.store(y, madd(by, v128.load(x), plus));
    for (; i < area; i++, x += 4, y += 4) store<f32>(y, load<f32>(scale) * load<f32>(x) + load<f32>(shift));
  }
}

/** y = x, at least `low` and at most `high`; what is no number stays none. Blocks end on a cache line. */
export function clip(x: usize, y: usize, count: i32, low: f32, high: f32): void {
  const least = f32x4.splat(low);
  const most = f32x4.splat(high);
  for (const end = x + (<usize>count << 2); x < end; x += VECTOR, y += VECTOR) {
    v128.store(y, f32x4.min(f32x4.max(v128.load(x), least), most));
  }
}

/** to += from. Blocks end on a cache line. */
export function add(from: usize, to: usize, count: i32): void {
  for (const end = from + (<usize>count << 2); from < end; from += VECTOR, to += VECTOR) {
    v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
  }
}

/** The largest number of each window, cut at the borders. */
export function largest(
  x: usize, y: usize, channels: i32, height: i32, width: i32, rows: i32, columns: i32, high: i32, broad: i32,
  strideDown: i32, strideAcross: i32, top: i32, left: i32,
): void {
  for (let c = 0; c < channels; c++, x += <usize>(height * width) << 2) {
    for (let row = 0; row < rows; row++) {
      const first = max(0, row * strideDown - top);
      const last = min(height, row * strideDown - top + high);
      for (let column = 0; column < columns; column++, y += 4) {
        const begin = max(0, column * strideAcross - left);
        const end = min(width, column * strideAcross - left + broad);
        let most = load<f32>(x + (<usize>(first * width + begin) << 2));
        for (let i = first; i < last; i++) {
          for (let j = begin; j < end; j++) most = max(most, load<f32>(x + (<usize>(i * width + j) << 2)));
        }
        store<f32>(y, most);
      }
    }
  }
}
