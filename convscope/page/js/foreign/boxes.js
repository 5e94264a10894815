/**
 * Boxes that the page computes: what is no layer of the formula as a program of plain operators, from the maps that the
 * box reads to those that it makes, where the page knows every operator on the way.
 */

import { computeBoxesBy } from "../engine/kinds/all.js";
import { boxed } from "../engine/tensors/boxed.js";
import { OPERATORS } from "../engine/tensors/operators.js";
import { TYPES } from "../engine/tensors/tensor.js";
import { orderOfAxes } from "./axes.js";
import { FOREIGN } from "./fault.js";
import { reasonOf } from "./opening.js";

/** @typedef {import("../engine/tensors/program.js").Program} Program */
/** @typedef {import("../engine/tensors/program.js").Step} Step */
/** @typedef {import("../engine/tensors/tensor.js").Attributes} Attributes */
/** @typedef {import("../engine/tensors/tensor.js").Held} Held */
/** @typedef {import("../engine/tensors/tensor.js").Typed} Typed */
/** @typedef {import("./graph.js").ForeignGraph} ForeignGraph */
/** @typedef {import("./graph.js").Op} Op */
/** @typedef {{name: string, bgr: boolean}} Picture the value that is the picture as pages have it, and whether the
 * graph reads its channels in the order blue, green, red */
/** @typedef {(output: string, source: (name: string) => number, count: number) => Program | null} Programs the program
 * that makes a value out of `count` sources; `source` says which of them a value is, −1 for none */

/**
 * What makes the programs of a file's boxes. All together they stay within the bounds of one file.
 * @param {ForeignGraph} given as the file has it @param {ForeignGraph} laid as maps @param {Picture} picture
 * @returns {Programs}
 */
export function programsOf(given, laid, picture) {
  computeBoxesBy(boxed);
  const places = new Map(given.ops.map((op, i) => [op.output, i]));
  const left = { steps: FOREIGN.bounds.nodes, work: FOREIGN.bounds.boxes };
  return (output, source, count) => {
    const found = operatorsBefore(given, places, output, source, left.steps);
    if (!found) return null;
    const work = found.ops.reduce((sum, op) => sum + op.work, 0);
    if (work > left.work) return null;
    left.steps -= found.ops.length;
    left.work -= work;
    const made = programMaker(given, count);
    for (const name of found.read)
      made.read(name, source(name), laidAs(laid, given, name), name === picture.name && picture.bgr);
    try {
      for (const op of found.ops) made.add(op);
    } catch (error) {
      reasonOf(error); // of a constant whose numbers cannot be made
      return null;
    }
    return made.whole(output, laidAs(laid, given, output), work);
  };
}

/**
 * The operators between what a box reads and what it makes, in the file's order; null where one of them is not known,
 * or where there are too many.
 * @param {ForeignGraph} graph @param {Map<string, number>} places of operators, by their output @param {string} output
 * @param {(name: string) => number} source @param {number} most
 */
function operatorsBefore({ ops, constants }, places, output, source, most) {
  /** @type {Set<number>} */
  const within = new Set();
  /** @type {Set<string>} */
  const read = new Set();
  const left = [output];
  for (let name = left.pop(); name !== undefined; name = left.pop()) {
    if (!name || constants.has(name)) continue;
    if (name !== output && source(name) >= 0) {
      read.add(name);
      continue;
    }
    const at = places.get(name);
    if (at === undefined || !isPlain(ops[at])) return null;
    if (within.has(at)) continue;
    within.add(at);
    if (within.size > most) return null;
    left.push(...ops[at].inputs);
  }
  return { ops: [...within].sort((a, b) => a - b).map((at) => ops[at]), read: [...read] };
}

/** Whether the page computes an operator; of several results, but for a split's, the first alone. @param {Op} op */
function isPlain({ kind, before }) {
  return Object.hasOwn(OPERATORS, kind) && (!before.length || kind === "Split");
}

