/** What the kinds of layer ask of where they work. */

/** @import {Layer, Numbers} from "../types.js" */

/**
 * Whether a layer has these options alone, so that nothing is passed over.
 * @param {Layer} node
 * @param {string[]} known
 */
export function onlyKnown(node, known) {
  return Object.keys(node.options).every((name) => known.includes(name));
}

/** @param {Numbers | undefined} bias @param {number} count up to a multiple of four */
export function biasOf(bias, count) {
  const values = new Float32Array(Math.ceil(count / 4) * 4);
  if (bias) values.set(bias);
  return values;
}
