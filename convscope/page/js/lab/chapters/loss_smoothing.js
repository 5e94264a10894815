/** Label smoothing: a target that is not quite certain, the floor that it gives the loss, and why a 0 gets 88 %. */

import { smoothedTarget, smoothingFloor } from "../../engine/smoothing.js";
import { make, makeSvg, refill } from "../../kit/dom.js";
import { fixed, percent } from "../../kit/format.js";
import { figureWithKey, plotOf } from "../plot.js";
import { smoothedLoss } from "../sums/information.js";
import { slider } from "../widgets.js";
import { smoothingOf } from "./loss_state.js";

/** @typedef {import("../types.js").Lab} Lab */

const MOST_LOSS = 2.5;

/** @param {Lab} lab */
export function smoothingPart(lab) {
  const { doc, t } = lab;
  const now = () => smoothingOf(lab.state);
  const put = (/** @type {string} */ key, /** @type {number} */ plain) => (/** @type {number} */ value) =>
    lab.tune({ [key]: value === plain ? null : value });
  const give = (/** @type {number} */ value) =>
    put("g", 0.88)(Math.max(0.05, Math.min(0.999, Math.round(value * 1000) / 1000)));
  const controls = [
    slider(lab, t("info.smooth.share"), { min: 0, max: 0.5, step: 0.01, digits: 2 }, () => now().share, put("e", 0.1)),
    slider(lab, t("info.smooth.classes"), { min: 2, max: 100, step: 1 }, () => now().classes, put("m", 10)),
    slider(lab, t("info.smooth.given"), { min: 0.05, max: 0.999, step: 0.001, digits: 3 }, () => now().given, give),
  ];
  const plot = plotOf(lab, {
    name: t("info.smooth.plot"),
    x: [0, 1],
    y: [0, MOST_LOSS],
    xTicks: [0, 0.2, 0.4, 0.6, 0.8, 1],
    yTicks: [0, 0.5, 1, 1.5, 2, 2.5],
    high: 250,
    drag: give,
  });
  const target = make(doc, "p", { class: "sum-of-window" });
  const floor = make(doc, "p", { class: "sum-of-window" });
  const here = make(doc, "p", { class: "sum-of-window" });
  const said = make(doc, "p", { class: "note" });
  const element = make(
    doc,
    "section",
    { class: "worked smoothing", "data-widget": "smoothing" },
    make(doc, "h2", {}, t("info.smooth")),
    make(doc, "p", {}, t("info.smooth.text")),
    make(
      doc,
      "div",
      { class: "plot-row" },
      figureWithKey(doc, plot, [
        ["measured-loss", t("info.smooth.key")],
        ["dotted", t("info.ce")],
        ["loss-floor", t("info.smooth.floor")],
      ]),
      make(doc, "div", {}, ...controls.map((one) => one.element), target, floor, here, said),
    ),
  );
  const answer = (/** @type {string} */ name, /** @type {number} */ value) =>
    make(doc, "b", { class: "answer", "data-figure": name }, fixed(value, 5));
  const refresh = () => {
    const { share, classes, given } = now();
    const [best, other] = smoothedTarget(classes, share);
    const least = smoothingFloor(classes, share);
    const loss = smoothedLoss(classes, share, given);
    for (const one of controls) one.refresh();
    plot.draw(
      plot.curve({ kind: "curve-soft", of: (p) => -Math.log(p), from: 0.001 }),
      makeSvg(doc, "path", { class: "floor-line", d: `M${plot.across(0)} ${plot.up(least)}H${plot.across(1)}` }),
      plot.curve({ kind: "curve-strong", of: (p) => smoothedLoss(classes, share, p), from: 0.001, to: 0.9995 }),
      plot.point(given, loss),
    );
    refill(
      target,
      `${t("info.smooth.target")} 1 − ${fixed(share, 2)} + ${fixed(share, 2)} / ${classes} = `,
      answer("smooth-best", best),
      `, ${t("info.smooth.others")} ${fixed(share, 2)} / ${classes} = `,
      answer("smooth-other", other),
    );
    const term = (/** @type {number} */ v) => (v ? `${fixed(v, 4)}·ln ${fixed(v, 4)}` : "0");
    refill(
      floor,
      `${t("info.smooth.floor")}: −(${term(best)} + ${classes - 1} × ${term(other)}) = `,
      answer("smooth-floor", least),
    );
    refill(here, `${t("info.smooth.here")} `, answer("smooth-loss", loss));
    said.textContent = share
      ? t("info.smooth.said", { best: percent(best), floor: fixed(least, 3) })
      : t("info.smooth.none");
  };
  refresh();
  return { element, refresh };
}
