/**
 * ONNX operators on units and places: a token that was learned, a number for each unit, a sign, a square. As
 * convscope/foreign/unit_layers.py.
 */

import { TYPES, isFloat, later, withShape } from "../engine/tensors/tensor.js";
import { constantNamed, knownAs, layerWith, madeOf, onlyNumber, shapeNamed } from "./known.js";

/** @typedef {import("./graph.js").ForeignGraph} ForeignGraph */
/** @typedef {import("./graph.js").Op} Op */
/** @typedef {import("./known.js").Known} Known */
/** @typedef {(graph: ForeignGraph, op: Op) => Known | null} Reader */

/** Rows and columns that became places in one row (laying.js). @type {Reader} */
function tokensReader(_, op) {
  return knownAs(layerWith("tokens"), op.inputs);
}

/**
 * Learned tokens before others.
 * @param {ForeignGraph} graph
 * @param {Op} op
 * @param {string[]} held
 * @param {string[]} last
 */
export function learnedPlaces(graph, op, held, last) {
  const constants = held.map((name) => constantNamed(graph, name));
  const narrow = shapeNamed(graph, last[0])[3] === 1 && constants.every(({ shape }) => shape[3] === 1);
  if (!held.length || !narrow || !constants.every(isFloat)) return null;
  const [, channels] = op.shape;
  const count = constants.reduce((sum, { shape }) => sum + shape[2], 0);
  const weight = later(TYPES.float, [channels, count, 1], (numbers) => {
    const out = new Float32Array(numbers);
    let before = 0;
    for (const { values, shape } of constants) {
      const [, , places] = shape;
      for (let i = 0; i < channels * places; i++)
        out[Math.floor(i / places) * count + before + (i % places)] = values[i];
      before += places;
    }
    return out;
  });
  return knownAs(layerWith("tokens", { extra: count }), last, { weight }, held);
}

/** A sum with a number for each unit. @type {Reader} */
export function placedReader(graph, op) {
  const held = op.inputs.filter((name) => graph.constants.has(name));
  const [source] = op.inputs.filter((name) => !graph.constants.has(name));
  const rank = op.shape.length;
  if (op.inputs.length !== 2 || held.length !== 1 || (rank !== 2 && rank !== 4)) return null;
  const constant = constantNamed(graph, held[0]);
  const laid = [...Array(Math.max(0, rank - constant.shape.length)).fill(1), ...constant.shape];
  if (shapeNamed(graph, source).join() !== op.shape.join() || laid.join() !== op.shape.join() || !isFloat(constant))
    return null;
  const units = [...op.shape.slice(1), 1, 1].slice(0, 3);
  return knownAs(layerWith("position"), [source], { weight: withShape(constant, units) }, held);
}

/** @type {Reader} */
function negatedReader(graph, op) {
  if (![2, 4].includes(op.shape.length) || graph.constants.has(op.inputs[0])) return null;
  return knownAs(layerWith("scale", { bias: false }), op.inputs, { weight: madeOf([op.shape[1], 1, 1], () => -1) });
}

/** x² is x·x. @type {Reader} */
function squaredReader(graph, op) {
  const [x, power] = op.inputs;
  const twice = onlyNumber(constantNamed(graph, power)) === 2 && shapeNamed(graph, x).join() === op.shape.join();
  return twice ? knownAs(layerWith("mul"), [x, x]) : null;
}

/** @type {Record<string, Reader>} */
export const UNIT_READERS = { Tokens: tokensReader, Pixels: tokensReader, Neg: negatedReader, Pow: squaredReader };
