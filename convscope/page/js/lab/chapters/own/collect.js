/**
 * Collecting: classes with their names, a pad to draw on, files and the camera, and every picture to take away again.
 */

import { button, make, refill } from "../../../kit/dom.js";
import { paintPicture } from "../../../kit/palette.js";
import { rovingButtons } from "../../../kit/roving.js";
import { inkPad } from "../../../look/views/pad.js";
import { presets } from "../../widgets.js";
import { FEWEST_CLASSES, MOST_CLASSES, WANTED_EACH, lackOf } from "./collection.js";
import { thumbnailOf } from "./input.js";
import { photoSource } from "./sources.js";
import { namesText, ownOf } from "./state.js";

/** @typedef {import("../../types.js").Lab} Lab */
/** @typedef {import("./collection.js").Collection} Collection */
/** @typedef {import("./collection.js").OwnPicture} OwnPicture */

/**
 * @param {Lab} lab
 * @param {Collection} collection
 * @param {() => void} changed the pictures or the names are others now
 */
export function collectPart(lab, collection, changed) {
  const { doc, t } = lab;
  const drawn = collection.kind === "drawn";
  const chosen = () => Math.min(ownOf(lab.state).chosen, collection.names.length - 1);
  const choose = (/** @type {number} */ k) => lab.tune({ n: k || null });
  const said = make(doc, "p", { class: "own-said", role: "status" });
  const say = (/** @type {string} */ words) => {
    said.textContent = words;
  };
  /** After a change: what is no longer the example has its names in the address. */
  const keep = () => {
    const own = collection.pictures.every((one) => !one.byCode);
    lab.tune(own ? { e: drawn ? 0 : null, k: namesText(collection.names) } : { e: null, k: null });
    changed();
  };
  const add = (/** @type {number} */ label, /** @type {Uint8Array[]} */ pixels) => {
    const taken = collection.add(label, pixels);
    if (taken) keep();
    return taken;
  };

  const classes = make(doc, "div", { class: "own-classes", role: "group", "aria-label": t("own.classes") });
  const name = make(doc, "input", {
    type: "text",
    maxlength: 24,
    autocomplete: "off",
    id: "own-name",
    on: {
      change: () => {
        if (collection.rename(chosen(), name.value)) keep();
        else refresh();
      },
    },
  });
  const more = button(
    doc,
    t("own.class.add"),
    () => {
      choose(collection.addClass());
      keep();
      name.focus();
      name.select();
    },
    { class: "button preset own-more" },
  );
  const small = { class: "button preset" };
  const removeChosen = () => {
    collection.removeClass(chosen());
    choose(0);
    keep();
  };
  const less = button(doc, t("own.class.remove"), removeChosen, small);
  const takeBack = () => {
    collection.undo();
    keep();
    say(t("own.undone"));
  };
  const undo = button(doc, t("own.undo"), takeBack, small);
  const kinds = presets(lab, t("own.kind"), [
    { text: t("own.kind.drawn"), on: () => drawn, press: () => lab.tune({ m: null, n: null, k: null, e: null }) },
    { text: t("own.kind.photo"), on: () => !drawn, press: () => lab.tune({ m: "photo", n: null, k: null, e: null }) },
  ]);
  const beginWithShapes = () => {
    collection.example(exampleNames(lab), ownOf(lab.state).seed);
    choose(0);
    keep();
  };
  const beginEmpty = () => {
    collection.empty([]);
    choose(0);
    keep();
  };
  const example = button(doc, t("own.example"), beginWithShapes, small);
  const empty = button(doc, t("own.empty"), beginEmpty, small);

  const pad = drawn
    ? padFor(
        lab,
        () => collection.names[chosen()],
        (pixels) => {
          const taken = add(chosen(), [pixels]);
          say(
            taken
              ? t("own.added", { name: collection.names[chosen()], n: collection.counts[chosen()] })
              : t("own.same"),
          );
          return Boolean(taken);
        },
      )
    : null;
  const source = photoSource(lab, collection, () => chosen(), add, say, keep);
  const rows = make(doc, "div", { class: "own-rows" });
  const advice = make(doc, "p", { class: "own-advice" });
  const element = make(
    doc,
    "section",
    { class: "own-collect", "aria-label": t("own.collect") },
    make(doc, "h2", {}, t("own.collect")),
    make(doc, "p", {}, drawn ? t("own.collect.drawn") : t("own.collect.photo")),
    make(
      doc,
      "div",
      { class: "own-bar" },
      kinds.element,
      make(doc, "div", { class: "own-bar-end" }, drawn ? example : null, empty, undo),
    ),
    make(
      doc,
      "div",
      { class: "own-grid" },
      make(
        doc,
        "div",
        { class: "own-adding" },
        classes,
        more,
        make(doc, "div", { class: "own-naming" }, make(doc, "label", { for: "own-name" }, t("own.name")), name, less),
        pad?.element,
        source.element,
        said,
      ),
      rows,
    ),
    advice,
  );

  let shown = "";
  const refresh = () => {
    const key = JSON.stringify([collection.version, chosen(), doc.documentElement.lang]);
    if (key === shown) return;
    shown = key;
    kinds.refresh();
    pad?.refresh();
    source.refresh();
    const { names, counts } = collection;
    refill(
      classes,
      ...names.map((one, k) => {
        const of = button(doc, "", () => choose(k), {
          class: "button preset",
          "aria-pressed": String(k === chosen()),
        });
        const count = make(doc, "span", { class: "figure" }, t("own.count", { n: counts[k] }));
        refill(of, make(doc, "span", {}, one), " ", count);
        return of;
      }),
    );
    if (doc.activeElement !== name) name.value = names[chosen()];
    more.toggleAttribute("disabled", names.length >= MOST_CLASSES);
    less.toggleAttribute("disabled", names.length <= FEWEST_CLASSES);
    undo.toggleAttribute("disabled", !collection.canUndo);
    refill(rows, ...names.map((one, k) => classRow(k, one, counts[k])));
    const [words, bad] = adviceOf(lab, collection);
    advice.textContent = words;
    advice.classList.toggle("lacks", bad);
  };

  /**
   * One class: its pictures, each a button that takes it away.
   * @param {number} k
   * @param {string} of
   * @param {number} count
   */
  function classRow(k, of, count) {
    const own = collection.pictures.filter(({ label }) => label === k);
    const thumbs = make(doc, "div", { class: "own-thumbs" }, ...own.map((one, i) => thumbButton(one, of, i)));
    rovingButtons(thumbs)();
    return make(
      doc,
      "div",
      { class: k === chosen() ? "own-row chosen" : "own-row" },
      make(doc, "h3", {}, of, " ", make(doc, "span", { class: "figure" }, t("own.count", { n: count }))),
      own.length ? thumbs : make(doc, "p", { class: "note own-nothing" }, t("own.nothing")),
    );
  }

  /** @param {OwnPicture} one @param {string} of @param {number} i */
  function thumbButton(one, of, i) {
    const canvas = make(doc, "canvas", { class: "pixels" });
    const thumb = thumbnailOf(one.pixels, collection.shape);
    paintPicture(canvas, thumb.pixels, 0, thumb.shape);
    const words = t("own.remove", { name: of, n: i + 1 });
    const element = button(
      doc,
      "",
      () => {
        collection.remove(one.id);
        keep();
        say(t("own.removed"));
        undo.focus();
      },
      { class: "thumb", "aria-label": words, title: words },
    );
    refill(element, canvas);
    return element;
  }
  refresh();
  return {
    element,
    refresh,
    gone: () => {
      pad?.gone();
      source.gone();
    },
  };
}

