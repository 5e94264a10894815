/** From a plan to its numbers, layer by layer. As convscope/formula/tracing.py, whose nodes these are. */

import { phrase } from "../../kit/i18n.js";
import { macsOf, parametersOf } from "./costs.js";
import { PlanFault, grouped } from "./fault.js";
import { joined, shifted, through } from "./fields.js";
import { both, layerText } from "./layers.js";
import { planText, walk } from "./plan.js";
import { extentOf, sizesOf, windowOf } from "./sizes.js";
import { LIMITS, entryOf } from "./table.js";

/** @typedef {import("./costs.js").Three} Three */
/** @typedef {import("./fields.js").Two} Two */
/** @typedef {import("./fields.js").Field} Field */
/** @typedef {import("./layers.js").LayerPlan} LayerPlan */
/** @typedef {import("./plan.js").Plan} Plan */
/** @typedef {import("./sizes.js").PlanWindow} PlanWindow */
/**
 * @typedef {object} PlanNode one layer put to work
 * @property {string} name @property {LayerPlan} layer @property {string} text @property {number} source @property
 * {number | null} other
 * @property {Three} input @property {Three} output @property {boolean} flat @property {PlanWindow | null} window
 * @property {bigint} parameters @property {string} parametersHow @property {bigint} macs
 * @property {import("./fault.js").Said} sizeHow @property {Two} dropped @property {Field} field
 */
/**
 * @typedef {{plan: Plan, input: Three, classes: number, nodes: PlanNode[], parameters: bigint, macs: bigint}}
 * PlanNetwork
 */

/**
 * Write a plan out for pictures of one shape; throws a PlanFault.
 * @param {Plan} plan
 * @param {Three} input
 * @param {number} classes
 * @returns {PlanNetwork}
 */
