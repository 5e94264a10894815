/** Pooling: for each place of the output, over the places that its window or cell reads. */

import { at, LANE_BYTES, madd, VECTOR } from "./vector";

/** The largest of the places read. */
export function largest(
  x: usize, y: usize, starts: usize, entries: usize, groups: i32, places: i32, xStep: usize, channels: i32,
): void {
  const size = <usize>channels * LANE_BYTES;
  for (let g = 0; g < groups; g++, x += xStep) {
    for (let p = 0; p < places; p++) {
      const begin = entries + (<usize>at(starts, p) << 2);
      const end = entries + (<usize>at(starts, p + 1) << 2);
      for (let i: usize = 0; i < size; i += VECTOR, y += VECTOR) {
        let best = v128.load(x + <usize>load<i32>(begin) + i);
        for (let entry = begin + 4; entry < end; entry += 4) {
          best = f32x4.pmax(best, v128.load(x + <usize>load<i32>(entry) + i));
        }
        v128.store(y, best);
      }
    }
  }
}

/**
 * Send the output's gradient to where the largest was; the first of equals gets all, as in torch. It is added to what is
 * there where windows share places, and else written.
 */
export function largestBack(
  x: usize, y: usize, dy: usize, dx: usize, starts: usize, entries: usize, groups: i32, places: i32, xStep: usize,
  channels: i32, shared: i32,
): void {
  const size = <usize>channels * LANE_BYTES;
  for (let g = 0; g < groups; g++, x += xStep, dx += xStep) {
    for (let p = 0; p < places; p++) {
      const begin = entries + (<usize>at(starts, p) << 2);
      const end = entries + (<usize>at(starts, p + 1) << 2);
      for (let i: usize = 0; i < size; i += VECTOR, y += VECTOR, dy += VECTOR) {
        const best = v128.load(y);
        let left = v128.load(dy);
        for (let entry = begin; entry < end; entry += 4) {
          const place = <usize>load<i32>(entry) + i;
          const here = f32x4.eq(v128.load(x + place), best);
          const back = v128.and(left, here);
          v128.store(dx + place, shared ? f32x4.add(v128.load(dx + place), back) : back);
          left = v128.andnot(left, here);
        }
      }
    }
  }
}

/** The sum of the places read, times the output place's factor. */
export function average(
  x: usize, y: usize, starts: usize, entries: usize, factors: usize, groups: i32, places: i32, xStep: usize,
  channels: i32,
): void {
  means(false, x, y, starts, entries, factors, groups, places, xStep, channels);
}

/** Add the output's gradient, times the place's factor, to every place read. */
export function averageBack(
  dy: usize, dx: usize, starts: usize, entries: usize, factors: usize, groups: i32, places: i32, xStep: usize,
  channels: i32,
): void {
  means(true, dx, dy, starts, entries, factors, groups, places, xStep, channels);
}

/** Go through the places of the output y, each with those of the input x that it reads, forward or back. */
@inline
function means(
  back: bool, x: usize, y: usize, starts: usize, entries: usize, factors: usize, groups: i32, places: i32,
  xStep: usize, channels: i32,
): void {
  const size = <usize>channels * LANE_BYTES;
  for (let g = 0; g < groups; g++, x += xStep) {
    for (let p = 0; p < places; p++) {
      const begin = entries + (<usize>at(starts, p) << 2);
      const end = entries + (<usize>at(starts, p + 1) << 2);
      const factor = v128.load32_splat(factors + (<usize>p << 2));
      for (let i: usize = 0; i < size; i += VECTOR, y += VECTOR) {
        let sum = back ? v128.load(y) : f32x4.splat(0);
        for (let entry = begin; entry < end; entry += 4) {
          const place = x + <usize>load<i32>(entry) + i;
          if (back) v128.store(place, madd(sum, factor, v128.load(place)));
          else sum = f32x4.add(sum, v128.load(place));
        }
        if (!back) v128.store(y, f32x4.mul(sum, factor));
      }
    }
  }
}
