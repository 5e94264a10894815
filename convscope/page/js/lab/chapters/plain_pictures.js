/**
 * The pictures of chapter 1, as both networks read them: a drawn X or O, or a digit of MNIST, after what was done to
 * it.
 */

import { make, segmented } from "../../kit/dom.js";
import { itemOf, unpack } from "../../engine/binary.js";
import { paintPicture } from "../../kit/palette.js";
import { roving } from "../../kit/roving.js";
import { edited } from "../../look/edits.js";
import { NO_EDITS } from "../../look/state.js";
import { pixels } from "../../look/views/maps.js";
import { wholeIn } from "../address.js";
import { drawnShape } from "../sums/pictures.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("../sums/pictures.js").Drawn} Drawn */
/**
 * @typedef {{now: Uint8Array, before: Uint8Array, truth: number}} PlainLook the picture, the same unmoved, and its
 * class
 */

/** @param {ArrayLike<number>} ink −1 … 1 */
function bytesOfInk(ink) {
  return Uint8Array.from(ink, (v) => Math.round(127.5 * (v + 1)));
}

/** @param {Lab} lab */
function chosenDigit(lab) {
  return wholeIn(lab.state, "i", 0, lab.payload.digits.labels.length - 1, 6);
}

/** @param {Lab} lab @param {number} i */
function digitBytes(lab, i) {
  const { pictures } = lab.payload.digits;
  return /** @type {Uint8Array} */ (itemOf(unpack(pictures), pictures.shape, i));
}

/** @param {Lab} lab @param {"xo" | "mnist"} data @param {Drawn} how @returns {PlainLook} */
export function plainLook(lab, data, how) {
  if (data === "xo") {
    const kind = lab.state.s === "o" ? "o" : "x";
    return {
      now: bytesOfInk(drawnShape(kind, how)),
      before: bytesOfInk(drawnShape(kind)),
      truth: kind === "o" ? 1 : 0,
    };
  }
  const i = chosenDigit(lab);
  const before = digitBytes(lab, i);
  return {
    now: edited(before, [1, 28, 28], { ...NO_EDITS, dx: how.dx, dy: how.dy, turn: how.turn, scale: how.scale }),
    before,
    truth: lab.payload.digits.labels[i],
  };
}

/** Choose X or O, or a digit. @param {Lab} lab @param {"xo" | "mnist"} data */
export function kindChooser(lab, data) {
  const { doc, t } = lab;
  if (data === "xo") {
    const element = segmented(
      doc,
      t("plain.shape"),
      [
        { value: "", text: "X" },
        { value: "o", text: "O" },
      ],
      () => lab.state.s ?? "",
      (value) => lab.tune({ s: value }),
    );
    const refresh = () => {
      for (const child of Array.from(element.children))
        child.setAttribute(
          "aria-pressed",
          String(/** @type {HTMLElement} */ (child).dataset.value === (lab.state.s === "o" ? "o" : "")),
        );
    };
    return { element: make(doc, "div", { class: "plain-kinds" }, element), refresh };
  }
  const thumbs = lab.payload.digits.names.map((/** @type {string} */ name, /** @type {number} */ i) => {
    const canvas = pixels(doc);
    paintPicture(canvas, digitBytes(lab, i), 0, [1, 28, 28]);
    return make(
      doc,
      "button",
      { type: "button", class: "thumb", "aria-label": name, title: name, on: { click: () => lab.tune({ i }) } },
      canvas,
    );
  });
  const element = make(
    doc,
    "div",
    { class: "plain-kinds digits", role: "group", "aria-label": t("plain.digit") },
    ...thumbs,
  );
  const stop = roving(element, () => thumbs);
  return {
    element,
    refresh: () => {
      thumbs.forEach((/** @type {HTMLElement} */ thumb, /** @type {number} */ i) =>
        thumb.setAttribute("aria-pressed", String(i === chosenDigit(lab))),
      );
      stop();
    },
  };
}
