/** From a unit of a trained network down to the units it is made of. */

/** @typedef {import("../../engine/engine.js").Engine} Engine */
/** @typedef {import("../../engine/types.js").Result} Result */

/**
 * The place of the largest number on one map.
 * @param {Result} result
 * @param {number} index
 * @param {number} channel
 * @param {number} height
 * @param {number} width
 */
export function peakOf(result, index, channel, height, width) {
  const start = channel * height * width;
  let best = 0;
  for (let i = 1; i < height * width; i++)
    if (result.outputs[index][start + i] > result.outputs[index][start + best]) best = i;
  return { y: Math.floor(best / width), x: best % width, value: result.outputs[index][start + best] };
}

/**
 * The input maps that add most to one unit of a convolution, largest first, each with the unit of the convolution
 * before whose product is its largest: through ReLU to the same place, through max pooling to the winner of its window.
 * @param {Engine} engine
 * @param {Result} result
 * @param {number} index
 * @param {number} channel
 * @param {number} y
 * @param {number} x
 */
export function strongestParts(engine, result, index, channel, y, x) {
  const { parts, total, numbers } = engine.terms(index, channel, y, x, result);
  const found = parts.map((part) => {
    let best = 0;
    part.products.forEach((product, i) => {
      if (product > part.products[best]) best = i;
    });
    const at = {
      node: part.source,
      channel: part.channel,
      y: part.top + Math.floor(best / part.columns) * part.dilation[0],
      x: part.left + (best % part.columns) * part.dilation[1],
    };
    return { part, subtotal: part.subtotal, from: downTo(engine, result, at) };
  });
  return { parts: found.sort((a, b) => b.subtotal - a.subtotal), total, bias: numbers.bias ?? 0 };
}

/**
 * Down through layers that keep channels apart, to a convolution or the picture.
 * @param {Engine} engine
 * @param {Result} result
 * @param {{node: number, channel: number, y: number, x: number}} at
 */
function downTo(engine, result, at) {
  let { node, y, x } = at;
  while (node >= 0 && engine.nodes[node].module.drawing !== "convolution") {
    const { parts, numbers } = engine.terms(node, at.channel, y, x, result);
    const winner = numbers.winner ?? 0;
    y = parts[0].top + Math.floor(winner / parts[0].columns);
    x = parts[0].left + (winner % parts[0].columns);
    node = engine.nodes[node].sources[0];
  }
  return { node, channel: at.channel, y, x };
}