/** @typedef {{shape: number[], order: number[] | null}} Laid a value's own shape, and the order in which its axes stand
 * as maps, null where its numbers stand as they are */

/** @param {ForeignGraph} laid @param {ForeignGraph} given @param {string} name @returns {Laid} */
function laidAs(laid, given, name) {
  const shape = given.shapes.get(name) ?? [];
  const axes = laid.axes.get(name);
  const order = axes && axes.length === shape.length ? orderOfAxes(axes) : null;
  return { shape, order: order?.some((at, i) => at !== i) ? order : null };
}

/** @typedef {{from: "source" | "constant" | "step", at: number} | null} Place where a value of a program is */

/** @param {ForeignGraph} graph @param {number} count of the sources */
function programMaker({ constants, opened }, count) {
  /** @type {number[][]} */
  const reads = Array.from({ length: count }, () => []);
  /** @type {Program["constants"]} */
  const held = [];
  /** @type {(Omit<Step, "inputs"> & {read: Place[]})[]} */
  const steps = [];
  /** @type {Map<string, Place>} */
  const values = new Map();

  /** @param {string} kind @param {Place[]} read @param {Attributes} attributes @param {Typed[]} made
   * @returns {Place} */
  const stepOf = (kind, read, attributes, made) => {
    steps.push({ kind, read, attributes, made });
    return { from: "step", at: steps.length - 1 };
  };

  /** @param {Typed & {values: Held}} constant @returns {Place} */
  const holds = ({ type, shape, values: numbers }) => {
    held.push({ type, shape, values: numbers });
    return { from: "constant", at: held.length - 1 };
  };

  /** @param {string} name */
  const placeOf = (name) => {
    const constant = constants.get(name);
    if (constant && !values.has(name)) values.set(name, holds(constant));
    return values.get(name) ?? null;
  };

  /** @param {Place} place */
  const numbered = (place) => {
    if (!place) return -1;
    return { source: 0, constant: count, step: count + held.length }[place.from] + place.at;
  };

  return {
    /**
     * Read a value from a source, whose maps are brought to the file's own axes.
     * @param {string} name @param {number} source @param {Laid} laid @param {boolean} turn its channels around
     */
    read: (name, source, { shape, order }, turn) => {
      const maps = order ? order.map((at) => shape[at]) : shape;
      reads[source] = maps;
      /** @type {Place} */
      let place = { from: "source", at: source };
      if (turn) {
        const around = Float64Array.from({ length: maps[1] }, (_, i) => maps[1] - 1 - i);
        const index = holds({ type: TYPES.int64, shape: [maps[1]], values: around });
        place = stepOf("Gather", [place, index], { axis: 1 }, [{ type: TYPES.float, shape: maps }]);
      }
      if (order) {
        const perm = shape.map((_, i) => order.indexOf(i));
        place = stepOf("Transpose", [place], { perm }, [{ type: TYPES.float, shape }]);
      }
      values.set(name, place);
    },
    /** @param {Op} op */
    add: ({ kind, inputs, output, attributes, before, type, shape }) => {
      const plain = Object.entries(attributes).filter(([, value]) => Array.isArray(value) || typeof value !== "object");
      const made = [...before, shape].map((one) => ({ type, shape: one }));
      values.set(output, stepOf(kind, inputs.map(placeOf), Object.fromEntries(plain), made));
    },
    /** @param {string} output @param {Laid} laid @param {number} work @returns {Program} */
    whole: (output, { shape, order }, work) => {
      if (order) {
        const maps = order.map((at) => shape[at]);
        stepOf("Transpose", [placeOf(output)], { perm: order }, [{ type: TYPES.float, shape: maps }]);
      }
      const whole = steps.map(({ read, ...one }) => ({ ...one, inputs: read.map(numbered) }));
      return { opset: opened.opset, reads, constants: held, steps: whole, work };
    },
  };
}
