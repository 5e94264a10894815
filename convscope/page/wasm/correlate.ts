/** Sums of products for each weight: over all pictures and all places that the weight joins. */

import { at, LANE_BYTES, LANES, madd, sumOf, sumsOf } from "./vector";

const ENOUGH = 32; // pairs of places for one visit of some weights: sums over lanes cost as much as two of them
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
    for (let first = 0, last = 0; first < depth; first = last) {
      last = depth - first < NEAR + 4 ? depth : first + NEAR; // fewer than four are not left over
      for (let f = 0; f < filters; f += 2) {
        const d = gradient + <usize>f * LANE_BYTES;
        const two = f + 2 <= filters;
        let x = source + <usize>first * LANE_BYTES;
        let to = target + <usize>(tap * filters + f) * filterStep + (<usize>first << 2);
        for (let c = first, count = 0; c < last; c += count, x += <usize>count * LANE_BYTES, to += <usize>count << 2) {
          count = two ? channelsTogether(last - c) : 1;
          if (!two) one(d, x, to, begin, end, groups, gradientStep, sourceStep);
          else if (count == 6) twoBySix(d, x, to, begin, end, groups, gradientStep, sourceStep, filterStep);
          else if (count == 5) twoByFive(d, x, to, begin, end, groups, gradientStep, sourceStep, filterStep);
          else if (count == 4) twoByFour(d, x, to, begin, end, groups, gradientStep, sourceStep, filterStep);
          else twoByOne(d, x, to, begin, end, groups, gradientStep, sourceStep, filterStep);
        }
      }
    }
  }
}

/** How many of the channels that are left are taken together, so that fours, fives and sixes come out even. */
@inline
function channelsTogether(left: i32): i32 {
  if (left < 4) return 1;
  if (left < 7) return left;
  if (left < 9) return 4;
  return left == 9 ? 5 : 6;
}

function twoBySix(
  gradient: usize, source: usize, target: usize, begin: usize, end: usize, groups: i32,
  gradientStep: usize, sourceStep: usize, filterStep: usize,
): void {
  twoBy(6, gradient, source, target, begin, end, groups, gradientStep, sourceStep, filterStep);
}

function twoByFive(
  gradient: usize, source: usize, target: usize, begin: usize, end: usize, groups: i32,
  gradientStep: usize, sourceStep: usize, filterStep: usize,
): void {
  twoBy(5, gradient, source, target, begin, end, groups, gradientStep, sourceStep, filterStep);
}

function twoByFour(
  gradient: usize, source: usize, target: usize, begin: usize, end: usize, groups: i32,
  gradientStep: usize, sourceStep: usize, filterStep: usize,
): void {
  twoBy(4, gradient, source, target, begin, end, groups, gradientStep, sourceStep, filterStep);
}

/**
 * Two filters by four to six channels: eight vectors read give twelve of products, summed over their lanes at the end.
 * Two of the gradient and one of the source are as many more as registers are left.
 */
@inline
function twoBy(
  channels: i32, gradient: usize, source: usize, target: usize, begin: usize, end: usize, groups: i32,
  gradientStep: usize, sourceStep: usize, filterStep: usize,
): void {
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0;
  let b0 = a0, b1 = a0, b2 = a0, b3 = a0, b4 = a0, b5 = a0;
  for (let g = 0; g < groups; g++) {
    for (let entry = begin; entry < end; entry += 8) {
      let d = gradient + <usize>load<i32>(entry, 0);
      let x = source + <usize>load<i32>(entry, 4);
      for (let half = 0; half < 2; half++, d += 16, x += 16) {
        const back0 = v128.load(d, 0);
        const back1 = v128.load(d, 32);
        let value = v128.load(x, 0);
        a0 = madd(back0, value, a0);
        b0 = madd(back1, value, b0);
        value = v128.load(x, 32);
        a1 = madd(back0, value, a1);
        b1 = madd(back1, value, b1);
        value = v128.load(x, 64);
        a2 = madd(back0, value, a2);
        b2 = madd(back1, value, b2);
        value = v128.load(x, 96);
        a3 = madd(back0, value, a3);
        b3 = madd(back1, value, b3);
        if (channels > 4) {
          value = v128.load(x, 128);
          a4 = madd(back0, value, a4);
          b4 = madd(back1, value, b4);
        }
        if (channels > 5) {
          value = v128.load(x, 160);
          a5 = madd(back0, value, a5);
          b5 = madd(back1, value, b5);
        }
      }
    }
    gradient += gradientStep;
    source += sourceStep;
  }
  const next = target + filterStep;
  addTo(target, sumsOf(a0, a1, a2, a3));
  addTo(next, sumsOf(b0, b1, b2, b3));
  if (channels > 4) {
    const rest = sumsOf(a4, a5, b4, b5);
    addLane(target + 16, f32x4.extract_lane(rest, 0));
    addLane(next + 16, f32x4.extract_lane(rest, 2));
    if (channels > 5) {
      addLane(target + 20, f32x4.extract_lane(rest, 1));
      addLane(next + 20, f32x4.extract_lane(rest, 3));
    }
  }
}

@inline
function addTo(target: usize, sums: v128): void {
  v128.store(target, f32x4.add(v128.load(target), sums));
}

@inline
function addLane(target: usize, sum: f32): void {
  store<f32>(target, load<f32>(target) + sum);
}

/** Two filters by one channel: sources of few channels. */
function twoByOne(
  gradient: usize, source: usize, target: usize, begin: usize, end: usize, groups: i32,
  gradientStep: usize, sourceStep: usize, filterStep: usize,
): void {
  let a0 = f32x4.splat(0), a1 = a0, b0 = a0, b1 = a0;
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
    }
    gradient += gradientStep;
    source += sourceStep;
  }
  addLane(target, sumOf(f32x4.add(a0, a1)));
  addLane(target + filterStep, sumOf(f32x4.add(b0, b1)));
}

/** One filter by one channel: the filter that is left. */
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
  addLane(target, sumOf(f32x4.add(low, high)));
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
