/**
 * The dying neuron: y = −3x − 5 trained live, with ReLU, where it stays dead, and with Leaky ReLU, where it comes back.
 */

import { button, make, makeSvg, refill } from "../../kit/dom.js";
import { fixed, thousands } from "../../kit/format.js";
import { letter } from "../../kit/maths.js";
import { plotOf } from "../plot.js";
import { leakyRelu } from "../sums/activations.js";
import { NEURON_TARGETS, NEURON_XS, activeInputs, neuronGradient, neuronLoss, neuronStep } from "../sums/neuron.js";
import { presets, slider } from "../widgets.js";
import { LIVES, causeOf, stepOfLife } from "./activation_cause.js";
import { MOST_RATE, neuronOf } from "./activation_state.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("../sums/neuron.js").Neuron} Neuron */

const MOST_STEPS = 4000;
const STEPS_A_FRAME = 2;

/** @param {Lab} lab */
export function dyingPart(lab) {
  const { doc, t, win } = lab;
  const start = () => neuronOf(lab.state).start;
  const rate = () => neuronOf(lab.state).rate;
  const leak = () => neuronOf(lab.state).leak;
  let begun = "";
  let steps = 0;
  let timer = 0;
  /** @type {Neuron[]} */
  let neurons = [];
  /** @type {import("./activation_cause.js").Death | null} */
  let death = null;
  const slopes = () => [0, leak()];
  const sides = [lifeOf(lab, t("act.dying.relu")), lifeOf(lab, t("act.dying.leaky"))];

  const again = () => {
    neurons = [start(), start()];
    steps = 0;
    death = null;
    begun = JSON.stringify([start(), rate(), leak()]);
  };
  const train = (/** @type {number} */ count) => {
    for (let i = 0; i < count && steps < MOST_STEPS; i++) {
      const life = stepOfLife(neurons[0], rate());
      death ??= life.death;
      neurons = [life.after, neuronStep(neurons[1], slopes()[1], rate())];
      steps++;
    }
    draw();
  };
  const halt = () => {
    win.cancelAnimationFrame(timer);
    timer = 0;
    draw();
  };
  const frame = () => {
    train(STEPS_A_FRAME);
    if (steps >= MOST_STEPS || neuronLoss(neurons[1], slopes()[1]) < 1e-6) {
      halt();
      lab.say(words());
    } else timer = win.requestAnimationFrame(frame);
  };
  const words = () =>
    t("act.dying.state", {
      steps: thousands(steps),
      relu: activeInputs(neurons[0]),
      leaky: activeInputs(neurons[1]),
      n: NEURON_XS.length,
    });
  const run = button(
    doc,
    t("act.run"),
    () => {
      if (timer) return halt();
      if (lab.still()) {
        train(100);
        lab.say(words());
        return undefined;
      }
      timer = win.requestAnimationFrame(frame);
      return draw();
    },
    { class: "primary run" },
  );
  const once = button(doc, t("act.once"), () => {
    if (timer) halt();
    train(1);
    lab.say(words());
  });
  const back = button(doc, t("act.again"), () => {
    if (timer) halt();
    again();
    draw();
    lab.say(words());
  });
  const count = make(doc, "p", { class: "note steps-done" });
  const cause = make(doc, "p", { class: "cause", "data-figure": "cause" });
  const life = (/** @type {string} */ text, /** @type {Record<string, number | null>} */ keys) => ({
    text,
    on: () => Object.entries(keys).every(([key, v]) => (lab.state[key] ?? null) === (v === null ? null : String(v))),
    press: () => lab.tune(keys),
  });
  const lives = presets(lab, t("act.lives"), [
    life(t("act.life.lecture"), LIVES.lecture),
    life(t("act.life.killed"), LIVES.killed),
    life(t("act.life.spared"), LIVES.spared),
  ]);
  const put = (/** @type {string} */ key, /** @type {number} */ usual) => (/** @type {number} */ value) =>
    lab.tune({ [key]: value === usual ? null : Math.round(value * 100) / 100 });
  const sliders = [
    slider(lab, t("act.w"), { min: -6, max: 6, step: 0.5, digits: 1 }, () => start().weight, put("w", -3)),
    slider(lab, t("act.b"), { min: -6, max: 6, step: 0.5, digits: 1 }, () => start().bias, put("b", -5)),
    slider(lab, t("act.rate"), { min: 0.01, max: MOST_RATE, step: 0.01, digits: 2 }, rate, put("r", 0.2)),
    slider(lab, t("act.leak"), { min: 0.01, max: 0.5, step: 0.01, digits: 2 }, leak, put("k", 0.1)),
  ];
  const element = make(
    doc,
    "section",
    { class: "worked dying", "data-widget": "dying" },
    make(doc, "h2", {}, t("act.dying")),
    make(doc, "p", {}, t("act.dying.text")),
    lives.element,
    make(doc, "div", { class: "player" }, run, once, back),
    count,
    cause,
    make(doc, "div", { class: "plot-row two" }, ...sides.map((side) => side.element)),
    make(doc, "p", { class: "note" }, t("act.dying.key")),
    make(doc, "div", { class: "slider-pairs" }, ...sliders.map((one) => one.element)),
    make(doc, "p", { class: "note" }, t("act.dying.note")),
  );
  const draw = () => {
    sides.forEach((side, i) => side.draw(neurons[i], slopes()[i]));
    count.textContent = words();
    cause.textContent = causeOf(t, death, neurons[0], rate());
    run.textContent = timer ? t("act.stop") : lab.still() ? t("act.hundred") : t("act.run");
  };
  const refresh = () => {
    if (begun !== JSON.stringify([start(), rate(), leak()])) {
      if (timer) {
        win.cancelAnimationFrame(timer);
        timer = 0;
      }
      again();
    }
    for (const one of [lives, ...sliders]) one.refresh();
    draw();
  };
  refresh();
  return { element, refresh, gone: () => win.cancelAnimationFrame(timer) };
}

