import { makeEngine } from "../../../../../convscope/page/js/engine/engine.js";
import { scalePicture } from "../../../../../convscope/page/js/engine/forward.js";
import { fastForward } from "../../../../../convscope/page/js/engine/fast/forward.js";
import { FAST_KINDS } from "../../../../../convscope/page/js/engine/fast/kinds.js";
import { planMemory } from "../../../../../convscope/page/js/engine/fast/memory.js";

/**
 * The largest difference of any node's output between the float64 engine and the kernels, as a share of the layer's
 * largest magnitude, and of which node; and what a run gives that is told node `given` and misses node `closed`.
 * @param {any} asked
 */
export function compare({ network, picture, modules, names }) {
  const engine = makeEngine(network);
  const exact = engine.forward(picture);
  const run = fastForward(engine.nodes, modules, names);
  if (!run) throw new Error(`none of ${names} works here`);
  const scaled = scalePicture(network.input, picture);
  let worst = { share: 0, node: "" };
  /** @type {Float32Array[]} */
  let spent = [];
  for (let turn = 0; turn < 2; turn++) {
    spent.forEach((values) => values.fill(NaN));
    const outputs = finish(run(scaled, {}, undefined, spent)); // twice: what the first pass left changes nothing
    if (turn && outputs.some((values, i) => values !== spent[i])) throw new Error("a spent output was not used");
    spent = outputs;
    outputs.forEach((values, i) => {
      const wanted = exact.outputs[i];
      if (values.length !== wanted.length) throw new Error(`${engine.nodes[i].name} has ${values.length} numbers`);
      const most = wanted.reduce((a, b) => Math.max(a, Math.abs(b)), 1e-6);
      const apart = wanted.reduce((a, b, j) => Math.max(a, Math.abs(b - values[j])), 0);
      if (!(apart / most <= worst.share)) worst = { share: apart / most, node: engine.nodes[i].name };
    });
  }
  return { worst, kernels: engine.nodes.map(({ kind }) => kind).filter((kind) => kind in FAST_KINDS) };
}

/** Outputs where node `closed` is opaque: given what it made, and given nothing. @param {any} asked */
export function closing({ network, picture, modules, names, closed }) {
  const engine = makeEngine(network);
  const exact = engine.forward(picture);
  const opened = { ...network.nodes[closed], kind: "opaque" };
  const nodes = network.nodes.map((/** @type {any} */ node, /** @type {number} */ i) => (i === closed ? opened : node));
  const run = fastForward(makeEngine({ ...network, nodes }).nodes, modules, names);
  const scaled = scalePicture(network.input, picture);
  if (!run) throw new Error("no kernels");
  const known = finish(run(scaled, { [closed]: Float32Array.from(exact.outputs[closed]) }));
  const last = known.length - 1;
  const longer = known.map((values) => new Float32Array(values.length + 1)); // fits nowhere
  const apart = known[last].reduce((a, b, i) => Math.max(a, Math.abs(b - exact.outputs[last][i])), 0);
  return { apart, lengths: finish(run(scaled, {}, undefined, longer)).map((values) => values.length) };
}

/** For each node whether the kernels take it, with the options that it has and others besides. @param {any} asked */
export function taken({ network, besides }) {
  const memory = planMemory();
  const place = (/** @type {number[]} */ shape) => memory.take(shape.reduce((a, b) => a * b, 1));
  return makeEngine(network).nodes.map((node) => {
    const inputs = node.inputs.map(place);
    const changed = { ...node, options: { ...node.options, ...besides } };
    const site = { node: changed, inputs, output: place(node.output), memory };
    return Boolean(FAST_KINDS[node.kind]?.(/** @type {any} */ (site)));
  });
}

/** @param {Generator<number, Float32Array[], void>} steps */
function finish(steps) {
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}
