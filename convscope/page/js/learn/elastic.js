/** Elastic distortion: a smooth random field that moves every place of a picture (Simard et al. 2003). */

const SMOOTH = 4; // pixels: how far from a place the field still moves nearly the same way

/**
 * Draw a field: white noise on a coarse net, smoothed by a Gauss curve, of standard deviation 1. As
 * training/augmentation.py's `field`.
 * @param {[number, number]} size rows, columns
 * @param {() => number} next normal numbers
 * @returns {Float64Array} (2, rows, columns): across, and down
 */
export function elasticField([rows, columns], next) {
  const [down, across] = [netWeights(rows), netWeights(columns)];
  const [high, wide] = [down[0].length, across[0].length];
  const field = new Float64Array(2 * rows * columns);
  for (let axis = 0, at = 0; axis < 2; axis++) {
    const noise = Array.from({ length: high }, () => Float64Array.from({ length: wide }, next));
    for (const weights of down) {
      const row = Float64Array.from({ length: wide }, (_, j) => sumOver(high, (i) => weights[i] * noise[i][j]));
      for (const others of across) field[at++] = sumOver(wide, (j) => others[j] * row[j]);
    }
  }
  return field;
}

/**
 * What each of some net points, SMOOTH pixels apart, counts for on each pixel of a row; squares add up to 1.
 * @param {number} pixels
 */
function netWeights(pixels) {
  const reach = Math.ceil((pixels - 1) / 2 / SMOOTH) + 2;
  return Array.from({ length: pixels }, (_, pixel) => {
    const place = pixel - (pixels - 1) / 2;
    const weights = Float64Array.from({ length: 2 * reach + 1 }, (_, i) =>
      Math.exp(-((place - SMOOTH * (i - reach)) ** 2) / (2 * SMOOTH ** 2)),
    );
    const length = Math.sqrt(sumOver(weights.length, (i) => weights[i] ** 2));
    return weights.map((weight) => weight / length);
  });
}

/** @param {number} count @param {(i: number) => number} of */
function sumOver(count, of) {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += of(i);
  return sum;
}
