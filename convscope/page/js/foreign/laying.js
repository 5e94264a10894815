/**
 * A graph with every value laid as maps: what its axes are is followed from the picture on, and operators say what they
 * do to maps (N, C, H, W) whatever order their own axes have. As convscope/foreign/laying.py.
 */

import { axesTurned } from "../engine/tensors/places.js";
import { ONE_AXIS } from "../engine/tensors/reducing.js";
import { withShape } from "../engine/tensors/tensor.js";
import { sliceRead } from "./arranged_shapes.js";
import {
  GUESSED_AXES,
  PLAIN_AXES,
  axisOfMaps,
  columnAxes,
  isRow,
  mapsShape,
  orderOfAxes,
  sameMaps,
  turnedAxes,
} from "./axes.js";

/** @typedef {import("./graph.js").ForeignGraph} ForeignGraph */
/** @typedef {import("./graph.js").Op} Op */
/**
 * @typedef {{op: Op, axes: string} | "same" | null} Laid an operator on maps and the axes of what it makes; "same" for
 * one that changes no maps; null where that is not known
 */
/** @typedef {(state: Laying, op: Op) => Laid} Rule */
/**
 * @typedef {object} Laying
 * @property {ForeignGraph} given @property {ForeignGraph} made @property {Map<string, string>} same
 * @property {Set<string>} guessed values whose axes nothing said
 * @property {Map<string, string>} known axes that turned out to be others than was guessed
 */

const MOST_TURNS = 64; // values whose axes may turn out to be others than was guessed
const STANDARD = ["nc", "nchw"];
const WINDOWED = ["Conv", "ConvTranspose", "MaxPool", "AveragePool", "BatchNormalization", "InstanceNormalization"];

/** A value's axes are not as they were guessed. */
class Turn {
  /** @param {string} name @param {string} axes */
  constructor(name, axes) {
    this.name = name;
    this.axes = axes;
  }
}

/** @param {ForeignGraph} graph @param {string} picture what the picture's axes are @returns {ForeignGraph} */
export function laidGraph(graph, picture) {
  /** @type {Map<string, string>} */
  const known = new Map();
  for (;;) {
    try {
      return laidWith(graph, picture, known);
    } catch (turn) {
      if (!(turn instanceof Turn)) throw turn;
      if (known.size === MOST_TURNS || known.has(turn.name)) return graph;
      known.set(turn.name, turn.axes);
    }
  }
}

/** @param {ForeignGraph} graph @param {string} picture @param {Map<string, string>} known */
function laidWith(graph, picture, known) {
  const same = new Map();
  /** @type {ForeignGraph} */
  const made = {
    ...graph,
    shapes: new Map([[graph.picture, mapsShape(graph.shapes.get(graph.picture) ?? [], picture)]]),
    ops: [],
    constants: new Map(graph.constants),
    roots: new Map(graph.roots),
    axes: new Map([[graph.picture, picture]]),
    apart: new Set(),
    value: (name) => {
      let at = graph.value(name);
      for (let next = same.get(at); next !== undefined; next = same.get(at)) at = next;
      return at;
    },
  };
  /** @type {Laying} */
  const state = { given: graph, made, same, guessed: new Set(), known };
  for (const op of graph.ops) {
    const found = (AXIS_RULES[op.kind] ?? numberByNumber)(state, op);
    if (found === null) addGuessed(state, op);
    else if (found !== "same") addLaid(state, found.op, found.axes);
  }
  return made;
}

/** @param {Laying} state @param {Op} op @param {string} told */
function addLaid({ given, made, known }, op, told) {
  const axes = known.get(op.output) ?? told;
  const shape = mapsShape(given.shapes.get(op.output) ?? [], axes);
  made.axes.set(op.output, axes);
  made.shapes.set(op.output, shape);
  made.ops.push({ ...op, shape, inputs: op.inputs.map(made.value) });
}

/** An operator whose result's axes nothing says; it is apart where it reads what does not stand as maps.
 * @param {Laying} state @param {Op} op */
