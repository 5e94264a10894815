/** Tasks of chapter 6: slopes in a row, a slope to find, and a neuron that dies and is saved. */

import { fixed, thousands } from "../../kit/format.js";
import { curveOf, neuronOf } from "../chapters/activation_state.js";
import { tanhSlope } from "../sums/activations.js";
import { activeInputs, neuronLoss, neuronStep } from "../sums/neuron.js";

/** @typedef {import("./task.js").Task} Task */
/** @typedef {import("./task.js").Lab} Lab */

const SOON = 10; // steps within which ReLU shall be dead
const LATER = 1000; // and Leaky ReLU have learned

/** What becomes of both neurons from where the chapter begins them. @param {Lab} lab */
function livesOf(lab) {
  const { start, rate, leak } = neuronOf(lab.state);
  let [relu, leaky, died] = [start, start, 0];
  for (let step = 1; step <= SOON; step++) {
    relu = neuronStep(relu, 0, rate);
    if (!died && !activeInputs(relu)) died = step;
  }
  for (let step = 1; step <= LATER; step++) leaky = neuronStep(leaky, leak, rate);
  return { first: activeInputs(start), last: activeInputs(relu), died, loss: neuronLoss(leaky, leak) };
}

/** Whether ReLU lived and died, and what is missing. @param {Lab} lab @returns {import("./task.js").Verdict} */
function diedOf(lab) {
  const { first, last, died } = livesOf(lab);
  if (first < 6) return { done: false, said: lab.t("task.f3.start", { on: first }) };
  return { done: died > 0, said: lab.t("task.f3.miss", { on: last }) };
}

/** @type {Task[]} */
export const ACTIVATION_TASKS = [
  {
    id: "f1",
    numbers: (dice) => ({ n: dice.whole(3, 8) }),
    text: (t, n) => t("task.f1", n),
    hints: [(t) => t("task.f1.h1"), (t, n) => t("task.f1.h2", n)],
    answer: ({ n }) => 4 ** n,
    slip: (t, { n }, typed) => (typed === 4 * n ? t("task.f1.slip") : null),
    why: (t, { n }) => t("task.f1.why", { n, right: thousands(4 ** n) }),
  },
  {
    id: "f2",
    numbers: (dice) => ({ x: dice.whole(3, 16) / 10 }),
    text: (t, { x }) => t("task.f2", { slope: fixed(tanhSlope(x), 2) }),
    hints: [(t) => t("task.f2.h1"), (t) => t("task.f2.h2")],
    check: (lab, { x }) => {
      const { t } = lab;
      const { name, at } = curveOf(lab.state);
      if (name !== "tanh") return { done: false, said: t("task.f2.other") };
      const wanted = Number(tanhSlope(x).toFixed(2));
      const now = tanhSlope(at);
      return { done: Math.abs(now - wanted) <= 0.01, said: t("task.f2.miss", { x: fixed(at, 1), v: fixed(now, 3) }) };
    },
    key: ({ x }) => ({ f: "tanh", x: x === 1 ? null : x }),
    why: (t, { x }) => t("task.f2.why", { x: fixed(x, 1), v: fixed(tanhSlope(x), 3) }),
  },
  {
    id: "f3",
    text: (t) => t("task.f3"),
    hints: [(t) => t("task.f3.h1"), (t) => t("task.f3.h2")],
    check: diedOf,
    key: () => ({ w: 6, b: 6, r: 1 }),
    why: (t) => t("task.f3.why"),
  },
  {
    id: "f4",
    text: (t) => t("task.f4"),
    hints: [(t) => t("task.f4.h1"), (t) => t("task.f4.h2"), (t) => t("task.f4.h3")],
    check: (lab) => {
      const dead = diedOf(lab);
      if (!dead.done) return dead;
      const { loss } = livesOf(lab);
      return { done: loss < 0.01, said: lab.t("task.f4.miss", { loss: fixed(loss, 5) }) };
    },
    key: () => ({ w: -6, b: 2, r: 1, k: 0.01 }),
    why: (t) => t("task.f4.why"),
  },
];
