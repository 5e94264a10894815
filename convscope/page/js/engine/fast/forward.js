/** A forward pass of a large network: float32 by WebAssembly where its layers cost time, float64 as ever elsewhere. */

import { bytesOf } from "../binary.js";
import { runNode } from "../forward.js";
import { FAST_KINDS } from "./kinds.js";
import { planMemory } from "./memory.js";
/** @import {Layer} from "../types.js" */

/** Fastest first. Relaxed SIMD rounds a·b + c once or twice, as the processor likes it. */
const FORWARD_MODULES = ["forward-relaxed", "forward-simd"];

/**
 * Compile the first of the modules that works here; null where none does: a browser may lack SIMD, or a page's policy
 * 'wasm-unsafe-eval'.
 * @param {Record<string, string>} modules WebAssembly by name, as base64
 * @param {string[]} [wanted]
 */
function compileFirst(modules, wanted = FORWARD_MODULES) {
  for (const name of wanted) {
    try {
      if (Object.hasOwn(modules, name)) return new WebAssembly.Module(bytesOf(modules[name]));
    } catch (error) {
      if (!(error instanceof WebAssembly.CompileError)) throw error;
    }
  }
  return null;
}

/**
 * Return a forward pass, or null where WebAssembly does not work here. It yields before each node how many are done,
 * and returns the outputs of the nodes that are `wanted`, of all by default; that of a node which cannot be computed,
 * and of others, is empty. `given` are outputs that are known, of opaque nodes. `spent` are outputs of an earlier pass
 * that nothing reads any more: they are written into where they fit, as memory from the system costs more than the
 * copying.
 * @param {Layer[]} nodes
 * @param {Record<string, string>} modules
 * @param {string[]} [names] of the modules, in the order in which they are tried
 * @returns {((input: Float64Array, given?: Record<number, Float32Array>, wanted?: number[],
 * spent?: Float32Array[]) => Generator<number, Float32Array[], void>) | null}
 */
export function fastForward(nodes, modules, names = FORWARD_MODULES) {
  const compiled = compileFirst(modules, names);
  if (!compiled) return null;
  const memory = planMemory();
  const picture = memory.take(nodes[0].input.reduce((a, b) => a * b, 1));
  const places = nodes.map((node) => memory.take(node.output.reduce((a, b) => a * b, 1)));
  const placeOfSource = (/** @type {number} */ source) => (source < 0 ? picture : places[source]);
  const steps = nodes.map((node, i) => {
    const inputs = node.sources.map(placeOfSource);
    return FAST_KINDS[node.kind]?.({ node, inputs, output: places[i], memory }) ?? null;
  });
  const kernels = memory.open(compiled);
  return function* run(input, given = {}, wanted = nodes.map((_, i) => i), spent = []) {
    memory.view(picture).set(input);
    /** @type {(Float64Array | null)[]} */
    const exact = nodes.map(() => null);
    const known = nodes.map(() => false);
    const outputOfNode = (/** @type {number} */ source) =>
      source < 0 ? input : (exact[source] ??= new Float64Array(memory.view(places[source])));
    for (let i = 0; i < nodes.length; i++) {
      yield i;
      const { module, sources } = nodes[i];
      known[i] = i in given || (module.forward !== null && sources.every((source) => source < 0 || known[source]));
      if (!known[i]) continue;
      const step = steps[i];
      if (i in given) memory.view(places[i]).set(given[i]);
      else if (step) step(kernels);
      else {
        const made = runNode(nodes[i], sources.map(outputOfNode));
        memory.view(places[i]).set(made);
        exact[i] = made;
      }
    }
    return places.map((place, i) => {
      if (!known[i] || !wanted.includes(i)) return new Float32Array(0);
      if (spent[i]?.length !== place.count) return memory.view(place).slice();
      spent[i].set(memory.view(place));
      return spent[i];
    });
  };
}
