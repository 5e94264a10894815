/**
 * The minimum of a smooth convex function: L-BFGS (Liu & Nocedal 1989), step by step as convscope/transfer/descent.py.
 */

/** @typedef {(point: Float64Array) => {value: number, slope: Float64Array}} Smooth */
/** @typedef {{step: Float64Array, value: number, slope: Float64Array}} Stepped */

const REMEMBERED = 20; // pairs of steps and changes of slope that stand for the curvature
const MOST_MOVES = 2000;
const ENOUGH_FALL = 1e-4; // of the fall that the slope promises, a step must bring (Armijo);
const FLATTER = 0.9; // and the slope along it must have become flatter by this (Wolfe)
const LENGTHS_TRIED = 30;

/**
 * Return where a function has its minimum: no component of its slope is larger than `tolerance` there, or rounding
 * allows no further fall.
 * @param {Smooth} of @param {Float64Array} start @param {number} tolerance
 */
export function minimise(of, start, tolerance) {
  let point = start.slice();
  let { value, slope } = of(point);
  /** @type {{step: Float64Array, change: Float64Array}[]} */
  let pairs = [];
  for (let turn = 0; turn < MOST_MOVES; turn++) {
    if (slope.every((one) => Math.abs(one) <= tolerance)) break;
    const direction = byCurvature(slope, pairs).map((one) => -one);
    if (!pairs.length) {
      const long = Math.max(1, Math.sqrt(innerProduct(direction, direction)));
      for (let i = 0; i < direction.length; i++) direction[i] /= long;
    }
    const found = stepAlong(of, point, value, slope, direction);
    if (!found) {
      if (!pairs.length) break;
      pairs = []; // the remembered curvature is of no use here: along the slope itself
      continue;
    }
    const before = slope;
    ({ value, slope } = found);
    const change = slope.map((one, i) => one - before[i]);
    if (innerProduct(change, found.step) > 0) pairs = [...pairs, { step: found.step, change }].slice(-REMEMBERED);
    point = point.map((one, i) => one + found.step[i]);
  }
  return point;
}

/**
 * The slope divided by the curvature that the pairs know of: the two loops of L-BFGS.
 * @param {Float64Array} slope @param {{step: Float64Array, change: Float64Array}[]} pairs
 */
function byCurvature(slope, pairs) {
  const made = slope.slice();
  const add = (/** @type {Float64Array} */ one, /** @type {number} */ factor) => {
    for (let i = 0; i < made.length; i++) made[i] += factor * one[i];
  };
  const backwards = [...pairs].reverse();
  const shares = backwards.map(({ step, change }) => {
    const share = innerProduct(step, made) / innerProduct(change, step);
    add(change, -share);
    return share;
  });
  if (backwards.length) {
    const [{ step, change }] = backwards;
    const factor = innerProduct(step, change) / innerProduct(change, change);
    for (let i = 0; i < made.length; i++) made[i] *= factor;
  }
  for (let at = backwards.length - 1; at >= 0; at--) {
    const { step, change } = backwards[at];
    add(step, shares[at] - innerProduct(change, made) / innerProduct(change, step));
  }
  return made;
}

/**
 * A step along `direction` that satisfies the weak Wolfe conditions; null where rounding allows none.
 * @param {Smooth} of @param {Float64Array} point @param {number} value @param {Float64Array} slope
 * @param {Float64Array} direction
 * @returns {Stepped | null}
 */
function stepAlong(of, point, value, slope, direction) {
  const steepness = innerProduct(slope, direction);
  if (!(steepness < 0)) return null;
  let [low, high, length] = [0, Infinity, 1];
  /** @type {Stepped | null} */
  let best = null;
  for (let tried = 0; tried < LENGTHS_TRIED; tried++) {
    const step = direction.map((one) => length * one);
    const there = of(point.map((one, i) => one + step[i]));
    if (there.value <= value + ENOUGH_FALL * length * steepness) {
      best = { step, ...there };
      if (innerProduct(there.slope, direction) >= FLATTER * steepness) break;
      low = length;
    } else high = length;
    length = high === Infinity ? 2 * low : (low + high) / 2;
  }
  return best;
}

/** @param {Float64Array} a @param {Float64Array} b */
export function innerProduct(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
