/**
 * The layers of the formula: their arguments, what each must be, and how they are written. As
 * convscope/formula/layers.py.
 */

import { phrase } from "../../kit/i18n.js";
import { PlanFault, floatText, grouped, valueText } from "./fault.js";

/** @typedef {import("./fault.js").Value} Value */
/** @typedef {import("./fault.js").Said} Said */
/** @typedef {number | [number, number]} Size */
/**
 * @typedef {object} LayerPlan one layer; of the options those that its kind has
 * @property {string} is its name in the formula, or "add"
 * @property {number} [channels] @property {Size} [kernel] @property {Size} [stride] @property {Size | "same"} [pad]
 * @property {Size} [dilation] @property {number} [groups] @property {boolean} [bias]
 * @property {number} [slope] @property {number} [p] @property {number | null} [units] @property {Size} [size]
 */

const LARGEST_SIZE = 1000000;

/**
 * name: its arguments in order; null stands for an argument that must be given
 * @type {Record<string, Record<string, number | boolean | null | "none">>}
 */
export const ARGUMENTS = {
  conv: { channels: null, kernel: null, stride: 1, pad: 0, dilation: 1, groups: 1, bias: true },
  relu: {},
  leaky_relu: { slope: 0.01 },
  prelu: {},
  sigmoid: {},
  tanh: {},
  maxpool: { kernel: null, stride: "none", pad: 0 },
  avgpool: { kernel: null, stride: "none", pad: 0 },
  gap: {},
  bn: {},
  dropout: { p: 0.5 },
  flatten: {},
  fc: { units: "none" },
  crop: { size: null },
};

/** Rows and columns of a size. @param {Size} size @returns {[number, number]} */
export function both(size) {
  return Array.isArray(size) ? size : [size, size];
}

/**
 * Make a layer of the values that were given, or say what is wrong with them.
 * @param {string} kind
 * @param {Record<string, Value>} given
 * @returns {LayerPlan}
 */
export function layerOf(kind, given) {
  const whole = (/** @type {string} */ name, /** @type {Said} */ hint) =>
    name in given ? wholeNumber(name, given[name], hint) : /** @type {number} */ (ARGUMENTS[kind][name]);
  const size = (/** @type {string} */ name, /** @type {number} */ least, /** @type {Said} */ hint) =>
    name in given ? sizeOfValue(name, given[name], least, hint) : /** @type {Size} */ (ARGUMENTS[kind][name]);
  if (kind === "conv") {
    const channels = whole("channels", phrase("channels.try"));
    const kernel = size("kernel", 1, phrase("kernel.try"));
    const stride = size("stride", 1, phrase("stride.try"));
    const dilation = size("dilation", 1, phrase("dilation.try"));
    const groups = whole("groups", phrase("groups.try"));
    if (given.bias && given.bias.is !== "bool")
      throw new PlanFault(phrase("value.bool", { name: "bias" }), { got: valueText(given.bias), argument: "bias" });
    if (channels % groups)
      throw new PlanFault(phrase("value.divide", { part: "groups", whole: "channels" }), {
        got: phrase("groups.divide.got", { groups, channels }),
        argument: "groups",
      });
    const same = given.pad?.is === "str" && given.pad.of === "same";
    const pad = same ? "same" : size("pad", 0, phrase("pad.try"));
    if (same && both(kernel).some((k, i) => (both(dilation)[i] * (k - 1)) % 2)) {
      throw new PlanFault(phrase("pad.same"), {
        got: `kernel ${sizeText(kernel)}, dilation ${sizeText(dilation)}`,
        hint: phrase("pad.same.try"),
        argument: "pad",
      });
    }
    return {
      is: kind,
      channels,
      kernel,
      stride,
      pad,
      dilation,
      groups,
      bias: given.bias ? Boolean(given.bias.of) : true,
    };
  }
  if (kind === "maxpool" || kind === "avgpool") {
    const kernel = size("kernel", 1, phrase("pool.kernel.try"));
    const stride = given.stride ? size("stride", 1, phrase("pool.stride.try")) : kernel;
    const pad = size("pad", 0, phrase("pool.pad.try"));
    if (both(pad).some((p, i) => 2 * p > both(kernel)[i])) {
      throw new PlanFault(phrase("pool.pad.half"), {
        got: `pad ${sizeText(pad)}, kernel ${sizeText(kernel)}`,
        hint: phrase("pool.pad.half.try"),
        argument: "pad",
      });
    }
    return { is: kind, kernel, stride, pad };
  }
  if (kind === "leaky_relu")
    return { is: kind, slope: given.slope ? share("slope", given.slope, 1, "leaky_relu(0.01)") : 0.01 };
  if (kind === "dropout") return { is: kind, p: given.p ? share("p", given.p, 0.999, "dropout(0.5)") : 0.5 };
  if (kind === "fc")
    return { is: kind, units: given.units ? wholeNumber("units", given.units, phrase("units.try")) : null };
  if (kind === "crop") return { is: kind, size: size("size", 1, "crop(24)") };
  return { is: kind };
}

