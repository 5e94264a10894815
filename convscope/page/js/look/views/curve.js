/**
 * The loss over the steps of a training, with the step looked at. Steps stand at their square roots: most happens at
 * the start.
 */

import { smoothingFloor } from "../../engine/smoothing.js";
import { axisTicks, decimalsOf } from "../../kit/axis.js";
import { make, makeSvg, refill, setVar } from "../../kit/dom.js";
import { fixed, thousands } from "../../kit/format.js";

/** @typedef {import("../types.js").App} App */
/** @typedef {import("../types.js").RunPart} RunPart */

const H = 190;
const LEFT = 42;
const RIGHT = 12;
const TOP = 10;
const BOTTOM = 26;

/**
 * @param {App} app
 * @param {RunPart} run
 * @param {(snapshot: number) => void} choose a press on the curve chooses the nearest snapshot
 */
export function lossCurve(app, run, choose) {
  const { doc, t } = app;
  const W = (doc.defaultView?.innerWidth ?? 1280) < 720 ? 360 : 900;
  const points = run.log.filter((line) => Number.isFinite(line.loss));
  const measured = run.snapshots.filter((line) => Number.isFinite(line.loss));
  const steps = Math.max(1, ...points.map((line) => line.step), ...run.snapshots.map((line) => line.step));
  const most = Math.max(1e-9, ...points.map((line) => line.loss), ...measured.map((line) => line.loss));
  const x = (/** @type {number} */ step) => LEFT + Math.sqrt(step / steps) * (W - LEFT - RIGHT);
  const y = (/** @type {number} */ loss) => TOP + (1 - loss / most) * (H - BOTTOM - TOP);
  const path = (/** @type {{step: number, loss: number}[]} */ list) =>
    list.map((line, i) => `${i ? "L" : "M"}${x(line.step).toFixed(1)} ${y(line.loss).toFixed(1)}`).join("");
  const share = run.label_smoothing ?? 0;
  const floor = share && points.length ? smoothingFloor(app.payload.classes.length, share) : 0;
  const mark = makeSvg(doc, "g", { class: "mark" });
  const levels = axisTicks(0, most, 5);
  const decimals = Math.max(...levels.map(decimalsOf));
  const rows = levels.map((level) =>
    makeSvg(
      doc,
      "g",
      {},
      makeSvg(doc, "path", { class: "grid", d: `M${LEFT} ${y(level)}H${W - RIGHT}` }),
      makeSvg(doc, "text", { x: LEFT - 6, y: y(level) + 4, "text-anchor": "end" }, fixed(level, decimals)),
    ),
  );
  const ticks = stepTicks(steps, W < 500 ? 3 : 5).map((step) =>
    makeSvg(
      doc,
      "g",
      {},
      makeSvg(doc, "path", { class: "grid", d: `M${x(step)} ${H - BOTTOM}v4` }),
      makeSvg(
        doc,
        "text",
        { x: x(step), y: H - 8, "text-anchor": step === steps ? "end" : "middle" },
        step === steps ? t("training.steps", { n: thousands(step) }) : thousands(step),
      ),
    ),
  );
  const svg = makeSvg(
    doc,
    "svg",
    { class: "loss-curve", viewBox: `0 0 ${W} ${H}`, role: "img", "aria-label": t("training.curve") },
    ...rows,
    ...ticks,
    floor ? makeSvg(doc, "path", { class: "loss-floor", d: `M${LEFT} ${y(floor)}H${W - RIGHT}` }) : null,
    makeSvg(doc, "path", { class: "training-loss", d: path(points) }),
    makeSvg(doc, "path", { class: "measured-loss", d: path(measured) }),
    ...measured.map((line) =>
      makeSvg(doc, "circle", { class: "snapshot-dot", cx: x(line.step), cy: y(line.loss), r: 2.5 }),
    ),
    mark,
  );
  const pick = (/** @type {PointerEvent} */ event) => {
    const box = svg.getBoundingClientRect();
    const at = ((event.clientX - box.left) / box.width) * W;
    const far = run.snapshots.map((line) => Math.abs(x(line.step) - at));
    choose(far.indexOf(Math.min(...far)));
  };
  svg.addEventListener("pointerdown", pick);
  svg.addEventListener("pointermove", (event) => {
    if (event.buttons) pick(event);
  });
  const key = make(
    doc,
    "figcaption",
    { class: "curve-key" },
    make(doc, "span", { class: "key training-loss" }, t("training.batch")),
    make(doc, "span", { class: "key measured-loss" }, t("training.measured")),
    floor
      ? make(
          doc,
          "span",
          { class: "key loss-floor" },
          t("training.floor", { floor: fixed(floor, 3), share: fixed(share, 2) }),
        )
      : null,
    make(doc, "span", {}, t("training.axis")),
  );
  const why = floor ? make(doc, "p", { class: "note" }, t("training.floor.why", { floor: fixed(floor, 3) })) : null;
  const element = make(doc, "figure", { class: "curve-box" }, svg, key, why);
  setVar(element, "plot-left", `${(100 * LEFT) / W}%`);
  setVar(element, "plot-right", `${(100 * RIGHT) / W}%`);
  const move = (/** @type {number} */ step) =>
    refill(
      mark,
      makeSvg(doc, "path", { d: `M${x(step)} ${TOP - 6}V${H - BOTTOM}` }),
      ...measured
        .filter((line) => line.step === step)
        .map((line) => makeSvg(doc, "circle", { cx: x(step), cy: y(line.loss), r: 4.5 })),
    );
  return { element, mark: move };
}

/** Round steps for the axis, spread as their square roots are, and the last. @param {number} steps @param {number} n */
function stepTicks(steps, n) {
  const found = new Set([0, steps]);
  for (let i = 1; i < n; i++) {
    const exact = steps * (i / n) ** 2;
    const unit = 10 ** Math.max(0, Math.floor(Math.log10(exact)));
    found.add(Math.max(1, Math.round(exact / unit) * unit));
  }
  return Array.from(found).filter((step) => step === steps || Math.sqrt(step / steps) < 0.88);
}
