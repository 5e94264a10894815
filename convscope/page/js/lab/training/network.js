/** What a training has learned, as the engine that looks inside reads a network. */

/** @typedef {import("../../types.js").Binary} Binary */
/** @typedef {import("./trainer.js").Trainer} Trainer */

/**
 * The network with the weights of the last measurement; null before there are any.
 * @param {Trainer} trainer
 */
export function trainedNetwork({ asked, tensors }) {
  if (!asked || !tensors) return null;
  const { nodes, input, classes } = asked;
  const packed = Object.entries(tensors).map(([name, values]) => [name, packFloats(values)]);
  return { classes, input, nodes, tensors: /** @type {Record<string, Binary>} */ (Object.fromEntries(packed)) };
}

/** Float32 numbers as a payload has them. @param {Float32Array} values @returns {Binary} */
function packFloats(values) {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  values.forEach((value, i) => view.setFloat32(4 * i, value, true));
  const bytes = new Uint8Array(view.buffer);
  let text = "";
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return { dtype: "float32", shape: [values.length], data: btoa(text) };
}
