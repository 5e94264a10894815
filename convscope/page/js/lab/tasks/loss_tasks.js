/** Tasks of chapter 9: a loss by hand, the q that costs least, an entropy to order, and scores that break softmax. */

import { fixed } from "../../kit/format.js";
import { othersOf, scoresOf, sharesOf, weightsOf } from "../chapters/loss_state.js";
import { crossEntropyOf, divergenceOf, entropyOf, naiveSoftmax, stableSoftmax } from "../sums/information.js";

/** @typedef {import("./task.js").Task} Task */

/** @param {number[]} one @param {number[]} other */
const sameShares = (one, other) => one.length === other.length && one.every((v, i) => Math.abs(v - other[i]) < 1e-9);

/** @type {Task[]} */
export const LOSS_TASKS = [
  {
    id: "i1",
    numbers: (dice) => ({ p: dice.pick([0.05, 0.08, 0.15, 0.2, 0.25, 0.35, 0.4, 0.6, 0.65, 0.7]) }),
    text: (t, n) => t("task.i1", n),
    hints: [(t) => t("task.i1.h1"), (t) => t("task.i1.h2")],
    answer: ({ p }) => -Math.log(p),
    within: 0.0011,
    digits: 5,
    slip: (t, { p }, typed) => {
      if (Math.abs(typed + Math.log2(p)) < 0.005) return t("task.i1.slip");
      return Math.abs(typed - (1 - p)) < 0.005 ? t("task.i1.slip.l1") : null;
    },
    why: (t, { p }) => t("task.i1.why", { p, right: fixed(-Math.log(p), 5) }),
  },
  {
    id: "i2",
    numbers: (dice) => ({ a: dice.whole(3, 8), b: dice.whole(1, 2), c: dice.whole(1, 4), d: dice.whole(1, 2) }),
    text: (t, n) => t("task.i2", n),
    hints: [(t) => t("task.i2.h1"), (t) => t("task.i2.h2")],
    check: (lab, { a, b, c, d }) => {
      const { t, state } = lab;
      const [p, q, wanted] = [sharesOf(weightsOf(state)), sharesOf(othersOf(state)), sharesOf([a, b, c, d])];
      if (!sameShares(p, wanted))
        return {
          done: false,
          said: t("task.i2.p", { now: weightsOf(state).join(" : "), wanted: [a, b, c, d].join(" : ") }),
        };
      const words = { cross: fixed(crossEntropyOf(p, q, "bits"), 3), extra: fixed(divergenceOf(p, q, "bits"), 3) };
      return { done: sameShares(p, q), said: t("task.i2.miss", words) };
    },
    key: ({ a, b, c, d }) => ({ p: [a, b, c, d].join("_"), q: [a, b, c, d].join("_") }),
    why: (t, { a, b, c, d }) => t("task.i2.why", { cross: fixed(entropyOf(sharesOf([a, b, c, d]), "bits"), 3) }),
  },
  {
    id: "i3",
    numbers: (dice) => ({ h: dice.pick([1, 1.5]) }),
    text: (t, n) => t("task.i3", n),
    hints: [(t) => t("task.i3.h1"), (t) => t("task.i3.h2"), (t) => t("task.i3.h3")],
    check: (lab, { h }) => {
      const { t, state } = lab;
      if (weightsOf(state).length !== 4) return { done: false, said: t("task.i3.four") };
      const now = entropyOf(sharesOf(weightsOf(state)), "bits");
      return { done: Math.abs(now - h) < 1e-6, said: t("task.i3.miss", { v: fixed(now, 3) }) };
    },
    key: ({ h }) => ({ p: h === 1 ? "1_1_0_0" : "2_1_1_0" }),
    why: (t, { h }) => t("task.i3.why", { v: h }),
  },
  {
    id: "i4",
    text: (t) => t("task.i4"),
    hints: [(t) => t("task.i4.h1"), (t) => t("task.i4.h2")],
    check: (lab) => {
      const { t } = lab;
      const scores = scoresOf(lab.state);
      if (!naiveSoftmax(scores).some(Number.isNaN))
        return { done: false, said: t("task.i4.fine", { y: fixed(Math.max(...scores), 1) }) };
      const most = Math.max(...stableSoftmax(scores));
      return { done: most <= 0.5, said: t("task.i4.miss", { p: fixed(most, 3) }) };
    },
    key: () => ({ y: "1000_1000_1000_0" }),
    why: (t) => t("task.i4.why"),
  },
];
