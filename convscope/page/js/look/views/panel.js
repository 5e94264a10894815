/**
 * The picture, always at the same place: what it is, what the network reads in it, and the receptive field of the unit
 * looked at.
 */

import { button, make, refill } from "../../kit/dom.js";
import { percent } from "../../kit/format.js";
import { saidOf, endOf, indexOf, labelOf, winnerOf } from "../lookup.js";
import { untouched } from "../edits.js";
import { NO_EDITS } from "../state.js";
import { placeOf } from "../navigation.js";
import { eraserOn } from "./eraser.js";
import { fieldNote } from "./field.js";
import { framed, paintInput, pixels } from "./maps.js";

/** @typedef {import("../types.js").App} App */

/** @param {App} app */
export function picturePanel(app) {
  const { doc, t, payload, engine } = app;
  const canvas = pixels(doc, "picture", t("picture"));
  const frame = framed(doc, canvas, "field");
  const eraser = eraserOn(app, frame.element);
  const [, height, width] = payload.input.shape;
  const caption = make(doc, "p", { class: "caption" });
  const verdict = make(doc, "p", { class: "verdict" });
  const note = make(doc, "div", { class: "field-note" });
  const step = (/** @type {number} */ by) => {
    const n = app.samples.shape[0];
    const at = app.state.picture[0] === "s" ? Number(app.state.picture.slice(1)) : by > 0 ? -1 : 0;
    app.tune({ picture: `s${(at + by + n) % n}`, edits: NO_EDITS, label: -1 });
  };
  const several = app.samples.shape[0] > 0;
  const pager = make(
    doc,
    "div",
    { class: "pager" },
    several && button(doc, "‹", () => step(-1), { class: "icon", "aria-label": t("sample.before") }),
    button(doc, t("picture.change"), () => app.go({ view: "draw" }), { class: "link" }),
    several && button(doc, "›", () => step(1), { class: "icon", "aria-label": t("sample.next") }),
  );
  const element = make(
    doc,
    "aside",
    { class: "panel", "aria-label": t("picture") },
    make(doc, "h2", {}, t("picture")),
    frame.element,
    make(doc, "div", { class: "about" }, verdict, caption, pager),
    note,
  );
  const refresh = () => {
    paintInput(app, canvas);
    eraser.refresh();
    const winner = winnerOf(app);
    const label = labelOf(app);
    const end = endOf(app);
    if (isNoPicture(app)) refill(verdict);
    else if (end >= 0) refill(verdict, t("reads.ends", { node: engine.nodes[end].name, what: engine.nodes[end].text }));
    else if (payload.ending === "maps") refill(verdict, t("reads.maps"));
    else if (app.result.logits.some(Number.isNaN)) refill(verdict, t("reads.nothing"));
    else {
      const { name, p } = saidOf(app, app.result.probabilities, winner);
      refill(
        verdict,
        app.outsider?.refused ? t("outsider.none") : t("reads.as"),
        " ",
        make(doc, "b", {}, name),
        " ",
        make(doc, "span", { class: "figure" }, percent(p)),
      );
    }
    verdict.classList.toggle("ended", end >= 0);
    verdict.classList.toggle("wrong", end < 0 && label >= 0 && label !== winner);
    refill(
      caption,
      pictureName(app),
      label >= 0 ? ` · ${t("truth.is", { name: payload.classes[label] })}` : "",
      untouched(app.state.edits) ? "" : ` · ${t("picture.edited")}`,
    );
    const index = indexOf(app, app.state.node);
    const unit = ["layer", "value"].includes(app.state.view) && index >= 0;
    const flat = unit && app.engine.nodes[index].flat;
    const { y, x } = unit ? placeOf(app) : { y: 0, x: 0 };
    const known = unit && app.engine.nodes[index].field.size[0] > 0; // nobody knows what a box reads
    const { channel } = app.state;
    const box = known ? app.engine.seen(index, flat ? channel : y, flat ? 0 : x, channel) : null;
    const pixel =
      app.state.view === "value" && app.state.node === "picture"
        ? { top: placeOf(app).y, left: placeOf(app).x, height: 1, width: 1 }
        : null;
    frame.move(
      box ? { top: box[0], left: box[1], height: box[2] - box[0] + 1, width: box[3] - box[1] + 1 } : pixel,
      height,
      width,
    );
    const unfolded = note.querySelector("details")?.open ?? (doc.defaultView?.innerWidth ?? 0) > 720;
    refill(
      note,
      ...(known
        ? fieldNote(app, index, box, unfolded)
        : unit
          ? [make(doc, "h3", {}, t("field.title")), make(doc, "p", { class: "note" }, t("field.unknown"))]
          : []),
    );
  };
  return { element, refresh };
}

/** Whether nothing was drawn or chosen yet, on a page without samples. @param {App} app */
function isNoPicture({ samples, state }) {
  return samples.shape[0] === 0 && state.picture[0] !== "d";
}

/** What to call the picture. @param {App} app */
function pictureName(app) {
  const number = Number(app.state.picture.slice(1));
  if (isNoPicture(app)) return app.t("picture.none");
  if (app.state.picture[0] === "d") return app.t("picture.own");
  if (app.state.picture[0] === "m") return app.t("picture.mistake", { n: number + 1 });
  return app.payload.samples.names[number] || app.payload.samples.names[0] || app.t("picture.blank");
}
