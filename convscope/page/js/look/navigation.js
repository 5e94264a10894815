/** Steps between the levels: deeper into a unit, back up, along the trail. */

import { indexOf, readersOf, sizeOf } from "./lookup.js";
import { readUnit, steps, unitText } from "./state.js";

/** @typedef {import("./types.js").App} App */

/** One level deeper: overview → layer → value. @param {App} app */
export function deeper(app) {
  const { state } = app;
  if (state.view === "network")
    app.go({ view: "layer", node: app.engine.nodes[0].name, channel: 0, y: -1, x: -1, from: -1, trail: "" });
  else if (state.view === "layer") {
    const { y, x } = placeOf(app);
    app.go({ view: "value", y, x, from: -1, trail: "" });
  } else return false;
  return true;
}

/** One level up: along the trail, to the layer, to the overview. @param {App} app */
export function goBack(app) {
  const { state } = app;
  const trail = steps(state.trail);
  const last = state.view === "value" ? readUnit(trail[trail.length - 1] ?? "") : null;
  if (last) app.go({ ...last, from: -1, trail: trail.slice(0, -1).join("~") });
  else if (state.view === "value" && indexOf(app, state.node) >= 0) app.go({ view: "layer" });
  else if (state.view !== "network") app.go({ view: "network", trail: "" });
  else return false;
  return true;
}

/**
 * Go to a number that another one was made from, or into; the way stays in the trail.
 * @param {App} app
 * @param {number} index
 * @param {number} channel
 * @param {number} y
 * @param {number} x
 */
export function visit(app, index, channel, y, x) {
  const trail = [...steps(app.state.trail), unitText({ ...app.state, ...placeOf(app) })].slice(-24).join("~");
  app.go({ view: "value", node: index < 0 ? "picture" : app.engine.nodes[index].name, channel, y, x, from: -1, trail });
}

/** The place looked at on the map: the state's, or the middle where none is chosen. @param {App} app */
export function placeOf(app) {
  const { height, width } = sizeOf(app, indexOf(app, app.state.node));
  const inside = (/** @type {number} */ v, /** @type {number} */ n) =>
    v < 0 ? Math.floor((n - 1) / 2) : Math.min(v, n - 1);
  return { y: inside(app.state.y, height), x: inside(app.state.x, width) };
}

/** Move the place by rows and columns. @param {App} app @param {KeyboardEvent} event @returns {boolean} */
export function moveByArrows(app, event) {
  const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
  const { channels, height, width, flat } = sizeOf(app, indexOf(app, app.state.node));
  if (!step) return false;
  if (flat) {
    const channel = Math.max(0, Math.min(channels - 1, app.state.channel + step[0] + step[1]));
    if (channel !== app.state.channel) app.tune({ channel });
    return true;
  }
  const { y, x } = placeOf(app);
  app.tune({ y: Math.max(0, Math.min(height - 1, y + step[0])), x: Math.max(0, Math.min(width - 1, x + step[1])) });
  return true;
}

/** The first node that reads this one, to go up to. @param {App} app @param {number} index */
export function readerOf(app, index) {
  return readersOf(app, index)[0] ?? -1;
}
