/** The view as a file: a PNG for slides and papers, or an SVG that any browser shows. */

import { button, make } from "../../kit/dom.js";
import { savePicture } from "../../kit/picture_file.js";

/** @typedef {import("../types.js").App} App */

const LEFT_OUT = ".save-view, .share, .unseen"; // what only a hand can use

/** @param {App} app @param {Element} view */
export function saveView(app, view) {
  const { doc, t, state, payload } = app;
  const parts = [payload.title, state.view, state.view === "network" ? "" : state.node];
  const name = parts
    .filter(Boolean)
    .join("-")
    .replace(/[^\p{L}\p{N}._-]+/gu, "-");
  const save = (/** @type {"png" | "svg"} */ kind) =>
    savePicture(view, LEFT_OUT, name, kind).then(
      () => app.say(t("save.saved", { name: `${name}.${kind}` })),
      () => app.say(t("save.failed")),
    );
  return make(
    doc,
    "p",
    { class: "save-view" },
    t("save.view"),
    button(doc, "PNG", () => save("png"), { class: "link", "aria-label": `${t("save.view")} PNG` }),
    button(doc, "SVG", () => save("svg"), { class: "link", "aria-label": `${t("save.view")} SVG` }),
  );
}
