import { makeEngine } from "../../convscope/page/js/engine/engine.js";
import { scalePicture } from "../../convscope/page/js/engine/forward.js";
import { fastForward } from "../../convscope/page/js/engine/fast/forward.js";

/**
 * Milliseconds of one forward pass with every layer's output kept, by engine, in turn; and how far the scores of ONNX
 * Runtime's and the page's are apart. See benchmarks/forward.py.
 * @param {any} asked
 */
export async function measure({ network, modules, picture, ort, rounds }) {
  const engine = makeEngine(network);
  const fast = fastForward(engine.nodes, modules);
  if (!fast) throw new Error("no WebAssembly");
  const scaled = scalePicture(network.input, picture);
  const byWasm = async () => lastOf(fast(scaled));
  /** @type {Record<string, () => Promise<ArrayLike<number>>>} */
  const engines = { wasm: byWasm, plain: async () => engine.forward(picture).logits };
  if (ort) engines["onnxruntime-web"] = ort;
  /** @type {Record<string, number[]>} */
  const times = {};
  /** @type {Record<string, ArrayLike<number>>} */
  const scores = {};
  for (const [name, run] of Object.entries(engines)) {
    times[name] = [];
    scores[name] = await run(); // the first pass compiles
  }
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of Object.entries(engines)) {
      if (name === "plain" && round % 5) continue;
      const began = performance.now();
      await run();
      times[name].push(performance.now() - began);
    }
  }
  const apart = Object.fromEntries(
    Object.entries(scores).map(([name, found]) => [
      name,
      Array.from(found).reduce((most, v, i) => Math.max(most, Math.abs(v - scores.plain[i])), 0),
    ]),
  );
  return { times, apart };
}

/**
 * Milliseconds of passes of one picture, every layer's output kept, by WebAssembly where modules are given. See
 * benchmarks/networks.py.
 * @param {any} asked
 */
export async function time({ network, modules, picture, rounds }) {
  const engine = makeEngine(network);
  const fast = Object.keys(modules).length ? fastForward(engine.nodes, modules) : null;
  const scaled = scalePicture(network.input, picture);
  const run = () => (fast ? lastOf(fast(scaled)) : engine.forward(picture).logits);
  run(); // the first pass compiles
  const timed = () => {
    const began = performance.now();
    run();
    return performance.now() - began;
  };
  return { times: Array.from({ length: rounds }, timed) };
}

/** Run a pass to its end, and return what the last layer made. @param {Iterator<any, any>} steps */
function lastOf(steps) {
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value[step.value.length - 1];
}
