/** Eigenvalues and eigenvectors of symmetric matrices. */

const SWEEPS = 60;
const NEARLY_DIAGONAL = 1e-22; // of the squares on the diagonal: what is left beside it is rounding

/**
 * Return the eigenvalues of a symmetric matrix (n, n), largest first, and its eigenvectors (n, n), one a row, in their
 * order, by rotations in one plane after another (Jacobi 1846).
 * @param {ArrayLike<number>} matrix row by row
 * @param {number} n
 * @returns {{values: Float64Array, vectors: Float64Array}}
 */
export function symmetricEigen(matrix, n) {
  const a = Float64Array.from(matrix);
  const v = new Float64Array(n * n);
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let [beside, on] = [0, 0];
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        if (i === j) on += a[i * n + i] ** 2;
        else beside += a[i * n + j] ** 2;
      }
    if (beside <= NEARLY_DIAGONAL * on) break;
    for (let p = 0; p < n - 1; p++) for (let q = p + 1; q < n; q++) rotate(a, v, n, p, q);
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[j * n + j] - a[i * n + i]);
  const vectors = new Float64Array(n * n);
  order.forEach((from, to) => vectors.set(v.subarray(from * n, (from + 1) * n), to * n));
  return { values: Float64Array.from(order, (i) => a[i * n + i]), vectors };
}

/**
 * Turn rows and columns p and q so that a[p, q] becomes 0; v, whose rows become the eigenvectors, likewise.
 * @param {Float64Array} a @param {Float64Array} v @param {number} n @param {number} p @param {number} q
 */
function rotate(a, v, n, p, q) {
  const beside = a[p * n + q];
  if (beside === 0) return;
  const theta = (a[q * n + q] - a[p * n + p]) / (2 * beside);
  const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const cosine = 1 / Math.hypot(tangent, 1);
  const sine = tangent * cosine;
  for (let k = 0; k < n; k++) {
    const [x, y] = [a[k * n + p], a[k * n + q]];
    a[k * n + p] = cosine * x - sine * y;
    a[k * n + q] = sine * x + cosine * y;
  }
  for (let k = 0; k < n; k++) {
    const [x, y] = [a[p * n + k], a[q * n + k]];
    a[p * n + k] = cosine * x - sine * y;
    a[q * n + k] = sine * x + cosine * y;
    const [s, t] = [v[p * n + k], v[q * n + k]];
    v[p * n + k] = cosine * s - sine * t;
    v[q * n + k] = sine * s + cosine * t;
  }
}
