/** Chapter 9, S14–S17: scores become probabilities, probabilities have information, and a wrong answer costs. */

import { make } from "../../kit/dom.js";
import { pythonBlock } from "../python_block.js";
import { derivationPart } from "./loss_derivation.js";
import { entropyPart } from "./loss_entropy.js";
import { penaltyPart } from "./loss_penalty.js";
import { lossPython } from "./loss_python.js";
import { smoothingPart } from "./loss_smoothing.js";
import { softmaxPart } from "./loss_softmax.js";
import { lossCover } from "./loss_cover.js";

/** @typedef {import("../types.js").Chapter} Chapter */

/** @type {Chapter} */
export const lossChapter = {
  id: "loss",
  number: 9,
  title: (t) => t("info.title"),
  lead: (t) => t("info.lead"),
  cover: lossCover,
  mount: (lab) => {
    const parts = [
      softmaxPart(lab),
      entropyPart(lab),
      derivationPart(lab),
      penaltyPart(lab),
      smoothingPart(lab),
      pythonBlock(lab, () => lossPython(lab.state)),
    ];
    return {
      element: make(lab.doc, "div", { class: "chapter losses" }, ...parts.map((part) => part.element)),
      refresh: () => parts.forEach((part) => part.refresh()),
    };
  },
};
