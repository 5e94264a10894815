/** From a plan to its numbers, layer by layer. As convscope/formula/tracing.py, whose nodes these are. */

import { phrase } from "../kit/i18n.js";
import { macsOf, parametersOf } from "./costs.js";
import { PlanFault, grouped } from "./fault.js";
import { fieldAround, shifted, through } from "./fields.js";
import { both, endsOf, layerOf, layerText } from "./layers.js";
import { innerOf, planText, walk } from "./plan.js";
import { windowExtent, largestCell, sizesOf, windowOf } from "./sizes.js";
import { LIMITS, entryOf } from "./table.js";

/** @typedef {import("./costs.js").Three} Three */
/** @typedef {import("./fields.js").Two} Two */
/** @typedef {import("./fields.js").Field} Field */
/** @typedef {{field: Field, grid: Two}} Reach a field, and the rows and columns of maps that units stand for */
/** @typedef {import("./layers.js").LayerPlan} LayerPlan */
/** @typedef {import("./layers.js").WholeLayer} WholeLayer */
/** @typedef {import("./plan.js").Plan} Plan */
/** @typedef {import("./sizes.js").PlanWindow} PlanWindow */
/**
 * @typedef {object} PlanNode one layer put to work
 * @property {string} name @property {LayerPlan} layer @property {string} text
 * @property {number[]} sources the nodes that it reads, −1 for the picture
 * @property {Three[]} inputs what those make @property {Three} input @property {Three} output @property {boolean} flat
 * @property {PlanWindow | null} window
 * @property {bigint} parameters @property {string} parametersHow @property {bigint} macs
 * @property {import("./fault.js").Said} sizeHow @property {Two} dropped @property {Field} field
 * @property {Two} grid rows and columns of the maps that its numbers stand for, flattened or not
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
  /** The node that the next layer reads: the last one added, but where a branch begins. */
  let last = -1;

  const shapeAt = (/** @type {number} */ index) => (index >= 0 ? nodes[index].output : input);
  const flatAt = (/** @type {number} */ index) => index >= 0 && nodes[index].flat;
  /** @param {number} index @returns {Reach} */
  const reachAt = (index) =>
    index >= 0 ? nodes[index] : { field: { size: [1, 1], jump: [1, 1], start: [0, 0] }, grid: [input[1], input[2]] };

  /** @param {Plan} part */
  const addPlan = (part) => {
    for (const layer of walk(part)) {
      if ("shortcut" in layer) addSkip(layer);
      else if ("gated" in layer) addGate(layer.gated);
      else if ("ratio" in layer) addGate(squeezed(shapeAt(last)[0], layer.ratio));
      else if ("branches" in layer) addBranches(layer.branches);
      else {
        if (takesRows(layer.is) && !flatAt(last)) add({ is: "flatten" }, [last]);
        add(layer, [last]);
      }
    }
  };
  /** @param {import("./plan.js").SkipPlan} plan */
  const addSkip = (plan) => {
    const begin = last;
    addPlan(plan.body);
    const through = last;
    last = begin;
    if (plan.shortcut) addPlan(plan.shortcut);
    const [before, after] = [shapeAt(last), shapeAt(through)];
    if (after.join() !== before.join() || flatAt(last) !== flatAt(through)) {
      throw new PlanFault(phrase("skip.shape"), {
        where: planText(plan),
        got: phrase("skip.shape.got", { before: before.join("×"), after: after.join("×") }),
        hint: phrase("skip.shape.try"),
      });
    }
    add({ is: "add" }, [through, last]);
  };
  /** @param {Plan} body */
  const addGate = (body) => {
    const begin = last;
    addPlan(body);
    const numbers = (/** @type {number} */ at) => shapeAt(at).reduce((a, b) => a * b, 1);
    add({ is: "mul" }, numbers(last) > numbers(begin) ? [last, begin] : [begin, last]);
  };
  /** @param {Plan[]} branches */
  const addBranches = (branches) => {
    const begin = last;
    const ends = branches.map((branch) => {
      last = begin;
      addPlan(branch);
      return last;
    });
    add({ is: "concat" }, ends);
  };
  /** @param {LayerPlan} layer @param {number[]} sources */
  const add = (layer, sources) => {
    counts.set(layer.is, (counts.get(layer.is) ?? 0) + 1);
    const where = phrase("layer.place", { n: nodes.length + 1, layer: layerText(layer) });
    const read = sources.map((source) => ({ shape: shapeAt(source), flat: flatAt(source), reach: reachAt(source) }));
    if (takesRows(layer.is)) rowsLeft--;
    nodes.push({
      name: `${layer.is}${/\d$/.test(layer.is) ? "_" : ""}${counts.get(layer.is)}`,
      sources,
      ...layerAlone(layer, read, classes, rowsLeft <= 0, where),
    });
    last = nodes.length - 1;
  };

  addPlan(plan);
  const end = nodes[nodes.length - 1];
  if (["softmax", "log_softmax"].includes(end.layer.is))
    throw new PlanFault(phrase("softmax.last"), {
      where: phrase("layer.place", { n: nodes.length, layer: end.text }),
      hint: phrase("layer.softmax.try"),
    });
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

