/**
 * Operators that together normalise by the picture's own numbers: a layer normalisation written out in pieces, a group
 * normalisation as operators before opset 18 have it. As convscope/foreign/norm_patterns.py.
 */

import { PLAIN_AXES } from "./axes.js";
import { attributeNumber, constantNamed, knownAs, layerWith, madeOf, shapeNamed, shortest } from "./known.js";

/** @typedef {import("./graph.js").Op} Op */
/** @typedef {import("./known.js").Known} Known */
/** @typedef {import("./patterns.js").Merged} Merged */
/** @typedef {import("./patterns.js").Within} Within */
/** @typedef {import("../formula/layers.js").LayerPlan} LayerPlan */
/**
 * @typedef {{layer: LayerPlan, source: string, within: string[]}} Even what is brought to mean 0 and variance 1: the
 * layer that this is but for what it learned, the value that it reads, and the values in between
 */

/** The layer and group normalisations, by the value that each makes. @param {Within} given @returns {Merged} */
export function normalisedLayers(given) {
  const { graph } = given;
  /** @type {Merged} */
  const found = new Map();
  for (const op of graph.ops) {
    const even = evenedBy(given, op) ?? groupedBy(given, op);
    if (!even) continue;
    const channels = shapeNamed(graph, even.source)[1];
    const [within, learned] = [new Set(even.within), /** @type {string[]} */ ([])];
    let end = op.output;
    /**
     * A factor or a sum by channel after it; `usual` where none stands there.
     * @param {string} kind
     * @param {number} usual
     */
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
    const inside = graph.ops.filter(({ output }) => within.has(output) || output === end);
    /** @type {Map<string, number>} */
    const read = new Map();
    for (const name of inside.flatMap(({ inputs }) => inputs)) read.set(name, (read.get(name) ?? 0) + 1);
    if ([...within].some((name) => given.readers.get(name) !== read.get(name))) continue; // read from outside
    found.set(end, knownAs(even.layer, [even.source], tensors, learned));
    for (const name of within) found.set(name, null);
  }
  return found;
}

/** What an operator ends if it is (x − mean) / √(variance + ε), over the channels. @param {Within} given @param {Op} op
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
  if (!squared || again?.source !== apart.source || !isOverChannels(given, variance)) return null;
  const within = [top, root, inner, variance, square, squared].map(({ output }) => output);
  const number = shortest(constantNamed(graph, eps).values[0]);
  if (!(number >= 0 && number <= 1)) return null;
  const layer = layerWith("layer_norm", { eps: number });
  return { layer, source: apart.source, within: [...within, apart.mean, again.mean] };
}

/** What an operator ends if it shapes maps back whose channels were laid behind one another, group by group, and each
 * group normalised as one map: what torch writes for its GroupNorm. @param {Within} given @param {Op} op
 * @returns {Even | null} */
function groupedBy(given, op) {
  const { graph } = given;
  const norm = makerOfFirst(given, op, "Reshape");
  const split = makerOfFirst(given, norm, "InstanceNormalization");
  if (!norm || !split || !["Reshape", "Tokens"].includes(split.kind)) return null;
  const source = split.inputs[0];
  const [weight, bias] = norm.inputs.slice(1, 3).map((name) => graph.constants.get(name));
  if (!weight || !bias) return null;
  if (weight.values.some((n) => n !== 1) || bias.values.some((n) => n !== 0)) return null; // a factor for each group
  const [groups, eps] = [weight.size, attributeNumber(norm, "epsilon", 1e-5)];
  const [apart, back] = [split.output, op.output].map((name) => graph.axes.get(name));
  if (apart !== PLAIN_AXES[3] || back !== PLAIN_AXES[4]) return null;
  if (shapeNamed(graph, source).join() !== op.shape.join()) return null;
  if (op.shape[1] % groups || !(eps >= 0 && eps <= 1)) return null;
  return { layer: layerWith("group_norm", { groups, eps }), source, within: [split.output, norm.output] };
}

/** What x − mean of x is of, over the channels. @param {Within} given @param {Op} op */
function centredBy(given, op) {
  const mean = op.kind === "Sub" ? given.makers.get(op.inputs[1]) : undefined;
  if (mean?.kind !== "ReduceMean" || mean.inputs[0] !== op.inputs[0]) return null;
  const known = (mean.attributes.keepdims ?? 1) && isOverChannels(given, mean);
  return known ? { source: op.inputs[0], mean: mean.output } : null;
}

/**
 * Whether a mean is taken over the channels alone, of maps or of a row of numbers.
 * @param {Within} given
 * @param {Op} op
 */
function isOverChannels({ graph }, op) {
  const axes = op.attributes.axes ?? graph.constants.get(op.inputs[1] ?? "")?.values;
  const rank = graph.shapes.get(op.inputs[0])?.length ?? 0;
  return (rank === 2 || rank === 4) && axes?.length === 1 && (Number(axes[0]) + rank) % rank === 1;
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

/** Whether a constant is one number, or one a channel. @param {Within} given
 * @param {string} name @param {Even} even */
function fitsChannels({ graph }, name, { source }) {
  const [constant, shape] = [constantNamed(graph, name), shapeNamed(graph, source)];
  const laid = [...Array(Math.max(0, shape.length - constant.shape.length)).fill(1), ...constant.shape];
  return constant.size === 1 || laid.join() === shape.map((n, i) => (i === 1 ? n : 1)).join();
}

/** The only operator that reads a value, once. @param {Within} given @param {string} value */
function soleReader({ graph, readers }, value) {
  return readers.get(value) === 1 ? graph.ops.find(({ inputs }) => inputs.includes(value)) : undefined;
}
