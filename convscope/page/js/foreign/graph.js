/**
 * A graph with its picture's shape fixed: what does not depend on the picture computed, the rest with its shapes. As
 * convscope/foreign/graph.py.
 */

import { TYPES, isFloat, sizeOfShape, withShape } from "../engine/tensors/tensor.js";
import { shapeSaid } from "./constants.js";
import { COMPUTED, constantTyped } from "./compute.js";
import { FOREIGN, atMost, refused } from "./fault.js";
import { calledNode, reasonOf } from "./opening.js";
import { RULES, shapeConstant } from "./shapes.js";

/** @typedef {import("./constants.js").Constant} Constant */
/** @typedef {import("./messages.js").NodeMessage} NodeMessage */
/** @typedef {import("./opening.js").Opened} Opened */
/** @typedef {import("../engine/tensors/tensor.js").Typed} Typed */
/**
 * @typedef {{kind: string, where: string, reads: string[]}} Unsized the operator with which it begins, and what is read
 * on the way to it
 */
/**
 * @typedef {object} Op a node that depends on the picture; one for each of its outputs that is used
 * @property {string} kind @property {string} name @property {string[]} inputs @property {string} output
 * @property {number} type @property {number[]} shape @property {Record<string, any>} attributes
 * @property {number[][]} before the shapes of the node's outputs in front of this one
 * @property {number} work multiply-adds, roughly; those of a node with several outputs are shared among them
 *
 * @typedef {object} ForeignGraph
 * @property {Opened} opened @property {string} picture
 * @property {Map<string, number[]>} shapes of what depends on the picture, by name
 * @property {Op[]} ops
 * @property {Map<string, Constant>} constants @property {Map<string, Set<string>>} roots which learned tensors each is
 * made of
 * @property {Map<string, number>} learned how many numbers each learned tensor has
 * @property {Map<string, Unsized>} unsized values whose size nothing says, by name
 * @property {Map<string, string>} axes what those of each value are, once laid as maps (laying.js)
 * @property {Set<string>} apart values of operators that are none on maps
 * @property {(name: string) => string} value what a name stands for, behind Identity and Dropout
 */

const SAME_VALUE = new Set(["Identity", "Dropout"]); // hand their input on
const SAME_OF_ONE = new Set(["Concat", "Sum", "Mean", "Max", "Min"]); // likewise, where they read nothing else
const FRESH = new Set(["Constant", "ConstantOfShape", "DequantizeLinear"]); // whose results are learned
const SMALL_CONSTANT = 4096; // numbers of a constant that shapes may be made of
const HEAVY = new Set(["ConvTranspose", "Einsum", "ConvInteger", "QLinearConv", "LSTM", "GRU", "RNN", "GridSample"]);

/**
 * Infer all shapes for an input of `shape` and compute what does not depend on it.
 * @param {Opened} opened @param {number[]} shape @returns {ForeignGraph}
 */
