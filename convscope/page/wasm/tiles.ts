/** A convolution with 3×3 kernels by tiles: the small linear maps from places to a tile's factors and back. */

import { at, LANE_BYTES, madd, VECTOR } from "./vector";

// The matrices, as page/js/learn/tiles.js numbers them and says what they are for.
const INPUT = 0;
const OUTPUT = 1;
const INPUT_BACK = 2;
const INPUT_BACK_ADDED = 3;
const OUTPUT_BACK = 4;
const KERNEL = 5;
const KERNEL_BACK = 6;

/** Where the five numbers of a line are, in bytes of the memory. */
let r0: usize = 0, r1: usize = 0, r2: usize = 0, r3: usize = 0, r4: usize = 0;
let w0: usize = 0, w1: usize = 0, w2: usize = 0, w3: usize = 0, w4: usize = 0;

/**
 * Multiply lines of places by a matrix, channel by channel. A line has ten entries in the table: the numbers of the
 * places that are read, and of those that are written. What is to be read nowhere, -1, is read from `nowhere`, which
 * has room for two places, the first of zeros; what is to be written nowhere goes to the second.
 */
export function transform(
  matrix: i32, x: usize, y: usize, table: usize, lines: i32, groups: i32, xStep: usize, yStep: usize, xPlace: usize,
  yPlace: usize, channels: i32, nowhere: usize,
): void {
  const size = <usize>channels * LANE_BYTES;
  for (let g = 0; g < groups; g++, x += xStep, y += yStep) {
    for (let line = 0, entry = table; line < lines; line++, entry += 40) {
      r0 = placeAt(entry, 0, x, xPlace, nowhere);
      r1 = placeAt(entry, 1, x, xPlace, nowhere);
      r2 = placeAt(entry, 2, x, xPlace, nowhere);
      r3 = placeAt(entry, 3, x, xPlace, nowhere);
      r4 = placeAt(entry, 4, x, xPlace, nowhere);
      w0 = placeAt(entry, 5, y, yPlace, nowhere + size);
      w1 = placeAt(entry, 6, y, yPlace, nowhere + size);
      w2 = placeAt(entry, 7, y, yPlace, nowhere + size);
      w3 = placeAt(entry, 8, y, yPlace, nowhere + size);
      w4 = placeAt(entry, 9, y, yPlace, nowhere + size);
      if (matrix == INPUT) input(size);
      else if (matrix == OUTPUT) output(size);
      else if (matrix == INPUT_BACK) inputBack(size);
      else if (matrix == INPUT_BACK_ADDED) inputBackAdded(size);
      else if (matrix == OUTPUT_BACK) outputBack(size);
      else if (matrix == KERNEL) kernel(size);
      else kernelBack(size);
    }
  }
}

@inline
function placeAt(entry: usize, i: i32, base: usize, place: usize, nowhere: usize): usize {
  const number = at(entry, i);
  return number < 0 ? nowhere : base + <usize>number * place;
}

/** 2a − b − 2c + d, −2b − c + d, 2b − 3c + d, d − b, 2b − c − 2d + e. */
function input(size: usize): void {
  const p = r0, q = r1, r = r2, s = r3, t = r4;
  const to0 = w0, to1 = w1, to2 = w2, to3 = w3, to4 = w4;
  const two = f32x4.splat(2);
  for (let i: usize = 0; i < size; i += VECTOR) {
    const b = v128.load(q + i);
    const c = v128.load(r + i);
    const d = v128.load(s + i);
    const db = f32x4.sub(d, b);
    const dc = f32x4.sub(d, c);
    v128.store(to0 + i, madd(two, f32x4.sub(v128.load(p + i), c), db));
    const last = f32x4.sub(v128.load(t + i), c);
    v128.store(to1 + i, f32x4.sub(dc, f32x4.add(b, b)));
    v128.store(to2 + i, madd(two, f32x4.sub(b, c), dc));
    v128.store(to3 + i, db);
    v128.store(to4 + i, f32x4.sub(last, f32x4.add(db, db)));
  }
}

/** a + b + c + d, b − c + 2d, b + c + 4d + e. */
function output(size: usize): void {
  const p = r0, q = r1, r = r2, s = r3, t = r4;
  const to0 = w0, to1 = w1, to2 = w2;
  const two = f32x4.splat(2);
  const four = f32x4.splat(4);
  for (let i: usize = 0; i < size; i += VECTOR) {
    const b = v128.load(q + i);
    const c = v128.load(r + i);
    const d = v128.load(s + i);
    const e = v128.load(t + i);
    const bc = f32x4.add(b, c);
    v128.store(to0 + i, f32x4.add(f32x4.add(v128.load(p + i), bc), d));
    v128.store(to1 + i, madd(two, d, f32x4.sub(b, c)));
    v128.store(to2 + i, madd(four, d, f32x4.add(bc, e)));
  }
}

