/** Symmetric positive definite matrices: their triangular factor, and equations with them. Row by row, in float64. */

/**
 * Return the lower triangle L (n, n) with L · Lᵀ = the matrix. Throws a RangeError where it is not positive definite.
 * @param {Float64Array} matrix (n, n) @param {number} n
 */
export function choleskyOf(matrix, n) {
  const lower = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j];
      for (let k = 0; k < j; k++) sum -= lower[i * n + k] * lower[j * n + k];
      if (i !== j) lower[i * n + j] = sum / lower[j * n + j];
      else if (sum > 0) lower[i * n + i] = Math.sqrt(sum);
      else throw new RangeError("the matrix is not positive definite");
    }
  return lower;
}

/**
 * Solve L · x = b for each column of b (n, columns), in its place.
 * @param {Float64Array} lower @param {number} n @param {Float64Array} b @param {number} columns
 */
function solveLower(lower, n, b, columns) {
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) {
      const factor = lower[i * n + k];
      for (let c = 0; c < columns; c++) b[i * columns + c] -= factor * b[k * columns + c];
    }
    for (let c = 0; c < columns; c++) b[i * columns + c] /= lower[i * n + i];
  }
}

/**
 * Solve Lᵀ · x = b for each column of b (n, columns), in its place.
 * @param {Float64Array} lower @param {number} n @param {Float64Array} b @param {number} columns
 */
export function solveUpper(lower, n, b, columns) {
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) {
      const factor = lower[k * n + i];
      for (let c = 0; c < columns; c++) b[i * columns + c] -= factor * b[k * columns + c];
    }
    for (let c = 0; c < columns; c++) b[i * columns + c] /= lower[i * n + i];
  }
}

/**
 * Solve L · Lᵀ · x = b.
 * @param {Float64Array} lower
 * @param {number} n
 * @param {Float64Array} b
 * @param {number} columns
 */
export function solveBoth(lower, n, b, columns) {
  solveLower(lower, n, b, columns);
  solveUpper(lower, n, b, columns);
}
