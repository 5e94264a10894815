/** Chapter 10, S18: the data set, the networks and their recipes, a training to watch, and your own digit. */

import { make } from "../../kit/dom.js";
import { resolveFormula } from "../../formula/parse.js";
import { tracePlan } from "../../formula/trace.js";
import { drawPart } from "../training/drawing.js";
import { trainThis } from "../training/train_this.js";
import { presets } from "../widgets.js";
import { quizPart } from "./mnist_quiz.js";
import { dataPart, plansPart } from "./mnist_start.js";
import { trainingStore } from "./mnist_store.js";
import { trainPart } from "./mnist_train.js";
import { mnistCover } from "./mnist_cover.js";
import { pythonBlock } from "../python_block.js";
import { mnistPython } from "./mnist_python.js";
import { mnistWalk } from "./mnist_walk.js";

/** @typedef {import("../types.js").Chapter} Chapter */
/** @typedef {import("../types.js").Lab} Lab */

/** @type {Chapter} */
export const mnistChapter = {
  id: "mnist",
  number: 10,
  title: (t) => t("mnist.title"),
  lead: (t) => t("mnist.lead"),
  cover: mnistCover,
  mount: (lab) => {
    const store = trainingStore(lab, () => {
      training.refresh();
      draw.refresh();
    });
    const training = trainPart(lab, store);
    // A static page has no server to train on: it trains by itself, and shows the recorded training besides.
    const own = lab.api
      ? null
      : trainThis(lab, () => chosenNetwork(lab), { name: "mnist", changed: () => draw.refresh() });
    const draw = drawPart(lab, {
      get network() {
        return own?.reader.network ?? store.network;
      },
      get look() {
        return own?.reader.network ? null : store.look;
      },
      who: () => (own?.reader.network ? own.reader.who() : store.who()),
    });
    const parts = [
      ...(lab.payload.digits ? [dataPart(lab)] : []),
      plansPart(lab),
      training,
      ...(own ? [ownPart(lab, own)] : []),
      draw,
      ...(lab.payload.hard ? [quizPart(lab)] : []),
      pythonBlock(lab, () => mnistPython(planName(lab), chosenNetwork(lab))),
    ];
    const walk = lab.state.embed ? null : mnistWalk(lab, store);
    store.follow();
    walk?.refresh();
    return {
      element: make(lab.doc, "div", { class: "chapter learning" }, walk?.element, ...parts.map((part) => part.element)),
      refresh: () => {
        store.follow();
        parts.forEach((part) => part.refresh());
        walk?.refresh();
      },
      gone: () => {
        walk?.gone();
        store.close();
        own?.gone();
        draw.gone();
      },
    };
  },
};

/** The address' `rec` says which of the two plans is trained. @param {Lab} lab */
function planName(lab) {
  return lab.state.rec === "slides" ? "slides" : "fast";
}

/** @param {Lab} lab */
function chosenNetwork(lab) {
  return tracePlan(resolveFormula(planName(lab)), [1, 28, 28], 10);
}

/** @param {Lab} lab @param {ReturnType<typeof trainThis>} own */
function ownPart(lab, own) {
  const { t } = lab;
  const choose = presets(lab, t("mnist.plans"), [
    { text: t("mnist.fast"), on: () => lab.state.rec !== "slides", press: () => lab.tune({ rec: null }) },
    { text: t("mnist.slides"), on: () => lab.state.rec === "slides", press: () => lab.tune({ rec: "slides" }) },
  ]);
  own.element.querySelector(".train-choices")?.prepend(choose.element);
  return {
    element: own.element,
    refresh: () => {
      choose.refresh();
      own.refresh();
    },
  };
}
