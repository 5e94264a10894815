/** "None of these": how many own pictures are refused, and how many handwritten digits, which are none of the classes. */

import { make, refill, setVar } from "../../../kit/dom.js";
import { percent } from "../../../kit/format.js";
import { paintPicture } from "../../../kit/palette.js";
import { REJECTION_LEAST } from "../../../learn/rejection/fitting.js";
import { OWN_FOLDS } from "./folds.js";
import { digitsOf } from "../../training/digits.js";
import { refusedShare } from "./left_out.js";

/** @typedef {import("../../types.js").Lab} Lab */
/** @typedef {import("./learning.js").OwnLearning} OwnLearning */
/** @typedef {import("./learning.js").OwnResult} OwnResult */

const DIGITS_SHOWN_IT = 200; // twenty of each

/** @param {Lab} lab @param {OwnLearning} learning */
export function outsidersPart(lab, learning) {
  const { doc, t } = lab;
  const words = make(doc, "p", { "data-figure": "own-refused" });
  const rows = make(doc, "div", { class: "own-digits" });
  const sum = make(doc, "p", { class: "note", "data-figure": "own-digits" });
  const element = make(
    doc,
    "div",
    { class: "own-none" },
    make(doc, "h3", {}, t("own.none")),
    make(doc, "p", {}, t("own.none.text")),
    words,
    rows,
    sum,
  );
  let shown = /** @type {OwnResult | null} */ (null);
  const refresh = () => {
    const { result } = learning;
    if (!result || shown === result) return;
    shown = result;
    refill(rows);
    sum.textContent = "";
    const share = refusedShare(result.leftOut);
    if (!result.network.rejection || share === null) {
      words.textContent = t("own.none.few", { n: result.pictures.length, least: leastOf(result.leftOut) });
      return;
    }
    words.textContent = t("own.none.own", { share: percent(share, 1), n: result.pictures.length });
    void digitsOf(lab).then(({ test }) => {
      if (shown === result) showDigits(result, test);
    });
  };

  /** @param {OwnResult} result @param {import("../../../learn/pictures.js").Pictures} digits */
  function showDigits({ engine, network }, { pixels, labels, shape }) {
    const size = shape[0] * shape[1] * shape[2];
    const counts = Array.from({ length: 10 }, () => ({ n: 0, refused: 0, first: -1 }));
    for (let i = 0; i < Math.min(DIGITS_SHOWN_IT, labels.length); i++) {
      const picture = asInput(pixels.subarray(i * size, (i + 1) * size), shape, network.input.shape);
      const refused = engine.outsider(picture, engine.forward(picture))?.refused ?? false;
      const of = counts[labels[i]];
      of.n++;
      of.refused += Number(refused);
      if (of.first < 0) of.first = i;
    }
    refill(
      rows,
      ...counts.map(({ n, refused, first }, digit) => {
        const canvas = make(doc, "canvas", { class: "pixels", "aria-hidden": "true" });
        paintPicture(canvas, pixels, first * size, shape);
        const bar = make(doc, "span", { class: "bar" });
        setVar(bar, "share", String(refused / Math.max(1, n)));
        return make(
          doc,
          "div",
          { class: "own-digit", title: t("own.none.digit", { digit, n: refused, of: n }) },
          canvas,
          make(doc, "span", { class: "track" }, bar),
          make(doc, "span", { class: "figure" }, t("own.right.of", { right: refused, n })),
        );
      }),
    );
    const refused = counts.reduce((all, one) => all + one.refused, 0);
    const n = counts.reduce((all, one) => all + one.n, 0);
    sum.textContent = t("own.none.digits", { share: percent(refused / n, 1), n });
  }
  return { element, refresh };
}

/**
 * A grey picture of 28×28 as a network reads it: in the middle, in all channels.
 * @param {Uint8Array} picture @param {number[]} from @param {number[]} to
 */
function asInput(picture, [, height, width], [channels, rows, columns]) {
  const made = new Uint8Array(channels * rows * columns);
  const [top, left] = [(rows - height) >> 1, (columns - width) >> 1];
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < height; y++)
      made.set(picture.subarray(y * width, (y + 1) * width), (c * rows + top + y) * columns + left);
  return made;
}

/** So many pictures it takes, for without the largest fifth there must be REJECTION_LEAST. @param {import("./left_out.js").LeftOut[]} leftOut */
function leastOf(leftOut) {
  const fifths = Array.from({ length: OWN_FOLDS }, (_, fold) => leftOut.filter((one) => one.fold === fold).length);
  return Math.max(Math.ceil((REJECTION_LEAST * OWN_FOLDS) / (OWN_FOLDS - 1)), REJECTION_LEAST + Math.max(...fifths));
}
