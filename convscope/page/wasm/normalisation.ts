/** Batch normalisation, channel by channel. Lanes without a picture count for nothing and get a gradient of 0. */

import { LANE_BYTES, LANES, madd, sumOf } from "./vector";

/** All bits of those of lanes first … first + 3 that have one of so many pictures. */
@inline
function having(pictures: i32, first: i32): v128 {
  return i32x4.lt_s(i32x4.add(i32x4(0, 1, 2, 3), i32x4.splat(first)), i32x4.splat(pictures));
}

/** Mean and biased variance over pictures and places: the mean first, then the squares about it. */
export function moments(x: usize, mean: usize, variance: usize, pictures: i32, places: i32, channels: i32): void {
  const step = <usize>channels * LANE_BYTES;
  const count = <f32>(pictures * places);
  for (let c = 0; c < channels; c++) {
    let sum = f32x4.splat(0);
    let from = x + <usize>c * LANE_BYTES;
    for (let left = pictures; left > 0; left -= LANES) {
      const low = having(left, 0);
      const high = having(left, 4);
      for (let p = 0; p < places; p++, from += step) {
        sum = f32x4.add(sum, f32x4.add(v128.and(v128.load(from, 0), low), v128.and(v128.load(from, 16), high)));
      }
    }
    const middle = sumOf(sum) / count;
    const about = f32x4.splat(middle);
    let squares = f32x4.splat(0);
    from = x + <usize>c * LANE_BYTES;
    for (let left = pictures; left > 0; left -= LANES) {
      const low = having(left, 0);
      const high = having(left, 4);
      for (let p = 0; p < places; p++, from += step) {
        const a = v128.and(f32x4.sub(v128.load(from, 0), about), low);
        const b = v128.and(f32x4.sub(v128.load(from, 16), about), high);
        squares = madd(a, a, madd(b, b, squares));
      }
    }
    store<f32>(mean + (<usize>c << 2), middle);
    store<f32>(variance + (<usize>c << 2), sumOf(squares) / count);
  }
}

/** y = scale·x + shift. */
export function scaleShift(
  x: usize, y: usize, scale: usize, shift: usize, groups: i32, places: i32, channels: i32,
): void {
  for (let p = 0; p < groups * places; p++) {
    for (let c = 0; c < channels; c++, x += LANE_BYTES, y += LANE_BYTES) {
      const a = v128.load32_splat(scale + (<usize>c << 2));
      const b = v128.load32_splat(shift + (<usize>c << 2));
      v128.store(y, madd(v128.load(x, 0), a, b), 0);
      v128.store(y, madd(v128.load(x, 16), a, b), 16);
    }
  }
}

/** The sums of dy and of dy·(x − mean). */
export function normSums(
  x: usize, dy: usize, mean: usize, sums: usize, products: usize, groups: i32, places: i32, channels: i32,
): void {
  const step = <usize>channels * LANE_BYTES;
  for (let c = 0; c < channels; c++) {
    const middle = v128.load32_splat(mean + (<usize>c << 2));
    let sum = f32x4.splat(0);
    let product = sum;
    let from = <usize>c * LANE_BYTES;
    for (let p = 0; p < groups * places; p++, from += step) {
      const low = v128.load(dy + from, 0);
      const high = v128.load(dy + from, 16);
      sum = f32x4.add(sum, f32x4.add(low, high));
      product = madd(low, f32x4.sub(v128.load(x + from, 0), middle), product);
      product = madd(high, f32x4.sub(v128.load(x + from, 16), middle), product);
    }
    store<f32>(sums + (<usize>c << 2), sumOf(sum));
    store<f32>(products + (<usize>c << 2), sumOf(product));
  }
}

/** dx = ofGradient·dy + ofInput·x + constant. */
export function normBack(
  x: usize, dy: usize, dx: usize, ofGradient: usize, ofInput: usize, constant: usize, pictures: i32, places: i32,
  channels: i32,
): void {
  let from: usize = 0;
  for (let left = pictures; left > 0; left -= LANES) {
    const low = having(left, 0);
    const high = having(left, 4);
    for (let p = 0; p < places; p++) {
      for (let c: usize = 0; c < <usize>channels; c++, from += LANE_BYTES) {
        const a = v128.load32_splat(ofGradient + (c << 2));
        const b = v128.load32_splat(ofInput + (c << 2));
        const k = v128.load32_splat(constant + (c << 2));
        const first = madd(v128.load(dy + from, 0), a, madd(v128.load(x + from, 0), b, k));
        const second = madd(v128.load(dy + from, 16), a, madd(v128.load(x + from, 16), b, k));
        v128.store(dx + from, v128.and(first, low), 0);
        v128.store(dx + from, v128.and(second, high), 16);
      }
    }
  }
}
