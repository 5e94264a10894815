/** @import {Layer, Window} from "../types.js" */

/**
 * Call `visit(out, in)` for every number of the maps that every window of a pooling reads, in reading order.
 * @param {Layer} node
 * @param {(to: number, from: number) => void} visit
 */
function eachPooled(node, visit) {
  const [channels, height, width] = node.input;
  const [, rows, columns] = node.output;
  const { kernel, stride, pad } = /** @type {Window} */ (node.window);
  for (let c = 0; c < channels; c++) {
    for (let oy = 0; oy < rows; oy++) {
      const top = Math.max(0, oy * stride[0] - pad[0]);
      const bottom = Math.min(height, oy * stride[0] - pad[0] + kernel[0]);
      for (let ox = 0; ox < columns; ox++) {
        const left = Math.max(0, ox * stride[1] - pad[1]);
        const right = Math.min(width, ox * stride[1] - pad[1] + kernel[1]);
        const to = (c * rows + oy) * columns + ox;
        for (let y = top; y < bottom; y++) {
          for (let x = left; x < right; x++) visit(to, (c * height + y) * width + x);
        }
      }
    }
  }
}

/**
 * Return for each output value where its largest input lies, the first of equals. Padding never wins.
 * @param {Layer} node
 * @param {Float64Array} x
 */
export function maxPlaces(node, x) {
  const places = new Int32Array(node.output[0] * node.output[1] * node.output[2]).fill(-1);
  eachPooled(node, (to, from) => {
    const best = places[to];
    if (best < 0 || x[from] > x[best] || x[from] !== x[from]) places[to] = from;
  });
  return places;
}

/**
 * @param {Layer} node
 * @param {Float64Array} x
 */
export function maxPool(node, x) {
  return Float64Array.from(maxPlaces(node, x), (place) => x[place]);
}

/**
 * @param {Layer} node
 * @param {Float64Array} gradient
 * @param {Float64Array} x
 */
export function maxPoolBack(node, gradient, x) {
  const out = new Float64Array(x.length);
  maxPlaces(node, x).forEach((place, i) => (out[place] += gradient[i]));
  return out;
}

/**
 * Mean of each window; the zeros of the padding count.
 * @param {Layer} node
 * @param {Float64Array} x
 */
export function avgPool(node, x) {
  const { kernel } = /** @type {Window} */ (node.window);
  const out = new Float64Array(node.output[0] * node.output[1] * node.output[2]);
  eachPooled(node, (to, from) => (out[to] += x[from]));
  return out.map((sum) => sum / (kernel[0] * kernel[1]));
}

/**
 * @param {Layer} node
 * @param {Float64Array} gradient
 */
export function avgPoolBack(node, gradient) {
  const { kernel } = /** @type {Window} */ (node.window);
  const out = new Float64Array(node.input[0] * node.input[1] * node.input[2]);
  eachPooled(node, (to, from) => (out[from] += gradient[to] / (kernel[0] * kernel[1])));
  return out;
}

/**
 * Mean of each whole map.
 * @param {Layer} node
 * @param {Float64Array} x
 */
export function globalPool(node, x) {
  const area = node.input[1] * node.input[2];
  const out = new Float64Array(node.input[0]);
  for (let i = 0; i < x.length; i++) out[Math.floor(i / area)] += x[i];
  return out.map((sum) => sum / area);
}

/**
 * @param {Layer} node
 * @param {Float64Array} gradient
 */
export function globalPoolBack(node, gradient) {
  const area = node.input[1] * node.input[2];
  return new Float64Array(node.input[0] * area).map((_, i) => gradient[Math.floor(i / area)] / area);
}
