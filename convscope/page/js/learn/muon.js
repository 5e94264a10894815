/** Muon: momentum whose singular values are made equal (Jordan 2024), for filters whose length bn undoes. */

import { LANES, LANE_BYTES } from "./memory.js";
/** @import {Mover} from "./optimisers.js" */
/** @import {Space} from "./memory.js" */
/** @import {Kernels, Parameter} from "./types.js" */

const ITERATIONS = 3;

/**
 * b ← m·b + g; u = g + m·b; w ← w·√F/‖w‖; w ← w − lr·orthogonal(u), each filter bank (F, C, k, k) taken as a matrix
 * F × C·k·k. As training/muon.py.
 * @param {Space} space
 * @param {Parameter} parameter
 * @param {{filterLr: number, filterMomentum: number}} recipe
 * @returns {Mover}
 */
export function muonOf(space, { shape, values, gradient }, { filterLr, filterMomentum }) {
  const [rows, columns] = [shape[0], values.count / shape[0]];
  const kept = space.take(values.count);
  const { x, places, orthogonalise } = orthogonaliser(space, rows, columns);
  /** @param {Kernels} kernels @param {number} factor */
  function move(kernels, factor) {
    const [w, g, b, u] = [values.values, gradient.values, kept.values, x.values];
    let [squares, length] = [0, 0];
    for (let i = 0; i < w.length; i++) {
      const momentum = filterMomentum * b[i] + g[i];
      const update = g[i] + filterMomentum * momentum;
      b[i] = momentum;
      u[places[i]] = update;
      squares += w[i] * w[i];
      length += update * update;
    }
    const turned = orthogonalise(kernels, Math.sqrt(length)).values;
    const scale = Math.sqrt(rows) / Math.max(Math.sqrt(squares), 1e-7);
    const rate = filterLr * factor;
    for (let i = 0; i < w.length; i++) w[i] = w[i] * scale - rate * turned[places[i]];
  }

  return { move, kept: { momentum: kept } };
}

/**
 * Return what makes of a matrix x = U·S·Vᵀ, (rows, columns), about U·Vᵀ: every singular value near 1. Number i of x is
 * written to, and the answer's read from, `places[i]`; `orthogonalise` is told the length ‖x‖.
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

  const places = Int32Array.from({ length: rows * columns }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    return tall ? placeOf(column, row) : placeOf(row, column);
  });
  const symmetric = Int32Array.from({ length: small * small }, (_, i) => placeOf(Math.floor(i / small), i % small));

  /** @param {Kernels} kernels @param {number} length */
  function orthogonalise(kernels, length) {
    const scale = 1 / (length + 1e-7);
    for (let i = 0; i < x.count; i++) x.values[i] *= scale;

    plain.values.fill(0);
    const { starts, entries } = pair;
    kernels.correlate(x.at, x.at, plain.at, starts, entries, 1, blocksOf(large), step, step, small, small);
    for (let i = 0; i < small * small; i++) a.values[symmetric[i]] = plain.values[i];
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
    return answer;
  }

  return { x, places, orthogonalise };
}

/** How many blocks of eight so many columns are. @param {number} columns */
function blocksOf(columns) {
  return Math.ceil(columns / LANES);
}
