/** Weights put in the order in which `gather` reads them, and their gradient put back. */

import { LANE_BYTES, LANES } from "./vector";

/** Pack kernels (filters, depth, taps) as (blocks of 8 filters, taps, depth, 8): sums go over depth. */
export function packForward(weights: usize, packed: usize, filters: i32, depth: i32, taps: i32): void {
  const step = <usize>(depth * taps) << 2; // bytes of a filter
  for (let first = 0; first < filters; first += LANES) {
    const count = min(LANES, filters - first);
    const block = weights + <usize>first * step;
    for (let tap = 0; tap < taps; tap++) {
      let from = block + (<usize>tap << 2);
      for (let d = 0; d < depth; d++, from += <usize>taps << 2, packed += LANE_BYTES) {
        copyLanes(from, packed, step, count);
      }
    }
  }
}

/**
 * Pack the same kernels as (blocks of 8 of depth, taps, filters, 8): sums go over filters. Taps from the last to the
 * first where they are turned `around`.
 */
export function packBack(
  weights: usize, packed: usize, filters: i32, depth: i32, taps: i32, around: i32,
): void {
  const step = <usize>taps << 2; // bytes of a number of depth
  for (let first = 0; first < depth; first += LANES) {
    const count = min(LANES, depth - first);
    for (let i = 0; i < taps; i++) {
      const tap = around ? taps - 1 - i : i;
      let from = weights + (<usize>(first * taps + tap) << 2);
      for (let f = 0; f < filters; f++, from += <usize>depth * step, packed += LANE_BYTES) {
        copyLanes(from, packed, step, count);
      }
    }
  }
}

/** Copy up to eight numbers that lie a step apart to where they are side by side. */
@inline
function copyLanes(from: usize, to: usize, step: usize, count: i32): void {
  if (count == LANES) {
    store<f32>(to, load<f32>(from), 0);
    from += step;
    store<f32>(to, load<f32>(from), 4);
    from += step;
    store<f32>(to, load<f32>(from), 8);
    from += step;
    store<f32>(to, load<f32>(from), 12);
    from += step;
    store<f32>(to, load<f32>(from), 16);
    from += step;
    store<f32>(to, load<f32>(from), 20);
    from += step;
    store<f32>(to, load<f32>(from), 24);
    from += step;
    store<f32>(to, load<f32>(from), 28);
    return;
  }
  for (let lane = 0; lane < count; lane++, from += step, to += 4) store<f32>(to, load<f32>(from));
}

/** Add (taps, count) to (count, taps). */
export function addTapsLast(from: usize, to: usize, count: i32, taps: i32): void {
  const step = <usize>count << 2;
  for (const end = from + step; from < end; from += 4) {
    let source = from;
    for (let tap = 0; tap < taps; tap++, source += step, to += 4) {
      store<f32>(to, load<f32>(to) + load<f32>(source));
    }
  }
}
