/** Chapter 10, S18: the data set, the networks and their recipes, a training to watch, and your own digit. */

import { make } from "../../kit/dom.js";
import { drawPart } from "../training/drawing.js";
import { dataPart, plansPart } from "./mnist_start.js";
import { trainingStore } from "./mnist_store.js";
import { trainPart } from "./mnist_train.js";
import { mnistCover } from "./mnist_cover.js";

/** @typedef {import("../types.js").Chapter} Chapter */

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
    const draw = drawPart(lab, store);
    const parts = [...(lab.payload.digits ? [dataPart(lab)] : []), plansPart(lab), training, draw];
    store.follow();
    return {
      element: make(lab.doc, "div", { class: "chapter learning" }, ...parts.map((part) => part.element)),
      refresh: () => {
        store.follow();
        parts.forEach((part) => part.refresh());
      },
      gone: () => {
        store.close();
        draw.gone();
      },
    };
  },
};
