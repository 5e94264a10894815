/** The walk through chapter 10: each sentence beside what it speaks of, from the data to a digit of one's own. */

import { itemOf, unpack } from "../../engine/binary.js";
import { button, make } from "../../kit/dom.js";
import { percent, thousands } from "../../kit/format.js";
import { walkBox } from "../../kit/walk.js";
import { wholeIn } from "../address.js";
import { grouped } from "../../formula/fault.js";
import { resolveFormula } from "../../formula/parse.js";
import { tracePlan } from "../../formula/trace.js";
import { padInkText } from "../training/ink.js";

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("../types.js").Change} Change */
/** @typedef {import("./mnist_store.js").TrainingStore} TrainingStore */
/** @typedef {{to: Change, text: string, target: string}} MnistStop */

const MOST_STOPS = 12;

/**
 * The address' `wk` is the stop where one is.
 * @param {Lab} lab @param {TrainingStore} store
 */
export function mnistWalk(lab, store) {
  const { doc, t } = lab;
  const stops = () => stopsHere(lab, store);
  const words = {
    name: t("tour.start"),
    leave: t("tour.leave"),
    back: t("tour.back"),
    next: t("tour.next"),
    end: t("tour.end"),
  };
  const walk = walkBox(doc, words, {
    count: () => stops().length,
    at: () => wholeIn(lab.state, "wk", 0, MOST_STOPS, 0),
    to: (wk) => lab.go(wk ? { ...stops()[wk - 1].to, wk } : { wk: null }),
    stop: (at) => stops()[at - 1],
  });
  walk.element.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && walk.leave()) start.focus();
  });
  const start = button(doc, t("tour.start"), () => lab.go({ ...stops()[0].to, wk: 1 }), { class: "link" });
  return {
    element: make(doc, "div", { class: "walk-start" }, start, walk.element),
    refresh: walk.refresh,
    gone: walk.gone,
  };
}

/**
 * What there is to see here: without a training there are no kernels of one, without hard digits no quiz.
 * @param {Lab} lab @param {TrainingStore} store @returns {MnistStop[]}
 */
function stopsHere(lab, store) {
  const { t, payload, api, state } = lab;
  const { run, snapshots } = store;
  const learned = (/** @type {string} */ name) => grouped(tracePlan(resolveFormula(name), [1, 28, 28], 10).parameters);
  const newest = snapshots.length - 1;
  /** The stop at a snapshot: its step and what it reads right. */
  const at = (/** @type {number} */ i) => ({
    to: { sn: i === newest ? null : i },
    words: { step: thousands(snapshots[i].step), share: percent(snapshots[i].accuracy) },
  });
  const [first, early, last] = newest > 1 ? [at(0), at(Math.ceil(newest / 4)), at(newest)] : [];
  const kernels = ".training-grid > :first-child";
  const samples = payload.samples ?? payload.digits;
  const ink = samples
    ? padInkText(/** @type {Uint8Array} */ (itemOf(unpack(samples.pictures), samples.pictures.shape, 0)))
    : null;
  /** @type {(MnistStop | false | null | undefined | "")[]} */
  const all = [
    samples && { to: {}, text: t("walk.data", { n: thousands(60000) }), target: ".sample-row" },
    { to: {}, text: t("walk.slides", { n: learned("slides") }), target: ".plan-card:first-child" },
    { to: {}, text: t("walk.fast", { n: learned("fast") }), target: ".plan-card:last-child" },
    first && { to: first.to, text: t("walk.first", first.words), target: kernels },
    last && { to: last.to, text: t("walk.curve"), target: ".train-curve" },
    early && { to: early.to, text: t("walk.early", early.words), target: ".scrub" },
    last && { to: last.to, text: t("walk.last", last.words), target: kernels },
    last && { to: last.to, text: t("walk.confusion"), target: ".training-grid > :last-child" },
    run?.test && {
      to: {},
      text: t("walk.test", { share: percent(run.test.accuracy, 2) }),
      target: ".train-figures",
    },
    api
      ? { to: {}, text: t("walk.train"), target: ".train-controls" }
      : { to: {}, text: t("walk.train"), target: ".train-this" },
    store.network && {
      to: state.ink || !ink ? {} : { ink },
      text: t("walk.draw"),
      target: ".digit-grid",
    },
    payload.hard && { to: {}, text: t("walk.quiz"), target: ".quiz-row" },
  ];
  return all.filter((one) => Boolean(one)).map((one) => /** @type {MnistStop} */ (one));
}