/** @param {string} name @param {Value} value @param {Said} hint */
function wholeNumber(name, value, hint) {
  if (value.is !== "int" || value.of < 1)
    throw new PlanFault(phrase("value.whole", { name, least: 1 }), { got: valueText(value), hint, argument: name });
  if (value.of > LARGEST_SIZE) throw tooLarge(name, value);
  return value.of;
}

/** @param {string} name @param {Value} value @param {number} least @param {Said} hint @returns {Size} */
function sizeOfValue(name, value, least, hint) {
  const parts = value.is === "tuple" ? value.of : [value, value];
  if (parts.length !== 2 || !parts.every((part) => part.is === "int" && part.of >= least)) {
    throw new PlanFault(
      value.is === "tuple" ? phrase("value.whole.two", { name, least }) : phrase("value.whole", { name, least }),
      { got: valueText(value), hint, argument: name },
    );
  }
  const [rows, columns] = parts.map((part) => Number(part.of));
  if (Math.max(rows, columns) > LARGEST_SIZE) throw tooLarge(name, value);
  return rows === columns ? rows : [rows, columns];
}

/** @param {string} name @param {Value} value */
function tooLarge(name, value) {
  return new PlanFault(phrase("value.large", { name }), {
    got: valueText(value),
    expected: phrase("value.most", { n: grouped(LARGEST_SIZE) }),
    argument: name,
  });
}

/** @param {string} name @param {Value} value @param {number} most @param {Said} hint */
function share(name, value, most, hint) {
  const number = value.is === "int" || value.is === "float" ? value.of : NaN;
  if (!(number >= 0 && number <= most))
    throw new PlanFault(phrase("value.number.from.to", { name, low: 0, high: most }), {
      got: valueText(value),
      hint,
      argument: name,
    });
  return number;
}

/** A size as it is written. @param {Size | "same"} size */
function sizeText(size) {
  return size === "same" ? '"same"' : Array.isArray(size) ? `(${size[0]}, ${size[1]})` : String(size);
}

/** A layer as it is written: its name, with the options that differ from their defaults. @param {LayerPlan} layer */
export function layerText(layer) {
  /** @type {string[]} */
  const words = [];
  Object.entries(ARGUMENTS[layer.is] ?? {}).forEach(([name, usual], i) => {
    const value = /** @type {any} */ (layer)[name];
    const text =
      value === null
        ? "None"
        : typeof value === "boolean"
          ? value
            ? "True"
            : "False"
          : name === "slope" || name === "p"
            ? floatText(value)
            : sizeText(value);
    if (usual === null) words.push(text);
    else if (String(value) !== String(usual === "none" ? (name === "stride" ? layer.kernel : null) : usual))
      words.push(i === 0 ? text : `${name}=${text}`);
  });
  return layer.is + (words.length ? `(${words.join(", ")})` : "");
}
