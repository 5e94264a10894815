/** The scores as bars, the largest marked, the true class named. */

import { make, refill, setVar } from "../../kit/dom.js";
import { compact, percent, scientific } from "../../kit/format.js";
import { labelOf, winnerOf } from "../lookup.js";

/** @typedef {import("../types.js").App} App */

/** @param {App} app @param {(k: number) => void} [choose] */
export function scoreBars(app, choose) {
  const { doc, t } = app;
  const rows = app.payload.classes.map((name, k) => {
    const value = make(doc, "span", { class: "figure" });
    const logit = make(doc, "span", { class: "figure logit" });
    const bar = make(doc, "span", { class: "bar" });
    const element = make(
      doc,
      choose ? "button" : "div",
      { class: "score", type: choose ? "button" : null, title: name, on: choose ? { click: () => choose(k) } : {} },
      make(doc, "span", { class: "name" }, name),
      make(doc, "span", { class: "track" }, bar),
      value,
      logit,
    );
    return { element, bar, value, logit };
  });
  const measured = make(doc, "p", { class: "measured" });
  const long = app.payload.classes.some((name) => name.length > 3);
  const element = make(
    doc,
    "div",
    { class: long ? "scores long" : "scores" },
    make(doc, "div", { class: "score-list" }, ...rows.map((row) => row.element)),
    measured,
  );
  const refresh = () => {
    const winner = winnerOf(app);
    const truth = labelOf(app);
    rows.forEach((row, k) => {
      const p = app.result.probabilities[k];
      setVar(row.bar, "share", String(p));
      row.value.textContent = percent(p);
      row.logit.textContent = compact(app.result.logits[k]);
      row.element.classList.toggle("winner", k === winner);
      row.element.classList.toggle("truth", k === truth);
      if (choose)
        row.element.setAttribute(
          "aria-label",
          t("score.name", { name: app.payload.classes[k], p: percent(p), z: compact(app.result.logits[k]) }),
        );
    });
    refill(measured, ...differenceText(app));
  };
  refresh();
  return { element, refresh };
}

/** The measured difference between this page's scores and the framework's, for untouched samples. @param {App} app */
function differenceText(app) {
  const { doc, t, payload, state } = app;
  if (!app.engine.computes) return [t("measured.captured", { by: payload.samples.by })];
  const sample = Number(state.picture.slice(1));
  const known = state.picture[0] === "s" && sample < payload.samples.names.length && app.picture === app.base;
  if (!known) return [t("measured.own")];
  const stored = app.sampleLogits.data.subarray(sample * payload.classes.length, (sample + 1) * payload.classes.length);
  let most = 0;
  stored.forEach((z, k) => {
    most = Math.max(most, Math.abs(z - app.result.logits[k]));
  });
  const { digits, power } = scientific(most);
  return [
    t("measured.same", { by: payload.samples.by }),
    " ",
    make(
      doc,
      "span",
      { class: "figure" },
      "max |Δ| = ",
      digits,
      ...(power ? ["·10", make(doc, "sup", {}, String(power).replace("-", "−"))] : []),
    ),
  ];
}