function addGuessed({ given, made, known, guessed }, op) {
  const rank = op.shape.length;
  let axes = known.get(op.output) ?? (op.shape[0] === 1 ? (GUESSED_AXES[rank] ?? "") : "");
  if (rank === 3 && WINDOWED.includes(op.kind)) axes = PLAIN_AXES[3];
  const read = op.inputs.filter((name) => given.shapes.has(name));
  const plain = read.every((name) => {
    const shape = given.shapes.get(name) ?? [];
    return STANDARD.includes(made.axes.get(name) ?? (shape[0] === 1 ? PLAIN_AXES[shape.length] : ""));
  });
  if (!plain || axes.length === 3) made.apart.add(op.output);
  guessed.add(op.output);
  const shape = axes ? mapsShape(op.shape, axes) : op.shape;
  made.shapes.set(op.output, shape);
  made.ops.push({ ...op, shape, inputs: op.inputs.map(made.value) });
  if (axes) made.axes.set(op.output, axes);
}

/** What the axes of a value are; "" where that is not known. @param {Laying} state @param {Op} op */
function axesRead({ made }, op) {
  return made.axes.get(op.inputs[0]) ?? "";
}

/** @param {Laying} state @param {Op} op */
function varyingInputs({ given }, op) {
  return op.inputs.filter((name) => name && !given.constants.has(name));
}

/** The name of a constant laid as values with these axes are, as many axes as they have. @param {Laying} state @param
 * {string} name @param {string} axes */
function laidConstant({ given, made }, name, axes) {
  const constant = given.constants.get(name);
  const rank = constant?.shape.length ?? 0;
  if (!constant || STANDARD.includes(axes) || rank === 0 || rank > axes.length) return name;
  const own = `${name} along ${axes}`;
  const whole = [...Array(axes.length - rank).fill(1), ...constant.shape];
  const order = orderOfAxes(axes);
  made.constants.set(own, withShape(axesTurned(withShape(constant, whole), order), mapsShape(whole, axes)));
  made.roots.set(own, given.roots.get(name) ?? new Set());
  return own;
}

/** One value, number by number. @type {Rule} */
function numberByNumber(state, op) {
  const axes = axesRead(state, op);
  const varying = varyingInputs(state, op);
  const same =
    varying.length === 1 &&
    varying[0] === op.inputs[0] &&
    state.given.shapes.get(varying[0])?.join() === op.shape.join();
  return axes && same && UNARY.has(op.kind) ? { op, axes } : null;
}

/** Several values, number by number, some of which may be stretched along others. @type {Rule} */
function joinedRule(state, op) {
  const { given, made, guessed } = state;
  const varying = varyingInputs(state, op);
  const whole = varying.filter((name) => made.axes.has(name) && given.shapes.get(name)?.join() === op.shape.join());
  const axes = made.axes.get(whole.find((name) => !guessed.has(name)) ?? whole[0] ?? "") ?? "";
  if (!axes) return null;
  for (const name of varying) {
    if (given.shapes.get(name)?.length === axes.length && made.axes.get(name) !== axes) {
      if (guessed.has(name)) throw new Turn(name, axes);
      return null;
    }
  }
  const even = varying.every((name) => given.shapes.get(name)?.length === axes.length);
  if (!STANDARD.includes(axes) && !even) return null;
  const inputs = op.inputs.map((name) => (given.constants.has(name) ? laidConstant(state, name, axes) : name));
  return { op: { ...op, inputs }, axes };
}

/** What an operator makes is what it reads: maps are not changed by it. @param {Laying} state @param {Op} op @param
 * {string} axes @returns {Laid} */
function unchanged({ made, same }, op, axes) {
  made.axes.set(op.output, axes);
  same.set(op.output, op.inputs[0]);
  return "same";
}

/** @type {Rule} */
function turnedRule(state, op) {
  const axes = axesRead(state, op);
  if (!axes) return null;
  const after = turnedAxes(axes, op.attributes.perm ?? op.shape.map((_, i) => op.shape.length - 1 - i));
  return sameMaps(axes, after) && !state.known.has(op.output) ? unchanged(state, op, after) : null;
}

/** @type {Rule} */
function reshapedRule(state, op) {
  const axes = axesRead(state, op);
  const before = state.given.shapes.get(op.inputs[0]) ?? [];
  if (!axes) return null;
  if (before.join() === op.shape.join()) return unchanged(state, op, axes);
  const bare = { ...op, inputs: op.inputs.slice(0, 1), attributes: {} };
  const column = columnAxes(before, axes, op.shape);
  if (column) return { op: { ...bare, kind: "Tokens" }, axes: column };
  const rank = op.shape.length;
  if (axes === "nc" && rank > 2 && rank < 5 && op.shape.join() === [...before, 1, 1].slice(0, rank).join())
    return { op: { ...bare, kind: "Pixels" }, axes: PLAIN_AXES[rank] };
  if (axes === "ncl" && op.shape.join() === [...before, 1].join()) return unchanged(state, op, "nchw");
  if (isInGroups(state, op, axes)) return { op, axes: "ncl" };
  return isRow(before, axes, op.shape) ? { op: { ...bare, kind: "Flatten" }, axes: "nc" } : null;
}

