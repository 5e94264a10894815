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
  const [kept, update] = [space.take(values.count), space.take(values.count)];
  const { read, orthogonalise, write } = orthogonaliser(space, rows, columns);
  /** @param {Kernels} kernels @param {number} factor */
  function move(kernels, factor) {
    update.values.fill(0); // so that a step of Nesterov's momentum at the rate -1 leaves there what it would subtract
    kernels.sgd(update.at, gradient.at, kept.at, update.count, -1, filterMomentum, 1, 0);
    read(kernels, update);
    orthogonalise(kernels, Math.sqrt(kernels.squares(update.at, update.count)));
    write(kernels, update);
    const scale = Math.sqrt(rows) / Math.max(Math.sqrt(kernels.squares(values.at, values.count)), 1e-7);
    kernels.combine(update.at, values.at, values.count, -filterLr * factor, scale);
  }

  return { move, kept: { momentum: kept } };
}

/**
 * Return what makes of a matrix x = U·S·Vᵀ, (rows, columns), about U·Vᵀ: every singular value near 1. `read` takes x
 * from a block and `write` puts the answer there; `orthogonalise` is told the length ‖x‖.
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
    kernels.combine(x.at, x.at, x.count, 1 / (length + 1e-7), 0);

    plain.values.fill(0);
    const { starts, entries } = pair;
    kernels.correlate(x.at, x.at, plain.at, starts, entries, 1, blocksOf(large), step, step, small, small);
    for (let i = 0; i < small * small; i++) a.values[symmetric[i]] = plain.values[i];
    let [product, next] = [all, other];
    for (let i = 0; i < ITERATIONS; i++) {
      multiply(kernels, a, a, p, blocksOf(small));
      kernels.combine(a.at, p.at, p.count, -4.775, 2.0315);
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
  }

  // Rows of whole blocks are exchanged a block at a time.
  const inBlocks = !tall && columns % LANES === 0;
  return {
    /** @param {Kernels} kernels @param {import("./types.js").Block} from */
    read: (kernels, from) => {
      if (inBlocks) kernels.swapAxes(from.at, x.at, 1, rows, columns / LANES);
      else for (let i = 0; i < from.count; i++) x.values[places[i]] = from.values[i];
    },
    orthogonalise,
    /** @param {Kernels} kernels @param {import("./types.js").Block} to */
    write: (kernels, to) => {
      if (inBlocks) kernels.swapAxes(answer.at, to.at, 1, columns / LANES, rows);
      else for (let i = 0; i < to.count; i++) to.values[i] = answer.values[places[i]];
    },
  };
}

/** How many blocks of eight so many columns are. @param {number} columns */
function blocksOf(columns) {
  return Math.ceil(columns / LANES);
}
