/** Tasks of chapter 14: how often a step is taken, what a batch is made of, and numbers of the script to set. */

import { thousands } from "../../kit/format.js";
import { scriptSettings, scriptSteps } from "../chapters/script/state.js";

/** @typedef {import("./task.js").Task} Task */

const MNIST_PICTURES = 60000;
const CARRIED = 5000; // digits that the page learns from
const LECTURES_BATCH = 16;
const LECTURES_RATE = 0.001;
/** Numbers of one picture's first map stack: 16 maps of 24×24. */
const FIRST_OUTPUT = 16 * 24 * 24;

/** @param {import("./task.js").Numbers} n */
const stepsInAll = ({ e, b }) => e * Math.floor(MNIST_PICTURES / b);
const scaledRate = (/** @type {number} */ batch) => (LECTURES_RATE * batch) / LECTURES_BATCH;

/** @type {Task[]} */
export const SCRIPT_TASKS = [
  {
    id: "n1",
    numbers: (dice) => ({ e: dice.whole(2, 9), b: dice.pick([16, 20, 32, 50, 75, 100, 125]) }),
    text: (t, n) => t("task.n1", n),
    hints: [(t) => t("task.n1.h1"), (t, n) => t("task.n1.h2", n)],
    answer: stepsInAll,
    slip: (t, n, typed) => (typed === stepsInAll({ ...n, e: 1 }) ? t("task.n1.slip") : null),
    why: (t, n) => t("task.n1.why", { ...n, right: thousands(stepsInAll(n)) }),
  },
  {
    id: "n2",
    numbers: (dice) => ({ b: dice.pick([8, 16, 20, 32, 64]) }),
    text: (t, n) => t("task.n2", n),
    hints: [(t) => t("task.n2.h1"), (t, n) => t("task.n2.h2", n)],
    answer: ({ b }) => b * FIRST_OUTPUT,
    slip: (t, { b }, typed) => (typed === FIRST_OUTPUT ? t("task.n2.slip", { b }) : null),
    why: (t, { b }) => t("task.n2.why", { b, right: thousands(b * FIRST_OUTPUT) }),
  },
  {
    id: "n3",
    numbers: (dice) => ({ n: dice.pick([20, 25, 40, 50, 100, 125]) }),
    text: (t, n) => t("task.n3", n),
    hints: [(t) => t("task.n3.h1"), (t, n) => t("task.n3.h2", n)],
    check: (lab, { n }) => {
      const now = scriptSteps(lab);
      const words = { now, batch: scriptSettings(lab.state).batch_size, n };
      return { done: now === n, said: lab.t("task.n3.miss", words) };
    },
    key: ({ n }) => ({ bs: CARRIED / n }),
    why: (t) => t("task.n3.why"),
  },
  {
    id: "n4",
    numbers: (dice) => ({ b: dice.pick([32, 64, 80, 128, 160]) }),
    text: (t, n) => t("task.n4", n),
    hints: [(t) => t("task.n4.h1"), (t, n) => t("task.n4.h2", { b: n.b, times: n.b / LECTURES_BATCH })],
    check: (lab, { b }) => {
      const { t } = lab;
      const { batch_size: batch, learning_rate: rate } = scriptSettings(lab.state);
      if (batch !== b) return { done: false, said: t("task.n4.batch", { batch, b }) };
      return { done: Math.abs(rate - scaledRate(b)) < 1e-9, said: t("task.n4.miss", { rate }) };
    },
    key: ({ b }) => ({ bs: b, lr: scaledRate(b) }),
    why: (t) => t("task.n4.why"),
  },
];
