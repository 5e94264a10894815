/** Operators that make a number of each number, or of each two, which are stretched to one shape. */

import { erfc, logistic, normalBelow } from "../special.js";
import { stretchedTo } from "./places.js";
import { TYPES, isFloat, isOtherFloat, later, needed, room } from "./tensor.js";

/** @typedef {import("./tensor.js").Attributes} Attributes */
/** @typedef {import("./tensor.js").Operator} Operator */

/** A number for each of numbers. @param {(x: number, attributes: Attributes) => number} of @returns {Operator} */
const each =
  (of) =>
  ([x], attributes, [made]) => [
    later(made.type, made.shape, (count) => {
      const out = room(made.type, count);
      const { values } = needed(x);
      for (let i = 0; i < count; i++) out[i] = of(values[i], attributes);
      return out;
    }),
  ];

/** A number of each two. @param {(a: number, b: number, whole: boolean) => number} of @returns {Operator} */
const eachTwo =
  (of) =>
  (inputs, _, [made]) => {
    const [first, ...others] = inputs.map((one) => stretchedTo(needed(one), made.shape));
    const whole = !isFloat(needed(inputs[0]));
    return [
      later(made.type, made.shape, (count) => {
        let sum = first.values;
        for (const { values } of others) {
          const next = room(made.type, count);
          for (let i = 0; i < count; i++) next[i] = of(sum[i], values[i], whole);
          sum = next;
        }
        return sum;
      }),
    ];
  };

/** Round half to even, as ONNX does. @param {number} x */
export function roundEven(x) {
  const down = Math.floor(x);
  const rest = x - down;
  return rest < 0.5 || (rest === 0.5 && down % 2 === 0) ? down : down + 1;
}

/** @param {number} a @param {number} b */
function wholeQuotient(a, b) {
  if (b === 0) throw new RangeError("division by 0");
  return Math.trunc(a / b);
}

/** ln(1 + eˣ) @param {number} x */
const smoothRelu = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** @type {Record<string, Operator>} */
export const ELEMENTWISE = {
  Cast: ([given], { to }, [made]) => {
    const type = isOtherFloat(to) ? TYPES.float : to;
    const whole = type !== TYPES.float;
    const one = (/** @type {number} */ v) => (type === TYPES.bool ? Number(v !== 0) : whole ? Math.trunc(v) : v);
    return each(one)([needed(given)], {}, [{ ...made, type }], 0);
  },
  Where: ([test, yes, no], _, [made]) => {
    const [c, a, b] = [test, yes, no].map((one) => stretchedTo(needed(one), made.shape));
    return [
      later(made.type, made.shape, (count) =>
        room(made.type, count).map((_, i) => (c.values[i] ? a.values[i] : b.values[i])),
      ),
    ];
  },
  Clip: ([given, low, high], { min = -Infinity, max = Infinity }, made) => {
    const [least, most] = [low?.values[0] ?? min, high?.values[0] ?? max];
    return each((v) => Math.min(most, Math.max(least, v)))([given], {}, made, 0);
  },
  Neg: each((x) => -x),
  Abs: each(Math.abs),
  Sqrt: each(Math.sqrt),
  Exp: each(Math.exp),
  Log: each(Math.log),
  Floor: each(Math.floor),
  Ceil: each(Math.ceil),
  Round: each(roundEven),
  Reciprocal: each((x) => 1 / x),
  Sign: each(Math.sign),
  Sin: each(Math.sin),
  Cos: each(Math.cos),
  Not: each((x) => Number(!x)),
  Erf: each((x) => 1 - erfc(x)),
  Relu: each((x) => Math.max(0, x)),
  LeakyRelu: each((x, { alpha = 0.01 }) => (x < 0 ? alpha * x : x)),
  Elu: each((x, { alpha = 1 }) => (x < 0 ? alpha * Math.expm1(x) : x)),
  Gelu: each((x, { approximate = "none" }) =>
    approximate === "tanh"
      ? (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))
      : x * normalBelow(x),
  ),
  Sigmoid: each(logistic),
  HardSigmoid: each((x, { alpha = 0.2, beta = 0.5 }) => Math.max(0, Math.min(1, alpha * x + beta))),
  HardSwish: each((x) => x * Math.max(0, Math.min(1, x / 6 + 0.5))),
  Softplus: each(smoothRelu),
  Mish: each((x) => x * Math.tanh(smoothRelu(x))),
  Tanh: each(Math.tanh),
  Add: eachTwo((a, b) => a + b),
  Sum: eachTwo((a, b) => a + b),
  Sub: eachTwo((a, b) => a - b),
  Mul: eachTwo((a, b) => a * b),
  Div: eachTwo((a, b, whole) => (whole ? wholeQuotient(a, b) : a / b)),
  Mod: eachTwo((a, b) => a - b * Math.floor(a / b)),
  Pow: eachTwo((a, b) => a ** b),
  Max: eachTwo((a, b) => Math.max(a, b)),
  Min: eachTwo((a, b) => Math.min(a, b)),
  Equal: eachTwo((a, b) => Number(a === b)),
  Less: eachTwo((a, b) => Number(a < b)),
  Greater: eachTwo((a, b) => Number(a > b)),
  LessOrEqual: eachTwo((a, b) => Number(a <= b)),
  GreaterOrEqual: eachTwo((a, b) => Number(a >= b)),
  And: eachTwo((a, b) => Number(a && b)),
  Or: eachTwo((a, b) => Number(a || b)),
};
