/** Chapter 1's parts: the picture, its numbers in one row, and each network's answer. */

import { make, refill, setVar } from "../../kit/dom.js";
import { makeEngine } from "../../engine/engine.js";
import { fixed, percent, thousands } from "../../kit/format.js";
import { paint } from "../../kit/palette.js";
import { pixels } from "../../look/views/maps.js";
import { numberTable } from "../grid.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("./plain_pictures.js").PlainLook} PlainLook */

const HALF = 63.75; // of 255: a quarter of the way from paper to ink

/** The picture: each number where there is room for it. @param {Lab} lab @param {number} side */
export function pictureView(lab, side) {
  const { doc, t } = lab;
  let ink = /** @type {number[]} */ (Array.from({ length: side * side }, () => -1));
  const numbers = (/** @type {Uint8Array} */ bytes) => Array.from(bytes, (v) => v / 127.5 - 1);
  if (side > 9) {
    const canvas = pixels(doc, "plain-canvas", t("plain.picture"));
    return {
      element: canvas,
      refresh: (/** @type {PlainLook} */ look) =>
        paint(canvas, numbers(look.now), 0, side, side, 1, "activations", lab.dark()),
    };
  }
  const table = numberTable(lab, {
    name: t("plain.picture"),
    kind: "plain-table",
    limit: () => 1,
    size: () => [side, side],
    look: (y, x) => {
      const v = ink[y * side + x];
      return { value: v, text: Math.abs(Math.abs(v) - 1) < 0.005 ? fixed(v, 0) : fixed(v, 1) };
    },
  });
  return {
    element: table.element,
    refresh: (/** @type {PlainLook} */ look) => {
      ink = numbers(look.now);
      table.refresh();
    },
  };
}

/**
 * The picture flattened into one row, as it was and as it is, and how many of its numbers changed.
 * @param {Lab} lab
 * @param {number} side
 */
export function inputStrips(lab, side) {
  const { doc, t } = lab;
  const [was, is] = [pixels(doc, "input-strip", t("plain.was")), pixels(doc, "input-strip", t("plain.is"))];
  const said = make(doc, "p", { class: "plain-said" });
  const element = make(
    doc,
    "div",
    { class: "strips" },
    make(doc, "span", { class: "label" }, t("plain.was")),
    was,
    make(doc, "span", { class: "label" }, t("plain.is")),
    is,
  );
  return {
    element: make(doc, "div", {}, element, said),
    refresh: (/** @type {PlainLook} */ look) => {
      for (const [canvas, bytes] of /** @type {const} */ ([
        [was, look.before],
        [is, look.now],
      ]))
        paint(
          canvas,
          Array.from(bytes, (v) => v / 127.5 - 1),
          0,
          1,
          side * side,
          1,
          "activations",
          lab.dark(),
        );
      const inked = look.before.reduce((n, v) => n + Number(v > 127), 0);
      const kept = look.before.reduce((n, v, i) => n + Number(v > 127 && look.now[i] > 127), 0);
      const changed = look.before.reduce((n, v, i) => n + Number(Math.abs(v - look.now[i]) > HALF), 0);
      said.textContent = changed
        ? t("plain.changed", { n: changed, all: side * side, kept, inked })
        : t("plain.same", { all: side * side });
    },
  };
}

/** @type {WeakMap<object, import("../../engine/engine.js").Engine>} one engine a network */
const PLAIN_ENGINES = new WeakMap();

/** @param {Lab} lab @param {"xo" | "mnist"} data @param {"dense" | "cnn"} kind */
export function plainEngine(lab, data, kind) {
  const network = lab.payload.plain[data][kind];
  const engine = PLAIN_ENGINES.get(network) ?? makeEngine(network);
  PLAIN_ENGINES.set(network, engine);
  return engine;
}

/**
 * One network's answer, by the page's own engine.
 * @param {Lab} lab
 * @param {"xo" | "mnist"} data
 * @param {"dense" | "cnn"} kind
 * @param {string} name
 */
export function answersOf(lab, data, kind, name) {
  const { doc, t } = lab;
  const network = lab.payload.plain[data][kind];
  const engine = plainEngine(lab, data, kind);
  const verdict = make(doc, "p", { class: "verdict" });
  const bars = network.classes.map((/** @type {string} */ label) => {
    const [bar, share] = [make(doc, "span", { class: "bar" }), make(doc, "span", { class: "figure" })];
    return {
      bar,
      share,
      element: make(
        doc,
        "div",
        { class: "plain-bar" },
        make(doc, "span", {}, label),
        make(doc, "span", { class: "track" }, bar),
        share,
      ),
    };
  });
  const element = make(
    doc,
    "div",
    { class: "plain-answer", "data-network": kind },
    make(doc, "h2", { class: "part" }, name),
    make(doc, "p", { class: "small" }, t("plain.parameters", { n: thousands(network.parameters) })),
    verdict,
    ...bars.map((/** @type {any} */ one) => one.element),
  );
  return {
    element,
    refresh: (/** @type {PlainLook} */ look) => {
      const { probabilities } = engine.forward(look.now);
      const winner = probabilities.indexOf(Math.max(...probabilities));
      refill(
        verdict,
        t("plain.says", { answer: network.classes[winner] }),
        make(doc, "span", { class: "mark-sign", "aria-hidden": "true" }, winner === look.truth ? " ✓" : " ✗"),
        make(doc, "span", { class: "unseen" }, winner === look.truth ? t("plain.right") : t("plain.wrong")),
      );
      element.classList.toggle("is-wrong", winner !== look.truth);
      bars.forEach((/** @type {any} */ one, /** @type {number} */ i) => {
        setVar(one.bar, "share", String(probabilities[i]));
        one.share.textContent = percent(probabilities[i]);
        one.element.classList.toggle("winner", i === winner);
      });
    },
  };
}
