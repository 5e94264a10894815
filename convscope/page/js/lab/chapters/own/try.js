/** A new picture: its scores while it is drawn, whether it is none of the classes, and the maps that it makes. */

import { fitPicture } from "../../../engine/fit.js";
import { make, refill, setVar } from "../../../kit/dom.js";
import { fixed, percent } from "../../../kit/format.js";
import { largest, paint, paintPicture } from "../../../kit/palette.js";
import { START, formatHash, packPixels } from "../../../look/state.js";
import { inkPad } from "../../../look/views/pad.js";
import { uploadBox } from "../../../look/views/upload.js";
import { collectedInput } from "./input.js";
import { pageAddress } from "./page_address.js";

/** @typedef {import("../../types.js").Lab} Lab */
/** @typedef {import("./collection.js").PictureKind} PictureKind */
/** @typedef {import("./learning.js").OwnLearning} OwnLearning */
/** @typedef {import("./learning.js").OwnResult} OwnResult */

/** @param {Lab} lab @param {PictureKind} kind @param {OwnLearning} learning */
export function tryPart(lab, kind, learning) {
  const { doc, t } = lab;
  const input = collectedInput(lab, kind);
  const app = /** @type {any} */ ({ doc, t, payload: { input }, state: { picture: "" }, say: lab.say });
  const put = (/** @type {Uint8Array} */ pixels) => {
    picture = pixels;
    void read();
    return "";
  };
  /** What the camera sees. @param {ImageData} frame */
  const watch = ({ data, height, width }) => {
    picture = fitPicture(data, height, width, input);
    return read();
  };
  const source = kind === "drawn" ? inkPad(app, put, t("own.centre.why")) : uploadBox(app, put, watch);
  const seen = make(doc, "canvas", { class: "pixels tensor" });
  const rows = make(doc, "div", { class: "own-scores" });
  const verdict = make(doc, "p", { class: "draw-verdict", "aria-live": "polite" });
  const foreign = make(doc, "p", { class: "note", "data-figure": "own-foreign" });
  const maps = make(doc, "div", { class: "own-maps" });
  const link = make(doc, "a", { class: "primary look-link", target: "_blank", rel: "noopener" }, t("own.look"));
  const element = make(
    doc,
    "section",
    { class: "worked own-try", "aria-label": t("own.try") },
    make(doc, "h2", {}, t("own.try")),
    make(doc, "p", {}, kind === "drawn" ? t("own.try.drawn") : t("own.try.photo")),
    make(
      doc,
      "div",
      { class: "digit-grid" },
      make(doc, "div", {}, make(doc, "h3", {}, kind === "drawn" ? t("draw.pad") : t("draw.own")), source.element),
      make(doc, "div", {}, make(doc, "h3", {}, t("draw.tensor")), seen),
      make(doc, "div", {}, make(doc, "h3", {}, t("scores")), rows, verdict, foreign),
    ),
    make(doc, "h3", {}, t("own.maps")),
    maps,
    make(doc, "p", {}, link),
  );
  let picture = /** @type {Uint8Array | null} */ (null);
  let shown = /** @type {OwnResult | null} */ (null);
  let dark = lab.dark();
  const address = pageAddress(lab);
  /** @type {{row: HTMLElement, bar: HTMLElement, share: HTMLElement}[]} */
  let bars = [];

  let turn = 0;
  const read = async () => {
    const { result } = learning;
    if (!result) return;
    const { names, network } = result;
    const mine = ++turn;
    const empty = !picture?.some((v) => v > 0);
    // before anything is drawn, the first picture collected
    const now = empty ? result.pictures[0].pixels : result.reads(/** @type {Uint8Array} */ (picture));
    paintPicture(seen, now, 0, network.input.shape);
    const { probabilities, outsider, maps: made } = await result.answer(now);
    if (mine !== turn || result !== learning.result) return; // a newer picture is on its way
    const best = probabilities.indexOf(Math.max(...probabilities));
    bars.forEach(({ row, bar, share }, i) => {
      setVar(bar, "share", String(probabilities[i]));
      share.textContent = percent(probabilities[i]);
      row.classList.toggle("winner", i === best && !outsider?.refused);
    });
    const words = { name: names[best], share: percent(probabilities[best]) };
    const said = outsider?.refused ? t("own.try.none", words) : t("own.try.is", words);
    verdict.textContent = empty
      ? kind === "drawn"
        ? t("own.try.first", words)
        : t("own.try.first.photo", words)
      : said;
    verdict.classList.toggle("refused", Boolean(outsider?.refused));
    foreign.textContent =
      outsider && network.rejection
        ? t("own.try.foreign", { score: fixed(outsider.score, 2), threshold: fixed(network.rejection.threshold, 2) })
        : t("own.try.cannot");
    refill(maps, ...made.map(mapsOf));
    const hash = formatHash({ ...START, view: "network", picture: result.frozen ? "s0" : `d${packPixels(now)}` });
    address.put(link, hash);
  };

  /** The maps of a layer. @param {import("./learning.js").OwnAnswer["maps"][number]} layer */
  function mapsOf({ name, output: [channels, height, width], values, most }) {
    const limit = largest(values) || 1;
    const n = Math.min(most, channels);
    const canvases = Array.from({ length: n }, (_, c) => {
      const canvas = make(doc, "canvas", { class: "pixels", "aria-hidden": "true" });
      paint(canvas, values, c * height * width, height, width, limit, "activations", dark);
      return canvas;
    });
    const words =
      n < channels
        ? t("own.maps.some", { name, n, all: channels, h: height, w: width })
        : t("own.maps.of", { name, n, h: height, w: width });
    return make(
      doc,
      "figure",
      { class: "own-layer" },
      make(doc, "figcaption", {}, words),
      make(doc, "div", { role: "img", "aria-label": words }, ...canvases),
    );
  }

  const refresh = () => {
    const { result } = learning;
    element.hidden = !result;
    if (!result || (shown === result && dark === lab.dark())) return;
    [shown, dark] = [result, lab.dark()];
    bars = result.names.map((name) => {
      const bar = make(doc, "span", { class: "bar" });
      const share = make(doc, "span", { class: "figure" });
      const row = make(
        doc,
        "div",
        { class: "score" },
        make(doc, "span", { class: "name", title: name }, name),
        make(doc, "span", { class: "track" }, bar),
        share,
      );
      return { bar, share, row };
    });
    refill(rows, ...bars.map(({ row }) => row));
    address.of(result);
    void read();
  };
  refresh();
  return {
    element,
    refresh,
    gone: () => {
      source.gone();
      address.gone();
    },
  };
}
