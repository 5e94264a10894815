/** Inside the network while it trains: what each activation reads, mean ± deviation, and how many channels are dead. */

import { make, makeSvg, refill, tableHead } from "../../../kit/dom.js";
import { fixed } from "../../../kit/format.js";
import { plotOf } from "../../plot.js";
import { batchOf } from "./outcome.js";

/** @typedef {import("../../types.js").Lab} Lab */
/** @typedef {import("./runs.js").Run} Run */
/** @typedef {import("../../training/trainer.js").LayerActivity} LayerActivity */

const ACTIVATIONS = 3;
const FARTHEST = 10;

/** @param {Lab} lab */
export function insidePart(lab) {
  const { doc, t } = lab;
  const layers = Array.from({ length: ACTIVATIONS }, (_, i) => activationView(lab, i));
  const element = make(
    doc,
    "section",
    { class: "worked wrong-inside", "data-widget": "inside" },
    make(doc, "h2", {}, t("wrong.inside")),
    make(doc, "p", {}, t("wrong.inside.text")),
    make(doc, "div", { class: "wrong-layers" }, ...layers.map((layer) => layer.element)),
    make(doc, "p", { class: "note" }, t("wrong.inside.why")),
  );
  return {
    element,
    /** @param {Run | null} now @param {Run | null} before */
    draw: (now, before) => layers.forEach((layer) => layer.draw(now, before)),
  };
}

/** @param {Lab} lab @param {number} index of the activation, from 0 */
function activationView(lab, index) {
  const { doc, t } = lab;
  const name = t("wrong.layer", { n: index + 1 });
  const box = make(doc, "div", {});
  const body = make(doc, "tbody", {});
  const heads = ["", t("wrong.reads"), t("wrong.dead")];
  const element = make(
    doc,
    "figure",
    {},
    make(doc, "h3", {}, name),
    box,
    make(doc, "table", { class: "numbers-table" }, tableHead(doc, heads), body),
  );
  let most = 0;
  /** @type {ReturnType<typeof plotOf> | null} */
  let plot = null;
  return {
    element,
    /** @param {Run | null} now @param {Run | null} before */
    draw: (now, before) => {
      const shown = Math.max(now?.settings.q ?? 0, before?.settings.q ?? 0) / 1000;
      if (!shown) return;
      if (!plot || shown !== most) {
        most = shown;
        plot = plotOf(lab, {
          name,
          x: [0, shown],
          y: [-FARTHEST, FARTHEST],
          xTicks: [0, shown / 2, shown],
          yTicks: [-10, -5, 0, 5, 10],
          high: 200,
        });
        refill(box, plot.element);
      }
      const both = /** @type {const} */ ([
        [before, "is-before", t("wrong.before")],
        [now, "is-now", t("wrong.now")],
      ]);
      const drawn = plot;
      drawn.draw(...both.flatMap(([run, kind]) => (run ? bandOf(lab, drawn, run, index, kind) : [])));
      refill(body, ...both.flatMap(([run, kind, text]) => (run ? readsRow(lab, run, index, kind, text) : [])));
    },
  };
}

/** @param {Run} run @param {number} index @returns {{x: number, layer: LayerActivity}[]} */
function pointsOf(run, index) {
  return run.measures.flatMap(({ step, layers }) =>
    layers?.[index] && Number.isFinite(layers[index].std)
      ? [{ x: (step * batchOf(run)) / 1000, layer: layers[index] }]
      : [],
  );
}

/**
 * @param {Lab} lab
 * @param {ReturnType<typeof plotOf>} plot
 * @param {Run} run
 * @param {number} index
 * @param {string} kind
 */
function bandOf({ doc }, plot, run, index, kind) {
  const points = pointsOf(run, index);
  if (!points.length) return [];
  const at = (/** @type {number} */ x, /** @type {number} */ y) =>
    `${plot.across(x).toFixed(1)} ${plot.up(Math.max(-3 * FARTHEST, Math.min(3 * FARTHEST, y))).toFixed(1)}`;
  const above = points.map(({ x, layer }) => at(x, layer.mean + layer.std));
  const below = points.map(({ x, layer }) => at(x, layer.mean - layer.std)).reverse();
  return [
    makeSvg(doc, "path", { class: `reads-band ${kind}`, d: `M${[...above, ...below].join("L")}Z` }),
    makeSvg(doc, "path", {
      class: `reads-mean ${kind}`,
      d: `M${points.map(({ x, layer }) => at(x, layer.mean)).join("L")}`,
    }),
  ];
}

/** @param {Lab} lab @param {Run} run @param {number} index @param {string} kind @param {string} text */
function readsRow({ doc, t }, run, index, kind, text) {
  const last = pointsOf(run, index).at(-1)?.layer;
  if (!last) return [];
  const { mean, std, dead, channels } = last;
  const far = Math.max(Math.abs(mean), std);
  const digits = far >= 1000 ? 0 : far >= 10 ? 1 : 2;
  return [
    make(
      doc,
      "tr",
      { class: kind },
      make(doc, "th", { scope: "row" }, text),
      make(doc, "td", { class: "figure" }, `${fixed(mean, digits)} ± ${fixed(std, digits)}`),
      make(
        doc,
        "td",
        { class: `figure${dead ? " broken" : ""}`, "data-figure": `dead-${kind}` },
        t("wrong.of", { dead, n: channels }),
      ),
    ),
  ];
}
