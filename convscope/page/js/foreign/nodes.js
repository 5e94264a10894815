/**
 * Steps as the nodes of a page. As convscope/explain/imported/opaque.py, but that no runtime gives values for boxes:
 * they are computed here, where their operators are known (boxes.js).
 */

import { PlanFault } from "../formula/fault.js";
import { pageNodeOf } from "../formula/page_nodes.js";
import { entryOf } from "../formula/table.js";
import { layerAlone } from "../formula/trace.js";
import { phrase } from "../kit/i18n.js";
import { isFloat, TYPES } from "../engine/tensors/tensor.js";
import { refused } from "./fault.js";

/** @typedef {import("../formula/trace.js").Reach} Reach */
/** @typedef {import("../kit/i18n.js").Translate} Translate */
/** @typedef {import("../types.js").Numbers32} Numbers32 */
/** @typedef {import("../types.js").PageNode} PageNode */
/** @typedef {import("../engine/types.js").NodeWithProgram} NodeWithProgram */
/** @typedef {import("./boxes.js").Programs} Programs */
/** @typedef {import("../types.js").Shape} Shape */
/** @typedef {import("./steps.js").ForeignStep} ForeignStep */

/**
 * @param {ForeignStep[]} steps @param {{name: string, shape: Shape}} picture what the first of them reads
 * @param {Programs} programs of boxes @param {Translate} t the language of the sums
 */
export function nodesOf(steps, picture, programs, t) {
  /** @type {NodeWithProgram[]} */
  const nodes = [];
  /** The node that makes each value of the graph, −1 for the picture. */
  const makers = new Map([[picture.name, -1]]);
  /** @type {Record<string, Numbers32>} */
  const tensors = {};
  /** @type {(Reach | null)[]} */
  const reaches = [];
  /** @type {number[][]} which nodes each step became or, passed over, reads */
  const places = [];
  const named = namesOnce();
  const whole = { field: { size: [1, 1], jump: [1, 1], start: [0, 0] }, grid: [picture.shape[1], picture.shape[2]] };

  for (const step of steps) {
    const found = step.sources.flatMap((source) => (source < 0 ? [-1] : places[source]));
    const sources = found.length ? found : [nodes.length - 1];
    const { shape } = step;
    if (shape.length < 2 || !isFloat(step)) {
      places.push(sources);
      continue;
    }
    const name = named(step.name);
    const read = sources.map((source) => ({
      shape: /** @type {Shape} */ (source < 0 ? picture.shape : nodes[source].output),
      flat: source >= 0 && nodes[source].flat,
      reach: /** @type {Reach | null} */ (source < 0 ? whole : reaches[source]),
    }));
    const open = step.layer && sources.every((source) => source < 0 || !sequences.has(nodes[source]));
    const placed = open ? placedLayer(step, read) : null;
    if (placed) {
      const node = pageNodeOf(
        { ...placed, name, sources, field: placed.field ?? NO_FIELD, grid: placed.grid ?? [1, 1] },
        t,
      );
      nodes.push({ ...node, parameters: step.parameters, parameters_how: parametersSaid(node, step.parameters) });
      for (const [key, { shape: dims, values }] of Object.entries(step.tensors))
        tensors[`${name}.${key}`] = { dtype: "float32", shape: dims, values: /** @type {Float32Array} */ (values) };
      reaches.push(placed.field ? { field: placed.field, grid: placed.grid } : null);
    } else {
      const once = sources.filter((source, i) => sources.indexOf(source) === i);
      const inputs = once.map((source) => read[sources.indexOf(source)].shape);
      const program = programs(step.makes, (value) => once.indexOf(makers.get(value) ?? NaN), once.length);
      nodes.push({ ...boxNode(step, name, once, inputs), ...(program && { program }) });
      if (shape.length === 3) sequences.add(nodes[nodes.length - 1]);
      reaches.push(null);
    }
    makers.set(step.makes, nodes.length - 1);
    places.push([nodes.length - 1]);
  }
  if (!nodes.length || places[places.length - 1].join() !== String(nodes.length - 1))
    throw refused("module.scores", { expected: phrase("module.scores.expected") });
  return { nodes, tensors };
}

/** @type {WeakSet<PageNode>} nodes that make sequences (N, L, D), which no layer of the formula reads */
const sequences = new WeakSet();

/** @type {import("../formula/fields.js").Field} of a box: what it reads of the picture is not known */
const NO_FIELD = { size: [0, 0], jump: [0, 0], start: [0, 0] };

/**
 * A step as the layer that it is; null where that makes another size of what it reads, or takes something else.
 * @param {ForeignStep} step @param {{shape: Shape, flat: boolean, reach: Reach | null}[]} read
 */
function placedLayer({ layer, shape, tensors }, read) {
  if (!layer || (entryOf(layer.is).traits.takes === "rows" && !read[0].flat)) return null;
  try {
    const placed = layerAlone(layer, read, 1, true, "");
    const fits = placed.output.join() === shapeOfPage(shape).join() && placed.flat === (shape.length === 2);
    return fits && Object.values(tensors).every(({ type }) => type === TYPES.float) ? placed : null;
  } catch (error) {
    if (error instanceof PlanFault) return null;
    throw error;
  }
}

/** How so many parameters come about. @param {PageNode} node @param {number} parameters */
function parametersSaid(node, parameters) {
  if (node.parameters === parameters) return node.parameters_how;
  const rows = entryOf(node.kind)?.traits.takes === "rows" && parameters === node.macs; // without a bias
  return rows ? `${node.output[0]} × ${node.inputs[0][0]} = ${parameters.toLocaleString("en-US")}` : "";
}

/**
 * (C, H, W) of a result (N, …); of rows of numbers (units, 1, 1); of sequences (N, L, D) one map.
 * @param {number[]} shape
 * @returns {Shape}
 */
function shapeOfPage(shape) {
  if (shape.length === 3) return [1, shape[1], shape[2]];
  const [c, h = 1, w = 1] = shape.slice(1);
  return [c, h, w];
}

/**
 * @param {ForeignStep} step
 * @param {string} name
 * @param {number[]} sources
 * @param {Shape[]} inputs
 * @returns {PageNode}
 */
function boxNode(step, name, sources, inputs) {
  return {
    name,
    kind: "opaque",
    text: step.label,
    sources,
    inputs,
    output: shapeOfPage(step.shape),
    flat: step.shape.length === 2,
    window: null,
    options: {},
    parameters: step.parameters,
    parameters_how: "",
    macs: 0,
    size_how: "",
    dropped: [0, 0],
    field: NO_FIELD,
  };
}

/** What gives each name once. */
function namesOnce() {
  /** @type {Map<string, number>} */
  const counts = new Map();
  /** @param {string} given @returns {string} */
  const named = (given) => {
    const name = given.replace(/#/g, " ") || "module";
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return count === 1 ? name : named(`${name} ${count}`);
  };
  return named;
}
