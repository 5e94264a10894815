/** How many places of a row no window reads: counted, not walked over. convscope/formula/unread.py says why. */

/**
 * How many of `size` places the windows that fit on them read nothing of. Every sum in between is below 2^53 for sizes
 * up to 5·10^8 and arguments up to 10^6.
 * @param {number} size
 * @param {number} kernel
 * @param {number} stride
 * @param {number} pad
 * @param {number} dilation
 * @param {number} [end] the places added after the last, as many as `pad` adds before the first where it is left out
 * @returns {number}
 */
export function unreadPlaces(size, kernel, stride, pad, dilation, end = pad) {
  const windows = Math.floor((size + pad + end - dilation * (kernel - 1) - 1) / stride) + 1;
  const below = (/** @type {number} */ end) => sumsBelow(end, stride, windows, dilation, kernel);
  return size - (below(pad + size) - below(pad));
}

/**
 * How many numbers below `end` are stride·a + dilation·t with 0 ≤ a < windows and 0 ≤ t < kernel.
 * @param {number} end
 * @param {number} stride
 * @param {number} windows
 * @param {number} dilation
 * @param {number} kernel
 */
function sumsBelow(end, stride, windows, dilation, kernel) {
  const common = divisor(stride, dilation);
  let [s, a, d, k] = [stride / common, windows, dilation / common, kernel];
  if (k > s && a < d) [s, a, d, k] = [d, k, s, a]; // the other way round, so that the a's of one t leave no gap
  const top = Math.ceil(end / common);
  const turns = Math.floor(k / s);
  const rest = k % s;
  const first = termsBelow(top, s, a + turns * d, d, rest);
  return turns ? first + termsBelow(top - d * rest, s, a + (turns - 1) * d, d, s - rest) : first;
}

/**
 * The sum over t < n of how many of s·0, s·1 … s·(most − 1) lie below end − d·t.
 * @param {number} end
 * @param {number} s
 * @param {number} most
 * @param {number} d
 * @param {number} n
 */
function termsBelow(end, s, most, d, n) {
  const allBelow = Math.min(Math.max(Math.ceil((end - s * (most - 1)) / d), 0), n);
  const someBelow = Math.min(Math.max(Math.ceil(end / d), allBelow), n);
  const last = end - d * (someBelow - 1);
  return allBelow * most + floorSum(someBelow - allBelow, d, last + s - 1, s);
}

/**
 * Σ ⌊(m·i + b) / by⌋ over 0 ≤ i < n, for b ≥ 0.
 * @param {number} n
 * @param {number} m
 * @param {number} b
 * @param {number} by
 */
function floorSum(n, m, b, by) {
  let total = 0;
  while (n > 0) {
    total += Math.floor(m / by) * ((n * (n - 1)) / 2) + Math.floor(b / by) * n;
    const top = (m % by) * n + (b % by);
    [n, b, m, by] = [Math.floor(top / by), top % by, by, m % by];
  }
  return total;
}

/** The greatest common divisor. @param {number} a @param {number} b @returns {number} */
export function divisor(a, b) {
  return b ? divisor(b, a % b) : a;
}
