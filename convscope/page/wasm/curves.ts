/**
 * Activations of one picture: y from x, number by number. Blocks end on a cache line, so that the last vector may run
 * over; what is no number stays none.
 */

import { madd, VECTOR } from "./vector";

@inline const LOG2_E: f32 = 1.44269504;
@inline const LN_2_HIGH: f32 = 0.693359375;
@inline const LN_2_LOW: f32 = -2.12194440e-4;

/** ln 2 times what a vector is split into: whole powers of two, and a rest. */
@inline
function powersOf(x: v128): v128 {
  return f32x4.nearest(f32x4.mul(x, f32x4.splat(LOG2_E)));
}

/** eʳ − 1 of what is left of x beside `whole` powers of two, |r| ≤ ln 2 / 2: the polynomial of Cephes' expf. */
@inline
function expRest(x: v128, whole: v128): v128 {
  const r = f32x4.sub(f32x4.sub(x, f32x4.mul(whole, f32x4.splat(LN_2_HIGH))), f32x4.mul(whole, f32x4.splat(LN_2_LOW)));
  let p = madd(f32x4.splat(1.9875691500e-4), r, f32x4.splat(1.3981999507e-3));
  p = madd(p, r, f32x4.splat(8.3334519073e-3));
  p = madd(p, r, f32x4.splat(4.1665795894e-2));
  p = madd(p, r, f32x4.splat(1.6666665459e-1));
  p = madd(p, r, f32x4.splat(5.0000001201e-1));
  return madd(p, f32x4.mul(r, r), r);
}

/** 2ⁿ of whole numbers −126…127. */
@inline
function powerOfTwo(n: v128): v128 {
  return i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
}

/** eˣ, held within what float32 has of it. */
@inline
function exp(x: v128): v128 {
  const held = f32x4.max(f32x4.min(x, f32x4.splat(88)), f32x4.splat(-87));
  const whole = powersOf(held);
  return f32x4.mul(f32x4.add(expRest(held, whole), f32x4.splat(1)), powerOfTwo(whole));
}

/** eˣ − 1, as exact near 0. */
@inline
function expm1(x: v128): v128 {
  const held = f32x4.max(f32x4.min(x, f32x4.splat(87)), f32x4.splat(-87));
  const whole = powersOf(held);
  const power = powerOfTwo(whole);
  return f32x4.add(f32x4.mul(expRest(held, whole), power), f32x4.sub(power, f32x4.splat(1)));
}

/** x / (1 + e⁻ᶻ). */
@inline
function gated(x: v128, z: v128): v128 {
  return f32x4.div(x, f32x4.add(f32x4.splat(1), exp(f32x4.neg(z))));
}

export function sigmoid(x: usize, y: usize, count: i32): void {
  const one = f32x4.splat(1);
  for (const end = x + (<usize>count << 2); x < end; x += VECTOR, y += VECTOR) v128.store(y, gated(one, v128.load(x)));
}

export function silu(x: usize, y: usize, count: i32): void {
  for (const end = x + (<usize>count << 2); x < end; x += VECTOR, y += VECTOR) {
    const v = v128.load(x);
    v128.store(y, gated(v, v));
  }
}

/** tanh x = (e²ˣ − 1) / (e²ˣ + 1). */
export function tanh(x: usize, y: usize, count: i32): void {
  for (const end = x + (<usize>count << 2); x < end; x += VECTOR, y += VECTOR) {
    const v = v128.load(x);
    const above = expm1(f32x4.add(v, v));
    v128.store(y, f32x4.div(above, f32x4.add(above, f32x4.splat(2))));
  }
}

export function elu(x: usize, y: usize, count: i32, alpha: f32): void {
  const zero = f32x4.splat(0);
  const by = f32x4.splat(alpha);
  for (const end = x + (<usize>count << 2); x < end; x += VECTOR, y += VECTOR) {
    const v = v128.load(x);
    v128.store(y, v128.bitselect(v, f32x4.mul(by, expm1(v)), f32x4.gt(v, zero)));
  }
}

/** x · Φ(x), Φ by the error function's approximation 7.1.26 of Abramowitz and Stegun, to 1.5e-7. */
export function gelu(x: usize, y: usize, count: i32): void {
  const one = f32x4.splat(1);
  for (const end = x + (<usize>count << 2); x < end; x += VECTOR, y += VECTOR) {
    const v = v128.load(x);
    const z = f32x4.mul(f32x4.abs(v), f32x4.splat(0.70710678));
    const t = f32x4.div(one, madd(f32x4.splat(0.3275911), z, one));
    let p = madd(f32x4.splat(1.061405429), t, f32x4.splat(-1.453152027));
    p = madd(p, t, f32x4.splat(1.421413741));
    p = madd(p, t, f32x4.splat(-0.284496736));
    p = madd(p, t, f32x4.splat(0.254829592));
    const tail = f32x4.mul(f32x4.mul(f32x4.mul(p, t), f32x4.splat(0.5)), exp(f32x4.neg(f32x4.mul(z, z))));
    const below = v128.bitselect(tail, f32x4.sub(one, tail), f32x4.lt(v, f32x4.splat(0)));
    v128.store(y, f32x4.mul(v, below));
  }
}

/** x · (1 + tanh u) / 2 = x / (1 + e⁻²ᵘ), u = √(2/π) · (x + 0.044715 x³). */
export function geluTanh(x: usize, y: usize, count: i32): void {
  for (const end = x + (<usize>count << 2); x < end; x += VECTOR, y += VECTOR) {
    const v = v128.load(x);
    const cubic = madd(f32x4.mul(v, f32x4.splat(0.044715)), f32x4.mul(v, v), v);
    v128.store(y, gated(v, f32x4.mul(cubic, f32x4.splat(1.5957691216))));
  }
}

/** x/6 + 1/2, within 0…1. */
@inline
function ramp(x: v128): v128 {
  const line = madd(x, f32x4.splat(1 / 6), f32x4.splat(0.5));
  return f32x4.max(f32x4.min(line, f32x4.splat(1)), f32x4.splat(0));
}

export function hardsigmoid(x: usize, y: usize, count: i32): void {
  for (const end = x + (<usize>count << 2); x < end; x += VECTOR, y += VECTOR) v128.store(y, ramp(v128.load(x)));
}

export function hardswish(x: usize, y: usize, count: i32): void {
  for (const end = x + (<usize>count << 2); x < end; x += VECTOR, y += VECTOR) {
    const v = v128.load(x);
    v128.store(y, f32x4.mul(v, ramp(v)));
  }
}

/** x where it is positive, else slope·x, map by map. */
export function leaky(x: usize, y: usize, slopes: usize, channels: i32, area: i32): void {
  const zero = f32x4.splat(0);
  for (let c = 0; c < channels; c++, slopes += 4) {
    const by = v128.load32_splat(slopes);
    let i = 0;
    for (; i + 4 <= area; i += 4, x += VECTOR, y += VECTOR) {
      const v = v128.load(x);
      v128.store(y, v128.bitselect(v, f32x4.mul(by, v), f32x4.gt(v, zero)));
    }
    for (; i < area; i++, x += 4, y += 4) {
      const v = load<f32>(x);
      store<f32>(y, v > 0 ? v : load<f32>(slopes) * v);
    }
  }
}
