/** What operators make of constants: the arithmetic of shapes, and of weights before they are used. */

import { OPERATORS } from "../engine/tensors/operators.js";
import { TYPES, later, needed, room } from "../engine/tensors/tensor.js";

/** @typedef {import("../engine/tensors/tensor.js").Attributes} Attributes */
/** @typedef {import("../engine/tensors/tensor.js").Operator} Operator */
/** @typedef {import("../engine/tensors/tensor.js").Typed} Typed */
/** @typedef {import("./constants.js").Constant} Constant */

/** Operators that are computed of constants. @type {Record<string, Operator>} */
export const COMPUTED = {
  ...OPERATORS,
  Constant: ([], attributes) => [constantAttribute(attributes)],
  ConstantOfShape: ([], { value }, [made]) => [
    later(made.type, made.shape, (count) => room(made.type, count).fill(value ? value.values[0] : 0)),
  ],
  Range: (inputs, _, [made]) => {
    const [start, , step] = [0, 1, 2].map((i) => needed(inputs[i]).values[0]);
    return [later(made.type, made.shape, (count) => room(made.type, count).map((_, i) => start + i * step))];
  },
};

/** What a Constant holds. @param {Attributes} attributes @returns {Constant} */
function constantAttribute({ value, value_int, value_ints, value_float, value_floats }) {
  if (value) return value;
  const whole = value_int ?? value_ints;
  const numbers = whole ?? value_float ?? value_floats;
  if (numbers === undefined) throw new RangeError("a constant of strings");
  const type = whole === undefined ? TYPES.float : TYPES.int64;
  const list = Array.isArray(numbers) ? numbers : [numbers];
  return later(type, Array.isArray(numbers) ? [list.length] : [], (count) => room(type, count).map((_, i) => list[i]));
}

/** The type and shape of a Constant. @param {Attributes} attributes @returns {Typed[]} */
export function constantTyped(attributes) {
  const { type, shape } = constantAttribute(attributes);
  return [{ type, shape }];
}