/** Whether maps are laid behind one another in groups, each of which is then normalised as one map.
 * @param {Laying} state @param {Op} op @param {string} axes */
function isInGroups({ given }, { output, shape, inputs }, axes) {
  const before = given.shapes.get(inputs[0]) ?? [];
  const reading = given.ops.filter((one) => one.inputs.includes(output));
  const apart = axes === "nchw" && shape.length === 3 && shape[0] === before[0] && before[1] % shape[1] === 0;
  return apart && reading.length > 0 && reading.every(({ kind }) => kind === "InstanceNormalization");
}

/** Numbers that are stretched only to be joined with others, which stretches them as well. @type {Rule} */
function stretchedRule(state, op) {
  const { given } = state;
  const axes = axesRead(state, op);
  const size = op.shape.join();
  const reading = given.ops.filter(({ inputs }) => inputs.includes(op.output));
  const isWhole = (/** @type {string} */ name) => name !== op.output && given.shapes.get(name)?.join() === size;
  const joins = reading.every(
    ({ kind, shape, inputs }) => AXIS_RULES[kind] === joinedRule && shape.join() === size && inputs.some(isWhole),
  );
  const known = STANDARD.includes(axes) && axes.length === op.shape.length && reading.length > 0;
  return known && joins ? unchanged(state, op, axes) : null;
}

/** A matrix along the channels, which stand last: filters of 1×1. @type {Rule} */
function multipliedRule(state, op) {
  const { given, made } = state;
  const axes = axesRead(state, op);
  const weight = given.constants.get(op.inputs[1]);
  if (axes.length < 3 || axes[axes.length - 1] !== "c" || weight?.shape.length !== 2) return null;
  const own = `${op.inputs[1]} as filters`;
  const [channels, units] = weight.shape;
  made.constants.set(own, withShape(axesTurned(weight, [1, 0]), [units, channels, 1, 1]));
  made.roots.set(own, given.roots.get(op.inputs[1]) ?? new Set());
  return { op: { ...op, kind: "Conv", inputs: [op.inputs[0], own], attributes: {} }, axes };
}

/** @type {Rule} */
function normalisedRule(state, op) {
  const axes = axesRead(state, op);
  const rank = op.shape.length;
  const last = ((op.attributes.axis ?? -1) + rank) % rank === rank - 1;
  if (!axes || !last || axes[axes.length - 1] !== "c") return null;
  return { op: { ...op, attributes: { ...op.attributes, axis: 1 } }, axes };
}

/** @type {Rule} */
function sharedRule(state, op) {
  const axes = axesRead(state, op);
  const rank = op.shape.length;
  const single = state.given.opened.opset >= ONE_AXIS;
  const axis = ((op.attributes.axis ?? (single ? -1 : 1)) + rank) % rank;
  if (!axes || axisOfMaps(axes, axis).length > 1) return null;
  if (STANDARD.includes(axes)) return { op, axes };
  if (!single && axis !== rank - 1) return null;
  return { op: { ...op, attributes: { ...op.attributes, axis: axisOfMaps(axes, axis)[0] } }, axes };
}

/** @type {Rule} */
function reducedRule(state, op) {
  const axes = axesRead(state, op);
  const held = state.given.constants.get(op.inputs[1] ?? "");
  /** @type {number[]} */
  const given = op.attributes.axes ?? (held ? Array.from(held.values) : []);
  if (!axes || !given.length) return null;
  const over = given.map((axis) => (axis + axes.length) % axes.length);
  const keeps = op.attributes.keepdims ?? 1;
  const left = keeps ? axes : [...axes].filter((_, i) => !over.includes(i)).join("");
  if (over.includes(axes.indexOf("n")) || (!keeps && !Object.values(PLAIN_AXES).includes(left))) return null;
  const maps = [...new Set(over.flatMap((axis) => axisOfMaps(axes, axis)))].sort((a, b) => a - b);
  return { op: { ...op, inputs: op.inputs.slice(0, 1), attributes: { ...op.attributes, axes: maps } }, axes: left };
}

