/**
 * Operators that together normalise by the picture's own numbers: a layer normalisation written out in pieces, or one
 * between two turns of the axes. As convscope/foreign/norm_patterns.py.
 */

import { constantNamed, knownAs, layerWith, madeOf, shapeNamed, shortest } from "./known.js";
import { knownIfAny } from "./layers.js";
import { layerNormOf } from "./norm_layers.js";

/** @typedef {import("./graph.js").Op} Op */
/** @typedef {import("./known.js").Known} Known */
/** @typedef {import("./patterns.js").Merged} Merged */
/** @typedef {import("./patterns.js").Within} Within */
/** @typedef {{source: string, axis: number, eps: number, within: string[]}} Even what is brought to mean 0 and variance
 * 1: the value that is, the channels' axis, and the values in between */

const CHANNELS_LAST = "0,2,3,1"; // how axes are turned so that channels stand last
const CHANNELS_FIRST = "0,3,1,2"; // and back

/** The layer normalisations, by the value that each makes. @param {Within} given @returns {Merged} */
export function normalisedLayers(given) {
  const { graph } = given;
  /** @type {Merged} */
  const found = new Map();
  for (const op of graph.ops) {
    const even = evenedBy(given, op);
    if (!even) continue;
    const channels = shapeNamed(graph, even.source)[even.axis];
    const [within, learned] = [new Set(even.within), /** @type {string[]} */ ([])];
    let end = op.output;
    /** A factor or a sum by channel after it; `usual` where none stands there. @param {string} kind @param {number} usual */
    const after = (kind, usual) => {
      const next = soleReader(given, end);
      const name = next?.kind === kind ? constantRead(given, next) : undefined;
      if (!next || name === undefined || !fitsChannels(given, name, even)) return madeOf([channels], () => usual);
      const numbers = constantNamed(graph, name);
      learned.push(name);
      within.add(end);
      end = next.output;
      return madeOf([channels], (c) => numbers.values[numbers.size === 1 ? 0 : c]);
    };
    const tensors = { weight: after("Mul", 1), bias: after("Add", 0) };
    const layer = knownAs(layerWith("layer_norm", { eps: even.eps }), [even.source], tensors, learned);
    addNormalised(given, found, end, layer, within, even.axis);
  }
  for (const op of graph.ops) {
    if (op.kind !== "LayerNormalization" || op.shape.length !== 4) continue;
    if (![-1, 3].includes(op.attributes.axis ?? -1) || graph.constants.has(op.inputs[0])) continue;
    const layer = knownIfAny(() => layerNormOf(graph, op));
    if (layer) addNormalised(given, found, op.output, layer, new Set(), 3);
  }
  return found;
}

/**
 * Add a layer over the channels, with the turns of the axes around it where they stand last; nothing where a value within
 * it is read from outside.
 * @param {Within} given @param {Merged} found @param {string} end @param {Known} layer @param {Set<string>} within
 * @param {number} axis
 */
function addNormalised(given, found, end, layer, within, axis) {
  const { graph, makers, readers } = given;
  const [source] = layer.sources;
  let [whole, last] = [layer, end];
  if (shapeNamed(graph, source).length === 4 && axis === 3) {
    const [turned, back] = [makers.get(source), soleReader(given, end)];
    if (turned?.kind !== "Transpose" || back?.kind !== "Transpose") return;
    if (turned.attributes.perm?.join() !== CHANNELS_LAST || back.attributes.perm?.join() !== CHANNELS_FIRST) return;
    within.add(source).add(end);
    [whole, last] = [{ ...layer, sources: turned.inputs.slice(0, 1) }, back.output];
  }
  /** @type {Map<string, number>} */
  const read = new Map();
  for (const op of graph.ops) {
    if (!within.has(op.output) && op.output !== last) continue;
    for (const name of op.inputs) read.set(name, (read.get(name) ?? 0) + 1);
  }
  if ([...within].some((name) => readers.get(name) !== read.get(name))) return;
  found.set(last, whole);
  for (const name of within) found.set(name, null);
}

