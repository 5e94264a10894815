/**
 * Chapter 13: two to five classes of the reader's own, collected, trained on, looked into and handed on, in the page.
 */

import { make } from "../../../kit/dom.js";
import { collectPart, exampleNames } from "./collect.js";
import { collectionOf } from "./collection.js";
import { pretrainedOf } from "../../training/pretrained.js";
import { ownCover } from "./cover.js";
import { featuresPart } from "./features.js";
import { frozenLearningOf } from "./frozen.js";
import { keepPicturesPart } from "./keep_pictures.js";
import { ownLearningOf } from "./learning.js";
import { pythonBlock } from "../../python_block.js";
import { ownPython } from "./python.js";
import { ownResultPart } from "./result.js";
import { savePart } from "./save.js";
import { ownOf } from "./state.js";
import { ownTrainPart } from "./train.js";
import { tryPart } from "./try.js";

/** @typedef {import("../../types.js").Chapter} Chapter */
/** @typedef {import("../../types.js").Lab} Lab */

/** @type {Chapter} */
export const ownChapter = {
  id: "own",
  number: 13,
  title: (t) => t("own.title"),
  lead: (t) => t("own.lead"),
  cover: ownCover,
  mount: mountOwn,
};

/** @param {Lab} lab */
function mountOwn(lab) {
  const holder = make(lab.doc, "div", { class: "chapter own", "data-widget": "classes" });
  const file = pretrainedOf(lab);
  /** What everything here is made for: another kind of pictures, other features. */
  const madeFor = () => `${ownOf(lab.state).kind} ${frozenHere(lab) ? "frozen" : ""}`;
  let key = madeFor();
  let parts = ownParts(lab, holder);
  const refresh = () => {
    if (madeFor() === key) {
      parts.refresh();
      return;
    }
    key = madeFor();
    parts.gone();
    parts = ownParts(lab, holder);
  };
  const silent = file?.listen(refresh);
  return {
    element: holder,
    refresh,
    gone: () => {
      silent?.();
      parts.gone();
    },
  };
}

/**
 * The network on whose features photographs are learned; null for drawings, before its file is here, and where it is
 * not wanted.
 * @param {Lab} lab
 */
function frozenHere(lab) {
  const { kind, scratch } = ownOf(lab.state);
  return kind === "photo" && !scratch ? (pretrainedOf(lab)?.content ?? null) : null;
}

/** Everything for one kind of pictures. @param {Lab} lab @param {HTMLElement} holder */
function ownParts(lab, holder) {
  const { kind, example, names, seed } = ownOf(lab.state);
  const collection = collectionOf(lab, kind);
  // one that nobody has touched begins as the address says
  if (!collection.version) {
    if (example) {
      const usual = exampleNames(lab);
      collection.example(names.length === usual.length ? names : usual, seed);
    } else if (names.length) collection.empty(names);
  }
  const frozen = frozenHere(lab);
  const learning = frozen ? frozenLearningOf(lab, frozen) : ownLearningOf(lab, kind);
  const refresh = () => {
    learning.prepare(collection);
    all.forEach((part) => part.refresh?.());
  };
  /** @type {import("../../types.js").Drawing[]} */
  const all = [
    collectPart(lab, collection, () => refresh()),
    keepPicturesPart(lab, collection, () => refresh()),
    ...(kind === "photo" ? [featuresPart(lab)] : []),
    ownTrainPart(lab, collection, learning),
    ownResultPart(lab, learning),
    tryPart(lab, kind, learning),
    savePart(lab, learning),
    pythonBlock(lab, () => ownPython(collection, learning)),
  ];
  holder.replaceChildren(...all.map((part) => part.element));
  const silent = learning.listen(refresh);
  learning.prepare(collection);
  return {
    refresh,
    gone: () => {
      silent();
      all.forEach((part) => part.gone?.());
    },
  };
}
