/** Chapter 1 in small: an X moves, and the plain network loses it. */

import { make, refill, setVar } from "../../kit/dom.js";
import { makeEngine } from "../../engine/engine.js";
import { paint } from "../../kit/palette.js";
import { pixels } from "../../look/views/maps.js";
import { AS_DRAWN } from "../sums/pictures.js";
import { plainLook } from "./plain_pictures.js";

/** @typedef {import("../types.js").Lab} Lab */

const SIDEWAYS = 3; // pixels

/** @param {Lab} lab @returns {import("../types.js").Moving} */
export function plainCover(lab) {
  const { doc, t } = lab;
  const picture = pixels(doc);
  const rows = /** @type {const} */ (["dense", "cnn"]).map((kind) => {
    const bar = make(doc, "span", { class: "bar" });
    const mark = make(doc, "b", { class: "mark-sign" });
    const name = kind === "dense" ? t("plain.dense") : t("plain.cnn");
    const element = make(
      doc,
      "span",
      { class: "cover-bar" },
      make(doc, "span", {}, name, " ", mark),
      make(doc, "span", { class: "track" }, bar),
    );
    return { engine: makeEngine(lab.payload.plain.xo[kind]), bar, mark, element };
  });
  return {
    element: make(doc, "span", { class: "cover-split" }, picture, make(doc, "span", {}, ...rows.map((r) => r.element))),
    steps: 60,
    lasts: 4200,
    draw: (share) => {
      const dx = SIDEWAYS * Math.sin(2.5 * Math.PI * share);
      const { now, truth } = plainLook({ ...lab, state: {} }, "xo", { ...AS_DRAWN, dx });
      const ink = Array.from(now, (v) => v / 127.5 - 1);
      paint(picture, ink, 0, 9, 9, 1, "activations", lab.dark());
      for (const { engine, bar, mark, element } of rows) {
        const { probabilities } = engine.forward(now);
        const right = probabilities[truth] > 0.5;
        setVar(bar, "share", String(probabilities[truth]));
        element.classList.toggle("is-wrong", !right);
        refill(mark, right ? "✓" : "✗");
      }
    },
  };
}
