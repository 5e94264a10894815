/** Number by number: a ReLU, and the sum of two gradients. Counts are multiples of eight. */

import { VECTOR } from "./vector";

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
