/** Tasks of chapter 12: steps of a training, the gap of overfitting, and two trainings that differ in one thing. */

import { fixed, thousands } from "../../kit/format.js";
import { settingWords } from "../chapters/training/setting_words.js";
import { USUAL, codeOf, plainNumber, settingsOf, settingsOfCode } from "../chapters/training/settings.js";

/** @typedef {import("./task.js").Task} Task */
/** @typedef {import("./task.js").Verdict} Verdict */
/** @typedef {import("./task.js").Lab} Lab */
/** @typedef {import("../chapters/training/settings.js").Settings} Settings */

const FEW = 50; // digits, with which it overfits
const VALIDATION_DIGITS = 1000;

/** @param {import("./task.js").Numbers} n */
const gapOf = ({ v }) => 100 - (100 * v) / VALIDATION_DIGITS;

/**
 * Whether the training in colour is as asked, and the one in grey the same but for one setting.
 * @param {Lab} lab @param {Partial<Settings>} asked @param {keyof Settings} one @param {number} without
 * @returns {Verdict}
 */
function differsIn(lab, asked, one, without) {
  const { t, state } = lab;
  const [now, before] = [settingsOf(state), settingsOfCode(state.b)];
  if (!Object.entries(asked).every(([key, value]) => now[/** @type {keyof Settings} */ (key)] === value))
    return { done: false, said: t("task.l.now", { now: settingWords(t, now) }) };
  if (!before) return { done: false, said: t("task.l.none") };
  const done = codeOf(before) === codeOf({ ...now, [one]: without });
  return { done, said: t("task.l.before", { now: settingWords(t, now), before: settingWords(t, before) }) };
}

/** @type {Task[]} */
export const TRAINING_TASKS = [
  {
    id: "l1",
    numbers: (dice) => ({ m: dice.pick([8, 16, 25, 40, 50]), q: dice.pick([4000, 6000, 8000, 12000]) }),
    text: (t, { m, q }) => t("task.l1", { m, q: thousands(q) }),
    hints: [(t) => t("task.l1.h1"), (t, { m, q }) => t("task.l1.h2", { m, q: thousands(q) })],
    answer: ({ m, q }) => q / m,
    slip: (t, { q }, typed) => (typed === q ? t("task.l1.slip") : null),
    why: (t, { m, q }) => t("task.l1.why", { m, q: thousands(q), right: thousands(q / m) }),
  },
  {
    id: "l2",
    numbers: (dice) => ({ v: dice.whole(620, 790) }),
    text: (t, n) => t("task.l2", n),
    hints: [(t) => t("task.l2.h1"), (t, n) => t("task.l2.h2", n)],
    answer: gapOf,
    within: 0.051,
    digits: 1,
    slip: (t, { v }, typed) => (typed === VALIDATION_DIGITS - v ? t("task.l2.slip") : null),
    why: (t, n) => t("task.l2.why", { ...n, right: fixed(gapOf(n), 1) }),
  },
  {
    id: "l3",
    numbers: (dice) => ({ r: dice.pick([0.2, 0.5, 1]) }),
    text: (t, n) => t("task.l3", n),
    hints: [(t) => t("task.l3.h1"), (t, n) => t("task.l3.h2", n)],
    check: (lab, { r }) => differsIn(lab, { r, x: 1 }, "x", 0),
    key: ({ r }) => ({ r: plainNumber(r), x: 1, b: codeOf({ ...USUAL, r }) }),
    why: (t) => t("task.l3.why"),
  },
  {
    id: "l4",
    text: (t) => t("task.l4", { n: FEW }),
    hints: [(t) => t("task.l4.h1"), (t) => t("task.l4.h2")],
    check: (lab) => differsIn(lab, { n: FEW, u: 2 }, "u", 0),
    key: () => ({ n: FEW, u: 2, b: codeOf({ ...USUAL, n: FEW }) }),
    why: (t) => t("task.l4.why"),
  },
];
