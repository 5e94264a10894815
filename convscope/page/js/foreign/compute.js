/** What operators make of constants: the arithmetic of shapes, and of weights before they are used. */

import { TYPES, isFloat, isOtherFloat, later, sizeOfShape, withShape } from "./constants.js";
import { slicesTaken } from "./shapes.js";

/** @typedef {import("./constants.js").Constant} Constant */
/** @typedef {import("./constants.js").Held} Held */
/** @typedef {import("./shapes.js").Typed} Typed */
/** @typedef {Record<string, any>} Attributes */
/** @typedef {(inputs: (Constant | null)[], attributes: Attributes, made: Typed[], opset: number) => Constant[]} Compute */

/** How far apart neighbours along each axis lie in memory; 0 where a single one counts for all. @param {number[]} shape
 * @param {number[]} to */
function stridesOf(shape, to) {
  const strides = to.map(() => 0);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i + to.length - shape.length] = shape[i] === 1 ? 0 : step;
    step *= shape[i];
  }
  return strides;
}

/**
 * Take numbers from places that lie evenly along every axis.
 * @param {Constant} from @param {Typed} made @param {number[]} strides @param {number} [first] @returns {Constant}
 */
function strided(from, { type, shape }, strides, first = 0) {
  return later(type, shape, (count) => {
    const { values } = from;
    const out = /** @type {Held} */ (new /** @type {any} */ (values.constructor)(count));
    const at = shape.map(() => 0);
    for (let i = 0, place = first; i < count; i++) {
      out[i] = values[place];
      for (let axis = shape.length - 1; axis >= 0; axis--) {
        place += strides[axis];
        if (++at[axis] < shape[axis]) break;
        place -= strides[axis] * shape[axis];
        at[axis] = 0;
      }
    }
    return out;
  });
}

/** @param {number} type @param {number} count @returns {Held} */
function room(type, count) {
  if (type === TYPES.float) return new Float32Array(count);
  if (type === TYPES.bool || type === TYPES.uint8) return new Uint8Array(count);
  if (type === TYPES.int8) return new Int8Array(count);
  return type === TYPES.int32 ? new Int32Array(count) : new Float64Array(count);
}

/** @param {Constant | null | undefined} constant @returns {Constant} */
function needed(constant) {
  if (!constant) throw new RangeError("an input is missing");
  return constant;
}

/** A number for each of numbers. @param {(x: number, attributes: Attributes) => number} of @returns {Compute} */
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

