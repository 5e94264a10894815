import { makeEngine } from "../../convscope/page/js/engine/engine.js";
import { scalePicture } from "../../convscope/page/js/engine/forward.js";
import { fastForward } from "../../convscope/page/js/engine/fast/forward.js";

/**
 * Milliseconds of forward passes of one picture, every layer's output kept, by WebAssembly where modules are given. See
 * benchmarks/networks.py.
 * @param {any} asked
 */
export async function time({ network, modules, picture, rounds }) {
  const engine = makeEngine(network);
  const fast = Object.keys(modules).length ? fastForward(engine.nodes, modules) : null;
  const scaled = scalePicture(network.input, picture);
  const run = () => {
    if (!fast) return engine.forward(picture);
    const steps = fast(scaled);
    while (!steps.next().done);
  };
  run(); // the first pass compiles
  return {
    times: Array.from({ length: rounds }, () => {
      const began = performance.now();
      run();
      return performance.now() - began;
    }),
  };
}
