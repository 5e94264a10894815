/** What the rules of sizes are made of: types with shapes, and the numbers that shapes are made of. */

/** @typedef {import("./constants.js").Constant} Constant */
/** @typedef {import("../engine/tensors/tensor.js").Typed} Typed */
/** @typedef {Typed & {constant: Constant | null}} Read one input */
/** @typedef {(inputs: (Read | null)[], attributes: Record<string, any>, opset: number, outputs: number) => (Typed |
 * null)[]} Rule throws a RangeError where the inputs do not fit */

/** @param {number} type @param {number[]} shape @returns {Typed} */
export const typed = (type, shape) => ({ type, shape });

/** The input, which must be there. @param {(Read | null)[]} inputs @param {number} [i] @returns {Read} */
export function need(inputs, i = 0) {
  const input = inputs[i];
  if (!input) throw new RangeError(`${inputs.length} inputs`);
  return input;
}

/**
 * Numbers that an attribute or, from some version on, an input gives; null where neither does.
 * @param {(Read | null)[]} inputs @param {number} i @param {any} attribute @returns {number[] | null}
 */
export function wholes(inputs, i, attribute) {
  if (attribute !== undefined) return Array.from(/** @type {number[]} */ (attribute));
  const input = inputs[i];
  if (!input) return null;
  if (!input.constant || input.constant.size > 4096) throw new RangeError("a size out of the picture");
  return Array.from(input.constant.values);
}

/** The shape that shapes are stretched to. @param {number[][]} shapes */
export function stretched(shapes) {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, i) => {
    const sizes = new Set(shapes.map((shape) => shape[i - rank + shape.length] ?? 1).filter((n) => n !== 1));
    if (sizes.size > 1) throw new RangeError(shapes.map((shape) => shape.join("×")).join(", "));
    return sizes.size ? [...sizes][0] : 1;
  });
}
