/** Sums of products for each place: a convolution forward, one backward, a dense layer, a product of matrices. */

import { at, LANE_BYTES, madd } from "./vector";

/**
 * For each group of eight pictures, filter and place: bias + the products along the place's runs. A run is three
 * numbers, [where it begins in the source, where in a block of packed weights, how long it is]; weights are packed
 * (blocks of 8 filters, …, 8).
 */
export function gather(
  source: usize, packed: usize, bias: usize, target: usize, starts: usize, runs: usize, groups: i32, places: i32,
  sourceStep: usize, targetStep: usize, placeStep: usize, filters: i32, blockStep: usize,
): void {
  for (let g = 0; g < groups; g++) {
    const from = source + <usize>g * sourceStep;
    for (let first = 0; first < filters; first += 4) {
      const weights = packed + <usize>(first >> 3) * blockStep + (<usize>(first & 4) << 2);
      const to = target + <usize>g * targetStep + <usize>first * LANE_BYTES;
      const offset = bias + (<usize>first << 2);
      const left = <usize>(filters - first);
      for (let p = 0; p < places; p++) {
        const run = runs + <usize>at(starts, p) * 12;
        const end = runs + <usize>at(starts, p + 1) * 12;
        const out = to + <usize>p * placeStep;
        if (left >= 4) {
          four(from, weights, offset, out, run, end);
          continue;
        }
        for (let f: usize = 0; f < left; f++) {
          single(from, weights + 4 * f, offset + 4 * f, out + f * LANE_BYTES, run, end);
        }
      }
    }
  }
}

/**
 * Four filters for eight pictures: six numbers or vectors read give eight vectors of products. Sixteen would be more
 * than a processor has registers for.
 */
@inline
function four(source: usize, packed: usize, bias: usize, out: usize, run: usize, end: usize): void {
  let a0 = v128.load32_splat(bias, 0), a1 = a0;
  let b0 = v128.load32_splat(bias, 4), b1 = b0;
  let c0 = v128.load32_splat(bias, 8), c1 = c0;
  let d0 = v128.load32_splat(bias, 12), d1 = d0;
  for (; run < end; run += 12) {
    let x = source + <usize>load<i32>(run, 0);
    let w = packed + <usize>load<i32>(run, 4);
    for (const last = x + <usize>load<i32>(run, 8) * LANE_BYTES; x < last; x += LANE_BYTES, w += LANE_BYTES) {
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
  }
  pair(out, a0, a1);
  pair(out + LANE_BYTES, b0, b1);
  pair(out + 2 * LANE_BYTES, c0, c1);
  pair(out + 3 * LANE_BYTES, d0, d1);
}

/** One filter for eight pictures: what is left of a block, and a convolution that is one filter a channel. */
function single(source: usize, packed: usize, bias: usize, out: usize, run: usize, end: usize): void {
  let a0 = v128.load32_splat(bias), a1 = a0;
  for (; run < end; run += 12) {
    let x = source + <usize>load<i32>(run, 0);
    let w = packed + <usize>load<i32>(run, 4);
    for (const last = x + <usize>load<i32>(run, 8) * LANE_BYTES; x < last; x += LANE_BYTES, w += LANE_BYTES) {
      const weight = v128.load32_splat(w);
      a0 = madd(weight, v128.load(x, 0), a0);
      a1 = madd(weight, v128.load(x, 16), a1);
    }
  }
  pair(out, a0, a1);
}

@inline
function pair(out: usize, low: v128, high: v128): void {
  v128.store(out, low, 0);
  v128.store(out, high, 16);
}