/** 2a, 2c + 2e − a − 2b − d, −2a − b − 3c − e, a + b + c + d − 2e, e. */
function inputBack(size: usize): void {
  const p = r0, q = r1, r = r2, s = r3, t = r4;
  const to0 = w0, to1 = w1, to2 = w2, to3 = w3, to4 = w4;
  for (let i: usize = 0; i < size; i += VECTOR) {
    const a = v128.load(p + i);
    const b = v128.load(q + i);
    const c = v128.load(r + i);
    const d = v128.load(s + i);
    const e = v128.load(t + i);
    v128.store(to0 + i, f32x4.add(a, a));
    v128.store(to1 + i, second(a, b, c, d, e));
    v128.store(to2 + i, third(a, b, c, e));
    v128.store(to3 + i, fourth(a, b, c, d, e));
    v128.store(to4 + i, e);
  }
}

/** The same, added to what is there: tiles share places of the input. */
function inputBackAdded(size: usize): void {
  const p = r0, q = r1, r = r2, s = r3, t = r4;
  const to0 = w0, to1 = w1, to2 = w2, to3 = w3, to4 = w4;
  for (let i: usize = 0; i < size; i += VECTOR) {
    const a = v128.load(p + i);
    const b = v128.load(q + i);
    const c = v128.load(r + i);
    const d = v128.load(s + i);
    const e = v128.load(t + i);
    addTo(to0 + i, f32x4.add(a, a));
    addTo(to1 + i, second(a, b, c, d, e));
    addTo(to2 + i, third(a, b, c, e));
    addTo(to3 + i, fourth(a, b, c, d, e));
    addTo(to4 + i, e);
  }
}

@inline
function second(a: v128, b: v128, c: v128, d: v128, e: v128): v128 {
  const twice = f32x4.sub(f32x4.add(c, e), b);
  return f32x4.sub(f32x4.add(twice, twice), f32x4.add(a, d));
}

@inline
function third(a: v128, b: v128, c: v128, e: v128): v128 {
  const ac = f32x4.add(a, c);
  return f32x4.neg(f32x4.add(f32x4.add(ac, ac), f32x4.add(f32x4.add(b, c), e)));
}

@inline
function fourth(a: v128, b: v128, c: v128, d: v128, e: v128): v128 {
  return f32x4.sub(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)), f32x4.add(e, e));
}

@inline
function addTo(target: usize, value: v128): void {
  v128.store(target, f32x4.add(v128.load(target), value));
}

/** a, a + b + c, a − b + c, a + 2b + 4c, c. */
function outputBack(size: usize): void {
  const p = r0, q = r1, r = r2;
  const to0 = w0, to1 = w1, to2 = w2, to3 = w3, to4 = w4;
  const two = f32x4.splat(2);
  const four = f32x4.splat(4);
  for (let i: usize = 0; i < size; i += VECTOR) {
    const a = v128.load(p + i);
    const b = v128.load(q + i);
    const c = v128.load(r + i);
    const ac = f32x4.add(a, c);
    v128.store(to0 + i, a);
    v128.store(to1 + i, f32x4.add(ac, b));
    v128.store(to2 + i, f32x4.sub(ac, b));
    v128.store(to3 + i, madd(four, c, madd(two, b, a)));
    v128.store(to4 + i, c);
  }
}

/** a/2, −(a + b + c)/2, −(a − b + c)/6, (a + 2b + 4c)/6, c. */
function kernel(size: usize): void {
  const p = r0, q = r1, r = r2;
  const to0 = w0, to1 = w1, to2 = w2, to3 = w3, to4 = w4;
  const half = f32x4.splat(0.5);
  const sixth = f32x4.splat(1.0 / 6.0);
  const two = f32x4.splat(2);
  const four = f32x4.splat(4);
  for (let i: usize = 0; i < size; i += VECTOR) {
    const a = v128.load(p + i);
    const b = v128.load(q + i);
    const c = v128.load(r + i);
    const ac = f32x4.add(a, c);
    v128.store(to0 + i, f32x4.mul(half, a));
    v128.store(to1 + i, f32x4.neg(f32x4.mul(half, f32x4.add(ac, b))));
    v128.store(to2 + i, f32x4.mul(sixth, f32x4.sub(b, ac)));
    v128.store(to3 + i, f32x4.mul(sixth, madd(four, c, madd(two, b, a))));
    v128.store(to4 + i, c);
  }
}

/** (a − b)/2 + (d − c)/6, −b/2 + c/6 + d/3, −b/2 − c/6 + 2d/3 + e. */
function kernelBack(size: usize): void {
  const p = r0, q = r1, r = r2, s = r3, t = r4;
  const to0 = w0, to1 = w1, to2 = w2;
  const half = f32x4.splat(0.5);
  const sixth = f32x4.splat(1.0 / 6.0);
  const two = f32x4.splat(2);
  const four = f32x4.splat(4);
  for (let i: usize = 0; i < size; i += VECTOR) {
    const b = f32x4.mul(half, v128.load(q + i));
    const c = v128.load(r + i);
    const d = v128.load(s + i);
    const a = f32x4.mul(half, v128.load(p + i));
    v128.store(to0 + i, madd(sixth, f32x4.sub(d, c), f32x4.sub(a, b)));
    v128.store(to1 + i, f32x4.sub(f32x4.mul(sixth, madd(two, d, c)), b));
    v128.store(to2 + i, f32x4.add(f32x4.sub(f32x4.mul(sixth, f32x4.sub(f32x4.mul(four, d), c)), b), v128.load(t + i)));
  }
}
