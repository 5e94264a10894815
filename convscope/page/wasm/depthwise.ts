/** A convolution that is one filter a map, for one picture. */

import { at, copyRow, madd, VECTOR } from "./vector";

/**
 * Each map is laid out with its zeros in `room`, whose borders hold zeros and stay: `wide` numbers a row, `top` rows
 * down and `left` columns to the right; where every `phases`-th column begins a window, a row is the columns 0, phases,
 * 2 · phases …, then 1, phases + 1 …, so that what neighbouring windows read lies side by side. A tap lies `offsets`
 * bytes on. `fours` has four vectors of four places at a time: where each begins in `room` and in the output, in bytes;
 * with rows of fewer than four places it is the places themselves.
 */
export function slide(
  source: usize, weights: usize, bias: usize, target: usize, room: usize, offsets: usize, fours: usize, channels: i32,
  height: i32, width: i32, top: i32, left: i32, wide: i32, phases: i32, taps: i32, count: i32, area: i32, narrow: i32,
): void {
  const map = <usize>(height * width) << 2;
  for (let c = 0; c < channels; c++, source += map, weights += <usize>taps << 2, bias += 4) {
    layRows(source, room + (<usize>(top * wide) << 2), height, width, left, wide, phases);
    if (narrow) {
      for (let i = 0; i < count; i++) single(room, weights, bias, target, offsets, fours + (<usize>i << 3), taps);
    } else {
      for (let i = 0; i < count; i++) sixteen(room, weights, bias, target, offsets, fours + (<usize>i << 5), taps);
    }
    target += <usize>area << 2;
  }
}

/** Sixteen places: a weight that is read is for all of them. */
@inline
function sixteen(
  room: usize, weights: usize, bias: usize, target: usize, offsets: usize, fours: usize, taps: i32,
): void {
  const p0 = room + <usize>at(fours, 0), p1 = room + <usize>at(fours, 2);
  const p2 = room + <usize>at(fours, 4), p3 = room + <usize>at(fours, 6);
  let a = v128.load32_splat(bias), b = a, c = a, d = a;
  let w = weights;
  for (const end = offsets + (<usize>taps << 2); offsets < end; offsets += 4, w += 4) {
    const o = <usize>load<i32>(offsets);
    const weight = v128.load32_splat(w);
    a = madd(weight, v128.load(p0 + o), a);
    b = madd(weight, v128.load(p1 + o), b);
    c = madd(weight, v128.load(p2 + o), c);
    d = madd(weight, v128.load(p3 + o), d);
  }
  v128.store(target + <usize>at(fours, 1), a);
  v128.store(target + <usize>at(fours, 3), b);
  v128.store(target + <usize>at(fours, 5), c);
  v128.store(target + <usize>at(fours, 7), d);
}

/** One place. */
@inline
function single(
  room: usize, weights: usize, bias: usize, target: usize, offsets: usize, place: usize, taps: i32,
): void {
  const from = room + <usize>at(place, 0);
  let sum = load<f32>(bias);
  for (let t = 0; t < taps; t++) {
    sum += load<f32>(weights + (<usize>t << 2)) * load<f32>(from + <usize>at(offsets, t));
  }
  store<f32>(target + <usize>at(place, 1), sum);
}

/** Lay a map's rows out by the phases of their columns. */
@inline
function layRows(from: usize, to: usize, height: i32, width: i32, left: i32, wide: i32, phases: i32): void {
  const each = <usize>(wide / phases) << 2;
  const row = <usize>wide << 2;
  for (let y = 0; y < height; y++, to += row) {
    if (phases == 1) {
      copyRow(from, to + (<usize>left << 2), width);
      from += <usize>width << 2;
      continue;
    }
    let x = 0;
    if (phases == 2) {
      const even = to + (left & 1 ? each : 0) + (<usize>(left >> 1) << 2); // where columns 0, 2, 4 … go
      const odd = to + (left & 1 ? 0 : each) + (<usize>((left + 1) >> 1) << 2);
      for (; x + 8 <= width; x += 8, from += 2 * VECTOR) {
        const low = v128.load(from, 0);
        const high = v128.load(from, 16);
        v128.store(even + (<usize>x << 1), v128.shuffle<f32>(low, high, 0, 2, 4, 6));
        v128.store(odd + (<usize>x << 1), v128.shuffle<f32>(low, high, 1, 3, 5, 7));
      }
    }
    for (; x < width; x++, from += 4) {
      const column = x + left;
      store<f32>(to + <usize>(column % phases) * each + (<usize>(column / phases) << 2), load<f32>(from));
    }
  }
}
