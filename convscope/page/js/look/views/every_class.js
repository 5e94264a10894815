/** The picture with the Grad-CAM of every class. */

import { button, make, refill } from "../../kit/dom.js";
import { percent } from "../../kit/format.js";
import { largest } from "../../kit/palette.js";
import { overPicture } from "../../engine/heat.js";
import { glow, paintInput, pixels } from "./maps.js";

/** @typedef {import("../types.js").App} App */

/**
 * One range for all; each picture asks for its class.
 * @param {App} app
 * @param {number} grid
 * @param {number} target
 */
export function everyClass(app, grid, target) {
  const { doc, payload, t } = app;
  const [, height, width] = payload.input.shape;
  const cams = payload.classes.map((_, k) => app.engine.gradCam(app.result, k, grid));
  const limit = Math.max(1e-12, ...cams.map((map) => largest(map.values)));
  return payload.classes.map((name, k) => {
    const [picture, heat] = [pixels(doc), pixels(doc, "heat")];
    paintInput(app, picture);
    glow(heat, overPicture(cams[k], app.engine.nodes[grid].field, height, width), limit);
    const element = button(doc, "", () => app.tune({ rival: k }), {
      class: "class-cam",
      "aria-pressed": String(k === target),
    });
    refill(
      element,
      make(doc, "div", { class: "stack" }, picture, heat),
      make(
        doc,
        "span",
        { class: "words" },
        make(doc, "b", {}, name),
        " ",
        make(doc, "span", { class: "figure" }, percent(app.result.probabilities[k])),
        largest(cams[k].values) === 0 ? make(doc, "span", { class: "note" }, ` ${t("where.class.nothing")}`) : null,
      ),
    );
    return element;
  });
}
