/** Chapter 6, S8: activation functions, their slopes, and the neuron that dies. */

import { make, refill } from "../../kit/dom.js";
import { fixed, percent, scientific } from "../../kit/format.js";
import { letter, power } from "../../kit/maths.js";
import { plotOf } from "../plot.js";
import { pythonBlock } from "../python_block.js";
import { activationAt } from "../sums/activations.js";
import { presets, slider } from "../widgets.js";
import { deadPart } from "./activation_dead.js";
import { dyingPart } from "./activation_dying.js";
import { activationPython } from "./activation_python.js";
import { FUNCTIONS, curveOf } from "./activation_state.js";
import { activationCover } from "./activation_cover.js";

/** @typedef {import("../types.js").Chapter} Chapter */
/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("../sums/activations.js").ActivationName} ActivationName */

/** @type {Chapter} */
export const activationChapter = {
  id: "activation",
  number: 6,
  title: (t) => t("act.title"),
  lead: (t) => t("act.lead"),
  cover: activationCover,
  mount: (lab) => {
    const [curves, dying] = [curvesPart(lab), dyingPart(lab)];
    const python = pythonBlock(lab, () => activationPython(lab.state));
    const dead = lab.payload.activity ? deadPart(lab) : null;
    return {
      element: make(
        lab.doc,
        "div",
        { class: "chapter activating" },
        curves.element,
        dying.element,
        dead,
        python.element,
      ),
      refresh: () => {
        curves.refresh();
        dying.refresh();
        python.refresh();
      },
      gone: dying.gone,
    };
  },
};

