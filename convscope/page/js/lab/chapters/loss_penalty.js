/** S17: cross-entropy against L1 for the probability that the true class was given. */

import { make, makeSvg, tableHead } from "../../kit/dom.js";
import { fixed } from "../../kit/format.js";
import { figureWithKey, plotOf } from "../plot.js";
import { informationOf } from "../sums/information.js";
import { presets, slider } from "../widgets.js";
import { trueShareOf } from "./loss_state.js";

/** @typedef {import("../types.js").Lab} Lab */

const TOLD = [0.9, 0.3, 0.1];

/** @param {Lab} lab */
export function penaltyPart(lab) {
  const { doc, t } = lab;
  const p = () => trueShareOf(lab.state);
  const put = (/** @type {number} */ value) => {
    const round = Math.max(0.001, Math.round(value * 1000) / 1000);
    lab.tune({ a: round === 0.3 ? null : round });
  };
  const plot = plotOf(lab, {
    name: t("info.plot"),
    x: [0, 1],
    y: [0, 5],
    xTicks: [0, 0.1, 0.3, 0.5, 0.7, 0.9, 1],
    yTicks: [0, 1, 2, 3, 4, 5],
    high: 260,
    drag: put,
  });
  const slide = slider(lab, t("info.p"), { min: 0.001, max: 1, step: 0.001, digits: 3 }, p, put);
  const jump = presets(
    lab,
    t("info.lecture"),
    TOLD.map((value) => ({ text: String(value), on: () => p() === value, press: () => put(value) })),
  );
  const mine = Array.from({ length: 3 }, () => make(doc, "td", { class: "figure" }));
  const row = (/** @type {number} */ value) =>
    make(
      doc,
      "tr",
      {},
      make(doc, "td", { class: "figure" }, fixed(value, 3)),
      make(doc, "td", { class: "figure" }, fixed(informationOf(value, "nats"), 5)),
      make(doc, "td", { class: "figure" }, fixed(1 - value, 5)),
    );
  const table = make(
    doc,
    "table",
    { class: "numbers-table penalty-table" },
    tableHead(doc, [t("info.p.short"), "−ln p", "L1 = 1 − p"]),
    make(doc, "tbody", {}, ...TOLD.map(row), make(doc, "tr", { class: "mine" }, ...mine)),
  );
  const times = make(doc, "p", { class: "note" });
  const element = make(
    doc,
    "section",
    { class: "worked penalty", "data-widget": "penalty" },
    make(doc, "h2", {}, t("info.loss")),
    make(doc, "p", {}, t("info.loss.text")),
    make(
      doc,
      "div",
      { class: "plot-row" },
      figureWithKey(doc, plot, [
        ["measured-loss", t("info.ce")],
        ["dotted", t("info.l1")],
      ]),
      make(doc, "div", {}, slide.element, jump.element, make(doc, "div", { class: "table-scroll" }, table), times),
    ),
  );
  const refresh = () => {
    const value = p();
    const [loss, l1] = [informationOf(value, "nats"), 1 - value];
    [fixed(value, 3), fixed(loss, 5), fixed(l1, 5)].forEach((text, i) => {
      mine[i].textContent = text;
    });
    plot.draw(
      plot.curve({ kind: "curve-soft", of: (x) => 1 - x }),
      plot.curve({ kind: "curve-strong", of: (x) => informationOf(x, "nats"), from: 0.001 }),
      plot.point(value, loss),
      makeSvg(doc, "circle", { class: "point-soft", cx: plot.across(value), cy: plot.up(l1), r: 4 }),
    );
    times.textContent = l1 > 0 ? t("info.times", { times: fixed(loss / l1, 2) }) : t("info.times.none");
    slide.refresh();
    jump.refresh();
  };
  refresh();
  return { element, refresh };
}
