/** The first weights. */

import { normalised } from "./optimisers.js";
import { DRAWN, normal, uniform } from "./random.js";
/** @import {BatchNetwork} from "./network.js" */

/**
 * Give a network its first weights: torch's own, uniform in ±1/√(numbers that a unit reads), biases too; bn starts from
 * 1 and 0, a PReLU from 1/4. With "orthogonal" the rows of each filter bank that bn follows are at right angles and of
 * length 1 (Saxe et al. 2014).
 * @param {BatchNetwork} network
 * @param {"torch" | "orthogonal"} initial
 * @param {number} seed
 */
export function initialise(network, initial, seed) {
  const free = initial === "orthogonal" ? normalised(network.nodes) : new Set();
  let reach = 0; // of the layer whose bias comes next
  for (const [i, { name, shape, values }] of network.parameters.entries()) {
    if (free.has(name)) {
      values.values.set(orthogonalRows(shape[0], values.count / shape[0], [seed, DRAWN.filters, i]));
      reach = 1 / Math.sqrt(values.count / shape[0]);
      continue;
    }
    const node = network.nodes.find((n) => name.startsWith(`${n.name}.`));
    const drawing = node?.module.drawing;
    if (drawing === "convolution" || drawing === "dense") {
      if (shape.length > 1) reach = 1 / Math.sqrt(values.count / shape[0]);
      const next = uniform([seed, DRAWN.weights, i]);
      for (let j = 0; j < values.count; j++) values.values[j] = reach * (2 * next() - 1);
    } else if (drawing && ["normalisation", "grouped", "scaling"].includes(drawing))
      values.values.fill(name.endsWith(".weight") ? 1 : 0);
    else values.values.fill(0.25);
  }
  for (const { name, values } of network.buffers) values.values.fill(name.endsWith("_var") ? 1 : 0);
}

/**
 * Return random rows at right angles, each of length 1 (modified Gram-Schmidt); columns likewise where there are more
 * rows than columns.
 * @param {number} rows @param {number} columns @param {number[]} seed
 */
function orthogonalRows(rows, columns, seed) {
  const tall = rows > columns;
  const [count, length] = tall ? [columns, rows] : [rows, columns];
  const next = normal(seed);
  const made = Array.from({ length: count }, () => Float64Array.from({ length }, next));
  made.forEach((row, i) => {
    // Twice: what rounding leaves after once is taken away too.
    for (const other of [...made.slice(0, i), ...made.slice(0, i)]) {
      const shared = dot(row, other);
      for (let j = 0; j < length; j++) row[j] -= shared * other[j];
    }
    const norm = Math.sqrt(dot(row, row));
    for (let j = 0; j < length; j++) row[j] /= norm;
  });
  const at = (/** @type {number} */ i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    return tall ? made[column][row] : made[row][column];
  };
  return Float32Array.from({ length: rows * columns }, (_, i) => at(i));
}

/** @param {Float64Array} a @param {Float64Array} b */
function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