/** A number of each two. @param {(a: number, b: number, whole: boolean) => number} of @returns {Compute} */
const eachTwo =
  (of) =>
  (inputs, _, [made]) => {
    const stretch = (/** @type {Constant} */ one) =>
      strided(one, { ...one, shape: made.shape }, stridesOf(one.shape, made.shape));
    const [first, ...others] = inputs.map((one) => stretch(needed(one)));
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

/** A number of those along some axes. @param {(a: number, b: number) => number} of @param {(n: number) => number} begin
 * @param {boolean} [mean] @returns {Compute} */
const over =
  (of, begin, mean = false) =>
  ([given, more], { axes }, [made]) => {
    const x = needed(given);
    const chosen = axes ?? (more ? Array.from(more.values) : []);
    const all = chosen.length ? chosen : x.shape.map((_, i) => i);
    const out = new Set(all.map((/** @type {number} */ axis) => (axis < 0 ? axis + x.shape.length : axis)));
    const left = x.shape.map((n, i) => (out.has(i) ? 1 : n));
    const strides = stridesOf(left, left);
    return [
      later(made.type, made.shape, (count) => {
        const sums = new Float64Array(count).fill(begin(0));
        const at = x.shape.map(() => 0);
        for (let i = 0, place = 0; i < x.size; i++) {
          sums[place] = of(sums[place], x.values[i]);
          for (let axis = at.length - 1; axis >= 0; axis--) {
            place += strides[axis];
            if (++at[axis] < x.shape[axis]) break;
            place -= strides[axis] * x.shape[axis];
            at[axis] = 0;
          }
        }
        const result = room(made.type, count);
        for (let i = 0; i < count; i++) result[i] = mean ? (sums[i] * count) / x.size : sums[i];
        return result;
      }),
    ];
  };

/** @type {Compute} */
const same = ([x], _, [made]) => [withShape(needed(x), made.shape)];

/** Round half to even, as ONNX does. @param {number} x */
function roundEven(x) {
  const down = Math.floor(x);
  const rest = x - down;
  return rest < 0.5 || (rest === 0.5 && down % 2 === 0) ? down : down + 1;
}

/** Scale and zero of a half of a quantisation for number `i`. @param {Constant} x @param {Constant} scale
 * @param {number} axis */
function channelOf(x, scale, axis) {
  if (scale.size === 1) return () => 0;
  const at = axis < 0 ? axis + x.shape.length : axis;
  const after = sizeOfShape(x.shape.slice(at + 1));
  if (scale.shape.length !== 1 || x.shape[at] !== scale.size) throw new RangeError("scales in blocks");
  return (/** @type {number} */ i) => Math.floor(i / after) % scale.size;
}

/** Operators that are computed of constants. @type {Record<string, Compute>} */
export const COMPUTED = {
  Reshape: same,
  Flatten: same,
  Squeeze: same,
  Unsqueeze: same,
  Constant: ([], attributes) => [constantAttribute(attributes)],
  ConstantOfShape: ([], { value }, [made]) => [
    later(made.type, made.shape, (count) => room(made.type, count).fill(value ? value.values[0] : 0)),
  ],
  Cast: ([given], { to }, [made]) => {
    const x = needed(given);
    const type = isOtherFloat(to) ? TYPES.float : to;
    const whole = type !== TYPES.float;
    const one = (/** @type {number} */ v) => (type === TYPES.bool ? Number(v !== 0) : whole ? Math.trunc(v) : v);
    return each(one)([x], {}, [{ ...made, type }], 0);
  },
  Transpose: ([given], { perm }, [made]) => {
    const x = needed(given);
    const order = perm ?? x.shape.map((_, i) => x.shape.length - 1 - i);
    const strides = stridesOf(x.shape, x.shape);
    return [
      strided(
        x,
        made,
        order.map((/** @type {number} */ axis) => strides[axis]),
      ),
    ];
  },
  Expand: ([x], _, [made]) => [strided(needed(x), made, stridesOf(needed(x).shape, made.shape))],
  Slice: (inputs, attributes, [made]) => {
    const x = needed(inputs[0]);
    const slices = slicesTaken(
      x.shape,
      inputs.map((constant) => constant && { ...constant, constant }),
      attributes,
    );
    const strides = stridesOf(x.shape, x.shape);
    const first = slices.reduce((sum, slice, i) => sum + slice.first * strides[i], 0);
    return [
      strided(
        x,
        made,
        strides.map((stride, i) => stride * slices[i].step),
        first,
      ),
    ];
  },
  Gather: ([data, index], { axis = 0 }, [made]) => {
    const [x, where] = [needed(data), needed(index)];
    const at = axis < 0 ? axis + x.shape.length : axis;
    const [inner, n] = [sizeOfShape(x.shape.slice(at + 1)), x.shape[at]];
    return [
      later(made.type, made.shape, (count) => {
        const out = room(made.type, count);
        for (let i = 0; i < count; i++) {
          const picked = where.values[Math.floor(i / inner) % where.size];
          const place = picked < 0 ? picked + n : picked;
          if (place < 0 || place >= n) throw new RangeError(`index ${picked} of ${n}`);
          out[i] = x.values[(Math.floor(i / (inner * where.size)) * n + place) * inner + (i % inner)];
        }
        return out;
      }),
    ];
  },
  Concat: (inputs, { axis }, [made]) => {
    const all = inputs.map(needed);
    const at = axis < 0 ? axis + made.shape.length : axis;
    const inner = sizeOfShape(made.shape.slice(at + 1));
    return [
      later(made.type, made.shape, (count) => {
        const out = room(made.type, count);
        const row = made.shape[at] * inner;
        let before = 0;
        for (const { values, shape } of all) {
          const part = shape[at] * inner;
          for (let i = 0; i < values.length; i++) out[Math.floor(i / part) * row + before + (i % part)] = values[i];
          before += part;
        }
        return out;
      }),
    ];
  },
  Split: ([given], { axis = 0 }, made) => {
    const x = needed(given);
    const at = axis < 0 ? axis + x.shape.length : axis;
    const strides = stridesOf(x.shape, x.shape);
    const unit = sizeOfShape(x.shape.slice(at + 1));
    let before = 0;
    return made.map((part) => {
      const first = before * unit;
      before += part.shape[at];
      return strided(x, part, strides, first);
    });
  },
  Range: (inputs, _, [made]) => {
    const [start, , step] = [0, 1, 2].map((i) => needed(inputs[i]).values[0]);
    return [later(made.type, made.shape, (count) => room(made.type, count).map((_, i) => start + i * step))];
  },
  Where: ([test, yes, no], _, [made]) => {
    const [c, a, b] = [test, yes, no].map((one) =>
      strided(needed(one), { ...needed(one), shape: made.shape }, stridesOf(needed(one).shape, made.shape)),
    );
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
  DequantizeLinear: ([given, scales, zeros], { axis = 1 }, [made]) => {
    const [x, scale] = [needed(given), needed(scales)];
    const channel = channelOf(x, scale, axis);
    return [
      later(TYPES.float, made.shape, (count) => {
        const out = new Float32Array(count);
        const zero = zeros?.values;
        for (let i = 0; i < count; i++) {
          const c = channel(i);
          out[i] = (x.values[i] - (zero ? zero[zero.length > 1 ? c : 0] : 0)) * scale.values[c];
        }
        return out;
      }),
    ];
  },
  QuantizeLinear: ([given, scales, zeros], { axis = 1 }, [made]) => {
    const [x, scale] = [needed(given), needed(scales)];
    const ends = ENDS[made.type];
    if (!ends) throw new RangeError(`type ${made.type}`);
    const channel = channelOf(x, scale, axis);
    return [
      later(made.type, made.shape, (count) => {
        const out = room(made.type, count);
        for (let i = 0; i < count; i++) {
          const c = channel(i);
          const zero = zeros ? zeros.values[zeros.size > 1 ? c : 0] : 0;
          out[i] = Math.max(ends[0], Math.min(ends[1], roundEven(x.values[i] / scale.values[c]) + zero));
        }
        return out;
      }),
    ];
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
  Not: each((x) => Number(!x)),
  Relu: each((x) => Math.max(0, x)),
  Sigmoid: each((x) => 1 / (1 + Math.exp(-x))),
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
  ReduceProd: over(
    (a, b) => a * b,
    () => 1,
  ),
  ReduceSum: over(
    (a, b) => a + b,
    () => 0,
  ),
  ReduceMean: over(
    (a, b) => a + b,
    () => 0,
    true,
  ),
  ReduceMax: over(Math.max, () => -Infinity),
  ReduceMin: over(Math.min, () => Infinity),
};

/** The ends of the whole numbers that values are rounded to. @type {Record<number, [number, number]>} */
export const ENDS = { 2: [0, 255], 3: [-128, 127], 4: [0, 65535], 5: [-32768, 32767] };

/** @param {number} a @param {number} b */
function wholeQuotient(a, b) {
  if (b === 0) throw new RangeError("division by 0");
  return Math.trunc(a / b);
}

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
