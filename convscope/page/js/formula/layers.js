/** Layers made and written by the table of kinds that Python hands over; the checks are those of formula/kinds. */

import { phrase } from "../kit/i18n.js";
import { PlanFault, floatText, grouped, valueText } from "./fault.js";
import { entryOf } from "./table.js";

/** @typedef {import("./fault.js").Value} Value */
/** @typedef {import("./fault.js").Said} Said */
/** @typedef {import("./table.js").Argument} Argument */
/** @typedef {import("./table.js").Relation} Relation */
/** @typedef {number | [number, number]} Size */
/** @typedef {Size | [number, number, number, number]} Sides the same at both ends, or top, left, bottom, right */
/**
 * @typedef {object} LayerPlan one layer, with those options of its kind that sizes and costs follow from
 * @property {string} is its name in the formula, or "add"
 * @property {number} [channels] @property {Size} [kernel] @property {Size} [stride] @property {Sides | "same"} [pad]
 * @property {Size} [dilation] @property {number} [groups] @property {boolean} [bias]
 * @property {boolean} [per_channel] @property {number} [extra] @property {number} [first] @property {number} [end]
 * @property {Size} [output_padding] @property {Sides} [sides] @property {Size} [scale] @property {string} [mode]
 * @property {boolean} [ceil_mode]
 * @property {number | null} [units] @property {Size} [size]
 */
/**
 * @typedef {Required<LayerPlan>} WholeLayer one that is asked for its own kind's options alone, which `layerOf` gave it
 */

/** Rows and columns of a size. @param {Size} size @returns {[number, number]} */
export function both(size) {
  return Array.isArray(size) ? size : [size, size];
}

/** Top and left, bottom and right. @param {Sides} sides @returns {[[number, number], [number, number]]} */
export function endsOf(sides) {
  if (Array.isArray(sides) && sides.length === 4)
    return [
      [sides[0], sides[1]],
      [sides[2], sides[3]],
    ];
  return [both(/** @type {Size} */ (sides)), both(/** @type {Size} */ (sides))];
}

/**
 * Make a layer of the values that were given, or say what is wrong with them.
 * @param {string} kind
 * @param {Record<string, Value>} given
 * @returns {LayerPlan}
 */
export function layerOf(kind, given) {
  const entry = entryOf(kind);
  /** @type {Record<string, any>} */
  const made = { is: kind };
  for (const argument of entry.arguments) {
    const { name, follows } = argument;
    const left = follows ? made[follows] : (argument.default ?? null);
    made[name] = name in given ? CHECKS[argument.type](argument, given[name], argument.hint) : left;
  }
  for (const { rule, argument, other } of entry.relations) RELATIONS[rule](made, argument, other);
  return /** @type {LayerPlan} */ (made);
}

/** @type {Record<Argument["type"], (argument: Argument, value: Value, hint: Said) => Sides | string | boolean>} */
const CHECKS = {
  whole: ({ name, least = 1, most = Infinity }, value, hint) => {
    if (value.is !== "int" || value.of < least)
      throw new PlanFault(phrase("value.whole", { name, least }), { got: valueText(value), hint, argument: name });
    if (value.of > most) throw tooLarge(name, value, most);
    return value.of;
  },
  size: ({ name, least = 1, most = Infinity, words = [], sides = false }, value, hint) => {
    if (value.is === "str" && words.includes(value.of)) return value.of;
    const parts = value.is === "tuple" ? value.of : [value, value];
    const lengths = sides ? [2, 4] : [2];
    if (!lengths.includes(parts.length) || !parts.every((part) => part.is === "int" && part.of >= least)) {
      const words = { name, least };
      const several = sides ? phrase("value.whole.two.four", words) : phrase("value.whole.two", words);
      throw new PlanFault(value.is === "tuple" ? several : phrase("value.whole", words), {
        got: valueText(value),
        hint,
        argument: name,
      });
    }
    const numbers = parts.map((part) => Number(part.of));
    if (Math.max(...numbers) > most) throw tooLarge(name, value, most);
    const [rows, columns, ...end] = numbers;
    if (end.length && (end[0] !== rows || end[1] !== columns)) return [rows, columns, end[0], end[1]];
    return rows === columns ? rows : [rows, columns];
  },
  number: ({ name, least = 0, most = Infinity }, value, hint) => {
    const number = value.is === "int" || value.is === "float" ? value.of : NaN;
    if (!(number >= least && number <= most))
      throw new PlanFault(
        phrase("value.number.from.to", { name, low: formulaNumber(least), high: formulaNumber(most) }),
        {
          got: valueText(value),
          hint,
          argument: name,
        },
      );
    return number;
  },
  word: ({ name, words = [] }, value, hint) => {
    if (value.is !== "str" || !words.includes(value.of))
      throw new PlanFault(phrase("value.word", { name }), {
        got: valueText(value),
        expected: words.map((word) => `"${word}"`).join(", "),
        hint,
        argument: name,
      });
    return value.of;
  },
  bool: ({ name }, value) => {
    if (value.is !== "bool")
      throw new PlanFault(phrase("value.bool", { name }), { got: valueText(value), argument: name });
    return value.of;
  },
};

