/**
 * What pressing a pixel of chapter 3's picture does: turn it over, as the lecture's picture asks for, or give it one of
 * five shades.
 */

import { button, make, setVar } from "../../kit/dom.js";
import { colourOf, inkOn } from "../../kit/palette.js";
import { weightText } from "../kernel.js";
import { LEVELS, levelOf } from "./convolution_pictures.js";

/** A pixel's number in the little room that it has. @param {number} value */
export function levelText(value) {
  return weightText(value).replace("0.5", "½");
}

/** @param {import("../types.js").Lab} lab */
export function inkRow(lab) {
  const { doc, t } = lab;
  const turn = button(doc, "−1 ↔ 1", () => lab.tune({ i: null }), {
    class: "ink",
    title: t("conv.ink.turn"),
  });
  const shades = LEVELS.map(([letter, value]) => ({
    letter,
    value,
    element: button(doc, levelText(value), () => lab.tune({ i: letter }), {
      class: "ink shade",
      title: t("conv.ink", { v: weightText(value) }),
    }),
  }));
  const note = make(doc, "p", { class: "note" });
  const element = make(
    doc,
    "div",
    { class: "inks" },
    make(
      doc,
      "div",
      { class: "ink-row", role: "group", "aria-label": t("conv.inks") },
      turn,
      ...shades.map((one) => one.element),
    ),
    note,
  );
  const refresh = () => {
    const level = levelOf(lab.state.i);
    turn.setAttribute("aria-pressed", String(level === null));
    for (const { value, element: shade } of shades) {
      shade.setAttribute("aria-pressed", String(level === value));
      setVar(shade, "colour", colourOf("activations", lab.dark(), value, 1));
      setVar(shade, "cell-ink", inkOn("activations", lab.dark(), value, 1));
    }
    const how = level === null ? t("conv.press") : t("conv.draw", { v: weightText(level) });
    note.textContent = `${how} ${t("conv.keys")}`;
  };
  refresh();
  return { element, refresh };
}