/**
 * One layer on what it reads: its sizes, costs and receptive field; throws a PlanFault. `reach` is null where nobody
 * knows what a source sees; then `field` and `grid` are null.
 * @template {Reach | null} R
 * @param {LayerPlan} layer
 * @param {{shape: Three, flat: boolean, reach: R}[]} read one a source
 * @param {number} classes
 * @param {boolean} last whether no layer after it takes a row of numbers
 * @param {import("./fault.js").Said} where
 */
export function layerAlone(layer, read, classes, last, where) {
  const [{ shape, flat }] = read;
  const shapes = read.map((source) => source.shape);
  if (read.some((source) => source.flat !== flat)) {
    throw new PlanFault(phrase("sources.mixed"), {
      where,
      got: read.map((source) => (source.flat ? source.shape[0] : source.shape.join("×"))).join(", "),
      hint: phrase("sources.mixed.try"),
    });
  }
  if (flat && entryOf(layer.is).traits.takes === "maps") {
    throw new PlanFault(phrase("maps.needed"), {
      where,
      got: phrase("maps.needed.got", { n: shape[0] }),
      hint: phrase("maps.needed.try"),
    });
  }
  const sizes = sizesOf(layer, { shape, shapes, flat, classes, last }, where);
  const { output } = sizes;
  if (output[0] * output[1] * output[2] > LIMITS.numbers)
    throw new PlanFault(phrase("output.large"), {
      where,
      got: output.join("×"),
      expected: phrase("value.most.numbers", { n: grouped(LIMITS.numbers) }),
    });
  const [parameters, parametersHow] = parametersOf(layer, shape, output);
  const window = windowOf(layer);
  const reaches = /** @type {Reach[]} */ (read.map(({ reach }) => reach).filter((reach) => reach !== null));
  const reach = reaches.length === read.length ? reachOf(layer, reaches, sizes, window) : null;
  if (
    reach &&
    Math.max(...[...reach.field.size, ...reach.field.jump, ...reach.field.start].map(Math.abs)) > LIMITS.field
  )
    throw new PlanFault(phrase("field.large"), {
      where,
      expected: phrase("value.most.pixels", { n: grouped(LIMITS.field) }),
    });
  return {
    layer,
    text: layerText(layer),
    inputs: shapes,
    input: shape,
    output,
    flat: sizes.flat,
    window,
    parameters,
    parametersHow,
    macs: macsOf(layer, shape, output),
    sizeHow: sizes.how,
    dropped: sizes.dropped,
    .../** @type {R extends null ? {field: null, grid: null} : Reach} */ (reach ?? { field: null, grid: null }),
  };
}

/**
 * The receptive field of a layer's units, and the rows and columns that they stand for. As `Layer.reach`.
 * @param {LayerPlan} layer
 * @param {Reach[]} before
 * @param {import("./sizes.js").Sizes} sizes
 * @param {PlanWindow | null} window
 * @returns {Reach}
 */
function reachOf(layer, before, { output, flat }, window) {
  const { reads } = entryOf(layer.is).traits;
  const [{ grid }] = before;
  const places = new Set(before.map((reach) => [...reach.field.jump, ...reach.grid].join()));
  if (reads === "source" && flat && places.size > 1) {
    const whole = before.map((reach) => through(reach.field, reach.grid, reach.grid, [0, 0]));
    return { field: whole.reduce(fieldAround), grid: [1, 1] };
  }
  if (reads === "column" && flat)
    return { field: through(before[0].field, before[0].grid, before[0].grid, [0, 0]), grid: [1, 1] };
  const field =
    before.length > 1
      ? before.map((reach) => (reads === "units" && !flat ? spread(reach, output) : reach.field)).reduce(fieldAround)
      : fieldAfter(/** @type {WholeLayer} */ (layer), before[0].field, grid, window);
  return { field, grid: reads === "all" ? [1, 1] : flat ? grid : [output[1], output[2]] };
}

