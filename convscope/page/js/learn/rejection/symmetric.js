/** Eigenvalues and eigenvectors of symmetric matrices. */

const MOST_QL = 60; // for one eigenvalue; two or three are usual
const EPSILON = 2 ** -52;

/**
 * Return the eigenvalues of a symmetric matrix (n, n), largest first, and its eigenvectors (n, n), one a row, in their
 * order: mirrored to three diagonals (Householder 1958), then turned until one is left (QL, implicit shifts; Bowdler,
 * Martin, Reinsch & Wilkinson 1968).
 * @param {ArrayLike<number>} matrix row by row
 * @param {number} n
 * @returns {{values: Float64Array, vectors: Float64Array}}
 */
export function symmetricEigen(matrix, n) {
  const { diagonal, beside, basis } = threeDiagonals(Float64Array.from(matrix), n);
  turnToOne(diagonal, beside, basis, n);
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => diagonal[j] - diagonal[i]);
  const vectors = new Float64Array(n * n);
  order.forEach((from, to) => vectors.set(basis.subarray(from * n, (from + 1) * n), to * n));
  return { values: Float64Array.from(order, (i) => diagonal[i]), vectors };
}

/**
 * Mirror a symmetric matrix A until only its diagonal and the numbers beside it are left: A = Qᵀ · T · Q. A is used up.
 * @param {Float64Array} a (n, n) @param {number} n
 * @returns {{diagonal: Float64Array, beside: Float64Array, basis: Float64Array}} `beside[i]` stands between i and i +
 * 1; `basis` is Q, a vector a row
 */
function threeDiagonals(a, n) {
  const basis = new Float64Array(n * n);
  for (let i = 0; i < n; i++) basis[i * n + i] = 1;
  const [mirror, image] = [new Float64Array(n), new Float64Array(n)];
  for (let k = 0; k < n - 2; k++) {
    let square = 0;
    for (let i = k + 1; i < n; i++) {
      mirror[i] = a[k * n + i];
      square += mirror[i] ** 2;
    }
    const rest = square - mirror[k + 1] ** 2;
    if (rest <= 0) continue;
    const long = Math.sqrt(square);
    const end = mirror[k + 1] > 0 ? -long : long;
    mirror[k + 1] -= end;
    const half = (rest + mirror[k + 1] ** 2) / 2;
    // A ← H · A · H with H = 1 − v · vᵀ / half, of which the part behind k changes
    let along = 0;
    for (let i = k + 1; i < n; i++) {
      let sum = 0;
      for (let j = k + 1; j < n; j++) sum += a[i * n + j] * mirror[j];
      image[i] = sum / half;
      along += image[i] * mirror[i];
    }
    for (let i = k + 1; i < n; i++) image[i] -= (along / (2 * half)) * mirror[i];
    for (let i = k + 1; i < n; i++)
      for (let j = k + 1; j < n; j++) a[i * n + j] -= mirror[i] * image[j] + image[i] * mirror[j];
    a[k * n + k + 1] = a[(k + 1) * n + k] = end;
    // Q ← H · Q
    image.fill(0);
    for (let i = k + 1; i < n; i++) for (let j = 0; j < n; j++) image[j] += mirror[i] * basis[i * n + j];
    for (let i = k + 1; i < n; i++) for (let j = 0; j < n; j++) basis[i * n + j] -= (mirror[i] * image[j]) / half;
  }
  const diagonal = Float64Array.from({ length: n }, (_, i) => a[i * n + i]);
  const beside = Float64Array.from({ length: n }, (_, i) => (i < n - 1 ? a[i * n + i + 1] : 0));
  return { diagonal, beside, basis };
}

/**
 * Turn three diagonals until the diagonal alone is left, in its place; the rows of `basis` become the eigenvectors.
 * @param {Float64Array} diagonal @param {Float64Array} beside @param {Float64Array} basis @param {number} n
 */
function turnToOne(diagonal, beside, basis, n) {
  for (let first = 0; first < n; first++)
    for (let turn = 0; turn < MOST_QL; turn++) {
      let last = first;
      while (
        last < n - 1 &&
        Math.abs(beside[last]) > EPSILON * (Math.abs(diagonal[last]) + Math.abs(diagonal[last + 1]))
      )
        last++;
      if (last === first) break;
      chase(diagonal, beside, basis, n, first, last);
    }
}

/**
 * One QL step on the numbers from `first` to `last`.
 * @param {Float64Array} diagonal @param {Float64Array} beside @param {Float64Array} basis @param {number} n
 * @param {number} first @param {number} last
 */
function chase(diagonal, beside, basis, n, first, last) {
  const apart = (diagonal[first + 1] - diagonal[first]) / (2 * beside[first]);
  const root = Math.hypot(apart, 1);
  let g = diagonal[last] - diagonal[first] + beside[first] / (apart + (apart < 0 ? -root : root));
  let [sine, cosine, p] = [1, 1, 0];
  for (let i = last - 1; i >= first; i--) {
    const f = sine * beside[i];
    const b = cosine * beside[i];
    const long = Math.hypot(f, g);
    beside[i + 1] = long;
    if (long === 0) {
      diagonal[i + 1] -= p;
      beside[last] = 0;
      return;
    }
    [sine, cosine] = [f / long, g / long];
    g = diagonal[i + 1] - p;
    const both = (diagonal[i] - g) * sine + 2 * cosine * b;
    p = sine * both;
    diagonal[i + 1] = g + p;
    g = cosine * both - b;
    for (let k = 0; k < n; k++) {
      const [x, y] = [basis[i * n + k], basis[(i + 1) * n + k]];
      basis[i * n + k] = cosine * x - sine * y;
      basis[(i + 1) * n + k] = sine * x + cosine * y;
    }
  }
  diagonal[first] -= p;
  beside[first] = g;
  beside[last] = 0;
}
