/** Muon: momentum whose singular values are made equal (Jordan 2024), for filters whose length bn undoes. */

import { LANES, LANE_BYTES } from "./memory.js";
/** @import {Move} from "./optimisers.js" */
/** @import {Space} from "./memory.js" */
/** @import {Kernels, Parameter} from "./types.js" */

const ITERATIONS = 3;

/**
 * b ← m·b + g; u = g + m·b; w ← w·√F/‖w‖; w ← w − lr·orthogonal(u), each filter bank (F, C, k, k) taken as a matrix
 * F × C·k·k. As training/muon.py.
 * @param {Space} space
 * @param {Parameter} parameter
 * @param {{filterLr: number, filterMomentum: number}} recipe
 * @returns {Move}
 */
export function muonOf(space, { shape, values, gradient }, { filterLr, filterMomentum }) {
  const [filters, count] = [shape[0], values.count];
  const kept = space.take(count);
  const update = orthogonaliser(space, filters, count / filters);
  const length = Math.sqrt(filters);
  return (kernels, factor) => {
    const [w, g, b] = [values.values, gradient.values, kept.values];
    let squares = 0;
    for (let i = 0; i < count; i++) {
      b[i] = filterMomentum * b[i] + g[i];
      squares += w[i] * w[i];
    }
    const turned = update(kernels, (i) => g[i] + filterMomentum * b[i]);
    const scale = length / Math.max(Math.sqrt(squares), 1e-7);
    for (let i = 0; i < count; i++) w[i] = w[i] * scale - filterLr * factor * turned(i);
  };
}

/**
 * Return a function that makes of a matrix x = U·S·Vᵀ, (rows, columns), about U·Vᵀ: every singular value near 1.
 *
 * Newton-Schulz iteration x ← p(A)·x with p(A) = 3.4445 − 4.7750·A + 2.0315·A² and A = x·xᵀ, from x/‖x‖: a polynomial
 * of odd powers changes the singular values alone, and this one draws them quickly to between 0.7 and 1.2. All p(A)
 * commute, so they are multiplied up as small matrices, A ← p(A)²·A, and reach x once, at the end.
 *
 * A matrix lies as a batch's maps do, its columns being the pictures: (blocks of 8 columns, rows, 8). So x·xᵀ is what
 * gives a dense layer's weights their gradient, and a product with x is what a dense layer does; and a symmetric matrix
 * laid out so is packed as weights are.
 * @param {Space} space
 * @param {number} rows
 * @param {number} columns
 * @returns {(kernels: Kernels, of: (i: number) => number) => (i: number) => number} number i of (rows, columns), in and
 * out
 */
function orthogonaliser(space, rows, columns) {
  const tall = rows > columns;
  const [small, large] = tall ? [columns, rows] : [rows, columns];
  const [x, answer] = [0, 1].map(() => space.take(blocksOf(large) * small * LANES));
  const plain = space.take(small * small);
  const [a, p, all, other] = [0, 1, 2, 3].map(() => space.take(blocksOf(small) * small * LANES));
  const zeros = space.take(blocksOf(small) * LANES);
  const single = space.table({ starts: Int32Array.of(0, 1), entries: Int32Array.of(0, 0, small) });
  const pair = space.table({ starts: Int32Array.of(0, 1), entries: Int32Array.of(0, 0) });
  const step = small * LANE_BYTES;

  /**
   * to = matrix · from, the matrix symmetric.
   * @param {Kernels} kernels @param {import("./types.js").Block} matrix @param {import("./types.js").Block} from
   * @param {import("./types.js").Block} to @param {number} blocks of columns
   */
  function multiply(kernels, matrix, from, to, blocks) {
    const { starts, entries } = single;
    const steps = /** @type {const} */ ([step, step, step]);
    kernels.gather(from.at, matrix.at, zeros.at, to.at, starts, entries, blocks, 1, ...steps, small, step);
  }

  /** Where number (row, column) of a matrix lies. @param {number} row @param {number} column */
  const placeOf = (row, column) => ((column >> 3) * small + row) * LANES + (column & 7);

  return (kernels, of) => {
    let squares = 0;
    for (let row = 0, i = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++, i++) {
        const value = of(i);
        squares += value * value;
        x.values[tall ? placeOf(column, row) : placeOf(row, column)] = value;
      }
    }
    const scale = 1 / (Math.sqrt(squares) + 1e-7);
    for (let i = 0; i < x.count; i++) x.values[i] *= scale;

    plain.values.fill(0);
    const { starts, entries } = pair;
    kernels.correlate(x.at, x.at, plain.at, starts, entries, 1, blocksOf(large), step, step, small, small);
    for (let row = 0, i = 0; row < small; row++) {
      for (let column = 0; column < small; column++, i++) a.values[placeOf(row, column)] = plain.values[i];
    }
    let [product, next] = [all, other];
    for (let i = 0; i < ITERATIONS; i++) {
      multiply(kernels, a, a, p, blocksOf(small));
      for (let j = 0; j < p.count; j++) p.values[j] = 2.0315 * p.values[j] - 4.775 * a.values[j];
      for (let d = 0; d < small; d++) p.values[placeOf(d, d)] += 3.4445;
      if (i === 0) product.values.set(p.values);
      else {
        multiply(kernels, p, product, next, blocksOf(small));
        [product, next] = [next, product];
      }
      if (i === ITERATIONS - 1) break;
      multiply(kernels, p, a, next, blocksOf(small));
      multiply(kernels, p, next, a, blocksOf(small));
    }
    multiply(kernels, product, x, answer, blocksOf(large));
    return (i) => {
      const [row, column] = [Math.floor(i / columns), i % columns];
      return answer.values[tall ? placeOf(column, row) : placeOf(row, column)];
    };
  };
}

/** How many blocks of eight so many columns are. @param {number} columns */
function blocksOf(columns) {
  return Math.ceil(columns / LANES);
}