/** One neuron's answers, and its numbers. @param {Lab} lab @param {string} name */
function lifeOf(lab, name) {
  const { doc, t } = lab;
  const plot = plotOf(lab, {
    name,
    x: [-1.1, 1.1],
    y: [-9, 7],
    xTicks: [-1, -0.5, 0, 0.5, 1],
    yTicks: [-8, -4, 0, 4],
    high: 210,
  });
  const state = make(doc, "span", { class: "alive" });
  const line = make(doc, "p", { class: "sum-of-window" });
  const rows = ["loss", "gw", "gb", "on"].map((id) => make(doc, "td", { class: "figure", "data-row": id }));
  const heads = [t("act.loss"), t("act.gw"), t("act.gb"), t("act.on")];
  const table = make(
    doc,
    "table",
    { class: "numbers-table" },
    make(
      doc,
      "tbody",
      {},
      ...rows.map((one, i) => make(doc, "tr", {}, make(doc, "th", { scope: "row" }, heads[i]), one)),
    ),
  );
  const element = make(
    doc,
    "figure",
    { class: "life" },
    make(doc, "h3", {}, name, " ", state),
    plot.element,
    line,
    table,
  );
  return {
    element,
    draw: (/** @type {Neuron} */ neuron, /** @type {number} */ slope) => {
      const gradient = neuronGradient(neuron, slope);
      const on = activeInputs(neuron);
      const dots = NEURON_XS.map((x, i) =>
        makeSvg(doc, "circle", { class: "target-dot", cx: plot.across(x), cy: plot.up(NEURON_TARGETS[i]), r: 3.4 }),
      );
      plot.draw(
        plot.curve({ kind: "curve-soft", of: (x) => neuron.weight * x + neuron.bias }),
        plot.curve({ kind: "curve-strong", of: (x) => leakyRelu(neuron.weight * x + neuron.bias, slope) }),
        ...dots,
      );
      refill(
        line,
        letter(doc, "y"),
        ` = f(${fixed(neuron.weight, 3)} x ${neuron.bias < 0 ? "−" : "+"} ${fixed(Math.abs(neuron.bias), 3)})`,
      );
      [
        fixed(neuronLoss(neuron, slope), 5),
        fixed(gradient.weight, 5),
        fixed(gradient.bias, 5),
        `${on} / ${NEURON_XS.length}`,
      ].forEach((text, i) => {
        rows[i].textContent = text;
      });
      state.textContent = on ? t("act.alive") : slope > 0 ? t("act.asleep") : t("act.dead");
      state.classList.toggle("is-dead", !on && slope === 0);
    },
  };
}
