/** Sums of products for each weight: over all pictures and all places that the weight joins. */

import { at, LANE_BYTES, LANES, madd, sumOf, sumsOf } from "./vector";

const ENOUGH = 32; // pairs of places for one visit of eight weights: sums over lanes cost as much as two of them
const NEAR = 16; // channels that are gone through for all filters: what is read of them stays in the nearest cache

/**
 * Add to target (taps, filters, depth) the products of the gradient's and the source's numbers at each tap's pairs of
 * places, [where in the gradient, where in the source].
 *
 * As few groups of pictures as make a visit worth while are gone through at a time, so that little is read again and
 * again.
 */
export function correlate(
  gradient: usize, source: usize, target: usize, starts: usize, pairs: usize, taps: i32, groups: i32,
  gradientStep: usize, sourceStep: usize, filters: i32, depth: i32,
): void {
  const together = max(1, ENOUGH * taps / max(1, at(starts, taps)));
  for (let g = 0; g < groups; g += together) {
    const d = gradient + <usize>g * gradientStep;
    const x = source + <usize>g * sourceStep;
    const count = min(together, groups - g);
    correlateGroups(d, x, target, starts, pairs, taps, count, gradientStep, sourceStep, filters, depth);
  }
}

function correlateGroups(
  gradient: usize, source: usize, target: usize, starts: usize, pairs: usize, taps: i32, groups: i32,
  gradientStep: usize, sourceStep: usize, filters: i32, depth: i32,
): void {
  const filterStep = <usize>depth << 2;
  for (let tap = 0; tap < taps; tap++) {
    const begin = pairs + (<usize>at(starts, tap) << 3);
    const end = pairs + (<usize>at(starts, tap + 1) << 3);
    for (let first = 0; first < depth; first += NEAR) {
      const last = min(depth, first + NEAR);
      for (let f = 0; f < filters; f += 4) {
        const d = gradient + <usize>f * LANE_BYTES;
        let x = source + <usize>first * LANE_BYTES;
        let to = target + <usize>(tap * filters + f) * filterStep + (<usize>first << 2);
        const square = f + 4 <= filters;
        let c = first;
        if (square) {
          for (; c + 2 <= last; c += 2, x += 2 * LANE_BYTES, to += 8) {
            fourByTwo(d, x, to, begin, end, groups, gradientStep, sourceStep, filterStep);
          }
        }
        for (; c < last; c++, x += LANE_BYTES, to += 4) {
          if (square) {
            fourByOne(d, x, to, begin, end, groups, gradientStep, sourceStep, filterStep);
            continue;
          }
          for (let i: usize = 0; i < <usize>(filters - f); i++) {
            one(d + i * LANE_BYTES, x, to + i * filterStep, begin, end, groups, gradientStep, sourceStep);
          }
        }
      }
    }
  }
}

/** Four filters by two channels: six vectors read give eight of products, summed over their lanes at the end. */
function fourByTwo(
  gradient: usize, source: usize, target: usize, begin: usize, end: usize, groups: i32,
  gradientStep: usize, sourceStep: usize, filterStep: usize,
): void {
  let a0 = f32x4.splat(0), b0 = a0, c0 = a0, d0 = a0;
  let a1 = a0, b1 = a0, c1 = a0, d1 = a0;
  for (let g = 0; g < groups; g++) {
    for (let entry = begin; entry < end; entry += 8) {
      let d = gradient + <usize>load<i32>(entry, 0);
      let x = source + <usize>load<i32>(entry, 4);
      for (let half = 0; half < 2; half++, d += 16, x += 16) {
        const x0 = v128.load(x, 0);
        const x1 = v128.load(x, 32);
        let back = v128.load(d, 0);
        a0 = madd(back, x0, a0);
        a1 = madd(back, x1, a1);
        back = v128.load(d, 32);
        b0 = madd(back, x0, b0);
        b1 = madd(back, x1, b1);
        back = v128.load(d, 64);
        c0 = madd(back, x0, c0);
        c1 = madd(back, x1, c1);
        back = v128.load(d, 96);
        d0 = madd(back, x0, d0);
        d1 = madd(back, x1, d1);
      }
    }
    gradient += gradientStep;
    source += sourceStep;
  }
  addColumn(target, filterStep, sumsOf(a0, b0, c0, d0));
  addColumn(target + 4, filterStep, sumsOf(a1, b1, c1, d1));
}