/**
 * A single row or column that counts for all does not jump.
 * @param {Reach} reach
 * @param {Three} output
 * @returns {Field}
 */
function spread({ field, grid }, [, rows, columns]) {
  const still = [grid[0] === 1 && rows > 1, grid[1] === 1 && columns > 1];
  return { ...field, jump: [still[0] ? 0 : field.jump[0], still[1] ? 0 : field.jump[1]] };
}

/** The gate of an se, of so many channels. @param {number} channels @param {number} ratio @returns {Plan} */
function squeezed(channels, ratio) {
  const conv = (/** @type {number} */ n) =>
    layerOf("conv", { channels: { is: "int", of: n }, kernel: { is: "int", of: 1 } });
  const between = conv(Math.max(1, Math.floor(channels / ratio)));
  const parts = [{ is: "gap" }, between, { is: "relu" }, conv(channels), { is: "sigmoid" }];
  return { is: "chain", parts, count: 5, depth: 1 };
}

/** @param {WholeLayer} layer @param {Field} before @param {Two} grid @param {PlanWindow | null} window */
function fieldAfter(layer, before, grid, window) {
  if (window) return through(before, windowExtent(window), window.stride, window.pad);
  const { reads } = entryOf(layer.is).traits;
  if (reads === "part") {
    const [h, w] = both(layer.size);
    return shifted(before, [Math.floor((grid[0] - h) / 2), Math.floor((grid[1] - w) / 2)]);
  }
  if (reads === "cell") {
    const cells = both(layer.size);
    const axes = /** @type {(0 | 1)[]} */ ([0, 1]);
    const extent = axes.map((axis) => largestCell(grid[axis], cells[axis]));
    const step = axes.map((axis) => Math.max(1, Math.floor((2 * grid[axis] + cells[axis]) / (2 * cells[axis]))));
    return through(before, /** @type {Two} */ (extent), /** @type {Two} */ (step), [0, 0]);
  }
  if (reads === "spread") return spreadField(layer, before);
  if (reads === "along") return resampledField(layer, before);
  if (reads === "group") return { ...through(before, grid, grid, [0, 0]), jump: before.jump };
  return reads === "all" ? through(before, grid, grid, [0, 0]) : before; // one window over everything
}

/** After a padding, or an enlargement, whose jump is a whole number. @param {WholeLayer} layer @param {Field} before */
function resampledField(layer, before) {
  if (layer.sides !== undefined) return through(before, [1, 1], [1, 1], endsOf(layer.sides)[0]);
  const wide = layer.mode === "bilinear" ? 2 : 1;
  const scale = both(layer.scale);
  const axes = /** @type {(0 | 1)[]} */ ([0, 1]);
  const jump = axes.map((axis) => Math.max(1, Math.floor((2 * before.jump[axis] + scale[axis]) / (2 * scale[axis]))));
  return { ...through(before, [wide, wide], [1, 1], [0, 0]), jump: /** @type {Two} */ (jump) };
}

/** After a transposed convolution: of the units that see most. @param {WholeLayer} layer @param {Field} before */
function spreadField(layer, before) {
  const [kernel, stride, dilation] = [layer.kernel, layer.stride, layer.dilation].map(both);
  const [pad] = endsOf(/** @type {import("./layers.js").Sides} */ (layer.pad));
  const axes = /** @type {(0 | 1)[]} */ ([0, 1]);
  const extent = axes.map((axis) => dilation[axis] * (kernel[axis] - 1) + 1);
  const wide = axes.map((axis) => Math.ceil(extent[axis] / stride[axis]));
  const taken = axes.map((axis) => Math.floor((extent[axis] - 1 - pad[axis]) / stride[axis]));
  const jump = axes.map((axis) => Math.max(1, Math.floor((2 * before.jump[axis] + stride[axis]) / (2 * stride[axis]))));
  const seen = through(before, /** @type {Two} */ (wide), [1, 1], /** @type {Two} */ (taken));
  return { ...seen, jump: /** @type {Two} */ (jump) };
}

/** Layers that take rows of numbers, those within groups too. @param {Plan} plan @returns {number} */
function countRows(plan) {
  let n = 0;
  for (const layer of walk(plan)) {
    n += innerOf(layer).reduce((sum, part) => sum + countRows(part), Number(takesRows(layer.is)));
  }
  return n;
}

/** @param {string} kind */
function takesRows(kind) {
  return entryOf(kind)?.traits.takes === "rows";
}