/** @param {Lab} lab */
function curvesPart(lab) {
  const { doc, t } = lab;
  const name = () => curveOf(lab.state).name;
  const usual = () => curveOf(lab.state).usual;
  const below = () => curveOf(lab.state).below;
  const at = () => curveOf(lab.state).at;
  const depth = () => curveOf(lab.state).depth;
  const move = (/** @type {number} */ x) => {
    const value = Math.round(x * 10) / 10;
    lab.tune({ x: value === 1 ? null : value });
  };
  const choose = presets(
    lab,
    t("act.choose"),
    FUNCTIONS.map(([id, text]) => ({
      text,
      on: () => name() === id,
      press: () => lab.tune({ f: id === "sigmoid" ? null : id, a: null }),
    })),
  );
  const ticks = [-6, -4, -2, 0, 2, 4, 6];
  const box = make(doc, "div", { class: "plot-holder" });
  const slopeBox = make(doc, "div", { class: "plot-holder" });
  /** @type {Record<string, ReturnType<typeof plotOf>[]>} */
  const plots = {
    curved: [
      plotOf(lab, {
        name: t("act.curve"),
        x: [-6, 6],
        y: [-1.2, 1.2],
        xTicks: ticks,
        yTicks: [-1, -0.5, 0, 0.5, 1],
        drag: move,
      }),
    ],
    straight: [
      plotOf(lab, {
        name: t("act.curve"),
        x: [-6, 6],
        y: [-2, 6],
        xTicks: ticks,
        yTicks: [-2, 0, 2, 4, 6],
        drag: move,
      }),
    ],
    slope: [
      plotOf(lab, {
        name: t("act.slope"),
        x: [-6, 6],
        y: [-0.1, 1.1],
        xTicks: ticks,
        yTicks: [0, 0.25, 0.5, 0.75, 1],
        drag: move,
      }),
    ],
  };
  const point = slider(lab, "x", { min: -6, max: 6, step: 0.1, digits: 1 }, at, move);
  const leak = slider(lab, t("act.a"), { min: 0, max: 1, step: 0.01, digits: 2 }, below, (value) =>
    lab.tune({ a: value === usual() ? null : value }),
  );
  const layers = slider(lab, t("act.layers"), { min: 1, max: 20, step: 1 }, depth, (value) =>
    lab.tune({ n: value === 4 ? null : value }),
  );
  const readout = make(doc, "p", { class: "sum-of-window" });
  const passed = make(doc, "p", { class: "sum-of-window" });
  const about = make(doc, "p", { class: "about-function" });
  const element = make(
    doc,
    "section",
    { class: "curves", "data-widget": "curves" },
    choose.element,
    make(
      doc,
      "div",
      { class: "plot-row two" },
      make(doc, "figure", {}, make(doc, "h2", { class: "part" }, letter(doc, "f"), "(x)"), box),
      make(
        doc,
        "figure",
        {},
        make(doc, "h2", { class: "part" }, letter(doc, "f ′"), "(x): ", t("act.slope")),
        slopeBox,
      ),
    ),
    make(
      doc,
      "div",
      { class: "plot-row two" },
      make(doc, "div", {}, point.element, leak.element, readout),
      make(doc, "div", {}, layers.element, passed, make(doc, "p", { class: "note" }, t("act.passed.note"))),
    ),
    about,
  );
  const refresh = () => {
    const [kind, x, a] = [name(), at(), below()];
    const here = activationAt(kind, x, a);
    const plot = plots[kind === "sigmoid" || kind === "tanh" ? "curved" : "straight"][0];
    if (box.firstChild !== plot.element) refill(box, plot.element);
    if (!slopeBox.firstChild) refill(slopeBox, plots.slope[0].element);
    plot.draw(
      plot.curve({ kind: "curve-strong", of: (v) => activationAt(kind, v, a).value }),
      plot.point(x, here.value),
    );
    const step = (/** @type {number} */ v) => activationAt(kind, v, a).slope;
    const curves =
      kind === "sigmoid" || kind === "tanh"
        ? [plots.slope[0].curve({ kind: "curve-strong", of: step })]
        : [
            plots.slope[0].curve({ kind: "curve-strong", of: step, to: -1e-9 }),
            plots.slope[0].curve({ kind: "curve-strong", of: step, from: 1e-9 }),
          ];
    plots.slope[0].draw(...curves, plots.slope[0].point(x, here.slope));
    leak.element.hidden = kind !== "leaky" && kind !== "prelu";
    refill(
      readout,
      letter(doc, "f"),
      `(${fixed(x, 1)}) = `,
      make(doc, "b", { class: "answer", "data-figure": "value" }, fixed(here.value, 3)),
      make(doc, "span", { class: "gap" }),
      letter(doc, "f ′"),
      `(${fixed(x, 1)}) = `,
      make(doc, "b", { class: "answer", "data-figure": "slope" }, fixed(here.slope, 3)),
    );
    const left = here.slope ** depth();
    const { digits, power: ten } = scientific(left);
    refill(
      passed,
      power(doc, String(Number(here.slope.toPrecision(5))), String(depth())),
      " = ",
      make(
        doc,
        "b",
        { class: "answer", "data-figure": "passed" },
        left >= 0.001 || left === 0 ? fixed(left, 5) : power(doc, `${digits}·10`, String(ten).replace("-", "−")),
      ),
      make(doc, "span", { class: "gap" }),
      make(
        doc,
        "span",
        { class: "whole" },
        t("act.passed", { share: left >= 0.001 || left === 0 ? percent(left) : "< 0.1 %" }),
      ),
    );
    about.textContent = aboutFunction(lab, kind, a);
    for (const one of [choose, point, leak, layers]) one.refresh();
  };
  refresh();
  return { element, refresh };
}

/** @param {Lab} lab @param {ActivationName} kind @param {number} a */
function aboutFunction({ t }, kind, a) {
  if (kind === "sigmoid") return t("act.about.sigmoid");
  if (kind === "tanh") return t("act.about.tanh");
  if (kind === "relu") return t("act.about.relu");
  return kind === "leaky" ? t("act.about.leaky", { a: fixed(a, 2) }) : t("act.about.prelu");
}
