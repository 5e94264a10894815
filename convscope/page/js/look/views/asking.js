/** What a picture is asked for, and by which method where nobody chose one. */

import { indexOf, winnerOf } from "../lookup.js";
import { comparedOf } from "../reasons.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {import("../reasons.js").Method} Method */

const PASSES = 250; // forward passes of occlusion and of the deletion test together, about
const MOST_MACS = 2e10; // multiply-adds that the page does unasked: half a minute

/** The class asked about, and the node that Grad-CAM starts at. @param {App} app */
export function askedNow(app) {
  const { rival, node } = app.state;
  const target = rival >= 0 && rival < app.payload.classes.length ? rival : winnerOf(app);
  const named = indexOf(app, node);
  return { target, grid: named >= 0 && !app.engine.nodes[named].flat ? named : defaultLayer(app) };
}

/** Whether all the methods and the test of them may run unasked. @param {App} app */
export function isQuick({ engine }) {
  return engine.nodes.reduce((sum, { macs, program }) => sum + macs + (program?.work ?? 0), 0) * PASSES <= MOST_MACS;
}

/**
 * The way of asking: the chosen one; else the one that wins the deletion test, once it is run. Before that occlusion,
 * which asks the network itself, or Grad-CAM where it shares the score out without a remainder; LRP where hiding part
 * after part would take long.
 * @param {App} app
 * @returns {Method}
 */
export function methodNow(app) {
  const { engine, state } = app;
  if (state.method !== "auto") return /** @type {Method} */ (state.method);
  const compared = comparedOf(app, askedNow(app));
  if (compared) return compared.best;
  const exact = engine.sharesOut && defaultLayer(app) === engine.lastMaps && engine.tracesBack(engine.lastMaps);
  if (exact || !engine.computes) return "cam";
  return isQuick(app) ? "occlusion" : engine.tracesBack(-1) ? "gamma" : "cam";
}

/**
 * The node that Grad-CAM starts at: the last with maps of at least 5×5, which still say where; else the very last.
 * @param {App} app
 */
function defaultLayer(app) {
  const { nodes, lastMaps } = app.engine;
  for (let i = lastMaps; i >= 0; i--) {
    const { module, flat, output } = nodes[i];
    if (
      !flat &&
      !["opaque", "crop"].includes(module.drawing) &&
      Math.min(output[1], output[2]) >= 5 &&
      nodes.slice(0, i + 1).some((node) => node.module.drawing === "convolution")
    )
      return i;
  }
  return lastMaps;
}
