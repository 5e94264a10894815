/** Number by number: a ReLU, sums, squares, and an exchange of axes. Blocks end on a cache line: whole vectors fit. */

import { LANE_BYTES, madd, sumOf, VECTOR } from "./vector";

/** y = x where x > 0, else 0; what is no number stays none. */
export function relu(x: usize, y: usize, count: i32): void {
  const zero = f32x4.splat(0);
  for (const end = x + (<usize>count << 2); x < end; x += VECTOR, y += VECTOR) {
    const value = v128.load(x);
    v128.store(y, v128.andnot(value, f32x4.le(value, zero)));
  }
}

/** dx = dy where y > 0, else 0. */
export function reluBack(y: usize, dy: usize, dx: usize, count: i32): void {
  const zero = f32x4.splat(0);
  for (const end = y + (<usize>count << 2); y < end; y += VECTOR, dy += VECTOR, dx += VECTOR) {
    v128.store(dx, v128.and(v128.load(dy), f32x4.gt(v128.load(y), zero)));
  }
}

/** to += from. */
export function add(from: usize, to: usize, count: i32): void {
  for (const end = from + (<usize>count << 2); from < end; from += VECTOR, to += VECTOR) {
    v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
  }
}

/** y = a·x + b·y. */
export function combine(x: usize, y: usize, count: i32, a: f32, b: f32): void {
  const ofX = f32x4.splat(a);
  const ofY = f32x4.splat(b);
  for (const end = x + (<usize>count << 2); x < end; x += VECTOR, y += VECTOR) {
    v128.store(y, madd(ofX, v128.load(x), f32x4.mul(ofY, v128.load(y))));
  }
}

/** The sum of squares. What is left of the last vector has to be 0. */
export function squares(x: usize, count: i32): f32 {
  let sum = f32x4.splat(0);
  for (const end = x + (<usize>count << 2); x < end; x += VECTOR) {
    const value = v128.load(x);
    sum = madd(value, value, sum);
  }
  return sumOf(sum);
}

/** Copy (groups, rows, columns, 8) to (groups, columns, rows, 8). */
export function swapAxes(from: usize, to: usize, groups: i32, rows: i32, columns: i32): void {
  const step = <usize>rows * LANE_BYTES;
  for (let g = 0; g < groups; g++, to += <usize>columns * step) {
    for (let row = 0; row < rows; row++) {
      let target = to + <usize>row * LANE_BYTES;
      for (let column = 0; column < columns; column++, from += LANE_BYTES, target += step) {
        v128.store(target, v128.load(from, 0), 0);
        v128.store(target, v128.load(from, 16), 16);
      }
    }
  }
}
