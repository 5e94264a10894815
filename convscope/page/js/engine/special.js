/** Functions of one number that several activations are made of, to the precision of a double. */

/** The logistic function 1 / (1 + e⁻ˣ). @param {number} x */
export function logistic(x) {
  return 1 / (1 + Math.exp(-x));
}

/** The straight line that stands in for the logistic function: x/6 + 1/2, held within 0…1. @param {number} x */
export function ramp(x) {
  return x <= -3 ? 0 : x >= 3 ? 1 : x / 6 + 1 / 2;
}

/** The share of a standard normal distribution below x: Φ(x) = erfc(−x/√2) / 2. @param {number} x */
export function normalBelow(x) {
  return erfc(-x * Math.SQRT1_2) / 2;
}

/** The density of a standard normal distribution at x. @param {number} x */
export function normalDensity(x) {
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
}

/**
 * The complementary error function, 1 − erf(x), with a relative error below 2e-13 as far as doubles reach (x < 26).
 * @param {number} x
 * @returns {number}
 */
export function erfc(x) {
  if (x < 0) return 2 - erfc(-x);
  return x < 2 ? 1 - erfSeries(x) : Math.exp(-x * x) / Math.sqrt(Math.PI) / erfcFraction(x);
}

/**
 * erf(x) = 2/√π · e^(−x²) · Σ x (2x²)ⁿ / (1·3·5 … (2n + 1)): positive terms only, so that nothing cancels (Abramowitz
 * and Stegun 7.1.6).
 * @param {number} x 0…2
 */
function erfSeries(x) {
  let [term, sum] = [x, x];
  for (let n = 1; term > 1e-17 * sum; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/**
 * The continued fraction x + (1/2)/(x + 1/(x + (3/2)/(x + …))), from its 50th level up (Abramowitz and Stegun 7.1.14).
 * @param {number} x 2 or more
 */
function erfcFraction(x) {
  let value = x;
  for (let n = 50; n > 0; n--) value = x + n / 2 / value;
  return value;
}
