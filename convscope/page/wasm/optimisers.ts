/** One step of an optimiser over a row of numbers. Blocks of memory end on a cache line, so whole vectors fit. */

import { madd, VECTOR } from "./vector";

/** d = g + decay·p; b ← momentum·b + d; p ← p − lr·b, or with Nesterov's p − lr·(d + momentum·b). */
export function sgd(
  p: usize, g: usize, b: usize, count: i32, lr: f32, momentum: f32, nesterov: f32, decay: f32,
): void {
  const rate = f32x4.splat(-lr);
  const keep = f32x4.splat(momentum);
  const shrink = f32x4.splat(decay);
  for (const end = p + (<usize>count << 2); p < end; p += VECTOR, g += VECTOR, b += VECTOR) {
    const d = madd(shrink, v128.load(p), v128.load(g));
    const kept = madd(keep, v128.load(b), d);
    v128.store(b, kept);
    v128.store(p, madd(rate, nesterov ? madd(keep, kept, d) : kept, v128.load(p)));
  }
}

/** p ← shrink·p − lr·m/(√v/rootOfCorrection2 + eps); lr has the first correction in it. */
export function adamw(
  p: usize, g: usize, m: usize, v: usize, count: i32, lr: f32, keep1: f64, keep2: f64, rootOfCorrection2: f32,
  eps: f32, shrink: f32,
): void {
  const rate = f32x4.splat(-lr);
  const first = f32x4.splat(<f32>keep1);
  const second = f32x4.splat(<f32>keep2);
  const rest1 = f32x4.splat(<f32>(1 - keep1));
  const rest2 = f32x4.splat(<f32>(1 - keep2));
  const root = f32x4.splat(1 / rootOfCorrection2);
  const least = f32x4.splat(eps);
  const less = f32x4.splat(shrink);
  for (const end = p + (<usize>count << 2); p < end; p += VECTOR, g += VECTOR, m += VECTOR, v += VECTOR) {
    const gradient = v128.load(g);
    const mean = madd(first, v128.load(m), f32x4.mul(rest1, gradient));
    const square = madd(second, v128.load(v), f32x4.mul(rest2, f32x4.mul(gradient, gradient)));
    v128.store(m, mean);
    v128.store(v, square);
    const by = madd(f32x4.sqrt(square), root, least);
    v128.store(p, madd(rate, f32x4.div(mean, by), f32x4.mul(less, v128.load(p))));
  }
}
