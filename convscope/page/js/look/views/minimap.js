/** All of a graph in one line: where the part in sight lies, and a way to anywhere. */

import { boxOf, make, setVar } from "../../kit/dom.js";

/** @typedef {import("../types.js").App} App */

const MAP_HIGH = 26;
const LANE_HIGH = 7;

/** @param {App} app @param {HTMLElement} scroller @param {() => import("../graph/layout.js").GraphLayout} layoutNow */
export function graphMinimap(app, scroller, layoutNow) {
  const { doc } = app;
  const canvas = make(doc, "canvas", { "aria-hidden": "true" });
  const part = make(doc, "div", { class: "graph-part" });
  const element = make(doc, "div", { class: "graph-minimap", title: app.t("graph.minimap") }, canvas, part);
  const move = () => {
    const { clientWidth, scrollWidth, scrollLeft } = scroller;
    const share = clientWidth / Math.max(1, scrollWidth);
    element.hidden = share >= 0.98;
    setVar(part, "x", `${(100 * scrollLeft) / Math.max(1, clientWidth)}%`); // of its own width
    setVar(part, "w", `${100 * Math.min(1, share)}%`);
  };
  const draw = () => {
    move();
    const { cards, frames, width, height } = layoutNow();
    const wide = Math.max(1, Math.round(boxOf(scroller).width));
    canvas.width = wide;
    canvas.height = MAP_HIGH;
    const context = canvas.getContext("2d");
    if (!context) return;
    const ink = doc.defaultView?.getComputedStyle(element).color ?? "#888";
    const lane = Math.min(LANE_HIGH, MAP_HIGH / height);
    context.fillStyle = ink;
    context.globalAlpha = 0.16;
    for (const frame of frames)
      context.fillRect((frame.x / width) * wide, 2, (frame.width / width) * wide, frame.height * lane + 6);
    context.globalAlpha = 0.7;
    for (const card of cards) {
      const long = Math.max(1, (card.width / width) * wide - 0.5);
      context.fillRect((card.x / width) * wide, 5 + card.y * lane, long, Math.max(1, lane - 2));
    }
  };
  const go = (/** @type {PointerEvent} */ event) => {
    const box = boxOf(element);
    const at = (event.clientX - box.left) / Math.max(1, box.width);
    scroller.scrollLeft = at * scroller.scrollWidth - scroller.clientWidth / 2;
  };
  element.addEventListener("pointerdown", (event) => {
    element.setPointerCapture(event.pointerId);
    go(event);
  });
  element.addEventListener("pointermove", (event) => {
    if (event.buttons) go(event);
  });
  return { element, move, draw };
}