export function foldGraph(opened, shape) {
  const { bounds } = FOREIGN;
  /** @type {ForeignGraph["shapes"]} */
  const shapes = new Map([[opened.picture.name, shape]]);
  /** @type {Op[]} */
  const ops = [];
  /** @type {ForeignGraph["constants"]} */
  const constants = new Map();
  /** @type {ForeignGraph["roots"]} */
  const roots = new Map();
  /** @type {ForeignGraph["learned"]} */
  const learned = new Map();
  /** @type {Map<string, string>} */
  const same = new Map();
  /** @type {Map<string, number>} */
  const types = new Map([[opened.picture.name, opened.picture.type]]);
  /** @type {ForeignGraph["unsized"]} */
  const unsized = new Map();
  let [numbers, heldNumbers, cost] = [0, 0, 0];

  /** @param {string} name */
  const value = (name) => {
    let at = name;
    for (let next = same.get(at); next !== undefined; next = same.get(at)) at = next;
    return at;
  };

  /** A constant; without `of` it is learned itself if it holds floats, more than one. @param {string} name
   * @param {Constant} constant @param {Set<string> | null} of */
  const addConstant = (name, constant, of) => {
    constants.set(name, constant);
    types.set(name, constant.type);
    const own = !of && isFloat(constant) && constant.shape.length > 0;
    if (own) learned.set(name, constant.size);
    roots.set(name, of ?? new Set(own ? [name] : []));
  };

  /**
   * @param {NodeMessage} node
   * @param {string[]} inputs
   * @param {Record<string, any>} attributes
   * @returns {(Typed | null)[]}
   */
  const infer = (node, inputs, attributes) => {
    const given = inputs.map((name) => {
      if (!name) return null;
      const constant = constants.get(name) ?? null;
      const known = constant?.shape ?? shapes.get(name);
      return { type: types.get(name) ?? TYPES.float, shape: known ?? [], constant };
    });
    const where = calledNode(node);
    /** @type {(Typed | null)[]} */
    let made;
    try {
      const rule = RULES[node.kind];
      if (node.kind === "Constant") made = constantTyped(attributes);
      else if (rule) made = rule(given, attributes, opened.opset, node.outputs.length);
      else made = node.outputs.map((name) => said(name));
    } catch (error) {
      throw refused("foreign.shapes", { where, got: reasonOf(error) });
    }
    checkSizes(where, made);
    return made;
  };

  /** @param {string} where @param {(Typed | null)[]} made */
  const checkSizes = (where, made) => {
    for (const one of made) {
      if (!one) continue;
      const count = sizeOfShape(one.shape);
      const whole = one.shape.every((n) => Number.isInteger(n) && n >= 0);
      if (!whole) throw refused("foreign.shapes", { where, got: shapeSaid(one.shape) });
      if (one.shape.length > bounds.rank || !(count <= bounds.constants))
        throw refused("foreign.value", { where, got: shapeSaid(one.shape) });
    }
  };

  /**
   * What the file says of a value, if that is whole once the batch is 1.
   * @param {string} name
   * @returns {Typed | null}
   */
  const said = (name) => {
    const known = opened.known.get(name);
    if (!known?.dims?.length) return null;
    const [batch, ...rest] = known.dims;
    return rest.every((n) => n > 0) ? { type: known.type, shape: [batch || 1, ...rest] } : null;
  };

  /** What a node costs: the numbers that it reads, and the products of those that it makes. @param {NodeMessage} node
   * @param {string[]} inputs @param {(Typed | null)[]} made */
  const pay = (node, inputs, made) => {
    const read = inputs.filter(Boolean).map((name) => constants.get(name)?.shape ?? shapes.get(name) ?? []);
    const most = Math.max(0, ...made.map((one) => (one ? sizeOfShape(one.shape) : 0)));
    const own =
      read.reduce((sum, one) => sum + sizeOfShape(one), 0) + most * productsEach(node.kind, read, node.attributes);
    cost += own;
    const where = calledNode(node);
    if (numbers > bounds.numbers) throw refused("foreign.numbers", { where, expected: atMost(bounds.numbers) });
    if (cost > bounds.cost) throw refused("foreign.cost", { where, expected: atMost(bounds.cost) });
    return own;
  };

  /**
   * @param {NodeMessage} node
   * @param {string[]} inputs
   * @param {Record<string, any>} attributes
   * @param {Typed[]} made
   */
  const compute = (node, inputs, attributes, made) => {
    heldNumbers += made.reduce((sum, one) => sum + sizeOfShape(one.shape), 0);
    if (heldNumbers > bounds.constants)
      throw refused("foreign.constants", { where: calledNode(node), expected: atMost(bounds.constants) });
    pay(node, inputs, made);
    const given = inputs.map((name) => constants.get(name) ?? null);
    /** @type {Set<string>} */
    const of = new Set(inputs.flatMap((name) => [...(roots.get(name) ?? [])]));
    const fresh = FRESH.has(node.kind);
    try {
      COMPUTED[node.kind](given, attributes, made, opened.opset).forEach((constant, i) => {
        if (constant.size <= SMALL_CONSTANT) void constant.values; // so that what is wrong with it is found here
        if (node.outputs[i]) addConstant(node.outputs[i], constant, fresh ? null : of);
      });
    } catch (error) {
      throw refused("foreign.node", { where: calledNode(node), got: reasonOf(error) });
    }
  };

  /** Before opset 7 a second input was stretched along from `axis`, and only where `broadcast` said so.
   * @param {string[]} inputs @param {Record<string, any>} attributes */
  const stretchAlong = (inputs, { axis, broadcast }) => {
    const [first, second] = [shapes.get(inputs[0]), constants.get(inputs[1])];
    if (opened.opset > 6 || !broadcast || axis === undefined || !first || !second) return;
    const shape = [...second.shape, ...Array(Math.max(0, first.length - axis - second.shape.length)).fill(1)];
    const name = `${inputs[1]} along ${axis} of ${first.length}`;
    addConstant(name, withShape(second, shape), roots.get(inputs[1]) ?? null);
    inputs[1] = name;
  };

  /** @param {NodeMessage} node @param {Record<string, any>} attributes */
  const add = (node, attributes) => {
    const inputs = node.inputs.map(value);
    stretchAlong(inputs, attributes);
    const [first] = node.outputs;
    const handsOn = SAME_VALUE.has(node.kind) || (SAME_OF_ONE.has(node.kind) && inputs.length === 1);
    if (handsOn && inputs[0] && first) {
      same.set(first, inputs[0]);
      return;
    }
    const before = inputs.map((name) => unsized.get(name)).find((one) => one !== undefined);
    const made = before ? node.outputs.map(said) : infer(node, inputs, attributes);
    const reads = [...new Set(inputs.flatMap((name) => unsized.get(name)?.reads ?? name))].filter(Boolean);
    if (!made[0]) {
      const begins = before ?? { kind: node.kind, where: calledNode(node) };
      for (const name of node.outputs) if (name) unsized.set(name, { ...begins, reads });
    } else if (before) {
      checkSizes(calledNode(node), made);
      addSteps({ ...node, kind: `${before.kind} … ${node.kind}` }, reads, {}, made);
    } else if (node.kind === "Shape" && shapes.has(inputs[0])) {
      const { start = 0, end } = attributes;
      addConstant(first, shapeConstant((shapes.get(inputs[0]) ?? []).slice(start, end)), new Set());
    } else if (reads.every((name) => constants.has(name)) && COMPUTED[node.kind]) {
      compute(node, inputs, attributes, /** @type {Typed[]} */ (made));
    } else addSteps(node, inputs, attributes, made);
  };

  /**
   * What depends on the picture. @param {NodeMessage} node @param {string[]} inputs
   * @param {Record<string, any>} attributes
   * @param {(Typed | null)[]} made
   */
  const addSteps = (node, inputs, attributes, made) => {
    const first = ops.length;
    node.outputs.forEach((name, i) => {
      const one = made[i];
      if (!name || !one) return; // such as the mask of a dropout
      shapes.set(name, one.shape);
      types.set(name, one.type);
      numbers += sizeOfShape(one.shape);
      const own = node.name && i ? `${node.name}.${i}` : node.name || titleOf(node.kind, name);
      const before = made.slice(0, i).map((other) => other?.shape ?? []);
      ops.push({ kind: node.kind, name: own, inputs, output: name, ...one, attributes, before, work: 0 });
    });
    const work = pay(node, inputs, made);
    for (const op of ops.slice(first)) op.work = work / (ops.length - first);
  };

  for (const [name, constant] of opened.tensors) addConstant(name, constant, null);
  const known = new Set([opened.picture.name, ...opened.tensors.keys(), ""]);
  opened.nodes.forEach((node, i) => {
    if (node.inputs.some((name) => !known.has(name)) || node.outputs.some((name) => name && known.has(name)))
      throw refused("foreign.node", { where: calledNode(node) });
    for (const name of node.outputs) known.add(name);
    add(node, opened.attributes[i]);
  });
  const laid = { axes: new Map(), apart: new Set() };
  return { opened, picture: opened.picture.name, shapes, ops, constants, roots, learned, unsized, ...laid, value };
}

/** @param {string} kind @param {string} name */
function titleOf(kind, name) {
  return /^\d+$/.test(name) ? `${kind}_${name}` : name;
}

/**
 * How many products each number of a node's output takes, at most.
 * @param {string} kind @param {number[][]} read @param {Record<string, any>} attributes
 */
function productsEach(kind, read, attributes) {
  if (kind === "Conv" && read.length > 1) return sizeOfShape(read[1].slice(1));
  if (kind === "MatMul" || kind === "Gemm") return Math.max(1, ...read[0]);
  if (HEAVY.has(kind)) return Math.max(...(read.length > 1 ? read.slice(1) : read).map(sizeOfShape));
  const window = attributes.kernel_shape;
  return Array.isArray(window) ? sizeOfShape(window.map(Math.abs)) || 1 : 1;
}
