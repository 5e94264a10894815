/** The loss over the steps of a training, with the step looked at. */

import { make, makeSvg, refill } from "../dom.js";
import { fixed, thousands } from "../format.js";

/** @typedef {import("../shapes.js").App} App */
/** @typedef {import("../shapes.js").RunPart} RunPart */

const W = 720;
const H = 150;
const LEFT = 46;
const BOTTOM = 24;

/** @param {App} app @param {RunPart} run */
export function lossCurve(app, run) {
  const { doc, t } = app;
  const points = run.log.filter((line) => Number.isFinite(line.loss));
  const measured = run.snapshots.filter((line) => Number.isFinite(line.loss));
  const steps = Math.max(1, ...points.map((line) => line.step), ...run.snapshots.map((line) => line.step));
  const most = Math.max(1e-9, ...points.map((line) => line.loss), ...measured.map((line) => line.loss));
  const x = (/** @type {number} */ step) => LEFT + (step / steps) * (W - LEFT - 10);
  const y = (/** @type {number} */ loss) => 8 + (1 - loss / most) * (H - BOTTOM - 8);
  const path = (/** @type {{step: number, loss: number}[]} */ list) => list.map((line, i) => `${i ? "L" : "M"}${x(line.step).toFixed(1)} ${y(line.loss).toFixed(1)}`).join("");
  const mark = makeSvg(doc, "g", { class: "mark" });
  const ticks = [0, 0.5, 1].map((share) => makeSvg(doc, "g", {}, makeSvg(doc, "path", { class: "grid", d: `M${LEFT} ${y(share * most)}H${W - 10}` }), makeSvg(doc, "text", { x: LEFT - 6, y: y(share * most) + 4, "text-anchor": "end" }, fixed(share * most, 2))));
  const svg = makeSvg(doc, "svg", { class: "loss-curve", viewBox: `0 0 ${W} ${H}`, role: "img", "aria-label": t("training.curve") }, ...ticks,
    makeSvg(doc, "text", { x: W - 10, y: H - 6, "text-anchor": "end" }, t("training.steps", { n: thousands(steps) })), makeSvg(doc, "text", { x: LEFT, y: H - 6 }, "0"),
    makeSvg(doc, "path", { class: "training-loss", d: path(points) }), makeSvg(doc, "path", { class: "measured-loss", d: path(measured) }), mark);
  const element = make(doc, "figure", { class: "curve-box" }, svg, make(doc, "figcaption", { class: "curve-key" }, make(doc, "span", { class: "key training-loss" }, t("training.batch")), make(doc, "span", { class: "key measured-loss" }, t("training.measured"))));
  return { element, mark: (/** @type {number} */ step) => refill(mark, makeSvg(doc, "path", { d: `M${x(step)} 4V${H - BOTTOM}` }), ...measured.filter((line) => line.step === step).map((line) => makeSvg(doc, "circle", { cx: x(step), cy: y(line.loss), r: 4 }))) };
}
