/**
 * "None of these": how many own pictures are refused, and how many handwritten digits, which are none of the classes.
 */

import { make, refill, setVar } from "../../../kit/dom.js";
import { percent } from "../../../kit/format.js";
import { wilson } from "../../../kit/intervals.js";
import { paintPicture } from "../../../kit/palette.js";
import { REJECTION_LEAST } from "../../../learn/rejection/fitting.js";
import { OWN_FOLDS } from "./folds.js";
import { inSize } from "./input.js";
import { digitsOf } from "../../training/digits.js";
import { refusedShare } from "./left_out.js";

/** @typedef {import("../../types.js").Lab} Lab */
/** @typedef {import("./learning.js").OwnLearning} OwnLearning */
/** @typedef {import("./learning.js").OwnResult} OwnResult */

const DIGITS_SHOWN_IT = 200; // twenty of each
const DIGITS_OF_LARGE = 30; // three of each, for a network that takes long

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
    const n = result.pictures.length;
    const draws = result.leftOut.reduce((sum, one) => sum + one.draws.length, 0);
    words.textContent = [
      t("own.none.own", { share: percent(share, 1), n }),
      draws > n ? t("own.none.again", { draws, rounds: draws / n }) : "",
      t("own.none.known", { ...sharesBetween(share * n, n), n }),
    ]
      .filter(Boolean)
      .join(" ");
    void digitsOf(lab).then(({ test }) => {
      if (shown === result) void showDigits(result, test);
    });
  };

  /** @param {OwnResult} result @param {import("../../../learn/pictures.js").Pictures} digits */
  async function showDigits(result, { pixels, labels, shape }) {
    const size = shape[0] * shape[1] * shape[2];
    const counts = Array.from({ length: 10 }, () => ({ n: 0, refused: 0, first: -1 }));
    const most = Math.min(result.frozen ? DIGITS_OF_LARGE : DIGITS_SHOWN_IT, labels.length);
    for (let i = 0; i < most; i++) {
      const picture = asInput(pixels.subarray(i * size, (i + 1) * size), shape, result.network.input.shape);
      const { outsider } = await result.answer(picture);
      if (shown !== result) return; // learned anew meanwhile
      const of = counts[labels[i]];
      of.n++;
      of.refused += Number(outsider?.refused ?? false);
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
    sum.textContent = t("own.none.digits", { share: percent(refused / n, 1), n, ...sharesBetween(refused, n) });
  }
  return { element, refresh };
}

/** Between which shares the true one lies, as the page writes them. @param {number} counted @param {number} n */
function sharesBetween(counted, n) {
  const [low, high] = wilson(counted, n);
  return { low: percent(low, 0), high: percent(high, 0) };
}

/**
 * A grey picture of 28×28 as a network reads it: in all channels, in the middle of a size like its own, enlarged to
 * others.
 * @param {Uint8Array} picture @param {import("../../../types.js").Shape} from
 * @param {import("../../../types.js").Shape} to
 */
function asInput(picture, from, to) {
  const [channels, rows, columns] = to;
  if (rows >= 2 * from[1]) {
    const large = inSize(picture, from, [1, rows, columns]);
    return Uint8Array.from({ length: channels * large.length }, (_, i) => large[i % large.length]);
  }
  const [, height, width] = from;
  const made = new Uint8Array(channels * rows * columns);
  const [top, left] = [(rows - height) >> 1, (columns - width) >> 1];
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < height; y++)
      made.set(picture.subarray(y * width, (y + 1) * width), (c * rows + top + y) * columns + left);
  return made;
}

/**
 * So many pictures it takes, for without the largest fifth there must be REJECTION_LEAST.
 * @param {import("./left_out.js").LeftOut[]} leftOut
 */
function leastOf(leftOut) {
  const fifths = Array.from(
    { length: OWN_FOLDS },
    (_, fold) => leftOut.filter(({ draws }) => draws[0].fold === fold).length,
  );
  return Math.max(Math.ceil((REJECTION_LEAST * OWN_FOLDS) / (OWN_FOLDS - 1)), REJECTION_LEAST + Math.max(...fifths));
}
