import { phrase } from "../../kit/i18n.js";
import { runProgram } from "./program.js";
import { opaque } from "../kinds/opaque.js";
/** @import {KindModule} from "../types.js" */

/**
 * A part of a foreign network that is no layer of the formula, of operators that the page knows: it is computed whole,
 * and no sum within it is shown.
 * @type {KindModule}
 */
export const boxed = {
  ...opaque,
  explain: phrase("explain.boxed"),
  forward: (node, inputs) => (node.program ? runProgram(node.program, inputs) : new Float64Array(0)),
};
