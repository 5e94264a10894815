/** Which kernels a browser can run, the fastest first. */

import { bytesOf } from "../../engine/binary.js";
import { plainKernels } from "./plain.js";
/** @import {Kernels} from "../types.js" */

/**
 * @typedef {object} Choice
 * @property {string} name
 * @property {boolean} sameBits whether the same numbers come out bit by bit on every machine
 * @property {(memory: WebAssembly.Memory) => Kernels} kernelsOn
 */

/** Fastest first. Relaxed SIMD rounds a·b + c once or twice, as the processor likes it. */
export const KERNELS = ["relaxed", "simd", "plain"];

/**
 * Return the first kernels that are wanted and work here. Throws a RangeError where none does.
 * @param {Record<string, string>} modules WebAssembly by name, as base64
 * @param {string[]} wanted of KERNELS, in the order in which they are tried
 * @returns {Choice}
 */
export function kernelsFor(modules, wanted) {
  for (const name of wanted) {
    if (name === "plain") return { name, sameBits: true, kernelsOn: plainKernels };
    const compiled = Object.hasOwn(modules, name) ? compile(modules[name]) : null;
    if (compiled) return { name, sameBits: name !== "relaxed", kernelsOn: (memory) => instantiate(compiled, memory) };
  }
  throw new RangeError(`no kernels of these names work here: ${wanted.join(", ")}`);
}

/**
 * Compile a module, or return null: a browser may lack its instructions, or a page's policy 'wasm-unsafe-eval'.
 * @param {string} base64
 */
function compile(base64) {
  try {
    return new WebAssembly.Module(bytesOf(base64));
  } catch (error) {
    if (error instanceof WebAssembly.CompileError) return null;
    throw error;
  }
}

/**
 * @param {WebAssembly.Module} compiled
 * @param {WebAssembly.Memory} memory
 */
function instantiate(compiled, memory) {
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
  return /** @type {Kernels} */ (/** @type {unknown} */ (exports));
}
