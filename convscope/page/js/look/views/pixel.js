/** The end of every trail: a pixel of the picture, and how it became the number that the network reads. */

import { make, refill } from "../../kit/dom.js";
import { fixed } from "../../kit/format.js";
import { unitWords, valueAt } from "../lookup.js";
import { display, figure, fraction, letter, operator } from "../../kit/maths.js";
import { moveByArrows, placeOf } from "../navigation.js";
import { pixelUnder, framed, paintMap, pixels } from "./maps.js";
import { trailLine } from "./trail.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {import("../types.js").View} View */

/** @param {App} app @returns {View} */
export function pixelView(app) {
  const { doc, t } = app;
  const trail = make(doc, "div", {});
  const title = make(doc, "h2", {});
  const body = make(doc, "div", { class: "sum-body" });
  const large = framed(doc, pixels(doc, "result", t("picture")), "result");
  large.element.addEventListener("click", (event) => {
    const [, height, width] = app.payload.input.shape;
    app.tune(pixelUnder(large.element, event, height, width));
  });
  const element = make(
    doc,
    "section",
    { class: "value", "aria-label": t("view.value") },
    trail,
    title,
    body,
    large.element,
  );
  const refresh = () => {
    const { channel } = app.state;
    const { y, x } = placeOf(app);
    const { input } = app.payload;
    const [, height, width] = input.shape;
    const pixel = app.picture[(channel * height + y) * width + x];
    const value = valueAt(app, -1, channel, y, x);
    const mean = input.mean[channel];
    const digits = (/** @type {number} */ v) => (Number.isInteger(v) ? String(v) : v.toFixed(2));
    paintMap(app, large.canvas, -1, channel);
    large.move({ top: y, left: x, height: 1, width: 1 }, height, width);
    refill(trail, trailLine(app));
    refill(title, `${unitWords(app, -1, channel, y, x)} = `, figure(doc, String(pixel), "answer"));
    refill(
      body,
      make(doc, "p", {}, t("pixel.text")),
      display(
        doc,
        fraction(doc, [letter(doc, "pixel"), " − ", letter(doc, "μ")], letter(doc, "σ")),
        operator(doc, "="),
        fraction(doc, `${pixel} − ${digits(mean)}`, digits(input.std[channel])),
        operator(doc, "="),
        make(doc, "b", {}, fixed(value, 4)),
      ),
      make(doc, "p", { class: "note" }, t("pixel.end")),
    );
    app.say(`${unitWords(app, -1, channel, y, x)} = ${pixel}`);
  };
  refresh();
  return { element, refresh, keys: (event) => moveByArrows(app, event), hero: () => large.canvas };
}
