/** Pooling: for each place of the output, over the places that its window or cell reads. */

import { at, LANE_BYTES, madd, VECTOR } from "./vector";

const FOUR: usize = 16; // bytes of the entries of a window of 2×2: their places are looked up once for all channels

/** The largest of the places read. */
export function largest(
  x: usize, y: usize, starts: usize, entries: usize, groups: i32, places: i32, xStep: usize, channels: i32,
): void {
  const size = <usize>channels * LANE_BYTES;
  for (let g = 0; g < groups; g++, x += xStep) {
    for (let p = 0; p < places; p++) {
      const begin = entries + (<usize>at(starts, p) << 2);
      const end = entries + (<usize>at(starts, p + 1) << 2);
      if (end - begin == FOUR) {
        largestOfFour(x, y, begin, size);
        y += size;
        continue;
      }
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
 * Send the output's gradient to where the largest was; the first of equals gets all, as in torch. It is added to what
 * is there where windows share places, and else written.
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
      if (end - begin == FOUR && !shared) {
        fourBack(x, y, dy, dx, begin, size);
        y += size;
        dy += size;
        continue;
      }
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

@inline
function largestOfFour(x: usize, y: usize, begin: usize, size: usize): void {
  let a = x + <usize>load<i32>(begin, 0);
  let b = x + <usize>load<i32>(begin, 4);
  let c = x + <usize>load<i32>(begin, 8);
  let d = x + <usize>load<i32>(begin, 12);
  for (const last = y + size; y < last; y += VECTOR, a += VECTOR, b += VECTOR, c += VECTOR, d += VECTOR) {
    const most = f32x4.pmax(f32x4.pmax(v128.load(a), v128.load(b)), v128.load(c));
    v128.store(y, f32x4.pmax(most, v128.load(d)));
  }
}

@inline
function fourBack(x: usize, y: usize, dy: usize, dx: usize, begin: usize, size: usize): void {
  const away = dx - x;
  let a = x + <usize>load<i32>(begin, 0);
  let b = x + <usize>load<i32>(begin, 4);
  let c = x + <usize>load<i32>(begin, 8);
  let d = x + <usize>load<i32>(begin, 12);
  for (let i: usize = 0; i < size; i += VECTOR, a += VECTOR, b += VECTOR, c += VECTOR, d += VECTOR) {
    const best = v128.load(y + i);
    let left = v128.load(dy + i);
    let here = f32x4.eq(v128.load(a), best);
    v128.store(a + away, v128.and(left, here));
    left = v128.andnot(left, here);
    here = f32x4.eq(v128.load(b), best);
    v128.store(b + away, v128.and(left, here));
    left = v128.andnot(left, here);
    here = f32x4.eq(v128.load(c), best);
    v128.store(c + away, v128.and(left, here));
    left = v128.andnot(left, here);
    here = f32x4.eq(v128.load(d), best);
    v128.store(d + away, v128.and(left, here));
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
