/** The exact numbers that go into the first layer: painted, with their legend, each readable under the pointer. */

import { button, make, refill } from "../../kit/dom.js";
import { fixed } from "../../kit/format.js";
import { limitOf, unitWords, valueAt } from "../lookup.js";
import { paintPicture } from "../../kit/palette.js";
import { eraserOn } from "./eraser.js";
import { framed, legend, paintMap, pixels, pixelUnder } from "./maps.js";

/** @typedef {import("../types.js").App} App */

/** @param {App} app */
export function tensorBox(app) {
  const { doc, t, payload } = app;
  const [channels, height, width] = payload.input.shape;
  const canvas = pixels(doc, "", t("draw.tensor"));
  const frame = framed(doc, canvas, "tensor");
  const eraser = eraserOn(app, frame.element);
  const reading = make(doc, "p", { class: "note figure" });
  const planes = channels === 3 ? colourPlanes(app) : null;
  const scale = make(doc, "div", {});
  frame.move(null, height, width);
  const hint = t("draw.tensor.note", { shape: payload.input.shape.join("×") });
  reading.textContent = hint;
  frame.element.addEventListener("pointermove", (event) => {
    const { y, x } = pixelUnder(frame.element, event, height, width);
    frame.move({ top: y, left: x, height: 1, width: 1 }, height, width);
    const numbers = Array.from(
      { length: channels },
      (_, c) => `${app.picture[(c * height + y) * width + x]} → ${fixed(valueAt(app, -1, c, y, x), 4)}`,
    );
    reading.textContent = `${unitWords(app, -1, 0, y, x)}: ${numbers.join(", ")}`;
  });
  frame.element.addEventListener("pointerleave", () => {
    frame.move(null, height, width);
    reading.textContent = hint;
  });
  frame.element.addEventListener("click", (event) =>
    app.go(
      {
        view: "value",
        node: "picture",
        channel: 0,
        from: -1,
        trail: "",
        ...pixelUnder(frame.element, event, height, width),
      },
      canvas,
    ),
  );
  const refresh = () => {
    eraser.refresh();
    planes?.refresh();
    if (channels === 1) paintMap(app, canvas, -1, 0);
    else paintPicture(canvas, app.picture, 0, payload.input.shape);
    refill(scale, channels === 1 ? legend(app, "activations", limitOf(app, -1, 0), t("legend.window")) : null);
  };
  return {
    element: make(doc, "div", { class: "tensor-box" }, frame.element, planes?.element, reading, scale),
    refresh,
  };
}

/**
 * Red, green and blue apart, each brighter where the picture has more of it; a press opens its numbers.
 * @param {App} app
 */
function colourPlanes(app) {
  const { doc, t, payload } = app;
  const [, height, width] = payload.input.shape;
  const planes = [t("colour.red"), t("colour.green"), t("colour.blue")].map((name, c) => {
    const canvas = pixels(doc, "", name);
    const open = () =>
      app.go({ view: "value", node: "picture", channel: c, from: -1, trail: "", y: -1, x: -1 }, canvas);
    const element = button(doc, "", open, { class: "plane", "aria-label": name, title: name });
    refill(element, canvas, make(doc, "span", { class: "small" }, name));
    return { canvas, element };
  });
  const refresh = () =>
    planes.forEach(({ canvas }, c) => {
      const plane = new Uint8Array(3 * height * width);
      plane.set(app.picture.subarray(c * height * width, (c + 1) * height * width), c * height * width);
      paintPicture(canvas, plane, 0, payload.input.shape);
    });
  return { element: make(doc, "div", { class: "planes" }, ...planes.map((plane) => plane.element)), refresh };
}
