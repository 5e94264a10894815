/** How sure a share is that was counted. */

/** Wilson's 95 % interval. @param {number} right @param {number} n @returns {[number, number]} */
export function wilson(right, n) {
  const z = 1.959963984540054;
  const [p, zz] = [right / n, (z * z) / n];
  const middle = (p + zz / 2) / (1 + zz);
  const half = (z / (1 + zz)) * Math.sqrt((p * (1 - p)) / n + zz / (4 * n));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}
