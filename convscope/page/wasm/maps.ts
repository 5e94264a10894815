/** What layers make of whole maps of one picture: sums, factors, means. */

import { madd, sumOf, VECTOR } from "./vector";

/** Numbers from one place to another. */
export function copy(from: usize, to: usize, count: i32): void {
  memory.copy(to, from, <usize>count << 2);
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

/** y = scale·x, map by map. */
export function scaleBy(x: usize, y: usize, scale: usize, channels: i32, area: i32): void {
  for (let c = 0; c < channels; c++, scale += 4) {
    const by = v128.load32_splat(scale);
    let i = 0;
    for (; i + 4 <= area; i += 4, x += VECTOR, y += VECTOR) v128.store(y, f32x4.mul(by, v128.load(x)));
    for (; i < area; i++, x += 4, y += 4) store<f32>(y, load<f32>(scale) * load<f32>(x));
  }
}

/** y = a + b. Blocks end on a cache line. */
export function add(a: usize, b: usize, y: usize, count: i32): void {
  for (const end = a + (<usize>count << 2); a < end; a += VECTOR, b += VECTOR, y += VECTOR) {
    v128.store(y, f32x4.add(v128.load(a), v128.load(b)));
  }
}

/** y = a·b. Blocks end on a cache line. */
export function multiply(a: usize, b: usize, y: usize, count: i32): void {
  for (const end = a + (<usize>count << 2); a < end; a += VECTOR, b += VECTOR, y += VECTOR) {
    v128.store(y, f32x4.mul(v128.load(a), v128.load(b)));
  }
}

/** The mean of each map. */
export function means(x: usize, y: usize, channels: i32, area: i32): void {
  for (let c = 0; c < channels; c++, y += 4) {
    let a = f32x4.splat(0), b = a;
    let i = 0;
    for (; i + 8 <= area; i += 8, x += 2 * VECTOR) {
      a = f32x4.add(a, v128.load(x, 0));
      b = f32x4.add(b, v128.load(x, 16));
    }
    let sum = sumOf(f32x4.add(a, b));
    for (; i < area; i++, x += 4) sum += load<f32>(x);
    store<f32>(y, sum / <f32>area);
  }
}

/**
 * Local response normalisation with an exponent of 3/4: x / (k + share · Σ x²)^¾, the sum over the channels up to
 * `reach` before and after.
 */
export function respond(x: usize, y: usize, channels: i32, area: i32, reach: i32, share: f32, k: f32): void {
  const map = <usize>area << 2;
  for (let c = 0; c < channels; c++) {
    const first = x + <usize>max(0, c - reach) * map;
    const end = x + <usize>min(channels, c + reach + 1) * map;
    const own = x + <usize>c * map;
    const out = y + <usize>c * map;
    let i: usize = 0;
    for (; i + VECTOR <= map; i += VECTOR) {
      let squares = f32x4.splat(0);
      for (let from = first + i; from < end; from += map) {
        const v = v128.load(from);
        squares = madd(v, v, squares);
      }
      const root = f32x4.sqrt(madd(f32x4.splat(share), squares, f32x4.splat(k)));
      v128.store(out + i, f32x4.div(v128.load(own + i), f32x4.mul(root, f32x4.sqrt(root))));
    }
    for (; i < map; i += 4) {
      let squares: f32 = 0;
      for (let from = first + i; from < end; from += map) squares += load<f32>(from) * load<f32>(from);
      const root = sqrt<f32>(k + share * squares);
      store<f32>(out + i, load<f32>(own + i) / (root * sqrt<f32>(root)));
    }
  }
}
