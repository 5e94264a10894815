/** Sliders that shift, turn, scale, add noise to and erase part of the picture. */

import { make } from "../../kit/dom.js";
import { fixed } from "../../kit/format.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {import("../types.js").Edits} Edits */

/** @param {App} app */
export function editSliders(app) {
  const { doc, t, payload } = app;
  const [, height, width] = payload.input.shape;
  /** @type {[keyof Edits, string, number, number, number, string][]} */
  const list = [
    ["dx", t("edit.dx"), -width / 2, width / 2, 1, "px"],
    ["dy", t("edit.dy"), -height / 2, height / 2, 1, "px"],
    ["turn", t("edit.turn"), -180, 180, 1, "°"],
    ["scale", t("edit.scale"), 0.4, 2, 0.05, ""],
    ["noise", t("edit.noise"), 0, 128, 1, ""],
    ["es", t("edit.square"), 0, Math.min(height, width), 1, "px"],
    ["ex", t("edit.square.x"), 0, width - 1, 1, "px"],
    ["ey", t("edit.square.y"), 0, height - 1, 1, "px"],
  ];
  const rows = list.map(([name, words, min, max, step, unit]) => {
    const input = make(doc, "input", {
      type: "range",
      min: Math.round(min * 100) / 100,
      max,
      step,
      "data-edit": name,
      on: { input: () => app.tune({ edits: { ...app.state.edits, [name]: Number(input.value) } }) },
    });
    const output = make(doc, "output", { class: "figure" });
    return {
      name,
      input,
      output,
      unit,
      element: make(doc, "label", { class: "slider" }, make(doc, "span", {}, words), input, output),
    };
  });
  const refresh = () => {
    for (const row of rows) {
      const value = app.state.edits[row.name];
      if (Number(row.input.value) !== value) row.input.value = String(value);
      row.output.textContent =
        row.name === "scale" ? `×${fixed(value, 2)}` : `${fixed(value, 0)}${row.unit === "px" ? " px" : row.unit}`;
      if (row.name === "ex" || row.name === "ey") row.input.disabled = app.state.edits.es === 0;
    }
  };
  refresh();
  return { element: make(doc, "div", { class: "sliders" }, ...rows.map((row) => row.element)), refresh };
}