/** @type {Rule} */
function concatenatedRule(state, op) {
  const { given, made, guessed } = state;
  const varying = varyingInputs(state, op);
  const known = varying.filter((name) => made.axes.has(name));
  const axes = made.axes.get(known.find((name) => !guessed.has(name)) ?? known[0] ?? "") ?? "";
  if (!axes) return null;
  for (const name of varying) {
    if (made.axes.get(name) === axes) continue;
    if (guessed.has(name) && given.shapes.get(name)?.length === axes.length) throw new Turn(name, axes);
    return null;
  }
  const inputs = op.inputs.map((name) => (given.constants.has(name) ? laidConstant(state, name, axes) : name));
  return { op: { ...op, inputs, attributes: { axis: axisOfMaps(axes, op.attributes.axis)[0] } }, axes };
}

/** @type {Rule} */
function slicedRule(state, op) {
  const axes = axesRead(state, op);
  const before = state.given.shapes.get(op.inputs[0]) ?? [];
  if (!axes) return null;
  const read = op.inputs.map((name) => {
    const constant = state.given.constants.get(name) ?? null;
    return name ? { type: constant?.type ?? op.type, shape: constant?.shape ?? before, constant } : null;
  });
  const taken = sliceRead(before, read, op.attributes);
  if (taken.some(({ step }) => step !== 1)) return null;
  const over = taken.flatMap(({ first, count }, i) => (first || count !== before[i] ? [i] : []));
  const attributes = {
    starts: over.map((i) => taken[i].first),
    ends: over.map((i) => taken[i].first + taken[i].count),
    axes: over.map((i) => axisOfMaps(axes, i)[0]),
  };
  return { op: { ...op, inputs: op.inputs.slice(0, 1), attributes }, axes };
}

/** One place of places in one row, whose axis is gone: a slice of one, and a row of numbers. @type {Rule} */
function pickedRule(state, op) {
  const axes = axesRead(state, op);
  const index = state.given.constants.get(op.inputs[1]);
  const axis = ((op.attributes.axis ?? 0) + 3) % 3;
  if (axes.length !== 3 || index?.size !== 1 || axes[axis] !== "l") return null;
  const left = index.shape.length ? axes : axes.replace("l", "");
  if (left !== axes && left !== "nc") return null;
  const length = (state.given.shapes.get(op.inputs[0]) ?? [])[axis];
  const at = (Number(index.values[0]) + length) % length;
  const attributes = { starts: [at], ends: [at + 1], axes: [2] };
  return { op: { ...op, kind: "Slice", inputs: op.inputs.slice(0, 1), attributes }, axes: left };
}

/** @type {Rule} */
function splitRule(state, op) {
  const axes = axesRead(state, op);
  if (!axes) return null;
  const attributes = { ...op.attributes, axis: axisOfMaps(axes, op.attributes.axis ?? 0)[0] };
  const before = op.before.map((shape) => mapsShape(shape, axes));
  return { op: { ...op, inputs: op.inputs.slice(0, 1), attributes, before }, axes };
}

const UNARY = new Set(
  (
    "Relu LeakyRelu Sigmoid Tanh Clip Elu Selu Celu HardSigmoid HardSwish Exp Log Sqrt Abs Neg Reciprocal Floor Ceil " +
    "Round Sign Erf Softplus Softsign Mish Gelu Cast QuantizeLinear DequantizeLinear Identity Dropout"
  ).split(" "),
);

/** @param {string} kinds @param {Rule} rule */
const ruleOf = (kinds, rule) => Object.fromEntries(kinds.split(" ").map((kind) => [kind, rule]));

/** @type {Record<string, Rule>} */
const AXIS_RULES = {
  ...ruleOf("Add Sub Mul Div Sum Max Min Pow PRelu Where", joinedRule),
  ...ruleOf("Reshape Flatten Squeeze Unsqueeze", reshapedRule),
  ...ruleOf("Softmax LogSoftmax", sharedRule),
  ...ruleOf("ReduceMean ReduceMax ReduceMin ReduceSum", reducedRule),
  Transpose: turnedRule,
  MatMul: multipliedRule,
  LayerNormalization: normalisedRule,
  Concat: concatenatedRule,
  Slice: slicedRule,
  Gather: pickedRule,
  Split: splitRule,
  Expand: stretchedRule,
};
