/** What chapter 13 makes of pictures left out, on a test bench. */

import { foldsInTurn } from "../../convscope/page/js/lab/chapters/own/folds.js";
import { boundBy, refusedShare } from "../../convscope/page/js/lab/chapters/own/left_out.js";
import { learnHead } from "../../convscope/page/js/learn/transfer/learning.js";

/** @type {Record<string, Function>} */
const OWN = {
  foldsInTurn,
  boundBy,
  refusedShare,
  learnHead: (/** @type {any} */ asked) =>
    learnHead({ ...asked, rows: asked.rows.map((/** @type {number[]} */ row) => Float32Array.from(row)) }),
};

Object.assign(window, {
  bench: {
    /** @param {string} name @param {any[]} asked */
    call: (name, asked) => JSON.parse(JSON.stringify(OWN[name](...asked))),
  },
});