export function tracePlan(plan, input, classes) {
  if (!input.every((n) => Number.isInteger(n) && n >= 1))
    throw new PlanFault(phrase("input.whole"), { got: `(${input.join(", ")})`, hint: "(1, 28, 28)" });
  if (classes < 1) throw new PlanFault(phrase("classes.none"), { got: String(classes) });
  if (input[0] * input[1] * input[2] > LIMITS.picture)
    throw new PlanFault(phrase("input.large"), {
      got: input.join("×"),
      expected: phrase("value.most.numbers", { n: grouped(LIMITS.picture) }),
    });
  /** @type {PlanNode[]} */
  const nodes = [];
  /** @type {Map<string, number>} */
  const counts = new Map();
  let rowsLeft = countRows(plan);
  /** Rows and columns of the maps that the last node's units came from. @type {Two} */
  let grid = [input[1], input[2]];

  const shapeNow = () => (nodes.length ? nodes[nodes.length - 1].output : input);
  const flatNow = () => nodes.length > 0 && nodes[nodes.length - 1].flat;
  /** @param {number} index @returns {Field} */
  const fieldAt = (index) => (index >= 0 ? nodes[index].field : { size: [1, 1], jump: [1, 1], start: [0, 0] });

  /** @param {Plan} part */
  const addPlan = (part) => {
    for (const layer of walk(part)) {
      if (layer.is === "skip" && "body" in layer) addSkip(layer.body);
      else {
        if (takesRows(layer.is) && !flatNow()) add({ is: "flatten" }, null);
        add(/** @type {LayerPlan} */ (layer), null);
      }
    }
  };
  /** @param {Plan} body */
  const addSkip = (body) => {
    const [begin, before, flat] = [nodes.length - 1, shapeNow(), flatNow()];
    addPlan(body);
    if (shapeNow().join() !== before.join() || flatNow() !== flat) {
      throw new PlanFault(phrase("skip.shape"), {
        where: `skip(${planText(body)})`,
        got: phrase("skip.shape.got", { before: before.join("×"), after: shapeNow().join("×") }),
        hint: phrase("skip.shape.try"),
      });
    }
    add({ is: "add" }, begin);
  };
  /** @param {LayerPlan} layer @param {number | null} other */
  const add = (layer, other) => {
    counts.set(layer.is, (counts.get(layer.is) ?? 0) + 1);
    const text = layerText(layer);
    const where = phrase("layer.place", { n: nodes.length + 1, layer: text });
    const [index, shape, flat] = [nodes.length - 1, shapeNow(), flatNow()];
    const { takes, reads } = entryOf(layer.is).traits;
    if (flat && takes === "maps") {
      throw new PlanFault(phrase("maps.needed"), {
        where,
        got: phrase("maps.needed.got", { n: shape[0] }),
        hint: phrase("maps.needed.try"),
      });
    }
    if (takes === "rows") rowsLeft--;
    const sizes = sizesOf(layer, { shape, flat, classes, last: rowsLeft <= 0 }, where);
    const { output } = sizes;
    if (output[0] * output[1] * output[2] > LIMITS.numbers)
      throw new PlanFault(phrase("output.large"), {
        where,
        got: output.join("×"),
        expected: phrase("value.most.numbers", { n: grouped(LIMITS.numbers) }),
      });
    const [parameters, parametersHow] = parametersOf(layer, shape, output);
    const window = windowOf(layer);
    const own = fieldAfter(layer, fieldAt(index), grid, window);
    const field = other === null ? own : joined(own, fieldAt(other));
    if (Math.max(...[...field.size, ...field.jump, ...field.start].map(Math.abs)) > LIMITS.field)
      throw new PlanFault(phrase("field.large"), {
        where,
        expected: phrase("value.most.pixels", { n: grouped(LIMITS.field) }),
      });
    if (reads === "all") grid = [1, 1];
    else if (!sizes.flat) grid = [output[1], output[2]];
    nodes.push({
      name: `${layer.is}${counts.get(layer.is)}`,
      layer,
      text,
      source: index,
      other,
      input: shape,
      output,
      flat: sizes.flat,
      window,
      parameters,
      parametersHow,
      macs: macsOf(layer, shape, output),
      sizeHow: sizes.how,
      dropped: sizes.dropped,
      field,
    });
  };

  addPlan(plan);
  const parameters = nodes.reduce((n, node) => n + node.parameters, 0n);
  if (parameters > LIMITS.parameters) {
    const most = nodes.reduce((a, b) => (b.parameters > a.parameters ? b : a));
    throw new PlanFault(phrase("parameters.many"), {
      got: phrase("parameters.many.got", { n: grouped(parameters), layer: most.text, how: most.parametersHow }),
      expected: phrase("value.most", { n: grouped(LIMITS.parameters) }),
      hint: phrase("parameters.many.try"),
    });
  }
  return { plan, input, classes, nodes, parameters, macs: nodes.reduce((n, node) => n + node.macs, 0n) };
}

/** @param {LayerPlan} layer @param {Field} before @param {Two} grid @param {PlanWindow | null} window */
function fieldAfter(layer, before, grid, window) {
  if (window) return through(before, extentOf(window), window.stride, window.pad);
  const { reads } = entryOf(layer.is).traits;
  if (reads === "part") {
    const [h, w] = both(layer.size ?? 1);
    return shifted(before, [Math.floor((grid[0] - h) / 2), Math.floor((grid[1] - w) / 2)]);
  }
  return reads === "all" ? through(before, grid, grid, [0, 0]) : before; // one window over everything
}

/** Layers that take rows of numbers, those within skips too. @param {Plan} plan @returns {number} */
function countRows(plan) {
  let n = 0;
  for (const layer of walk(plan))
    n += layer.is === "skip" && "body" in layer ? countRows(layer.body) : Number(takesRows(layer.is));
  return n;
}

/** @param {string} kind */
function takesRows(kind) {
  return entryOf(kind).traits.takes === "rows";
}
