/** Products of matrices. */

import { axesTurned, stretchedTo, stridesOf, strided } from "./places.js";
import { TYPES, held, later, needed, room, sizeOfShape } from "./tensor.js";

/** @typedef {import("./tensor.js").Held} Held */
/** @typedef {import("./tensor.js").Operator} Operator */
/** @typedef {import("./tensor.js").Tensor} Tensor */
/** @typedef {{rows: number, depth: number, columns: number}} Sizes */

/**
 * The product of two matrices in memory, written to `out`.
 * @param {Held} a @param {number} atA @param {Held} b @param {number} atB @param {Held} out @param {number} at
 * @param {Sizes} sizes
 */
function multiply(a, atA, b, atB, out, at, { rows, depth, columns }) {
  const sums = new Float64Array(columns);
  for (let r = 0; r < rows; r++) {
    sums.fill(0);
    for (let k = 0; k < depth; k++) {
      const [x, row] = [a[atA + r * depth + k], atB + k * columns];
      for (let c = 0; c < columns; c++) sums[c] += x * b[row + c];
    }
    out.set(sums, at + r * columns);
  }
}

/** Where each of the matrices lies that stand along the axes `front`. @param {number[]} own those of the tensor
 * @param {number[]} front @param {number} size of one matrix */
function placesOfMatrices(own, front, size) {
  const numbered = Array.from({ length: sizeOfShape(own) }, (_, i) => i * size);
  return strided(held(TYPES.int64, own, numbered), { type: TYPES.int64, shape: front }, stridesOf(own, front)).values;
}

/** @type {Record<string, Operator>} */
export const MATRIX_PRODUCTS = {
  MatMul: ([left, right], _, [made]) => {
    const [a, b] = [needed(left), needed(right)];
    const [rows, depth] = a.shape.length > 1 ? a.shape.slice(-2) : [1, a.shape[0]];
    const columns = b.shape.length > 1 ? b.shape[b.shape.length - 1] : 1;
    const ends = Number(a.shape.length > 1) + Number(b.shape.length > 1);
    const front = made.shape.slice(0, made.shape.length - ends);
    return [
      later(made.type, made.shape, (count) => {
        const out = room(made.type, count);
        const [atA, atB] = [
          placesOfMatrices(a.shape.slice(0, -2), front, rows * depth),
          placesOfMatrices(b.shape.slice(0, -2), front, depth * columns),
        ];
        for (let i = 0; i < atA.length; i++)
          multiply(a.values, atA[i], b.values, atB[i], out, i * rows * columns, { rows, depth, columns });
        return out;
      }),
    ];
  },
  Gemm: ([left, right, added], { transA = 0, transB = 0, alpha = 1, beta = 1 }, [made]) => {
    const [a, b] = [needed(left), needed(right)];
    const [first, second] = [transA ? axesTurned(a, [1, 0]) : a, transB ? axesTurned(b, [1, 0]) : b];
    const [rows, depth] = first.shape;
    const offset = added ? stretchedTo(added, made.shape) : null;
    return [
      later(made.type, made.shape, (count) => {
        const out = room(made.type, count);
        multiply(first.values, 0, second.values, 0, out, 0, { rows, depth, columns: second.shape[1] });
        for (let i = 0; i < count; i++) out[i] = alpha * out[i] + (offset ? beta * offset.values[i] : 0);
        return out;
      }),
    ];
  },
};
