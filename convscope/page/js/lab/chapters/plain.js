/**
 * Chapter 1, S1: what a plain network makes of an X that moved, and what a convolutional one does; both are trained,
 * and run here.
 */

import { button, make, refill, segmented } from "../../kit/dom.js";
import { pythonBlock } from "../python_block.js";
import { slider } from "../widgets.js";
import { answersOf, inputStrips, pictureView } from "./plain_parts.js";
import { kindChooser, plainLook } from "./plain_pictures.js";
import { plainPython } from "./plain_python.js";
import { sweepPlot } from "./plain_plot.js";
import { RANGES, UNMOVED, dataOf, howOf, movedBy } from "./plain_state.js";
import { plainCover } from "./plain_cover.js";

/** @typedef {import("../types.js").Chapter} Chapter */
/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("./plain_state.js").Data} Data */

/** @type {Chapter} */
export const plainChapter = {
  id: "plain",
  number: 1,
  title: (t) => t("plain.title"),
  lead: (t) => t("plain.lead"),
  cover: plainCover,
  mount: mountPlain,
};

const BACK = { dx: null, dy: null, turn: null, scale: null, thickness: null };

/** @param {Lab} lab */
function mountPlain(lab) {
  const { doc, t } = lab;
  const choice = segmented(
    doc,
    t("plain.data"),
    [
      { value: "xo", text: t("plain.letters") },
      { value: "mnist", text: "MNIST 28×28" },
    ],
    () => dataOf(lab.state),
    (value) => lab.tune({ ...BACK, d: value === "mnist" ? value : null, m: null }),
  );
  const inner = make(doc, "div");
  let data = dataOf(lab.state);
  let part = laidOut(lab, data);
  refill(inner, part.element);
  const python = pythonBlock(lab, () => plainPython(lab));
  const refresh = () => {
    if (dataOf(lab.state) !== data) {
      data = dataOf(lab.state);
      part = laidOut(lab, data);
      refill(inner, part.element);
      for (const child of Array.from(choice.children))
        child.setAttribute("aria-pressed", String(/** @type {HTMLElement} */ (child).dataset.value === data));
    } else part.refresh();
    python.refresh();
  };
  return {
    element: make(
      doc,
      "div",
      { class: "chapter plain" },
      make(doc, "div", { class: "plain-choice" }, choice),
      inner,
      python.element,
    ),
    refresh,
  };
}

/** The chapter for one kind of pictures. @param {Lab} lab @param {Data} data */
function laidOut(lab, data) {
  const { doc, t } = lab;
  const ranges = RANGES[data];
  const names = /** @type {Record<string, string>} */ ({
    dx: t("plain.dx"),
    dy: t("plain.dy"),
    turn: t("plain.turn"),
    scale: t("plain.scale"),
    thickness: t("plain.thickness"),
  });
  const sliders = Object.entries(ranges).map(([key, range]) =>
    slider(
      lab,
      names[key],
      range,
      () => movedBy(lab.state, data, key),
      (value) => lab.tune({ [key]: value === UNMOVED[key] ? null : value, m: key }),
    ),
  );
  const side = data === "mnist" ? 28 : 9;
  const chooser = kindChooser(lab, data);
  const picture = pictureView(lab, side);
  const strips = inputStrips(lab, side);
  const answers = [answersOf(lab, data, "dense", t("plain.dense")), answersOf(lab, data, "cnn", t("plain.cnn"))];
  const falls = make(doc, "p", { class: "note" }, data === "mnist" ? t("plain.falls.mnist") : t("plain.falls.xo"));
  const plot = sweepPlot(lab, data, names, ranges);
  const element = make(
    doc,
    "div",
    {},
    make(
      doc,
      "div",
      { class: "plain-row", "data-widget": "move" },
      make(doc, "section", {}, chooser.element, picture.element),
      make(
        doc,
        "section",
        { class: "plain-sliders" },
        make(doc, "h2", { class: "part" }, t("plain.move")),
        ...sliders.map((one) => one.element),
        button(doc, t("plain.back"), () => lab.tune(BACK), { class: "link" }),
      ),
      make(doc, "section", { class: "plain-answers" }, ...answers.map((one) => one.element)),
    ),
    make(
      doc,
      "section",
      { class: "worked", "data-widget": "inputs" },
      make(doc, "h2", {}, t("plain.inputs", { side, n: side * side })),
      strips.element,
    ),
    make(
      doc,
      "section",
      { class: "worked", "data-widget": "measured" },
      make(doc, "h2", {}, t("plain.measured")),
      plot.element,
      falls,
    ),
  );
  const refresh = () => {
    const how = howOf(lab.state, data);
    const look = plainLook(lab, data, how);
    for (const one of sliders) one.refresh();
    chooser.refresh();
    for (const one of [picture, strips, ...answers]) one.refresh(look);
    plot.refresh(how);
  };
  refresh();
  return { element, refresh };
}
