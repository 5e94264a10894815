/** @import {Layer, Origin, Part, Result, Terms} from "./types.js" */

/**
 * Return every number and product that makes one output value of node `index`.
 * @param {Layer[]} nodes
 * @param {Result} result
 * @param {number} index
 * @param {number} channel for a flat node the unit, with y = x = 0
 * @param {number} y
 * @param {number} x
 * @returns {Terms}
 */
export function termsOf(nodes, result, index, channel, y, x) {
  const node = nodes[index];
  const [channels, rows, columns] = node.output;
  if (!(channel >= 0 && channel < channels && y >= 0 && y < rows && x >= 0 && x < columns)) {
    throw new RangeError(`${node.name} has no value at channel ${channel}, row ${y}, column ${x}`);
  }
  const { terms } = node.module;
  if (!terms) throw new Error(`${node.name} was computed by Python; the page does not know how`);
  const total = result.outputs[index][(channel * rows + y) * columns + x];
  const made = terms({ nodes, result, node, channel, y, x });
  return { kind: node.kind, index, at: [channel, y, x], ...made, total };
}

/**
 * Return where term `t` of a part comes from, to go one layer down; null in the padding.
 * @param {Part} part
 * @param {number} t
 * @returns {Origin | null}
 */
export function originOf(part, t) {
  if (!part.inside[t]) return null;
  if (part.unit !== null) return { node: part.source, channel: part.unit + t, y: 0, x: 0 };
  const y = part.top + Math.floor(t / part.columns) * part.dilation[0];
  return { node: part.source, channel: part.channel, y, x: part.left + (t % part.columns) * part.dilation[1] };
}
