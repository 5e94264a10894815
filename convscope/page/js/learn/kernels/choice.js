/** Which kernels a browser can run, the fastest first. */

import { plainKernels } from "./plain.js";
/** @import {Kernels} from "../types.js" */

/**
 * @typedef {object} Choice
 * @property {string} name
 * @property {boolean} sameBits whether the same numbers come out bit by bit on every machine
 * @property {(memory: WebAssembly.Memory) => Kernels} kernelsOn
 */

/**
 * Return the kernels that are asked for. Throws a RangeError where there are none of that name.
 * @param {Record<string, string>} _modules WebAssembly by name, as base64
 * @param {string[]} [wanted]
 * @returns {Choice}
 */
export function kernelsFor(_modules, wanted = ["plain"]) {
  if (!wanted.includes("plain")) throw new RangeError(`no kernels of these names work here: ${wanted.join(", ")}`);
  return { name: "plain", sameBits: true, kernelsOn: plainKernels };
}
