/** Tasks of chapter 11: a gradient and a step by hand, a learning rate that learns, and one that kills. */

import { fixed } from "../../kit/format.js";
import { PICTURES_MOST, learningState } from "../chapters/backwards/state.js";

/** @typedef {import("./task.js").Task} Task */
/** @typedef {import("./task.js").Lab} Lab */

const LEARNED_BY = 20; // steps within which it shall have learned
const DEAD_BY = 5; // steps within which it shall be dead
const LOW_LOSS = 0.08;

/** What the chapter shows, and whether only the learning rate was changed. @param {Lab} lab */
function learnedSoFar(lab) {
  const now = learningState(lab)();
  return { ...now, changed: ["x", "y", "k", "b"].some((key) => key in lab.state) };
}

/** @param {import("./task.js").Numbers} n */
const steppedWeight = ({ w, g, r }) => w - r * g;

/** @type {Task[]} */
export const BACKWARDS_TASKS = [
  {
    id: "k1",
    numbers: (dice) => ({ p: dice.whole(11, 94) / 100 }),
    text: (t, n) => t("task.k1", n),
    hints: [(t) => t("task.k1.h1"), (t) => t("task.k1.h2")],
    answer: ({ p }) => p - 1,
    within: 0.001,
    digits: 2,
    slip: (t, { p }, typed) => (Math.abs(typed - (1 - p)) < 0.001 ? t("task.k1.slip") : null),
    why: (t, { p }) => t("task.k1.why", { p, right: fixed(p - 1, 2) }),
  },
  {
    id: "k2",
    numbers: (dice) => ({
      w: dice.whole(-9, 9) / 10,
      g: (dice.pick([-1, 1]) * dice.whole(2, 9)) / 2,
      r: dice.pick([0.05, 0.1, 0.2]),
    }),
    text: (t, n) => t("task.k2", { r: n.r, w: fixed(n.w, 1), g: fixed(n.g, 1) }),
    hints: [(t) => t("task.k2.h1"), (t) => t("task.k2.h2")],
    answer: steppedWeight,
    within: 0.0005,
    digits: 3,
    slip: (t, { w, g, r }, typed) => {
      if (Math.abs(typed - (w + r * g)) < 0.0005) return t("task.k2.slip");
      return Math.abs(typed - (w - g)) < 0.0005 ? t("task.k2.slip.r") : null;
    },
    why: (t, n) => t("task.k2.why", { r: n.r, w: fixed(n.w, 1), g: fixed(n.g, 1), right: fixed(steppedWeight(n), 3) }),
  },
  {
    id: "k3",
    text: (t) => t("task.k3"),
    hints: [(t) => t("task.k3.h1"), (t) => t("task.k3.h2")],
    check: (lab) => {
      const { t, state } = lab;
      const { count, steps, losses, changed } = learnedSoFar(lab);
      if (count < PICTURES_MOST || changed || "f" in state || "p" in state)
        return { done: false, said: t("task.k3.other", { all: PICTURES_MOST }) };
      if (steps < 1 || steps > LEARNED_BY) return { done: false, said: t("task.k3.steps", { n: steps }) };
      return { done: losses[steps] < LOW_LOSS, said: t("task.k3.miss", { n: steps, loss: fixed(losses[steps], 4) }) };
    },
    key: () => ({ m: PICTURES_MOST, r: 0.5, n: LEARNED_BY }),
    why: (t) => t("task.k3.why"),
  },
  {
    id: "k4",
    text: (t) => t("task.k4"),
    hints: [(t) => t("task.k4.h1"), (t) => t("task.k4.h2")],
    check: (lab) => {
      const { t } = lab;
      const { count, steps, network, dead, gates, changed } = learnedSoFar(lab);
      if (network.activation !== "relu") return { done: false, said: t("task.k4.relu") };
      if (count < PICTURES_MOST || changed) return { done: false, said: t("task.k3.other", { all: PICTURES_MOST }) };
      if (steps < 1 || steps > DEAD_BY) return { done: false, said: t("task.k4.steps", { n: steps }) };
      return { done: dead, said: t("task.k4.miss", { n: steps, open: gates.open }) };
    },
    key: () => ({ m: PICTURES_MOST, r: 2, n: DEAD_BY }),
    why: (t) => t("task.k4.why"),
  },
];
