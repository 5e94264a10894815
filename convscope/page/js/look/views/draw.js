/** Your own input: draw, upload, choose, and change it with sliders; the network answers while you do. */

import { button, make, refill } from "../../kit/dom.js";
import { itemOf } from "../../engine/binary.js";
import { paintPicture } from "../../kit/palette.js";
import { NO_EDITS, packPixels } from "../state.js";
import { pixels } from "./maps.js";
import { inkPad } from "./pad.js";
import { scoreBars } from "./scores.js";
import { editSliders } from "./sliders.js";
import { tensorBox } from "./tensor.js";
import { uploadBox } from "./upload.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {import("../types.js").View} View */

/** @param {App} app @returns {View} */
export function drawView(app) {
  const { doc, t, payload } = app;
  const put = (/** @type {Uint8Array} */ pixel) => {
    const picture = `d${packPixels(pixel)}`;
    app.tune({ picture, label: -1 });
    return picture;
  };
  const colour = payload.input.shape[0] === 3;
  const pad = inkPad(app, put);
  const upload = uploadBox(app, put);
  const first = app.engine.nodes.find((node) => node.module.forward === null);
  const scores = scoreBars(app);
  const sliders = editSliders(app);
  const tensor = tensorBox(app);
  const several = payload.samples.names.length > 0;
  const gallery = make(
    doc,
    "div",
    { class: "gallery", role: "group", "aria-label": t("samples") },
    ...payload.samples.names.map((name, i) => thumb(app, name, i)),
  );
  const element = make(
    doc,
    "section",
    { class: "draw", "aria-label": t("view.draw") },
    make(doc, "p", { class: "lead" }, colour ? t("draw.lead.colour") : t("draw.lead")),
    first
      ? make(
          doc,
          "p",
          { class: "note" },
          t("draw.ends", { node: first.name, what: first.text }),
          several ? ` ${t("draw.ends.samples")}` : null,
        )
      : null,
    make(
      doc,
      "div",
      { class: "draw-grid" },
      colour
        ? make(
            doc,
            "div",
            { class: "own" },
            make(doc, "h3", {}, t("draw.own")),
            upload.element,
            several && make(doc, "h3", {}, t("samples")),
            several && gallery,
            make(doc, "details", {}, make(doc, "summary", {}, t("draw.instead")), pad.element),
          )
        : make(doc, "div", {}, make(doc, "h3", {}, t("draw.pad")), pad.element),
      make(doc, "div", {}, make(doc, "h3", {}, t("draw.tensor")), tensor.element),
      make(doc, "div", { class: "outcome" }, make(doc, "h3", {}, t("scores")), scores.element),
    ),
    make(
      doc,
      "div",
      { class: "draw-grid two" },
      colour
        ? null
        : make(doc, "div", {}, several && make(doc, "h3", {}, t("samples")), several && gallery, upload.element),
      make(
        doc,
        "div",
        {},
        make(doc, "h3", {}, t("edits")),
        sliders.element,
        make(doc, "p", { class: "note" }, t("edit.square.drag")),
        button(doc, t("edits.reset"), () => app.tune({ edits: NO_EDITS }), { class: "link" }),
      ),
    ),
  );
  const refresh = () => {
    scores.refresh();
    sliders.refresh();
    tensor.refresh();
    for (const child of Array.from(gallery.children))
      child.setAttribute("aria-pressed", String(child.getAttribute("data-picture") === app.state.picture));
  };
  refresh();
  const gone = () => {
    pad.gone();
    upload.gone();
  };
  return { element, refresh, gone };
}

/** @param {App} app @param {string} name @param {number} i */
function thumb(app, name, i) {
  const { doc, samples, payload } = app;
  const canvas = pixels(doc);
  paintPicture(canvas, itemOf(samples.data, samples.shape, i), 0, payload.input.shape);
  const element = button(doc, "", () => app.tune({ picture: `s${i}`, label: -1 }), {
    class: "thumb",
    "data-picture": `s${i}`,
    "aria-label": name,
    title: name,
  });
  refill(element, canvas);
  return element;
}
