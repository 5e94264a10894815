/** What came out: of each picture what a network said that had not seen it, right or wrong, and what is refused. */

import { button, make, refill } from "../../../kit/dom.js";
import { percent } from "../../../kit/format.js";
import { wilson } from "../../../kit/intervals.js";
import { paintPicture } from "../../../kit/palette.js";
import { confusionTable } from "../../../look/views/confusion.js";
import { thumbnailOf } from "./input.js";
import { outsidersPart } from "./outsiders.js";

/** @typedef {import("../../types.js").Lab} Lab */
/** @typedef {import("./learning.js").OwnLearning} OwnLearning */
/** @typedef {import("./learning.js").OwnResult} OwnResult */

/** @param {Lab} lab @param {OwnLearning} learning */
export function ownResultPart(lab, learning) {
  const { doc, t } = lab;
  const figures = make(doc, "dl", { class: "totals" });
  const table = make(doc, "div", {});
  const gallery = make(doc, "div", { class: "own-judged" });
  const filter = make(doc, "p", { class: "own-filter" });
  const outsiders = outsidersPart(lab, learning);
  const element = make(
    doc,
    "section",
    { class: "worked own-result", "aria-label": t("own.result") },
    make(doc, "h2", {}, t("own.result")),
    make(doc, "p", {}, t("own.result.text")),
    figures,
    make(doc, "div", { class: "own-errors" }, table, make(doc, "div", {}, filter, gallery)),
    outsiders.element,
  );
  let cell = "";
  let shown = /** @type {OwnResult | null} */ (null);
  let drawn = "";
  const refresh = () => {
    const { result } = learning;
    element.hidden = !result;
    if (!result) return;
    if (shown !== result) [shown, cell] = [result, ""];
    const key = `${cell} ${result.seconds} ${result.seed} ${result.pictures.length} ${doc.documentElement.lang}`;
    if (key === drawn && figures.childElementCount) return;
    drawn = key;
    refill(figures, ...figuresOf(result));
    const app = /** @type {any} */ ({ doc, t, payload: { classes: result.names } });
    const open = (/** @type {number} */ truth, /** @type {number} */ said) => {
      cell = cell === `${truth},${said}` ? "" : `${truth},${said}`;
      refresh();
    };
    refill(table, confusionTable(app, result.confusion, open, cell));
    const chosen = result.pictures
      .map((_, i) => i)
      .filter((i) => !cell || cell === `${result.pictures[i].label},${result.leftOut[i].said}`);
    refill(
      filter,
      cell ? t("own.filter", { n: chosen.length }) : t("own.all", { n: chosen.length }),
      " ",
      cell
        ? button(
            doc,
            t("own.filter.off"),
            () => {
              cell = "";
              refresh();
            },
            { class: "link" },
          )
        : null,
    );
    refill(gallery, ...chosen.map((i) => judged(result, i)));
    outsiders.refresh();
  };

  /** @param {OwnResult} result */
  function figuresOf({ confusion, names, pictures }) {
    const n = pictures.length;
    const right = confusion.reduce((sum, row, k) => sum + row[k], 0);
    const [low, high] = wilson(right, n);
    return [
      ["own-right", t("own.right"), t("own.right.of", { right, n })],
      ["own-accuracy", t("own.accuracy"), percent(right / n, 1)],
      ["own-interval", t("own.interval"), t("own.from.to", { low: percent(low, 0), high: percent(high, 0) })],
      ["own-chance", t("own.chance"), percent(1 / names.length, 0)],
    ].map(([id, name, value]) =>
      make(doc, "div", {}, make(doc, "dt", {}, name), make(doc, "dd", { class: "figure", "data-figure": id }, value)),
    );
  }

  /** A picture with what was said of it. @param {OwnResult} result @param {number} i */
  function judged({ names, pictures, leftOut, network }, i) {
    const { label, pixels } = pictures[i];
    const { said, probabilities } = leftOut[i];
    const canvas = make(doc, "canvas", { class: "pixels", "aria-hidden": "true" });
    const small = thumbnailOf(pixels, network.input.shape);
    paintPicture(canvas, small.pixels, 0, small.shape);
    const wrong = said !== label;
    const share = percent(probabilities[said], 0);
    const words = wrong
      ? t("own.said.wrong", { truth: names[label], said: names[said], share })
      : t("own.said.right", { truth: names[label], share });
    return make(
      doc,
      "figure",
      { class: wrong ? "own-one wrong" : "own-one", title: words },
      canvas,
      make(doc, "figcaption", { "aria-label": words }, wrong ? `✗ ${names[said]} ${share}` : share),
    );
  }
  refresh();
  return { element, refresh };
}
