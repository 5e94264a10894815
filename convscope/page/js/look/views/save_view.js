/** The view as a file: a PNG for slides and papers, an SVG that any browser shows, a film where something moves. */

import { button, make } from "../../kit/dom.js";
import { gifOf, webmKind, webmOf } from "../../kit/film.js";
import { fixed, percent } from "../../kit/format.js";
import { savePicture } from "../../kit/picture_file.js";
import { saveFile } from "../../kit/save_file.js";

/** @typedef {import("../types.js").App} App */

const LEFT_OUT = ".save-view, .share, .unseen"; // what only a hand can use
const NOT_FILMED = ".unseen"; // what takes a place stays, so that the part that is filmed lies where it lies

/** @param {App} app @param {Element} view @param {() => import("../../kit/film.js").Scenes} [film] what moves in it */
export function saveView(app, view, film) {
  const { doc, t, state, payload } = app;
  const win = /** @type {Window & typeof globalThis} */ (doc.defaultView);
  const parts = [payload.title, state.view, state.view === "network" ? "" : state.node];
  const name = parts
    .filter(Boolean)
    .join("-")
    .replace(/[^\p{L}\p{N}._-]+/gu, "-");
  const said = make(doc, "span", { class: "film-said" });
  const tell = (/** @type {string} */ words) => {
    said.textContent = words;
    app.say(words);
  };
  const save = (/** @type {"png" | "svg"} */ kind) =>
    savePicture(view, LEFT_OUT, name, kind).then(
      () => app.say(t("save.saved", { name: `${name}.${kind}` })),
      () => app.say(t("save.failed")),
    );
  let busy = false;
  const saveFilm = async (
    /** @type {"webm" | "gif"} */ kind,
    /** @type {() => import("../../kit/film.js").Scenes} */ of,
  ) => {
    if (busy) return;
    busy = true;
    const told = (/** @type {number} */ share) => (said.textContent = t("film.busy", { share: percent(share, 0) }));
    try {
      const scenes = of();
      const bytes = await (kind === "gif" ? gifOf : webmOf)(scenes, NOT_FILMED, told);
      saveFile(doc, `${name}.${kind}`, bytes, kind === "gif" ? "image/gif" : "video/webm");
      const seconds = fixed((scenes.count * scenes.milliseconds) / 1000, 1);
      tell(t("film.saved", { name: `${name}.${kind}`, megabytes: fixed(bytes.length / 1e6, 2), seconds }));
    } catch {
      tell(t("save.failed"));
    }
    busy = false;
  };
  const filmButton = (/** @type {"webm" | "gif"} */ kind, /** @type {string} */ words) =>
    film &&
    button(doc, words, () => void saveFilm(kind, film), { class: "link", "aria-label": `${t("save.film")} ${words}` });
  return make(
    doc,
    "p",
    { class: "save-view" },
    t("save.view"),
    button(doc, "PNG", () => save("png"), { class: "link", "aria-label": `${t("save.view")} PNG` }),
    button(doc, "SVG", () => save("svg"), { class: "link", "aria-label": `${t("save.view")} SVG` }),
    film ? make(doc, "span", { class: "film-title" }, t("save.film")) : null,
    webmKind(win) ? filmButton("webm", "WebM") : null,
    filmButton("gif", "GIF"),
    said,
  );
}
