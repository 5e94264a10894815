/** Loss and accuracy of two trainings over the pictures that they were shown: now in colour, before in grey. */

import { make, makeSvg, refill } from "../../../kit/dom.js";
import { plotOf } from "../../plot.js";
import { batchOf, outcomeFigures } from "./outcome.js";

/** @typedef {import("../../types.js").Lab} Lab */
/** @typedef {import("./runs.js").Run} Run */
/** @typedef {ReturnType<typeof plotOf>} Plot */

const GUESSING = Math.log(10); // the loss of ten equal chances
const STEPS_DRAWN = 300;
const LOSS_DRAWN = 3.2;

/** @param {Lab} lab */
export function outcomeCurves(lab) {
  const { doc, t } = lab;
  const [lossBox, accuracyBox] = [make(doc, "div", {}), make(doc, "div", {})];
  const element = make(
    doc,
    "div",
    { class: "plot-row two wrong-curves" },
    make(doc, "figure", {}, make(doc, "h2", { class: "part" }, t("wrong.loss")), lossBox),
    make(doc, "figure", {}, make(doc, "h2", { class: "part" }, t("wrong.accuracy")), accuracyBox),
  );
  const legend = make(
    doc,
    "p",
    { class: "note wrong-legend" },
    ...[
      ["curve-training", t("wrong.key.training")],
      ["curve-validation", t("wrong.key.validation")],
      ["curve-step", t("wrong.key.step")],
      ["best-moment", t("wrong.key.best")],
      ["is-before", t("wrong.key.before")],
    ].map(([kind, text]) => make(doc, "span", {}, signOf(lab, kind), text)),
  );
  let most = 0;
  /** @type {Plot[]} */
  let plots = [];
  return {
    element,
    legend,
    /** @param {Run | null} now @param {Run | null} before */
    draw: (now, before) => {
      const shown = Math.max(now?.settings.q ?? 0, before?.settings.q ?? 0) / 1000;
      if (!shown) return;
      if (shown !== most) {
        most = shown;
        plots = plotsOf(lab, shown);
        refill(lossBox, plots[0].element);
        refill(accuracyBox, plots[1].element);
      }
      plots[0].draw(
        guessing(lab, plots[0], shown),
        ...(before ? linesOfRun(lab, plots[0], before, "loss", "is-before") : []),
        ...(now ? linesOfRun(lab, plots[0], now, "loss", "is-now") : []),
      );
      plots[1].draw(
        ...(before ? linesOfRun(lab, plots[1], before, "accuracy", "is-before") : []),
        ...(now ? linesOfRun(lab, plots[1], now, "accuracy", "is-now") : []),
      );
    },
  };
}

/** @param {Lab} lab @param {number} shown thousands of pictures */
function plotsOf(lab, shown) {
  const x = /** @type {[number, number]} */ ([0, shown]);
  const xTicks = [0, 0.25, 0.5, 0.75, 1].map((share) => share * shown);
  const [loss, accuracy] = [lab.t("wrong.loss"), lab.t("wrong.accuracy")];
  return [
    plotOf(lab, { name: loss, x, y: [0, LOSS_DRAWN], xTicks, yTicks: [0, 1, 2, 3] }),
    plotOf(lab, { name: accuracy, x, y: [0, 100], xTicks, yTicks: [0, 20, 40, 60, 80, 100] }),
  ];
}

/** @param {Lab} lab @param {Plot} plot @param {Run} run @param {"loss" | "accuracy"} what @param {string} kind */
function linesOfRun({ doc }, plot, run, what, kind) {
  const batch = batchOf(run);
  const scale = what === "loss" ? 1 : 100;
  const path = (/** @type {string} */ name, /** @type {[number, number][]} */ points) =>
    points.length
      ? [makeSvg(doc, "path", { class: `${name} ${kind}`, d: pathThrough(plot, points, what === "loss" ? 9 : 100) })]
      : [];
  const measured = (/** @type {string} */ of) =>
    run.measures.flatMap((one) =>
      one.of === of ? [/** @type {[number, number]} */ ([(one.step * batch) / 1000, scale * one[what]])] : [],
    );
  const thin = Math.ceil(run.lines.length / STEPS_DRAWN);
  const steps =
    what === "loss" && kind === "is-now"
      ? run.lines.flatMap(({ step, loss }, i) =>
          i % thin ? [] : [/** @type {[number, number]} */ ([(step * batch) / 1000, loss])],
        )
      : [];
  const { best, bestAt } = outcomeFigures(run);
  const at = best && run.ended && [bestAt / 1000, scale * best[what]];
  return [
    ...path("curve-step", steps),
    ...path("curve-training", measured("training")),
    ...path("curve-validation", measured("validation")),
    at && makeSvg(doc, "circle", { class: `best-moment ${kind}`, cx: plot.across(at[0]), cy: plot.up(at[1]), r: 4.5 }),
  ].flatMap((one) => one || []);
}

/**
 * A broken line; what is no number, or beyond all, goes off the top.
 * @param {Plot} plot @param {[number, number][]} points @param {number} most
 */
function pathThrough(plot, points, most) {
  const places = points.map(([x, y]) => {
    const inside = Math.max(-most, Math.min(most, Number.isNaN(y) ? most : y));
    return `${plot.across(x).toFixed(1)} ${plot.up(inside).toFixed(1)}`;
  });
  return `M${places.join("L")}`;
}

/** What ten equal chances cost. @param {Lab} lab @param {Plot} plot @param {number} shown */
function guessing({ doc, t }, plot, shown) {
  const y = plot.up(GUESSING);
  return makeSvg(
    doc,
    "g",
    { class: "guessing" },
    makeSvg(doc, "path", { d: `M${plot.across(0)} ${y}H${plot.across(shown)}` }),
    makeSvg(doc, "text", { x: plot.across(shown) - 4, y: y - 5, "text-anchor": "end" }, t("wrong.guessing")),
  );
}

/** @param {Lab} lab @param {string} kind */
function signOf({ doc }, kind) {
  const mark =
    kind === "best-moment"
      ? makeSvg(doc, "circle", { class: `${kind} is-now`, cx: 13, cy: 6, r: 4 })
      : makeSvg(doc, "path", {
          class: kind === "is-before" ? "curve-validation is-before" : `${kind} is-now`,
          d: "M0 6H26",
        });
  return makeSvg(doc, "svg", { class: "wrong-sign plot", viewBox: "0 0 26 12", "aria-hidden": "true" }, mark);
}
