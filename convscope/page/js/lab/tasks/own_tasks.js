/** Tasks of chapter 13: what is left out, what guessing is worth, and classes to name. */

import { GIVEN_NAMES } from "../chapters/own/collection.js";
import { namesText, ownOf } from "../chapters/own/state.js";

/** @typedef {import("./task.js").Task} Task */

const FOLDS_OF_OWN = 5;
/** @param {import("./task.js").Numbers} n */
const learnedFrom = ({ k, n }) => (k * n * (FOLDS_OF_OWN - 1)) / FOLDS_OF_OWN;

/** @type {Task[]} */
export const OWN_TASKS = [
  {
    id: "m1",
    numbers: (dice) => ({ k: dice.whole(2, 5), n: dice.pick([5, 10, 15, 20, 30]) }),
    text: (t, n) => t("task.m1", n),
    hints: [(t) => t("task.m1.h1"), (t, { k, n }) => t("task.m1.h2", { all: k * n })],
    answer: learnedFrom,
    slip: (t, { k, n }, typed) => (typed === k * n ? t("task.m1.slip") : null),
    why: (t, { k, n }) => t("task.m1.why", { all: k * n, right: learnedFrom({ k, n }) }),
  },
  {
    id: "m2",
    numbers: (dice) => ({ k: dice.pick([2, 4, 5]), n: dice.pick([40, 60, 80, 100]) }),
    text: (t, n) => t("task.m2", n),
    hints: [(t) => t("task.m2.h1"), (t, n) => t("task.m2.h2", n)],
    answer: ({ k, n }) => n / k,
    why: (t, { k, n }) => t("task.m2.why", { k, n, right: n / k }),
  },
  {
    id: "m3",
    numbers: (dice) => ({ k: dice.whole(3, 5) }),
    text: (t, n) => t("task.m3", n),
    hints: [(t) => t("task.m3.h1"), (t) => t("task.m3.h2")],
    check: (lab, { k }) => {
      const { names, example } = ownOf(lab.state);
      if (example) return { done: false, said: lab.t("task.m3.example") };
      const own = names.filter((name) => !GIVEN_NAMES.includes(name)).length;
      return { done: names.length === k && own === k, said: lab.t("task.m3.miss", { now: names.length, own, k }) };
    },
    key: ({ k }) => ({ e: 0, k: namesText(["○", "△", "□", "×", "+"].slice(0, k)) }),
    why: (t) => t("task.m3.why"),
  },
];
