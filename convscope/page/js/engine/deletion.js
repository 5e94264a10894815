/**
 * The deletion test (Petsiuk et al. 2018, section 4.1): hide the pixels that a map holds for the most important, more
 * and more of them. The sooner the class's probability falls, the better the map has named what the network uses.
 */

/** @import {Shape} from "../types.js" */

/**
 * @typedef {object} Deletion
 * @property {number[]} curve the class's probability with 0, 1/steps, 2/steps … all of the pixels hidden
 * @property {number} area under the curve, by trapezia: the mean probability, 0…1; less is better
 */

const DELETION_STEPS = 20;

/**
 * The pixels of a map by falling value, equal ones in reading order.
 * @param {ArrayLike<number>} values (H, W)
 */
export function byImportance(values) {
  return Int32Array.from(Array.from(values, (_, i) => i).sort((a, b) => values[b] - values[a] || a - b));
}

/** The pixels in an order that knows nothing, always the same. @param {number} count */
export function inNoOrder(count) {
  const mixed = Array.from({ length: count }, (_, i) => {
    const once = Math.imul((i + 1) ^ (i >>> 7), 0x9e3779b1);
    return Math.imul(once ^ (once >>> 15), 0x85ebca6b) >>> 0;
  });
  return byImportance(mixed);
}

/**
 * Run the test for several orders of the pixels. Hidden pixels are what the network reads as 0, the mean, as in
 * occlusion. Yields how much is done, 0…1, and returns one result an order.
 * @param {Float64Array} input scaled, (C, H, W)
 * @param {Shape} shape
 * @param {Int32Array[]} orders
 * @param {number} classIndex
 * @param {(input: Float64Array) => ArrayLike<number>} run from a scaled picture to its probabilities
 * @param {number} [steps]
 * @returns {Generator<number, Deletion[], void>}
 */
export function* deletionSteps(input, [channels, height, width], orders, classIndex, run, steps = DELETION_STEPS) {
  const area = height * width;
  const whole = run(input)[classIndex];
  const found = [];
  let done = 0;
  for (const order of orders) {
    const hidden = input.slice();
    const curve = [whole];
    for (let step = 1; step <= steps; step++) {
      const [from, to] = [step - 1, step].map((s) => Math.round((s * area) / steps));
      for (let i = from; i < to; i++) for (let c = 0; c < channels; c++) hidden[c * area + order[i]] = 0;
      curve.push(run(hidden)[classIndex]);
      yield ++done / (orders.length * steps);
    }
    found.push({ curve, area: areaUnder(curve) });
  }
  return found;
}

/** @param {number[]} curve */
function areaUnder(curve) {
  const inner = curve.reduce((sum, p) => sum + p, 0) - (curve[0] + curve[curve.length - 1]) / 2;
  return inner / (curve.length - 1);
}
