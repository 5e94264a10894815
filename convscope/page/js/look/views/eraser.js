/**
 * The square that hides part of the picture, on the picture itself: dragged by mouse or finger, or moved by arrow keys.
 */

import { boxOf, make, setVar } from "../../kit/dom.js";

/** @typedef {import("../types.js").App} App */

/**
 * Lay it over a framed picture; `refresh` brings it to where the state has it, or puts it away.
 * @param {App} app
 * @param {HTMLElement} frame
 */
export function eraserOn(app, frame) {
  const { doc, t, payload } = app;
  const [, height, width] = payload.input.shape;
  const square = make(doc, "div", {
    class: "eraser",
    tabindex: 0,
    role: "application",
    "aria-label": t("edit.square.name"),
    hidden: true,
  });
  /** Where in the square it was taken hold of, in pixels. @type {{y: number, x: number} | null} */
  let held = null;
  const under = (/** @type {PointerEvent} */ event) => {
    const box = boxOf(frame);
    return {
      y: ((event.clientY - box.top) / box.height) * height,
      x: ((event.clientX - box.left) / box.width) * width,
    };
  };
  const put = (/** @type {number} */ y, /** @type {number} */ x) => {
    const { edits } = app.state;
    const [ey, ex] = [
      Math.max(0, Math.min(height - edits.es, Math.round(y))),
      Math.max(0, Math.min(width - edits.es, Math.round(x))),
    ];
    if (ey !== edits.ey || ex !== edits.ex) app.tune({ edits: { ...edits, ey, ex } });
  };
  square.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    const at = under(event);
    held = { y: at.y - app.state.edits.ey, x: at.x - app.state.edits.ex };
    try {
      square.setPointerCapture(event.pointerId);
    } catch {
      /* a pointer that the browser does not know: a test's */
    }
    square.focus({ preventScroll: true });
    event.preventDefault();
  });
  square.addEventListener("pointermove", (event) => {
    if (!held) return;
    const at = under(event);
    put(at.y - held.y, at.x - held.x);
  });
  for (const name of ["pointerup", "pointercancel"])
    square.addEventListener(name, () => {
      held = null;
    });
  square.addEventListener("click", (event) => event.stopPropagation()); // the picture's own would leave for the pixel
  square.addEventListener("keydown", (event) => {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    put(app.state.edits.ey + step[0], app.state.edits.ex + step[1]);
    app.say(t("edit.square.at", { y: app.state.edits.ey + 1, x: app.state.edits.ex + 1 }));
  });
  frame.append(square);
  const refresh = () => {
    const { es, ey, ex } = app.state.edits;
    square.hidden = es <= 0;
    setVar(square, "y", String(ey / height));
    setVar(square, "x", String(ex / width));
    setVar(square, "high", String(Math.min(es, height - ey) / height));
    setVar(square, "wide", String(Math.min(es, width - ex) / width));
  };
  return { refresh };
}
