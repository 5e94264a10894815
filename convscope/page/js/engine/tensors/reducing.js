/** Operators that make one number of many along some axes, and those that bring numbers to a common scale by such. */

import { axisAt, stridesOf } from "./places.js";
import { later, needed, room, sizeOfShape } from "./tensor.js";

/** @typedef {import("./tensor.js").Operator} Operator */
/** @typedef {import("./tensor.js").Tensor} Tensor */
/**
 * @typedef {object} Reduction
 * @property {(sum: number, x: number) => number} of how numbers are taken together
 * @property {number} [begin] what is there before any
 * @property {(sum: number, n: number) => number} [end] what becomes of them, of `n` numbers
 */

/** A number of those along some axes. @param {Reduction} how @returns {Operator} */
const over =
  ({ of, begin = 0, end = (sum) => sum }) =>
  ([given, more], { axes, noop_with_empty_axes: none = 0 }, [made]) => {
    const x = needed(given);
    const rank = x.shape.length;
    const chosen = axes ?? (more ? Array.from(more.values) : []);
    const all = chosen.length || none ? chosen : x.shape.map((_, i) => i);
    const out = new Set(all.map((/** @type {number} */ axis) => axisAt(axis, rank)));
    const left = x.shape.map((n, i) => (out.has(i) ? 1 : n));
    const strides = stridesOf(left, left);
    return [
      later(made.type, made.shape, (count) => {
        const { values } = x;
        const sums = new Float64Array(count).fill(begin);
        const at = x.shape.map(() => 0);
        for (let i = 0, place = 0; i < x.size; i++) {
          sums[place] = of(sums[place], values[i]);
          for (let axis = at.length - 1; axis >= 0; axis--) {
            place += strides[axis];
            if (++at[axis] < x.shape[axis]) break;
            place -= strides[axis] * x.shape[axis];
            at[axis] = 0;
          }
        }
        const result = room(made.type, count);
        for (let i = 0; i < count; i++) result[i] = end(sums[i], x.size / count);
        return result;
      }),
    ];
  };

/**
 * Every row of numbers along the axes from `from` to before `to`, in place, as float64.
 * @param {Tensor} x @param {number} from @param {number} to @param {(row: Float64Array) => void} change
 */
function alongRows(x, from, to, change) {
  const [length, inner] = [sizeOfShape(x.shape.slice(from, to)), sizeOfShape(x.shape.slice(to))];
  return later(x.type, x.shape, (count) => {
    const { values } = x;
    const out = room(x.type, count);
    const row = new Float64Array(length);
    for (let start = 0; start < count; start += length * inner) {
      for (let first = start; first < start + inner; first++) {
        for (let i = 0; i < length; i++) row[i] = values[first + i * inner];
        change(row);
        for (let i = 0; i < length; i++) out[first + i * inner] = row[i];
      }
    }
    return out;
  });
}

export const ONE_AXIS = 13; // the opset from which on a softmax is along one axis; before, over all from its axis on

/** Shares, or with `logs` their logarithms. @param {boolean} logs @returns {Operator} */
const shares =
  (logs) =>
  ([given], { axis }, _, opset) => {
    const x = needed(given);
    const single = opset >= ONE_AXIS;
    const at = axisAt(axis ?? (single ? -1 : 1), x.shape.length);
    return [
      alongRows(x, at, single ? at + 1 : x.shape.length, (row) => {
        let most = -Infinity;
        for (let i = 0; i < row.length; i++) if (row[i] > most) most = row[i];
        let sum = 0;
        for (let i = 0; i < row.length; i++) sum += Math.exp(row[i] - most);
        const log = Math.log(sum);
        for (let i = 0; i < row.length; i++) row[i] = logs ? row[i] - most - log : Math.exp(row[i] - most) / sum;
      }),
    ];
  };

/** To mean 0 and variance 1. @param {Float64Array} row @param {number} eps */
function standardise(row, eps) {
  let [mean, variance] = [0, 0];
  for (let i = 0; i < row.length; i++) mean += row[i] / row.length;
  for (let i = 0; i < row.length; i++) variance += (row[i] - mean) ** 2 / row.length;
  const scale = 1 / Math.sqrt(variance + eps);
  for (let i = 0; i < row.length; i++) row[i] = (row[i] - mean) * scale;
}

/** x · factor + offset, each of these a number a place along the axes from `from` to before `to`. @param {Tensor} x
 * @param {number} from @param {number} to @param {(Tensor | null | undefined)[]} given */
function scaledAlong(x, from, to, [factor, offset]) {
  const [length, inner] = [sizeOfShape(x.shape.slice(from, to)), sizeOfShape(x.shape.slice(to))];
  for (const one of [factor, offset]) if (one && one.size !== length) throw new RangeError(`${one.size} of ${length}`);
  return later(x.type, x.shape, (count) => {
    const { values } = x;
    const out = room(x.type, count);
    for (let i = 0; i < count; i++) {
      const at = Math.floor(i / inner) % length;
      out[i] = values[i] * (factor?.values[at] ?? 1) + (offset?.values[at] ?? 0);
    }
    return out;
  });
}

/** Over all of each map. @param {Operator} reduce @returns {Operator} */
const overMaps = (reduce) => (inputs, _, made, opset) =>
  reduce(
    inputs,
    {
      axes: needed(inputs[0])
        .shape.map((_, i) => i)
        .slice(2),
    },
    made,
    opset,
  );

const meanAlong = over({ of: (a, b) => a + b, end: (sum, n) => sum / n });
const mostAlong = over({ of: Math.max, begin: -Infinity });

/** @type {Record<string, Operator>} */
export const REDUCING = {
  ReduceProd: over({ of: (a, b) => a * b, begin: 1 }),
  ReduceSum: over({ of: (a, b) => a + b }),
  ReduceMean: meanAlong,
  ReduceMax: mostAlong,
  ReduceMin: over({ of: Math.min, begin: Infinity }),
  ReduceL1: over({ of: (a, b) => a + Math.abs(b) }),
  ReduceL2: over({ of: (a, b) => a + b * b, end: Math.sqrt }),
  ReduceSumSquare: over({ of: (a, b) => a + b * b }),
  GlobalAveragePool: overMaps(meanAlong),
  GlobalMaxPool: overMaps(mostAlong),
  Softmax: shares(false),
  LogSoftmax: shares(true),
  LayerNormalization: ([given, ...numbers], { axis = -1, epsilon = 1e-5 }) => {
    const x = needed(given);
    const [at, rank] = [axisAt(axis, x.shape.length), x.shape.length];
    return [
      scaledAlong(
        alongRows(x, at, rank, (row) => standardise(row, epsilon)),
        at,
        rank,
        numbers,
      ),
    ];
  },
  InstanceNormalization: ([given, ...numbers], { epsilon = 1e-5 }) => {
    const x = needed(given);
    return [
      scaledAlong(
        alongRows(x, 2, x.shape.length, (row) => standardise(row, epsilon)),
        1,
        2,
        numbers,
      ),
    ];
  },
};