/** What an operator ends if it is (x − mean) / √(variance + ε), over one axis. @param {Within} given @param {Op} op
 * @returns {Even | null} */
function evenedBy(given, op) {
  const { graph, makers } = given;
  if (op.kind !== "Div") return null;
  const [top, root] = op.inputs.map((name) => makers.get(name));
  const inner = makerOfFirst(given, root, "Sqrt");
  if (!top || !root || inner?.kind !== "Add") return null;
  const eps = constantRead(given, inner);
  const variance = makers.get(inner.inputs.find((name) => name !== eps) ?? "");
  const square = makerOfFirst(given, variance, "ReduceMean");
  const apart = centredBy(given, top);
  if (eps === undefined || !variance || !square || !apart || constantNamed(graph, eps).size !== 1) return null;
  const twice = square.kind === "Mul" && square.inputs[0] === square.inputs[1];
  if (!twice && !(square.kind === "Pow" && isTwo(given, square.inputs[1]))) return null;
  const squared = makers.get(square.inputs[0]);
  const again = squared ? centredBy(given, squared) : null;
  if (!squared || again?.source !== apart.source || again.axis !== apart.axis) return null;
  if (meanAxis(given, variance) !== apart.axis) return null;
  const within = [top, root, inner, variance, square, squared].map(({ output }) => output);
  const number = shortest(constantNamed(graph, eps).values[0]);
  if (!(number >= 0 && number <= 1)) return null;
  return { source: apart.source, axis: apart.axis, eps: number, within: [...within, apart.mean, again.mean] };
}

/** What x − mean of x is of, along the channels' axis. @param {Within} given @param {Op} op */
function centredBy(given, op) {
  const mean = op.kind === "Sub" ? given.makers.get(op.inputs[1]) : undefined;
  if (mean?.kind !== "ReduceMean" || mean.inputs[0] !== op.inputs[0]) return null;
  const axis = meanAxis(given, mean);
  const rank = given.graph.shapes.get(op.inputs[0])?.length;
  if (axis === null || !(mean.attributes.keepdims ?? 1) || !["2,1", "4,1", "4,3"].includes(`${rank},${axis}`))
    return null;
  return { source: op.inputs[0], axis, mean: mean.output };
}

/** The one axis that a mean is taken along. @param {Within} given @param {Op} op @returns {number | null} */
function meanAxis({ graph }, op) {
  const axes = op.attributes.axes ?? graph.constants.get(op.inputs[1] ?? "")?.values;
  const rank = graph.shapes.get(op.inputs[0])?.length ?? 0;
  return axes?.length === 1 ? (Number(axes[0]) + rank) % rank : null;
}

/** What makes the first input of an operator of that kind. @param {Within} given @param {Op | undefined} op
 * @param {string} kind */
function makerOfFirst({ makers }, op, kind) {
  return op?.kind === kind ? makers.get(op.inputs[0]) : undefined;
}

/** @param {Within} given @param {Op} op */
function constantRead({ graph }, op) {
  return op.inputs.find((name) => graph.constants.has(name));
}

/** @param {Within} given @param {string} name */
function isTwo({ graph }, name) {
  const constant = graph.constants.get(name);
  return constant?.size === 1 && constant.values[0] === 2;
}

/** Whether a constant is one number, or one a channel along the axis that is normalised. @param {Within} given
 * @param {string} name @param {Even} even */
function fitsChannels({ graph }, name, { source, axis }) {
  const [constant, shape] = [constantNamed(graph, name), shapeNamed(graph, source)];
  const laid = [...Array(Math.max(0, shape.length - constant.shape.length)).fill(1), ...constant.shape];
  return constant.size === 1 || laid.join() === shape.map((n, i) => (i === axis ? n : 1)).join();
}

/** The only operator that reads a value, once. @param {Within} given @param {string} value */
function soleReader({ graph, readers }, value) {
  return readers.get(value) === 1 ? graph.ops.find(({ inputs }) => inputs.includes(value)) : undefined;
}
