/** From a plan to its numbers, layer by layer. As convscope/formula/shapes.py, whose nodes these are. */

import { phrase } from "../../kit/i18n.js";
import { macsOf, parametersOf } from "./costs.js";
import { PlanFault, grouped } from "./fault.js";
import { joined, shifted, through } from "./fields.js";
import { both, layerText } from "./layers.js";
import { planText, walk } from "./plan.js";
import { extentOf, sizesOf, windowOf } from "./sizes.js";
import { entryOf } from "./table.js";

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

const MAX_PARAMETERS = 500000000n;
const MAX_NUMBERS = 500000000;

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
  if (input[0] * input[1] * input[2] > MAX_NUMBERS)
    throw new PlanFault(phrase("input.large"), {
      got: input.join("×"),
      expected: phrase("value.most.numbers", { n: grouped(MAX_NUMBERS) }),
    });
  /** @type {PlanNode[]} */
  const nodes = [];
  /** @type {Map<string, number>} */
  const counts = new Map();
  let unitsLeft = countUnits(plan);
  /** @type {Two} */
  let grid = [1, 1];

  const shapeNow = () => (nodes.length ? nodes[nodes.length - 1].output : input);
  const flatNow = () => nodes.length > 0 && nodes[nodes.length - 1].flat;
  /** @param {number} index @returns {Field} */
  const fieldAt = (index) => (index >= 0 ? nodes[index].field : { size: [1, 1], jump: [1, 1], start: [0, 0] });

  /** @param {Plan} part */
  const addPlan = (part) => {
    for (const layer of walk(part)) {
      if (layer.is === "skip" && "body" in layer) addSkip(layer.body);
      else {
        if (layer.is !== "skip" && entryOf(layer.is).traits.takes === "rows" && !flatNow())
          add({ is: "flatten" }, null);
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
    if (flat && entryOf(layer.is).traits.takes === "maps") {
      throw new PlanFault(phrase("maps.needed"), {
        where,
        got: phrase("maps.needed.got", { n: shape[0] }),
        hint: phrase("maps.needed.try"),
      });
    }
    const window = windowOf(layer);
    let { output, how, dropped } = sizesOf(layer, shape, window, where);
    if (layer.is === "fc") {
      unitsLeft--;
      if (layer.units === null && unitsLeft)
        throw new PlanFault(phrase("units.last"), { where, hint: phrase("units.last.try") });
      output = [layer.units ?? classes, 1, 1];
      how = phrase("how.units", { n: output[0] });
    }
    if (output[0] * output[1] * output[2] > MAX_NUMBERS)
      throw new PlanFault(phrase("output.large"), {
        where,
        got: output.join("×"),
        expected: phrase("value.most.numbers", { n: grouped(MAX_NUMBERS) }),
      });
    if (layer.is === "conv" && shape[0] % (layer.groups ?? 1))
      throw new PlanFault(phrase("groups.divide.input"), {
        where,
        got: phrase("groups.divide.got", { groups: layer.groups ?? 1, channels: shape[0] }),
      });
    const [parameters, parametersHow] = parametersOf(layer, shape, output);
    let field = fieldAfter(layer, fieldAt(index), flat ? grid : [shape[1], shape[2]], window);
    if (layer.is === "flatten" && !flat) grid = [shape[1], shape[2]];
    else if (layer.is === "fc") grid = [1, 1];
    if (other !== null) field = joined(field, fieldAt(other));
    nodes.push({
      name: `${layer.is}${counts.get(layer.is)}`,
      layer,
      text,
      source: index,
      other,
      input: shape,
      output,
      flat: flat || layer.is === "flatten" || layer.is === "fc",
      window,
      parameters,
      parametersHow,
      macs: macsOf(layer, shape, output),
      sizeHow: how,
      dropped,
      field,
    });
  };

  addPlan(plan);
  const parameters = nodes.reduce((n, node) => n + node.parameters, 0n);
  if (parameters > MAX_PARAMETERS) {
    const most = nodes.reduce((a, b) => (b.parameters > a.parameters ? b : a));
    throw new PlanFault(phrase("parameters.many"), {
      got: phrase("parameters.many.got", { n: grouped(parameters), layer: most.text, how: most.parametersHow }),
      expected: phrase("value.most", { n: grouped(MAX_PARAMETERS) }),
      hint: phrase("parameters.many.try"),
    });
  }
  return { plan, input, classes, nodes, parameters, macs: nodes.reduce((n, node) => n + node.macs, 0n) };
}

/** @param {LayerPlan} layer @param {Field} before @param {Two} grid @param {PlanWindow | null} window */
function fieldAfter(layer, before, grid, window) {
  if (window) return through(before, extentOf(window), window.stride, window.pad);
  if (layer.is === "crop") {
    const [h, w] = both(layer.size ?? 1);
    return shifted(before, [Math.floor((grid[0] - h) / 2), Math.floor((grid[1] - w) / 2)]);
  }
  return entryOf(layer.is).traits.reads === "all" ? through(before, grid, grid, [0, 0]) : before;
}

/** Fully connected layers, those within skips too. @param {Plan} plan @returns {number} */
function countUnits(plan) {
  let n = 0;
  for (const layer of walk(plan))
    n += layer.is === "skip" && "body" in layer ? countUnits(layer.body) : layer.is === "fc" ? 1 : 0;
  return n;
}