/** Four filters by one channel: what is left of the channels, and pictures of one channel. */
function fourByOne(
  gradient: usize, source: usize, target: usize, begin: usize, end: usize, groups: i32,
  gradientStep: usize, sourceStep: usize, filterStep: usize,
): void {
  let a0 = f32x4.splat(0), b0 = a0, c0 = a0, d0 = a0;
  let a1 = a0, b1 = a0, c1 = a0, d1 = a0;
  for (let g = 0; g < groups; g++) {
    for (let entry = begin; entry < end; entry += 8) {
      const d = gradient + <usize>load<i32>(entry, 0);
      const x = source + <usize>load<i32>(entry, 4);
      const x0 = v128.load(x, 0);
      const x1 = v128.load(x, 16);
      a0 = madd(v128.load(d, 0), x0, a0);
      a1 = madd(v128.load(d, 16), x1, a1);
      b0 = madd(v128.load(d, 32), x0, b0);
      b1 = madd(v128.load(d, 48), x1, b1);
      c0 = madd(v128.load(d, 64), x0, c0);
      c1 = madd(v128.load(d, 80), x1, c1);
      d0 = madd(v128.load(d, 96), x0, d0);
      d1 = madd(v128.load(d, 112), x1, d1);
    }
    gradient += gradientStep;
    source += sourceStep;
  }
  addColumn(target, filterStep, f32x4.add(sumsOf(a0, b0, c0, d0), sumsOf(a1, b1, c1, d1)));
}

/** One filter by one channel: the corner that is left. */
function one(
  gradient: usize, source: usize, target: usize, begin: usize, end: usize, groups: i32,
  gradientStep: usize, sourceStep: usize,
): void {
  let low = f32x4.splat(0), high = low;
  for (let g = 0; g < groups; g++) {
    for (let entry = begin; entry < end; entry += 8) {
      const d = gradient + <usize>load<i32>(entry, 0);
      const x = source + <usize>load<i32>(entry, 4);
      low = madd(v128.load(d, 0), v128.load(x, 0), low);
      high = madd(v128.load(d, 16), v128.load(x, 16), high);
    }
    gradient += gradientStep;
    source += sourceStep;
  }
  store<f32>(target, load<f32>(target) + sumOf(f32x4.add(low, high)));
}

/** Add four sums to four numbers that lie a step apart. */
@inline
function addColumn(target: usize, step: usize, sums: v128): void {
  store<f32>(target, load<f32>(target) + f32x4.extract_lane(sums, 0));
  target += step;
  store<f32>(target, load<f32>(target) + f32x4.extract_lane(sums, 1));
  target += step;
  store<f32>(target, load<f32>(target) + f32x4.extract_lane(sums, 2));
  target += step;
  store<f32>(target, load<f32>(target) + f32x4.extract_lane(sums, 3));
}

/** Add to target (channels) the sums of a gradient over pictures and places: that of a bias. */
export function sumChannels(gradient: usize, target: usize, groups: i32, places: i32, channels: i32): void {
  const step = <usize>channels * LANE_BYTES;
  for (let c = 0; c < channels; c++) {
    let sum = f32x4.splat(0);
    let d = gradient + <usize>c * LANE_BYTES;
    for (let p = 0; p < groups * places; p++, d += step) {
      sum = f32x4.add(sum, f32x4.add(v128.load(d, 0), v128.load(d, 16)));
    }
    const to = target + (<usize>c << 2);
    store<f32>(to, load<f32>(to) + sumOf(sum));
  }
}