/** @type {Record<Relation["rule"], (made: Record<string, any>, argument: string, other: string) => void>} */
const RELATIONS = {
  Divides: (made, argument, other) => {
    if (made[other] % made[argument] === 0) return;
    throw new PlanFault(phrase("value.divide", { part: argument, whole: other }), {
      got: `${made[argument]} ${argument}, ${made[other]} ${other}`,
      argument,
    });
  },
  Below: (made, argument, other) => {
    if (made[argument] < made[other]) return;
    throw new PlanFault(phrase("value.below", { low: argument, high: other }), {
      got: `${argument} ${formulaNumber(made[argument])}, ${other} ${formulaNumber(made[other])}`,
      argument,
    });
  },
  BelowBoth: (made, argument, other) => {
    const [own, most] = [made[argument], made[other]];
    if (both(own).every((n, i) => n < both(most)[i])) return;
    throw new PlanFault(phrase("value.below", { low: argument, high: other }), {
      got: `${argument} ${sizeText(own)}, ${other} ${sizeText(most)}`,
      argument,
    });
  },
  OnlyZeros: (made, argument, other) => {
    if (!made[argument] || made[other] === "zeros") return;
    throw new PlanFault(phrase("pad.value"), {
      got: `${argument} ${formulaNumber(made[argument])}, ${other} "${made[other]}"`,
      argument,
    });
  },
  Odd: (made, argument) => {
    if (made[argument] % 2) return;
    throw new PlanFault(phrase("value.odd", { name: argument }), { got: String(made[argument]), argument });
  },
  SameNeedsOdd: (made, argument, other) => {
    const [kernel, dilation] = [made[other], made.dilation ?? 1];
    if (made[argument] !== "same" || both(kernel).every((k, i) => (both(dilation)[i] * (k - 1)) % 2 === 0)) return;
    throw new PlanFault(phrase("pad.same"), {
      got: `kernel ${sizeText(kernel)}, dilation ${sizeText(dilation)}`,
      hint: phrase("pad.same.try"),
      argument,
    });
  },
  AtMostHalf: (made, argument, other) => {
    if (endsOf(made[argument]).every((end) => end.every((part, i) => 2 * part <= both(made[other])[i]))) return;
    throw new PlanFault(phrase("pool.pad.half"), {
      got: `${argument} ${sizeText(made[argument])}, ${other} ${sizeText(made[other])}`,
      hint: phrase("pool.pad.half.try"),
      argument,
    });
  },
};

/** @param {string} name @param {Value} value @param {number} most */
function tooLarge(name, value, most) {
  return new PlanFault(phrase("value.large", { name }), {
    got: valueText(value),
    expected: phrase("value.most", { n: grouped(most) }),
    argument: name,
  });
}

/** A number in six digits, as Python's "g" writes it. @param {number} value */
function formulaNumber(value) {
  const rounded = Number(value.toPrecision(6));
  const size = Math.abs(rounded);
  if (size === 0 || (size >= 1e-4 && size < 1e6)) return String(rounded);
  const [digits, power] = rounded.toExponential().split("e");
  return `${digits}e${power[0]}${power.slice(1).padStart(2, "0")}`;
}

/** A size as it is written. @param {Sides | "same"} size */
function sizeText(size) {
  return size === "same" ? '"same"' : Array.isArray(size) ? `(${size.join(", ")})` : String(size);
}

/** A layer as it is written: its name, with the options that differ from their defaults. @param {LayerPlan} layer */
export function layerText(layer) {
  /** @type {string[]} */
  const words = [];
  const made = /** @type {Record<string, any>} */ (layer);
  (entryOf(layer.is)?.arguments ?? []).forEach(({ name, type, follows, required, default: usual }, i) => {
    const text = argumentText(type, made[name]);
    if (required) words.push(text);
    else if (String(made[name]) !== String(follows ? made[follows] : usual)) words.push(i ? `${name}=${text}` : text);
  });
  return layer.is + (words.length ? `(${words.join(", ")})` : "");
}

/** @param {Argument["type"]} type @param {any} value */
function argumentText(type, value) {
  if (type === "bool") return value ? "True" : "False";
  if (type === "word") return `"${value}"`;
  return type === "number" ? floatText(value) : sizeText(value);
}