/** What the four shapes are called. @param {Lab} lab */
export function exampleNames({ t }) {
  return [t("own.circle"), t("own.cross"), t("own.line"), t("own.triangle")];
}

/**
 * What the collection lacks, in a line, and whether it cannot be trained on.
 * @param {Lab} lab
 * @param {Collection} collection
 * @returns {[string, boolean]}
 */
function adviceOf({ t }, collection) {
  const lack = lackOf(collection);
  const byCode = collection.pictures.filter((one) => one.byCode).length;
  if (lack?.what === "none") return [t("own.lack.none", { n: WANTED_EACH }), true];
  if (lack?.what === "missing") return [t("own.lack.missing", { name: lack.name, n: lack.count }), true];
  if (lack?.what === "few") return [t("own.lack.few", { name: lack.name, n: lack.count }), false];
  if (lack?.what === "lopsided") return [t("own.lack.lopsided", lack), false];
  if (byCode) return [t("own.bycode", { n: byCode }), false];
  return [t("own.enough", { n: collection.pictures.length }), false];
}

/**
 * A pad whose drawing is added by a button or the Enter key.
 * @param {Lab} lab @param {() => string} name of the class @param {(pixels: Uint8Array) => boolean} take
 */
function padFor(lab, name, take) {
  const { doc, t } = lab;
  const input = { ...lab.payload.learning.input };
  /** @type {Uint8Array | null} */
  let picture = null;
  const pad = inkPad(
    /** @type {any} */ ({ doc, t, payload: { input }, state: { picture: "" }, say: lab.say }),
    (pixels) => {
      picture = pixels;
      return "";
    },
    t("own.centre.why"),
  );
  const add = () => {
    if (!picture?.some((v) => v > 0)) return;
    if (take(picture)) pad.clear();
  };
  const put = button(doc, "", add, { class: "button primary" });
  const element = make(
    doc,
    "div",
    { class: "own-pad", on: { keydown: onKey } },
    make(doc, "div", { class: "own-bar" }, put, button(doc, t("own.stroke"), pad.undo)),
    pad.element,
  );
  /** @param {KeyboardEvent} event */
  function onKey(event) {
    if (event.key !== "Enter" || !(/** @type {Element} */ (event.target).matches("canvas"))) return;
    event.preventDefault();
    add();
  }
  const refresh = () => {
    put.textContent = t("own.add", { name: name() });
  };
  refresh();
  return { element, refresh, gone: pad.gone };
}
