/** Plain operators on tensors, by the names that ONNX gives them, each written once: for constants and within boxes. */

import { ELEMENTWISE } from "./elementwise.js";
import { MATRIX_PRODUCTS } from "./products.js";
import { QUANTISING } from "./quantising.js";
import { REARRANGING } from "./rearranging.js";
import { REDUCING } from "./reducing.js";

/** @type {Record<string, import("./tensor.js").Operator>} */
export const OPERATORS = { ...ELEMENTWISE, ...REARRANGING, ...REDUCING, ...MATRIX_PRODUCTS, ...QUANTISING };
