/** Four float32 at a time. Eight pictures are two vectors; an address or a step is always in bytes. */

export const VECTOR: usize = 16;
export const LANES: i32 = 8;
export const LANE_BYTES: usize = 32;

/** a·b + c, lane by lane: rounded once where relaxed SIMD is compiled for and the processor can, twice otherwise. */
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(c, f32x4.mul(a, b));
}

/** The sum of the four lanes, by pairs. */
@inline
export function sumOf(v: v128): f32 {
  const pairs = f32x4.add(v, v128.shuffle<f32>(v, v, 2, 3, 2, 3));
  return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
}

/** The sums of four vectors, as one vector. */
@inline
export function sumsOf(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 1, 4, 5), v128.shuffle<f32>(a, b, 2, 3, 6, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 1, 4, 5), v128.shuffle<f32>(c, d, 2, 3, 6, 7));
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 2, 4, 6), v128.shuffle<f32>(ab, cd, 1, 3, 5, 7));
}

/** Number `i` of a table. */
@inline
export function at(table: usize, i: i32): i32 {
  return load<i32>(table + (<usize>i << 2));
}

/** Copy numbers: maps are narrow, and memory.copy is a call. */
@inline
export function copyRow(from: usize, to: usize, count: i32): void {
  let i = 0;
  for (; i + 4 <= count; i += 4, from += VECTOR, to += VECTOR) v128.store(to, v128.load(from));
  for (; i < count; i++, from += 4, to += 4) store<f32>(to, load<f32>(from));
}
