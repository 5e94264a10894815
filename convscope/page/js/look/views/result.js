/** The map that a layer makes, large: the pointer moves the place looked at, a click opens its sum. */

import { indexOf, sizeOf } from "../lookup.js";
import { placeOf } from "../navigation.js";
import { framed, paintMap, pixels, pixelUnder } from "./maps.js";

/** @typedef {import("../types.js").App} App */

/** @param {App} app @param {number} index */
export function resultMap(app, index) {
  const canvas = pixels(app.doc, "result", app.engine.nodes[index].name);
  const frame = framed(app.doc, canvas, "result");
  follow(app, frame.element, () => sizeOf(app, indexOf(app, app.state.node)));
  const refresh = () => {
    const { height, width } = sizeOf(app, index);
    const { y, x } = placeOf(app);
    paintMap(app, canvas, index, app.state.channel);
    frame.move({ top: y, left: x, height: 1, width: 1 }, height, width);
  };
  return { element: frame.element, canvas, refresh };
}

/**
 * Put the drawing's result where a pointer can move the window and open the sum.
 * @param {App} app
 * @param {HTMLElement} frame
 * @param {() => {height: number, width: number}} size
 */
function follow(app, frame, size) {
  frame.addEventListener("pointermove", (event) => {
    const { height, width } = size();
    const at = pixelUnder(frame, event, height, width);
    if (at.y !== app.state.y || at.x !== app.state.x) app.tune(at);
  });
  frame.addEventListener("click", () =>
    app.go({ view: "value", ...placeOf(app), from: -1, trail: "" }, frame.querySelector(".window-box")),
  );
}
