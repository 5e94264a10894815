/**
 * A − B: one network on two pictures. Scores side by side, the layers by how far they are apart, the maps that differ.
 */

import { button, make, refill } from "../../kit/dom.js";
import { percent } from "../../kit/format.js";
import { paint, paintPicture } from "../../kit/palette.js";
import { rovingButtons } from "../../kit/roving.js";
import { itemOf } from "../../engine/binary.js";
import { difference, shareApart } from "../../engine/contrast.js";
import { endOf, hasClasses, saidOf, winnerOf } from "../lookup.js";
import { otherName, otherPicture, otherResult, pixelsName } from "../other.js";
import { comparedLayer, insideApart, layerList, scoreTable } from "./apart.js";
import { pixels } from "./maps.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {import("../types.js").View} View */
/** @typedef {import("../../engine/types.js").Result} Result */

/** @param {App} app @returns {View} */
export function contrastView(app) {
  const { doc, t, payload, samples } = app;
  const { shape } = payload.input;
  const pictures = [pixels(doc, "large", "A"), pixels(doc, "large", "B"), pixels(doc, "large", t("contrast.minus"))];
  const verdicts = [make(doc, "p", {}), make(doc, "p", {}), make(doc, "p", { class: "note" })];
  const titles = ["A", "B", "A − B"];
  const scores = make(doc, "div", {});
  const layers = layerList(app);
  const maps = make(doc, "div", {});
  const gallery = make(
    doc,
    "div",
    { class: "gallery", role: "group", "aria-label": t("contrast.choose") },
    ...payload.samples.names.map((name, i) => {
      const canvas = pixels(doc);
      paintPicture(canvas, itemOf(samples.data, samples.shape, i), 0, shape);
      const element = button(doc, "", () => app.tune({ other: `s${i}` }), {
        class: "thumb",
        "data-picture": `s${i}`,
        "aria-label": name,
        title: name,
      });
      refill(element, canvas);
      return element;
    }),
  );
  const element = make(
    doc,
    "section",
    { class: "contrast", "aria-label": t("view.contrast") },
    make(doc, "p", { class: "lead" }, t("contrast.lead")),
    make(doc, "h3", {}, t("contrast.choose")),
    gallery,
    make(
      doc,
      "p",
      { class: "controls" },
      button(doc, t("contrast.keep"), () => app.tune({ other: pixelsName(app) })),
      button(doc, t("contrast.draw"), () => app.go({ view: "draw" }), { class: "link" }),
    ),
    make(
      doc,
      "div",
      { class: "contrast-pictures" },
      ...pictures.map((canvas, i) => make(doc, "div", {}, make(doc, "h3", {}, titles[i]), canvas, verdicts[i])),
    ),
    scores,
    make(doc, "h3", {}, t("contrast.layers")),
    make(doc, "p", { class: "note" }, t("contrast.layers.text")),
    layers.element,
    maps,
  );
  const pictureStop = rovingButtons(gallery);
  let stop = () => {};
  let drawn = "";
  const refresh = () => {
    const key = [app.state.picture, JSON.stringify(app.state.edits), otherName(app)].join(" ");
    for (const thumb of Array.from(gallery.children))
      thumb.setAttribute("aria-pressed", String(thumb.getAttribute("data-picture") === otherName(app)));
    pictureStop();
    if (key !== drawn) {
      drawn = key;
      const other = otherPicture(app);
      paintPicture(pictures[0], app.picture, 0, shape);
      paintPicture(pictures[1], other, 0, shape);
      const apart = difference(app.picture, other);
      const [channels, height, width] = shape;
      const brightness = new Float64Array(height * width);
      apart.forEach((d, i) => (brightness[i % brightness.length] += d / channels));
      paint(pictures[2], brightness, 0, height, width, 255, "activations", app.dark());
      refill(verdicts[2], t("contrast.pixels", { share: percent(shareApart(app.picture, other)) }));
      layers.wait(t("contrast.busy"));
      refill(scores);
      refill(maps);
    }
    stop();
    stop = otherResult(app, (result) => {
      [app.result, result].forEach((one, i) => refill(verdicts[i], ...verdictOf(app, one)));
      const scored = hasClasses(app) && [app.result, result].every(({ logits }) => logits.length > 0);
      refill(scores, scored ? scoreTable(app, result) : null);
      const index = comparedLayer(app, result);
      layers.refresh(result, index);
      refill(maps, ...insideApart(app, result, index));
    });
  };
  refresh();
  return { element, refresh, gone: () => stop() };
}

/** What was read. @param {App} app @param {Result} result */
export function verdictOf(app, result) {
  const { doc, t } = app;
  if (!hasClasses(app)) return [t("reads.maps")];
  const ended = app.engine.nodes[endOf({ ...app, result })];
  if (ended) return [t("reads.ends", { node: ended.name, what: ended.text })];
  const { name, p } = saidOf(app, result.probabilities, winnerOf({ ...app, result }));
  return [t("reads.as"), " ", make(doc, "b", {}, name), " ", make(doc, "span", { class: "figure" }, percent(p))];
}
